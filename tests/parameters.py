"""The parameters by which jobs sleep, as template.yaml makes them, in an AWS of the test's own; and a past day."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import boto3
import pytest
from tests.books import Books
from tests.people import Caller, new_stream

from devstack.template import Template
from gigstream import clock, config, due

stacks = count()


class Parameters:
    """A stack's; environments of functions remember marks by its name, so each test has a stack of its own."""

    def __init__(self) -> None:
        self.folder = f"/stack{next(stacks)}/due"
        self._ssm = boto3.client("ssm")
        for parameter in Template().resources("AWS::SSM::Parameter").values():
            name = parameter["Name"]["Fn::Sub"].replace("/${AWS::StackName}/due", self.folder)
            self._ssm.put_parameter(Name=name, Value=parameter["Value"], Type=parameter["Type"])

    def put(self, name: str, value: str) -> None:
        self._ssm.put_parameter(Name=f"{self.folder}/{name}", Value=value, Type="String", Overwrite=True)

    def value(self, name: str) -> Any:
        return self._ssm.get_parameter(Name=f"{self.folder}/{name}")["Parameter"]["Value"]

    def puts(self, name: str) -> int:
        """How often one was written since the stack was made."""
        return int(self._ssm.get_parameter(Name=f"{self.folder}/{name}")["Parameter"]["Version"]) - 1

    def rest(self, since: datetime, note: int | None = None) -> None:
        """All jobs have asked, nothing was open, and nobody has written since."""
        self.put(due.WRITTEN, (since - timedelta(days=1)).isoformat())
        for job in due.SLEEPING:
            due.Gate(job).close(since, asked=since, due=None, note=note)


@pytest.fixture
def parameters(environment: pytest.MonkeyPatch, aws: str) -> Parameters:
    made = Parameters()
    environment.setenv("DUE_PARAMETERS", made.folder)
    config.settings.cache_clear()
    return made


class Clock:
    """The time as functions see it; the database has its own."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __iadd__(self, time: timedelta) -> "Clock":
        self.moment += time
        return self


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands at yesterday's noon, a whole minute, until it is turned."""
    yesterday = clock.now().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    stopped = Clock(yesterday)
    monkeypatch.setattr(clock, "now", lambda: stopped.moment)
    return stopped


def stream_from(books: Books, platform: Caller, worker: Caller, start: datetime, **fields: Any) -> None:
    """A stream of a past day, which has released nothing yet."""
    stream = new_stream(platform, worker, start_time=start.isoformat(), duration_seconds=86_400, **fields)
    books.plant(
        "UPDATE streams SET next_release_at = start_time + release_interval * interval '1 s' WHERE id = %s", stream
    )
