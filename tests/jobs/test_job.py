"""What every job shares: its clock, its time, its record."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from gigstream import clock
from gigstream.errors import Unavailable
from gigstream.job import Run, job

Connect = Callable[[str], psycopg.Connection]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def context(*remaining: int) -> Any:
    """Lambda's, whose clock reads `remaining` milliseconds, one after the other."""
    left = iter(remaining)
    return SimpleNamespace(aws_request_id="1", function_name="Test", get_remaining_time_in_millis=lambda: next(left))


def test_a_job_acts_for_the_time_of_its_event(environment: pytest.MonkeyPatch) -> None:
    assert Run({"time": "2026-11-22T12:00:00Z"}, context(1000)).as_of <= NOON


def test_a_job_never_acts_for_the_future(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    for minutes, expected in ((-5, NOON - timedelta(minutes=5)), (5, NOON)):
        event = {"time": (NOON + timedelta(minutes=minutes)).isoformat()}
        assert Run(event, context(1000)).as_of == expected


def test_a_job_begins_nothing_when_most_of_its_time_is_spent() -> None:
    run = Run({"time": "2026-11-22T12:00:00Z"}, context(1000, 1000, 201, 199))
    assert [run.more_time() for _ in range(3)] == [True, True, False]


def test_a_run_leaves_its_counts(environment: pytest.MonkeyPatch, connect: Connect) -> None:
    @job
    def handler(run: Run) -> dict[str, int]:
        return {"released": 3}

    assert handler({"time": "2026-11-22T12:00:00Z"}, context(1000)) == {"released": 3}
    rows = connect("auditor").execute("SELECT job, counts, error FROM ops.job_runs").fetchall()
    assert rows == [(__name__.rpartition(".")[2], {"released": 3}, None)]


def test_a_failed_run_leaves_its_error_and_fails(environment: pytest.MonkeyPatch, connect: Connect) -> None:
    @job
    def handler(run: Run) -> dict[str, int]:
        raise Unavailable

    with pytest.raises(Unavailable):
        handler({"time": "2026-11-22T12:00:00Z"}, context(1000))
    assert connect("auditor").execute("SELECT counts, error FROM ops.job_runs").fetchall() == [({}, "Unavailable")]
