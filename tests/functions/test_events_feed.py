"""GET /v1/events: whoever follows its cursor gets every event once, in whatever order transactions end."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
from tests.conftest import Api
from tests.people import Caller, new_platform, new_task, new_worker

from gigstream.queries.base import encode_cursor

Connect = Callable[[str], psycopg.Connection]
EMIT = "SELECT ops.emit(%s, %s, NULL, 'task', gen_random_uuid(), '{}')"


def follow(platform: Caller, cursor: str | None = None, limit: int = 20) -> tuple[list[Any], str | None]:
    """All there is behind a cursor, and the cursor that leads on."""
    found: list[Any] = []
    more = True
    while more:
        part = platform.get(f"/v1/events?limit={limit}" + (f"&cursor={cursor}" if cursor else "")).json
        found, cursor, more = found + part["data"], part["next_cursor"], part["has_more"]
    return found, cursor


def types(events: list[Any]) -> list[str]:
    return [event["type"] for event in events]


def test_events_come_oldest_first_in_parts_and_go_on_behind_the_cursor(api: Api) -> None:
    platform = new_platform(api)
    assert follow(platform) == ([], None)
    worker = new_worker(api, platform)
    tasks = [new_task(platform, worker) for _ in range(5)]

    events, cursor = follow(platform, limit=2)
    assert [event["data"]["id"] for event in events] == tasks
    assert follow(platform, cursor) == ([], cursor)
    platform.made(f"/v1/tasks/{tasks[0]}/cancel")
    later, _ = follow(platform, cursor)
    assert types(later) == ["task.cancelled"]
    assert later[0]["sequence"] == 2


def test_a_transaction_that_commits_late_is_not_skipped(api: Api, connect: Connect) -> None:
    platform = new_platform(api)
    slow, quick = connect("jobs"), connect("jobs")
    with slow.transaction():
        slow.execute(EMIT, ["slow.first", platform.id])
        with quick.transaction():
            quick.execute(EMIT, ["quick", platform.id])
        slow.execute(EMIT, ["slow.second", platform.id])
        seen, cursor = follow(platform)
        assert seen == [], "what is older may still come"
    rest, _ = follow(platform, cursor)
    assert types(rest) == ["slow.first", "slow.second", "quick"]


def test_a_transaction_that_begins_early_and_writes_late_is_not_skipped(api: Api, connect: Connect) -> None:
    platform = new_platform(api)
    slow, quick = connect("jobs"), connect("jobs")
    with slow.transaction():
        slow.execute("SELECT 1")  # no number yet: it gets one when it writes
        with quick.transaction():
            quick.execute(EMIT, ["quick", platform.id])
        seen, cursor = follow(platform)
        assert types(seen) == ["quick"]
        slow.execute(EMIT, ["slow", platform.id])
    rest, _ = follow(platform, cursor)
    assert types(rest) == ["slow"]


def test_a_platform_sees_its_own_events_and_follows_its_own_cursor(api: Api) -> None:
    mine, other = new_platform(api), new_platform(api)
    new_task(mine, new_worker(api, mine))
    _, cursor = follow(mine)
    assert follow(other) == ([], None)
    for foreign in [cursor, encode_cursor(uuid4())]:
        answer = other.get(f"/v1/events?cursor={foreign}")
        assert (answer.status, answer.json["errors"][0]["field"]) == (422, "cursor")


def test_a_workers_advances_are_told_to_no_platform(api: Api, connect: Connect) -> None:
    platform = new_platform(api)
    connect("jobs").execute(
        "SELECT ops.emit('loan.disbursed', %s, NULL, 'loan', gen_random_uuid(), '{}')", [platform.id]
    )
    assert follow(platform) == ([], None)


def test_the_feed_is_read_along_its_index(api: Api, connect: Connect) -> None:
    platform, other = new_platform(api), new_platform(api)
    connect("jobs").execute(
        "SELECT ops.emit('task.created', %s, NULL, 'task', gen_random_uuid(), '{}') FROM generate_series(1, 5000)",
        [other.id],
    )
    connect("owner").execute("ANALYZE ops.outbox")
    caller = connect("api")
    with caller.transaction():
        caller.execute("SELECT ops.act_as('platform', %s, '', '')", [platform.id])
        plan = caller.execute(
            "EXPLAIN SELECT * FROM ops.outbox AS o WHERE o.platform_id = ops.tenant()"
            " AND o.xid < pg_snapshot_xmin(pg_current_snapshot())"
            " AND (o.xid, o.id) > ((SELECT '5'::xid8), '01900000-0000-7000-8000-000000000000'::uuid)"
            " ORDER BY o.xid, o.id LIMIT 21"
        ).fetchall()
    text = "\n".join(line for (line,) in plan)
    (condition,) = [line for (line,) in plan if "Index Cond" in line]
    assert "Index Scan using outbox_feed_idx" in text, text
    assert "ROW(xid, id) > ROW" in condition, text
