"""DELETE /v1/workers/{worker_id}: what tells who he was goes, what tells what was paid stays."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from tests.books import refused
from tests.conftest import Api
from tests.people import Caller, Wallet, new_platform, new_task, new_worker

Connect = Callable[[str], psycopg.Connection]
WALLET = Wallet()
NINA = {"name": "Nina Nowak", "email": "nina@example.com", "password": "correct horse"}
BOOKS = ["ledger.transfers", "ledger.accounts", "tasks", "streams", "transactions", "reputation_events", "loans"]


@pytest.fixture
def platform(api: Api) -> Caller:
    return new_platform(api)


@pytest.fixture
def worker(api: Api, platform: Caller) -> Caller:
    """Nina, a member with a wallet."""
    invite = platform.made("/v1/workers", {"email": NINA["email"], "name": NINA["name"]})
    form = {**NINA, "wallet": WALLET.proof(api), "invite_token": invite["invite_token"]}
    tokens = api.post("/v1/auth/register", form, headers={"User-Agent": "curl"}).json
    return Caller(api, f"/v1/workers/{tokens['worker_id']}", token=tokens["access_token"])


def erase(worker: Caller, path: str = "") -> Any:
    return worker.send("DELETE", path)


def complete(platform: Caller, worker: Caller, amount: str = "10") -> str:
    task_id = new_task(platform, worker, amount)
    platform.made(f"/v1/tasks/{task_id}/start")
    platform.made(f"/v1/tasks/{task_id}/complete", {"rating": 5})
    return task_id


def pay_out(connect: Connect, platform: Caller, worker: Caller, amount: str = "10") -> None:
    jobs = connect("jobs")
    row = jobs.execute("SELECT id FROM process_payment(%s, %s, %s)", [worker.id, platform.id, amount]).fetchone()
    assert row is not None
    jobs.execute("SELECT complete_payment(%s, %s, 1)", [row[0], "0x" + uuid4().hex * 2])


def everything(url: Callable[[str], str]) -> str:
    """All rows of the database as text, in lower case."""
    with psycopg.connect(url("owner")) as owner:
        tables = owner.execute(
            "SELECT oid::regclass::text FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('public', 'ops', 'ledger')"
        ).fetchall()
        rows = [row for (table,) in tables for row in owner.execute(f"SELECT t::text FROM {table} AS t").fetchall()]
    return str(rows).lower()


def test_who_he_was_goes(api: Api, url: Callable[[str], str], platform: Caller, worker: Caller) -> None:
    """By looking for it in every row of every table."""
    new_platform(api).made("/v1/workers", {"email": "NINA@example.com", "name": NINA["name"]})
    platform.made(f"/v1/tasks/{new_task(platform, worker)}/cancel")
    with psycopg.connect(url("owner")) as owner:
        owner.execute("UPDATE workers SET wallet_id = 'circle-1'")
    words = ["nina", "nowak", WALLET.address.lower(), "circle-1", "argon2id"]
    assert all(word in everything(url) for word in words)

    answer = erase(worker)

    assert (answer.status, answer.body) == (204, b"")
    assert not [word for word in words if word in everything(url)]


def test_he_is_gone_for_the_api(api: Api, worker: Caller) -> None:
    tokens = api.post("/v1/auth/login", {"email": NINA["email"], "password": NINA["password"]}).json
    elsewhere = Caller(api, worker.path, token=tokens["access_token"])
    assert erase(worker, "/v1/workers/me").status == 204

    for session in [worker, elsewhere]:
        assert session.get().status == 401
        assert erase(session).status == 401
    assert api.post("/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]}).status == 401
    for email in [NINA["email"], f"{worker.id}@erased.invalid"]:
        for password in [NINA["password"], " "]:
            assert api.post("/v1/auth/login", {"email": email, "password": password}).status == 401


def test_he_may_come_back_as_somebody_new(api: Api, worker: Caller) -> None:
    erase(worker)

    again = api.post("/v1/auth/register", NINA | {"wallet": WALLET.proof(api)})

    assert again.status == 201
    assert again.json["worker_id"] != worker.id


def test_the_books_stay(connect: Connect, platform: Caller, worker: Caller) -> None:
    task_id = complete(platform, worker)
    pay_out(connect, platform, worker)

    def books() -> list[Any]:
        auditor = connect("auditor")
        return [auditor.execute(f"SELECT t::text FROM {table} AS t ORDER BY id").fetchall() for table in BOOKS]

    before = books()
    assert erase(worker).status == 204

    assert books() == before
    assert connect("auditor").execute("SELECT count(*) FROM ops.check_invariants()").fetchone() == (0,)
    assert platform.get(f"/v1/tasks/{task_id}").json["worker_id"] == worker.id


def test_his_platform_sees_a_nameless_member_and_gives_him_nothing_more(platform: Caller, worker: Caller) -> None:
    before = platform.get(worker.path).json
    erase(worker)

    seen = platform.get(worker.path).json
    assert (seen["name"], seen["wallet_address"], seen["email"]) == ("Erased worker", None, None)
    assert seen["reputation_score"] == before["reputation_score"]
    assert platform.get("/v1/workers").json["data"] == []  # of those whom it can give tasks to
    body = {"worker_id": worker.id, "task_type": "fixed", "amount": "1", "title": "more"}
    answer = platform.post("/v1/tasks", body)
    assert (answer.status, answer.json["code"], answer.json["errors"][0]["field"]) == (404, "not_a_member", "worker_id")


def test_it_is_audited_without_a_value(connect: Connect, worker: Caller) -> None:
    erase(worker)

    rows = connect("auditor").execute(
        "SELECT actor_type, actor_id, resource_id, metadata FROM audit_logs WHERE action = 'worker.erased'"
    )
    assert rows.fetchall() == [("worker", UUID(worker.id), UUID(worker.id), {})]


def test_whoever_has_something_open_is_told_what(connect: Connect, platform: Caller, worker: Caller) -> None:
    def detail() -> str:
        answer = erase(worker)
        assert (answer.status, answer.json["code"]) == (409, "wrong_state")
        return str(answer.json["detail"]).removeprefix("the account cannot be erased yet: ")

    complete(platform, worker, "10.5")
    task_id = new_task(platform, worker, "3")
    assert detail() == "open tasks: 1; not paid out: 10.500000 USDC"
    platform.made(f"/v1/tasks/{task_id}/cancel")
    assert detail() == "not paid out: 10.500000 USDC"
    begun = connect("jobs").execute("SELECT process_payment(%s, %s, 10.5)", [worker.id, platform.id])
    assert begun.rowcount == 1
    assert detail() == "not paid out: 10.500000 USDC"
    connect("jobs").execute("SELECT complete_payment(id, %s, 1) FROM transactions", ["0x" + "1" * 64])
    connect("jobs").execute(
        "INSERT INTO loans (worker_id, platform_id, amount, fee, total_due) VALUES (%s, %s, 50, 1, 51)",
        [worker.id, platform.id],
    )
    assert detail() == "open advance: 51.000000 USDC"
    assert worker.get().json["name"] == NINA["name"]


def test_nobody_erases_somebody_else(api: Api, platform: Caller, worker: Caller) -> None:
    stranger = new_worker(api)

    assert erase(stranger, worker.path).status == 404
    assert platform.send("DELETE", worker.path).status == 403
    assert worker.get().status == 200


def test_the_function_itself_reaches_the_caller_only(connect: Connect, worker: Caller) -> None:
    for kind, tenant in [("worker", uuid4()), ("platform", uuid4())]:
        with refused("GS001"), connect("api") as api, api.transaction():
            api.execute("SELECT ops.act_as(%s, %s, NULL, NULL)", [kind, tenant])
            api.execute("SELECT erase_worker(%s)", [worker.id])
    assert worker.get().status == 200
