"""Schedules mean here what they mean to EventBridge."""

from datetime import UTC, datetime, timedelta

import pytest

from devstack import scheduler
from devstack.template import Template

DAY = datetime(2026, 11, 22, tzinfo=UTC)  # a Sunday
MINUTES = [DAY + timedelta(minutes=minute) for minute in range(24 * 60)]


def due(expression: str) -> list[str]:
    return [minute.strftime("%H:%M") for minute in MINUTES if scheduler.is_due(expression, minute)]


def test_rates() -> None:
    assert len(due("rate(1 minute)")) == 24 * 60
    assert due("rate(8 hours)") == ["00:00", "08:00", "16:00"]


def test_crons() -> None:
    assert due("cron(5 0 * * ? *)") == ["00:05"]
    assert due("cron(0 12 ? * SUN *)") == ["12:00"]
    assert due("cron(0 12 ? * MON *)") == []


@pytest.mark.parametrize(
    "expression", ["rate(1 week)", "cron(0 12 ? * 2 *)", "cron(0 12 * * ? 2027)", "at(2026-11-22T10:00:00)"]
)
def test_what_is_not_understood_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="not a schedule"):
        scheduler.is_due(expression, DAY)


def test_every_schedule_of_the_template_is_understood() -> None:
    assert all(due(schedule.expression) for schedule in Template().schedules)


def test_an_event_carries_the_minute_that_was_meant() -> None:
    assert scheduler.event(Template().functions["ReleaseStreams"], DAY)["time"] == "2026-11-22T00:00:00Z"
