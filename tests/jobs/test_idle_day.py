"""A day of every schedule in template.yaml: the database is spoken to when something is due, and at no other minute.

Minutes in which no gate is open are passed over: one that is shut stays so until its time, or until somebody runs. The
last of each such stretch is played all the same. The day is yesterday: nothing is released before the database's time.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import boto3
import pytest
from tests.aws import aws
from tests.books import Books
from tests.conftest import Api
from tests.custody import Vault, vault
from tests.parameters import Clock, Parameters, hands, parameters, stream_from
from tests.people import new_platform, new_task, new_worker
from tests.wire import Wire, tapped

from devstack import scheduler
from devstack.postgres import Cluster
from devstack.template import Template
from gigstream import aws as calls
from gigstream import config, db, due

__all__ = ["aws", "hands", "parameters", "vault"]

MINUTE = timedelta(minutes=1)
EVENING = timedelta(hours=2, minutes=30)


@pytest.fixture
def wire(environment: pytest.MonkeyPatch, cluster: Cluster, database: str, tmp_path: Path) -> Iterator[Wire]:
    """All that functions say to Postgres, in whatever role."""
    with tapped(cluster, database, tmp_path) as (wire, url):
        for role in ("api", "jobs", "signer"):
            environment.setenv(f"DATABASE_URL_{role.upper()}", url.replace("api", role, 1))
        config.settings.cache_clear()
        yield wire
        db.close()


class Day:
    """Plays minutes. `awake` are those in which anybody spoke to the database; `counted` sums what jobs counted."""

    def __init__(self, parameters: Parameters, wire: Wire, hands: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        self._parameters, self._wire, self._hands, self._monkeypatch = parameters, wire, hands, monkeypatch
        self._schedules = Template().schedules
        self.awake: list[datetime] = []
        self.counted: Counter[str] = Counter()

    def play(self, start: datetime, end: datetime) -> None:
        minute = start
        while minute < end:
            self._tick(minute)
            following = self._next_open(minute + MINUTE, end)
            if following > minute + MINUTE:
                self._tick(following - MINUTE)
                assert self.awake[-1:] != [following - MINUTE]
            minute = following

    def _tick(self, minute: datetime) -> None:
        self._hands.moment = minute
        spoken = self._wire.trips
        for schedule in self._schedules:
            if scheduler.is_due(schedule.expression, minute):
                self.counted.update(scheduler.call(schedule.function.name, minute))
        if self._wire.trips > spoken:
            self.awake.append(minute)

    def _next_open(self, minute: datetime, end: datetime) -> datetime:
        """The first minute, from this one on, at which a job is called that will not sleep."""
        pages = boto3.client("ssm").get_paginator("get_parameters_by_path").paginate(Path=self._parameters.folder)
        all_at_once = {"Parameters": [one for page in pages for one in page["Parameters"]]}
        with self._monkeypatch.context() as reading:
            reading.setattr(calls, "post", lambda *_: all_at_once)
            gates = [(one.expression, due.look(one.function.handler.split(".")[1])) for one in self._schedules]
        while minute < end and not any(
            (gate is None or gate.is_due(minute)) and scheduler.is_due(expression, minute) for expression, gate in gates
        ):
            minute += MINUTE
        return minute


def times(minutes: list[datetime]) -> list[str]:
    return [f"{minute:%H:%M}" for minute in minutes]


@pytest.fixture
def midnight(hands: Clock) -> datetime:
    """Where the day begins."""
    return hands.moment.replace(hour=0)


@pytest.fixture
def day(
    parameters: Parameters, wire: Wire, vault: Vault, api: Api, hands: Clock, midnight: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> Day:  # fmt: skip
    """Deployed in the evening, at half past nine, by somebody with a worker who has earned something."""
    hands.moment = midnight - EVENING
    platform = new_platform(api)
    task = new_task(platform, new_worker(api, platform))
    platform.made(f"/v1/tasks/{task}/start")
    platform.made(f"/v1/tasks/{task}/complete", {})
    return Day(parameters, wire, hands, monkeypatch)


def test_on_an_idle_day_the_daily_jobs_alone_wake_the_database(day: Day, midnight: datetime) -> None:
    day.play(midnight - EVENING, midnight)
    assert times(day.awake) == ["21:30", "21:31", "21:32", "21:35", "22:00"]
    day.awake.clear()
    day.play(midnight, midnight + timedelta(days=1))

    # The first job of the day wakes the others: while its mark holds, those of each minute, and the rest at their time.
    assert times(day.awake) == ["00:05", "00:06", "00:07", "00:10", "00:15", "00:25", "01:00"]


def test_a_stream_that_releases_each_hour_wakes_it_then_and_each_quarter(
    day: Day, midnight: datetime, api: Api, books: Books
) -> None:
    platform = new_platform(api)
    stream_from(books, platform, new_worker(api, platform), midnight, release_interval=3600)
    day.play(midnight - EVENING, midnight + timedelta(hours=1))
    day.awake.clear()
    day.play(midnight + timedelta(hours=1), midnight + timedelta(hours=5))

    # On the hour a release, and what others make of it: while its mark holds, and the slower ones at their time. On
    # the quarters a look, because a stream is open.
    hour = ["00", "01", "02", "05", "15", "30", "45"]
    assert times(day.awake) == [f"{number:02}:{minute}" for number in range(1, 5) for minute in hour]
    assert day.counted["released"] == 4
