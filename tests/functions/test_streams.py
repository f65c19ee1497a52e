"""A platform starts, pauses, resumes and cancels streams; both parties watch them accrue."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from tests.conftest import Api
from tests.people import Caller, new_platform, new_stream, new_task, new_worker

from gigstream.rules.accrual import accrued

Job = Callable[..., Any]


@pytest.fixture
def platform(api: Api) -> Caller:
    return new_platform(api)


@pytest.fixture
def worker(api: Api, platform: Caller) -> Caller:
    return new_worker(api, platform)


def ago(**past: float) -> str:
    return (datetime.now(UTC) - timedelta(**past)).isoformat()


def test_a_stream_pays_what_it_shows(job: Job, platform: Caller, worker: Caller) -> None:
    stream = f"/v1/streams/{new_stream(platform, worker, '3600', start_time=ago(minutes=30), release_interval=60)}"
    shown = worker.get(f"{stream}/accrual").json
    assert shown["releasable"] == shown["accrued"]
    assert shown["rate_per_second"] == "1.000000000000000000"
    curve = [datetime.fromisoformat(shown[name]) for name in ("anchor_time", "end_time", "as_of")]
    assert Decimal(shown["accrued"]) == accrued(Decimal(3600), Decimal(0), *curve)

    job("ReleaseStreams")
    (release,) = worker.get(f"{stream}/releases").json["data"]
    assert release["number"] == 1
    assert Decimal(release["amount"]) >= Decimal(shown["accrued"])
    assert worker.get("/balance").json["available"] == release["amount"]
    assert worker.get(stream).json["released_amount"] == release["amount"]


def test_a_stream_that_is_over_is_paid_in_full(job: Job, platform: Caller, worker: Caller) -> None:
    stream = f"/v1/streams/{new_stream(platform, worker, '10', start_time=ago(hours=2), duration_seconds=3600)}"
    assert worker.get(f"{stream}/accrual").json["releasable"] == "10.000000"
    job("ReleaseStreams")
    ended = platform.get(stream).json
    assert (ended["status"], ended["released_amount"]) == ("completed", "10.000000")
    assert platform.get(f"/v1/tasks/{ended['task_id']}").json["status"] == "completed"
    accrual = worker.get(f"{stream}/accrual").json
    assert (accrual["accrued"], accrual["releasable"]) == ("10.000000", "0.000000")


def test_pause_resume_cancel(platform: Caller, worker: Caller) -> None:
    stream = f"/v1/streams/{new_stream(platform, worker, '3600', start_time=ago(minutes=10))}"
    paused = platform.made(f"{stream}/pause")
    assert paused["status"] == "paused"
    assert Decimal(paused["released_amount"]) >= 600
    still = worker.get(f"{stream}/accrual").json
    assert (still["accrued"], still["releasable"]) == (paused["released_amount"], "0.000000")
    assert still["rate_per_second"] == "0.000000000000000000"

    assert platform.made(f"{stream}/resume")["status"] == "active"
    cancelled = platform.made(f"{stream}/cancel")
    assert cancelled["status"] == "cancelled"
    paid, refunded = Decimal(cancelled["released_amount"]), Decimal(cancelled["remaining_amount"])
    assert paid + refunded == 3600
    assert Decimal(platform.get("/balance").json["available"]) == 10_000 - paid
    assert Decimal(worker.get("/balance").json["available"]) == paid


def test_each_act_wants_its_state(platform: Caller, worker: Caller) -> None:
    stream = f"/v1/streams/{new_stream(platform, worker)}"

    def refused(verb: str) -> bool:
        answer = platform.post(f"{stream}/{verb}")
        return (answer.status, answer.json.get("code")) == (409, "wrong_state")

    assert refused("resume")
    platform.made(f"{stream}/pause")
    assert refused("pause")
    platform.made(f"{stream}/cancel")
    assert all(refused(verb) for verb in ("pause", "resume", "cancel"))


def test_a_stream_wants_a_pending_streaming_task_of_ones_own(api: Api, platform: Caller, worker: Caller) -> None:
    def status(who: Caller, task_id: str) -> int:
        return who.post("/v1/streams", {"task_id": task_id, "duration_seconds": 60}).status

    fixed, streaming = new_task(platform, worker), new_task(platform, worker, task_type="streaming")
    assert status(platform, fixed) == 409
    assert status(platform, str(uuid4())) == 404
    assert status(new_platform(api), streaming) == 404
    assert status(platform, streaming) == 201
    assert status(platform, streaming) == 409


@pytest.mark.parametrize(
    ("times", "field"),
    [
        ({}, "body"),
        ({"end_time": "2027-01-01T00:00:00Z", "duration_seconds": 60}, "body"),
        ({"end_time": "2020-01-01T00:00:00Z"}, "end_time"),
        ({"end_time": "9999-12-31T23:59:59Z"}, "end_time"),
        ({"start_time": "0001-01-01T00:00:00Z", "duration_seconds": 60}, "start_time"),
        ({"start_time": "2300-01-01T00:00:00Z", "duration_seconds": 60}, "start_time"),
    ],
)
def test_times_that_make_no_stream_are_named(
    platform: Caller, worker: Caller, times: dict[str, Any], field: str
) -> None:
    task_id = new_task(platform, worker, task_type="streaming")
    answer = platform.post("/v1/streams", {"task_id": task_id, **times})
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, field)
    assert platform.get(f"/v1/tasks/{task_id}").json["status"] == "pending"


def test_a_duration_is_kept_to_the_second(platform: Caller, worker: Caller) -> None:
    stream = platform.get(f"/v1/streams/{new_stream(platform, worker, duration_seconds=61)}").json
    start, end = (datetime.fromisoformat(stream[name]) for name in ("start_time", "end_time"))
    assert end - start == timedelta(seconds=61)


def test_another_tenants_stream_is_not_there(api: Api, platform: Caller, worker: Caller) -> None:
    stream = f"/v1/streams/{new_stream(platform, worker)}"
    other_platform, other_worker = new_platform(api), new_worker(api, platform)
    for stranger in (other_platform, other_worker):
        for path in (stream, f"{stream}/accrual", f"{stream}/releases"):
            assert stranger.get(path).status == 404
        assert stranger.get("/v1/streams").json["data"] == []
    for verb in ("pause", "resume", "cancel"):
        assert other_platform.post(f"{stream}/{verb}").status == 404
        assert worker.post(f"{stream}/{verb}").status == 403


def test_lists_are_filtered_and_paged(api: Api, platform: Caller, worker: Caller) -> None:
    other = new_worker(api, platform)
    first, second, third = (new_stream(platform, who, "10") for who in (worker, other, worker))
    platform.made(f"/v1/streams/{first}/pause")
    task_id = platform.get(f"/v1/streams/{second}").json["task_id"]

    def listed(who: Caller, query: str) -> list[str]:
        return [stream["id"] for stream in who.get(f"/v1/streams?{query}").json["data"]]

    assert listed(platform, "") == [third, second, first]
    assert listed(platform, "status=paused") == [first]
    assert listed(platform, f"task_id={task_id}") == [second]
    assert listed(platform, f"worker_id={worker.id}") == [third, first]
    assert listed(worker, "") == [third, first]
    page = platform.get("/v1/streams?limit=2").json
    assert listed(platform, f"limit=2&cursor={page['next_cursor']}") == [first]


def test_releases_newest_first_in_pages(job: Job, platform: Caller, worker: Caller) -> None:
    times = {"start_time": ago(minutes=9), "end_time": ago(minutes=-9), "release_interval": 60}
    stream = f"/v1/streams/{new_stream(platform, worker, '1080', **times)}"
    for minutes in (6, 4, 2):
        job("ReleaseStreams", at=datetime.now(UTC) - timedelta(minutes=minutes))
    page = worker.get(f"{stream}/releases?limit=2").json
    rest = worker.get(f"{stream}/releases?limit=2&cursor={page['next_cursor']}").json
    assert [release["number"] for release in page["data"] + rest["data"]] == [3, 2, 1]
    assert rest["next_cursor"] is None
    total = sum(Decimal(release["amount"]) for release in page["data"] + rest["data"])
    assert total == Decimal(worker.get("/balance").json["available"])


def test_a_top_up_makes_more_of_a_stream(platform: Caller, worker: Caller) -> None:
    stream = f"/v1/streams/{new_stream(platform, worker, '3600', start_time=ago(minutes=10))}"
    topped = platform.made(f"{stream}/top-up", {"amount": "400.5"})
    assert topped["total_amount"] == "4000.500000"
    assert Decimal(topped["released_amount"]) >= 600
    end = (datetime.now(UTC) + timedelta(days=2)).replace(microsecond=0)
    later = platform.made(f"{stream}/top-up", {"amount": "1", "end_time": end.isoformat()})
    assert datetime.fromisoformat(later["end_time"]) == end

    for wrong in ("2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        answer = platform.post(f"{stream}/top-up", {"amount": "1", "end_time": wrong})
        assert (answer.status, answer.json["errors"][0]["field"]) == (422, "end_time"), wrong
    short = platform.post(f"{stream}/top-up", {"amount": "9000"})
    assert (short.status, short.json["code"]) == (409, "insufficient_funds")
    assert worker.post(f"{stream}/top-up", {"amount": "1"}).status == 403


def test_either_party_has_it_released_the_worker_once_a_minute(platform: Caller, worker: Caller) -> None:
    stream = f"/v1/streams/{new_stream(platform, worker, '3600', start_time=ago(minutes=10))}"
    first = worker.post(f"{stream}/release", once="now")
    assert Decimal(first.json["released_amount"]) >= 600
    assert worker.get("/balance").json["available"] == first.json["released_amount"]
    replay = worker.post(f"{stream}/release", once="now")
    assert (replay.body, replay.header("Idempotency-Replayed")) == (first.body, "true")

    again = worker.post(f"{stream}/release")
    assert (again.status, again.json["code"]) == (429, "asked_too_soon")
    assert 1 <= int(again.header("Retry-After") or 0) <= 60
    assert "r=0" not in (again.header("RateLimit") or "r=0"), "he may ask for other things"
    for _ in range(2):
        assert platform.post(f"{stream}/release").status == 200
    assert worker.post(f"/v1/streams/{new_stream(platform, worker)}/release").status == 200


def test_lists_are_filtered_by_time(platform: Caller, worker: Caller) -> None:
    first, second = (new_stream(platform, worker, "10") for _ in range(2))
    moment = platform.get(f"/v1/streams/{second}").json["created_at"]
    for who in (platform, worker):
        assert [one["id"] for one in who.get(f"/v1/streams?created_from={moment}").json["data"]] == [second]
        assert [one["id"] for one in who.get(f"/v1/streams?created_to={moment}").json["data"]] == [first]
