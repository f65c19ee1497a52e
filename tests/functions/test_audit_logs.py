"""A platform reads its own part of the audit trail, and has it compared with what was sealed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from tests.books import Books
from tests.conftest import Api
from tests.people import Caller, new_platform, new_task, new_worker
from tests.tampering import seal


@pytest.fixture
def platform(api: Api) -> Caller:
    """It has registered, made a deposit, invited a worker, and given two tasks of which one was cancelled."""
    platform = new_platform(api)
    worker = new_worker(api, platform)
    new_task(platform, worker)
    platform.made(f"/v1/tasks/{new_task(platform, worker)}/cancel")
    return platform


def listed(platform: Caller, query: str = "") -> list[dict[str, Any]]:
    answer = platform.get(f"/v1/audit-logs{query}")
    assert answer.status == 200, answer.body
    data: list[dict[str, Any]] = answer.json["data"]
    return data


def verified(platform: Caller, query: str = "") -> Any:
    answer = platform.get(f"/v1/audit-logs/verify{query}")
    assert answer.status == 200, answer.body
    return answer.json


def test_the_newest_act_comes_first(platform: Caller) -> None:
    acts = listed(platform)
    assert [act["action"] for act in acts][:3] == ["task.cancelled", "task.created", "task.created"]
    assert {act["actor_id"] for act in acts} == {platform.id}
    assert {act["ip_address"] for act in acts} == {"127.0.0.1"}
    ids = [act["id"] for act in acts]
    assert ids == sorted(ids, reverse=True)
    first = platform.get("/v1/audit-logs?limit=2").json
    assert [act["id"] for act in first["data"]] == ids[:2]
    assert [act["id"] for act in listed(platform, f"?cursor={first['next_cursor']}")] == ids[2:]


def test_acts_are_found_by_what_they_were_and_when(platform: Caller) -> None:
    acts = listed(platform)
    task = acts[0]["resource_id"]
    assert [act["action"] for act in listed(platform, f"?resource_id={task}")] == ["task.cancelled", "task.created"]
    assert len(listed(platform, "?action=task.created")) == 2
    assert len(listed(platform, "?resource_type=task")) == 3
    assert listed(platform, "?action=task.created&resource_type=stream") == []
    for number, act in enumerate(acts):
        moment = datetime.fromisoformat(act["created_at"])
        later = quote((moment + timedelta(microseconds=1)).isoformat())
        same = quote(moment.isoformat())
        assert listed(platform, f"?created_from={same}") == acts[: number + 1]
        assert listed(platform, f"?created_from={later}") == acts[:number]
        assert listed(platform, f"?created_to={same}") == acts[number + 1 :]
        assert listed(platform, f"?created_to={later}") == acts[number:]
    assert listed(platform, "?created_from=0001-01-01T00:00:00Z&created_to=9999-12-31T23:59:59Z") == acts


def test_an_id_is_no_less_than_the_floor_of_its_time(books: Books) -> None:
    assert books.value(
        """
        SELECT bool_and(ops.uuid_floor(t.at) <= ops.uuid_v7(t.at) AND ops.uuid_v7(t.at) < ops.uuid_floor(t.at + d.tick))
        FROM generate_series(1, 5000) AS n
        CROSS JOIN (SELECT interval '1 us' AS tick) AS d
        CROSS JOIN LATERAL (SELECT '2026-11-24'::timestamptz + n * 997 * d.tick AS at) AS t
        """
    )


def test_rows_wait_for_their_seal_and_then_stand_in_it(books: Books, platform: Caller) -> None:
    total = len(listed(platform))
    assert verified(platform) == {
        "ok": True, "checked": total, "waiting": total, "first_seal": None, "last_seal": None, "findings": [],
        "next_cursor": None,
    }  # fmt: skip
    seal(books, limit=1)
    seal(books)
    first = verified(platform, "?limit=2")
    last = books.value("SELECT max(number) FROM ops.audit_seals")
    assert (first["ok"], first["checked"], first["waiting"], first["last_seal"]) == (True, 2, 0, last)
    rest = verified(platform, f"?cursor={first['next_cursor']}")
    assert (rest["ok"], rest["checked"], rest["waiting"], rest["first_seal"]) == (True, total - 2, 0, 1)


MINE = "(SELECT id FROM audit_logs WHERE action = 'task.cancelled')"
TAMPERED = {
    "row edited": f"UPDATE audit_logs SET metadata = '{{\"x\": 1}}' WHERE id = {MINE}",
    "row deleted": f"DELETE FROM audit_logs WHERE id = {MINE}",
    "given to another": f"UPDATE audit_logs SET actor_id = ops.uuid_v7() WHERE id = {MINE}",
    "row inserted": (
        "INSERT INTO audit_logs (actor_id, actor_type, action, resource_type)"
        " SELECT actor_id, actor_type, 'forged', 'task' FROM audit_logs WHERE action = 'task.cancelled'"
    ),
    "seal broken": "UPDATE ops.audit_seals SET sealed_at = sealed_at + interval '1 us'",
    "seal gone": "DELETE FROM ops.audit_seals",
    "resealed": f"""
        WITH edited AS (UPDATE audit_logs SET user_agent = 'x' WHERE id = {MINE} RETURNING *)
        UPDATE ops.audit_seals AS s SET entries[p.position].digest = ops.audit_digest(e)
        FROM ops.audit_places AS p, edited AS e WHERE p.audit_id = e.id AND s.number = p.seal
    """,
}


@pytest.mark.parametrize("name", TAMPERED)
def test_tampering_with_a_row_is_found_by_whose_it_is(books: Books, api: Api, platform: Caller, name: str) -> None:
    neighbour = new_platform(api)
    seal(books)
    owner = books.connection("owner")
    with owner.transaction():
        for table in ["audit_logs", "ops.audit_seals"]:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute(TAMPERED[name])
        for table in ["audit_logs", "ops.audit_seals"]:
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    told = verified(platform, "?limit=100")
    assert told["ok"] is False
    expected = {"given to another": "row edited", "seal gone": "seal broken", "resealed": "seal broken"}.get(name, name)
    assert {finding["finding"] for finding in told["findings"]} == {expected}
    if expected != "seal broken":
        assert verified(neighbour)["ok"] is True
        assert len(told["findings"]) == 1


def test_nobody_learns_of_anothers_rows(books: Books, api: Api, platform: Caller) -> None:
    seal(books)
    neighbour = new_platform(api, None)
    assert {act["actor_id"] for act in listed(neighbour)} <= {neighbour.id}
    assert verified(neighbour)["checked"] == len(listed(neighbour))
    task: UUID = listed(platform)[0]["resource_id"]
    assert listed(neighbour, f"?resource_id={task}") == []


def test_a_seal_notes_the_place_of_each_tenants_row(books: Books, platform: Caller, job: Callable[..., Any]) -> None:
    job("SealAudit", at=datetime.now(UTC))
    assert books.rows(
        """
        SELECT a.id FROM audit_logs AS a
        LEFT JOIN ops.audit_places AS p ON a.id = p.audit_id AND a.actor_id = p.actor_id
        LEFT JOIN ops.audit_seals AS s ON p.seal = s.number
        WHERE (s.entries[p.position]).audit_id IS DISTINCT FROM a.id AND a.actor_id IS NOT NULL
        """
    ) == []  # fmt: skip
