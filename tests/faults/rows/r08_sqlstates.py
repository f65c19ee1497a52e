"""R8: Postgres fails with a given SQLSTATE the first few times that a row is written somewhere on the way.

Guards: a conflict (40001, 40P01) is run again as a whole, up to five times; what may pass (57P01, 08006, 55P03) is told
to the client with Retry-After; what breaks a rule (23xxx) is tried once. A retry of the failed statement alone, or of
everything, or one that keeps what the failed try wrote, is seen in the number of tries and of rows.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import psycopg
from tests.faults.board import Arena, Outcome, row
from tests.faults.clients import insist
from tests.faults.serving import called
from tests.people import Caller, new_platform, new_stream, new_task, new_worker

from devstack import scheduler
from gigstream.errors import GigStreamError

PLACES = ["ops.deposits", "tasks", "streams", "ledger.transfers", "ops.outbox", "audit_logs", "ops.idempotency_keys"]
# How often the layer tries before it tells the client, and as what.
PASSING = {"40001": (5, 503), "40P01": (5, 503), "57P01": (1, 503), "08006": (1, 503), "55P03": (1, 409)}
FINAL = ["23001", "23502", "23503", "23505", "23514", "23P01"]
ALWAYS = 10**6
FAULTS = """
    CREATE SCHEMA faults;
    CREATE SEQUENCE faults.tries;
    CREATE TABLE faults.plan (place regclass, sqlstate text, times integer);
    INSERT INTO faults.plan DEFAULT VALUES;
    CREATE FUNCTION faults.fail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    DECLARE
        v_plan faults.plan := (SELECT p FROM faults.plan AS p);
    BEGIN
        IF v_plan.place = tg_relid AND nextval('faults.tries') <= v_plan.times THEN
            RAISE 'planted' USING ERRCODE = v_plan.sqlstate;
        END IF;
        RETURN NULL;
    END;
    $$;
"""


class Trap:
    """The planted fault: the table where a write fails, with what and how often."""

    def __init__(self, arena: Arena) -> None:
        self.books = arena.books
        self.books.plant(FAULTS)
        for place in PLACES:
            self.books.plant(f"CREATE TRIGGER fail AFTER INSERT ON {place} EXECUTE FUNCTION faults.fail()")

    def set(self, place: str | None, sqlstate: str = "", times: int = 0) -> None:
        self.books.plant("UPDATE faults.plan SET place = %s, sqlstate = %s, times = %s", place, sqlstate, times)
        self.books.plant("ALTER SEQUENCE faults.tries RESTART")

    def met(self) -> int:
        """How often a transaction came to the place."""
        query = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END::integer FROM faults.tries"
        tries: int = self.books.value(query, role="owner")
        return tries

    def rows(self) -> int:
        """Audit rows and keys: one more of each when a request is carried out."""
        query = "SELECT (SELECT count(*) FROM ops.idempotency_keys) + (SELECT count(*) FROM audit_logs)"
        rows: int = self.books.value(query, role="owner")
        return rows


def requests(platform: Caller, worker: Caller) -> list[tuple[str, object]]:
    """A write of each kind that could be made now."""
    task = {"worker_id": worker.id, "task_type": "fixed", "amount": "1", "title": "Deliver a parcel"}
    started = new_task(platform, worker, "1")
    platform.made(f"/v1/tasks/{started}/start")
    shift = {"task_id": new_task(platform, worker, "1", "streaming"), "duration_seconds": 3600}
    complete = f"/v1/tasks/{started}/complete"
    return [("/deposits", {"amount": "1"}), ("/v1/tasks", task), (complete, {}), ("/v1/streams", shift)]


def ask(trap: Trap, platform: Caller, path: str, body: object, status: int, refusals: int) -> str | None:
    """A request meets a failure that passes."""
    outcome, before = Outcome(), trap.rows()
    *refused, _ = (answer.status for answer in insist(platform, outcome, "POST", path, body))
    right = refused == [status] * refusals and not outcome.violations and trap.rows() == before + 2
    return None if right else f"{refused}, not {refusals}; {trap.rows() - before} rows; {outcome.violations}"


def ask_in_vain(trap: Trap, platform: Caller, path: str, body: object) -> str | None:
    """A request breaks a rule: nothing is left of it, and its key is free."""
    key, before = str(uuid4()), trap.rows()
    refused, tries, left = platform.post(path, body, once=key).status, trap.met(), trap.rows() - before
    trap.books.plant("UPDATE faults.plan SET times = 0")
    repeated = platform.post(path, body, once=key).status
    right = tries == 0 or (tries == 1 and refused >= 400 and left == 0 and repeated in (200, 201))
    return None if right else f"{refused} after {tries} tries, {left} rows; then {repeated}"


def tick(refusals: int) -> str | None:
    """A job meets a failure that passes: a later tick does what this one could not."""
    failed, counts = 0, None
    while counts is None and failed <= refusals:
        try:
            counts = scheduler.call("ReleaseStreams", datetime.now(UTC))
        except GigStreamError:
            failed += 1
        except psycopg.Error as error:
            return f"a tick fails with {error}"
    right = failed == refusals and counts == {"due": 1, "released": 1, "failed": 0}
    return None if right else f"{failed} runs failed, not {refusals}; {counts}"


@row(8, "40001, 40P01, 57P01, 08006, 55P03 and 23xxx in the middle of a write", full=500, short=60)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    outcome, trap = Outcome(), Trap(arena)
    with called(arena) as api:
        platform = new_platform(api, "100000")
        worker = new_worker(api, platform)
        start = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
        while outcome.cases < cases:
            trap.set(None)
            place, sqlstate, times = chance.choice(PLACES), chance.choice([*PASSING, *FINAL]), chance.randint(1, 6)
            path, body = chance.choice(requests(platform, worker))
            attempt: Callable[[], str | None] = partial(ask_in_vain, trap, platform, path, body)
            if sqlstate in PASSING:
                tries, status = PASSING[sqlstate]
                attempt = partial(ask, trap, platform, path, body, status, times // tries)
                if chance.random() < 0.3:
                    new_stream(platform, worker, "1", start_time=start, duration_seconds=3600)
                    path, attempt = "a tick", partial(tick, times // tries)
            trap.set(place, sqlstate, times if sqlstate in PASSING else ALWAYS)
            wrong = attempt()
            if trap.met() == 0:  # this one writes nothing there
                continue
            outcome.cases += 1
            if wrong:
                outcome.violations.append(f"{sqlstate} {times} times at {place}, {path}: {wrong}")
            else:
                outcome.accepted += 1
    return outcome
