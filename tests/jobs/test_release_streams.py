"""The job that pays streams: late, twice or never called, it comes to the same money."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from tests.conftest import Api
from tests.people import new_platform, new_stream, new_worker

from gigstream import errors, releases

Job = Callable[..., Any]


def started(minutes: int) -> dict[str, Any]:
    start = datetime.now(UTC) - timedelta(minutes=minutes)
    return {"start_time": start.isoformat(), "duration_seconds": 3600, "release_interval": 60}


def test_every_due_stream_is_paid_whatever_the_batch(api: Api, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases, "BATCH", 2)
    platform = new_platform(api)
    worker = new_worker(api, platform)
    streams = [new_stream(platform, worker, "60", **started(minutes=10)) for _ in range(5)]
    assert job("ReleaseStreams") == {"due": 5, "released": 5, "failed": 0}
    assert job("ReleaseStreams") == {"due": 0, "released": 0, "failed": 0}
    for stream_id in streams:
        assert len(worker.get(f"/v1/streams/{stream_id}/releases").json["data"]) == 1


def test_an_event_from_the_future_pays_nothing_early(api: Api, job: Job) -> None:
    platform = new_platform(api)
    worker = new_worker(api, platform)
    new_stream(platform, worker, "60", **started(minutes=0))
    assert job("ReleaseStreams", at=datetime.now(UTC) + timedelta(days=1)) == {"due": 0, "released": 0, "failed": 0}
    assert worker.get("/balance").json["available"] == "0.000000"


def test_a_run_leaves_a_row(api: Api, job: Job, connect: Callable[[str], psycopg.Connection]) -> None:
    at = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    job("ReleaseStreams", at=at)
    rows = connect("auditor").execute("SELECT job, as_of, counts, error FROM ops.job_runs").fetchall()
    assert rows == [("release_streams", at, {"due": 0, "released": 0, "failed": 0}, None)]


def test_no_batch_begins_when_time_is_short(api: Api, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    platform = new_platform(api)
    new_stream(platform, new_worker(api, platform), "60", **started(minutes=10))
    monkeypatch.setattr("gigstream.job.SPENT", 0.0)
    assert job("ReleaseStreams") == {"due": 0, "released": 0, "failed": 0}


def test_a_database_that_is_down_fails_the_run(job: Job, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_URL_JOBS", "postgresql://jobs@127.0.0.1:1/nowhere")
    with pytest.raises(errors.Unavailable):
        job("ReleaseStreams")
