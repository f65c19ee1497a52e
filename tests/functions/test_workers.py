"""A worker reads and changes himself; a platform reads its members, and of their money its own."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from tests.conftest import Api
from tests.people import Caller, new_event, new_platform, new_stream, new_task, new_worker

Connect = Callable[[str], psycopg.Connection]
Job = Callable[..., Any]

LISTS = ["/tasks", "/streams", "/transactions", "/reputation/events"]
READ = ["", "/balance", "/earnings", "/reputation", "/risk", *LISTS]
# What of a worker is nobody's business but his own.
PRIVATE = {
    "": ["email", "account_age_days", "total_tasks", "total_earned", "last_active_at", "created_at"],
    "/balance": ["advance_owed"],
    "/earnings": [
        "advance_amount",
        "repayment_amount",
        "fee_amount",
        "open_loans",
        "open_loan_amount",
        "repaid_loans",
    ],
}


def complete(platform: Caller, worker: Caller, amount: str, rating: int | None = None) -> None:
    task_id = new_task(platform, worker, amount)
    platform.made(f"/v1/tasks/{task_id}/start")
    platform.made(f"/v1/tasks/{task_id}/complete", {} if rating is None else {"rating": rating})


def lend(connect: Connect, worker: Caller, platform: Caller, status: str = "disbursed") -> None:
    connect("jobs").execute(
        "INSERT INTO loans (worker_id, platform_id, amount, fee, total_due, status) VALUES (%s, %s, 50, 1, 51, %s)",
        [worker.id, platform.id, status],
    )


@pytest.fixture
def platform(api: Api) -> Caller:
    return new_platform(api)


@pytest.fixture
def worker(api: Api, platform: Caller) -> Caller:
    return new_worker(api, platform)


def test_me_is_the_worker_who_asks(worker: Caller) -> None:
    for path in READ:
        mine, by_id = worker.get(f"/v1/workers/me{path}"), worker.get(path)
        assert mine.status == by_id.status == 200, path
        assert mine.json | {"as_of": None} == by_id.json | {"as_of": None}


def test_a_worker_who_is_not_theirs_is_not_there(api: Api, worker: Caller) -> None:
    stranger, other = new_worker(api), new_platform(api, funds=None)
    for path in READ:
        for absent in (worker.path, f"/v1/workers/{uuid4()}"):
            assert stranger.get(absent + path).status == 404, path
            assert other.get(absent + path).status == (403 if path == "/risk" else 404), path


def test_a_members_empty_list_is_empty_and_not_absent(platform: Caller, worker: Caller) -> None:
    for path in LISTS:
        answer = platform.get(worker.path + path)
        assert (answer.status, answer.json) == (200, {"data": [], "next_cursor": None}), path


def test_a_platform_does_not_see_what_is_the_workers_own(connect: Connect, platform: Caller, worker: Caller) -> None:
    lend(connect, worker, platform)
    for path, fields in PRIVATE.items():
        own, seen = worker.get(path).json, platform.get(worker.path + path).json
        assert None not in [own[field] for field in fields]
        assert {seen[field] for field in fields} == {None}


def test_a_platform_sees_of_a_members_money_only_its_own(api: Api, platform: Caller) -> None:
    other = new_platform(api)
    worker = new_worker(api, platform, other)
    complete(platform, worker, "10")
    complete(other, worker, "5")
    new_stream(other, worker, "100")

    def seen(who: Caller) -> list[Any]:
        balance, earnings = who.get(f"{worker.path}/balance").json, who.get(f"{worker.path}/earnings").json
        tasks = who.get(f"{worker.path}/tasks").json["data"]
        recent = who.get(worker.path).json["recent_tasks"]
        streams = who.get(f"{worker.path}/streams").json["data"]
        return [balance["available"], balance["held"], earnings["earned_amount"], len(tasks), len(recent), len(streams)]

    assert seen(platform) == ["10.000000", "0.000000", "10.000000", 1, 1, 0]
    assert seen(other) == ["5.000000", "100.000000", "5.000000", 2, 2, 1]
    assert seen(worker) == ["15.000000", "100.000000", "15.000000", 3, 3, 1]


def test_balance_of_a_stream_that_runs(job: Job, platform: Caller, worker: Caller) -> None:
    new_task(platform, worker, "7")
    started = datetime.now(UTC) - timedelta(minutes=30)
    new_stream(platform, worker, "3600", start_time=started.isoformat(), release_interval=60)
    before = worker.get("/balance").json
    assert (before["available"], before["held"]) == ("0.000000", "3607.000000")
    assert 1800 <= Decimal(before["accruing"]) < 1810

    job("ReleaseStreams")
    after = worker.get("/balance").json
    assert Decimal(after["available"]) >= 1800
    assert Decimal(after["available"]) + Decimal(after["held"]) == 3607
    assert Decimal(after["accruing"]) < 10


def test_balance_in_settlement(connect: Connect, platform: Caller, worker: Caller) -> None:
    complete(platform, worker, "10")
    connect("jobs").execute("SELECT process_payment(%s, %s, 4)", [worker.id, platform.id])
    balance = worker.get("/balance").json
    assert (balance["available"], balance["in_settlement"]) == ("6.000000", "4.000000")


def test_profile_shows_the_newest_five(connect: Connect, platform: Caller, worker: Caller) -> None:
    task_ids = [new_task(platform, worker, "1") for _ in range(6)]
    lend(connect, worker, platform)
    profile = worker.get().json
    assert [task["id"] for task in profile["recent_tasks"]] == task_ids[:0:-1]
    assert [loan["total_due"] for loan in profile["open_loans"]] == ["51.000000"]
    assert platform.get(worker.path).json["open_loans"] == []


def test_reputation_is_the_sum_of_its_points(platform: Caller, worker: Caller) -> None:
    complete(platform, worker, "1", rating=5)
    complete(platform, worker, "1", rating=1)
    complete(platform, worker, "1")
    reputation = platform.get(f"{worker.path}/reputation").json
    assert reputation == {
        "worker_id": worker.id,
        "score": 515,
        "rank": "fair",
        "completion_rate": "100.00",
        "average_rating": "3.00",
        "dispute_rate": "0.00",
        "points_from_tasks": 15,
        "points_from_ratings": 0,
        "points_from_disputes": 0,
        "points_from_others": 0,
        "factors": [
            {"name": "opening", "events": 0, "weight": None, "points": 500},
            {"name": "tasks", "events": 3, "weight": 5, "points": 15},
            {"name": "ratings", "events": 2, "weight": 20, "points": 0},
            {"name": "disputes", "events": 0, "weight": 20, "points": 0},
            {"name": "appeals", "events": 0, "weight": None, "points": 0},
            {"name": "others", "events": 0, "weight": None, "points": 0},
        ],
    }
    events = worker.get("/reputation/events").json["data"]
    assert [event["new_score"] for event in events] == [515, 510, 520, 515, 505]


def test_an_events_task_is_named_to_its_own_platform_only(api: Api, platform: Caller) -> None:
    other = new_platform(api)
    worker = new_worker(api, platform, other)
    complete(platform, worker, "1")
    (by_worker,) = worker.get("/reputation/events").json["data"]
    (by_platform,) = platform.get(f"{worker.path}/reputation/events").json["data"]
    (by_other,) = other.get(f"{worker.path}/reputation/events").json["data"]
    assert by_worker["task_id"] == by_platform["task_id"] is not None
    assert by_other["task_id"] is None


def test_risk_names_what_fails(worker: Caller) -> None:
    risk = worker.get("/risk").json
    assert not risk["eligible"]
    assert "account younger than 7 days" in risk["reasons"]
    factors = [value for name, value in risk.items() if name.endswith("_factor")]
    assert risk["risk_score"] == sum(factors)
    assert risk["risk_score"] == sum(factor["points"] for factor in risk["factors"])
    assert risk["factors"][0] == {
        "name": "reputation", "value": "500", "weight": "0.3", "max_points": 300, "points": 150,
    }  # fmt: skip
    assert [factor["name"] for factor in risk["factors"]] == [
        "reputation", "completion", "activity", "age", "repayment", "disputes", "floor",
    ]  # fmt: skip


def test_risk_says_what_lifts_it_to_nothing(connect: Connect, platform: Caller, worker: Caller) -> None:
    platform.made(f"/v1/tasks/{new_task(platform, worker)}/dispute", {"reason": "why"})
    penalty = "INSERT INTO reputation_events (worker_id, event_type, delta) VALUES (%s, 'penalty', -450)"
    connect("jobs").execute(penalty, [worker.id])
    risk = worker.get("/risk").json
    points = {factor["name"]: factor["points"] for factor in risk["factors"]}
    assert (points["reputation"], points["repayment"], points["disputes"]) == (15, 50, -200)
    assert (points["floor"], risk["risk_score"]) == (135, 0)
    for factor in risk["factors"]:
        weighed = round(Decimal(factor["value"]) * Decimal(factor["weight"]))
        bound = factor["max_points"]
        assert factor["points"] == (min(weighed, bound) if bound > 0 else max(weighed, bound)), factor


def test_an_appeal_is_shown_with_its_event(api: Api, platform: Caller, worker: Caller) -> None:
    event_id = new_event(platform, worker)
    path = f"{worker.path}/reputation/events/{event_id}/appeal"

    appealed = worker.made(path, {"reason": "It was the other rider."})

    expected = {"event_id": event_id, "reason": "It was the other rider.", "status": "open", "decided_at": None}
    assert appealed.items() >= expected.items()
    for who in (worker, platform):
        events = who.get(f"{worker.path}/reputation/events").json["data"]
        assert {event["id"]: event["appeal"] for event in events if event["appeal"]} == {event_id: "open"}
    gain = next(event for event in worker.get("/reputation/events").json["data"] if event["delta"] > 0)
    again = worker.post(path, {"reason": "Really."})
    assert (again.status, again.json["code"]) == (409, "already_appealed")
    nothing_lost = worker.post(f"{worker.path}/reputation/events/{gain['id']}/appeal", {"reason": "More!"})
    assert (nothing_lost.status, nothing_lost.json["code"]) == (409, "wrong_state")
    assert new_worker(api, platform).post(path, {"reason": "x"}).status == 404
    assert platform.post(path, {"reason": "x"}).status == 403


def test_what_an_appeal_gave_back_is_a_factor(connect: Connect, platform: Caller, worker: Caller) -> None:
    event_id = new_event(platform, worker)
    appealed = worker.made(f"{worker.path}/reputation/events/{event_id}/appeal", {"reason": "no"})
    connect("operator").execute("SELECT decide_appeal(%s, TRUE)", [appealed["id"]])

    reputation = worker.get("/reputation").json
    assert reputation["score"] == 505 == sum(factor["points"] for factor in reputation["factors"])
    assert {"name": "appeals", "events": 1, "weight": None, "points": 10} in reputation["factors"]
    newest, rated, _ = worker.get("/reputation/events").json["data"]
    assert (newest["event_type"], newest["appealed_event_id"], newest["delta"]) == ("appeal", event_id, 10)
    assert (rated["id"], rated["appeal"]) == (event_id, "granted")


def test_change_what_is_named_and_nothing_else(worker: Caller) -> None:
    before = worker.get().json
    after = worker.patch({"email": "New@example.com"}).json
    assert after["email"] == "New@example.com"
    assert after == {name: before[name] for name in after} | {"email": "New@example.com"}


def test_another_workers_email_is_taken(api: Api, worker: Caller) -> None:
    worker.patch({"email": "taken@example.com"})
    answer = new_worker(api).patch({"email": "TAKEN@example.com"})
    assert (answer.status, answer.json["code"], answer.json["errors"][0]["field"]) == (409, "email_taken", "email")


def test_a_worker_changes_nobody_else_and_a_platform_no_worker(api: Api, platform: Caller, worker: Caller) -> None:
    assert new_worker(api).patch({"name": "Eve"}, worker.path).status == 404
    assert platform.patch({"name": "Eve"}, worker.path).status == 403
    assert worker.get().json["name"] == "Alice"


def test_invite_shows_its_token_once(platform: Caller) -> None:
    first = platform.post("/v1/workers", {"email": "bob@example.com", "name": "Bob"}, once="bob")
    again = platform.post("/v1/workers", {"email": "bob@example.com", "name": "Bob"}, once="bob")
    assert first.status == 201
    assert first.json["invite"]["email"] == "bob@example.com"
    assert (again.status, again.json["code"]) == (409, "already_created")
    assert first.json["invite_token"] not in again.body.decode()


def test_a_member_is_not_invited_again(platform: Caller, worker: Caller) -> None:
    answer = platform.post("/v1/workers", {"email": worker.get().json["email"].upper()})
    assert (answer.status, answer.json["errors"][0]["field"]) == (409, "email")
