"""Every route and every job, by many clients at once, through a pooler with fewer connections than clients.

Red when statements are prepared (no prepare_threshold=None), when a setting outlives its transaction
(set_config(..., FALSE)), when a transaction is left open, and when an idle client keeps a session.
"""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from unittest.mock import patch

import psycopg
from tests.conftest import Api
from tests.faults.board import Arena, Outcome, row
from tests.faults.serving import served
from tests.faults.worlds import worlds
from tests.ready import ready
from tests.world import RULES, World

from devstack import chain, scheduler, server
from devstack.template import Template

CLIENTS = 64
TENANTS = 4
POOL = 8  # connections of a role
PATIENCE = 5  # seconds between the two trips of a write, on a busy machine
# What whoever gets a session of the pool must not find there.
LEFT = """
    SELECT 'the setting ' || name FROM unnest(ARRAY[
        'gigstream.tenant', 'gigstream.tenant_kind', 'gigstream.scopes', 'gigstream.session', 'gigstream.ip',
        'gigstream.user_agent', 'lock_timeout', 'statement_timeout'
    ]) AS name
    WHERE coalesce(current_setting(name, TRUE), '') NOT IN ('', '0')
    UNION ALL
    SELECT 'the prepared statement ' || statement FROM pg_prepared_statements
    UNION ALL
    SELECT 'an open transaction: ' || query FROM pg_stat_activity
    WHERE usename = current_user AND state LIKE 'idle in transaction%%' AND query NOT LIKE '%%pg_stat_activity%%'
        AND clock_timestamp() - state_change > make_interval(secs => %s)
"""


@row(6, "every route and job through the pooler, 64 clients", full=6400, short=128)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    outcome = Outcome(cases=cases)
    with ExitStack() as stack:
        stack.enter_context(patch.object(server, "WORKERS", CLIENTS))
        node = stack.enter_context(chain.running())
        api = stack.enter_context(served(arena, **node.environment))
        tenants = stack.enter_context(worlds(arena, api, TENANTS))
        clients = stack.enter_context(ThreadPoolExecutor(CLIENTS))
        probes = [
            stack.enter_context(closing(psycopg.connect(arena.url(role), prepare_threshold=None)))
            for role in ("api", "jobs")
            for _ in range(POOL)
        ]

        arena.books.connection("operator")  # once, before many threads ask for it
        acts = [
            clients.submit(_act, arena, api, chance.choice(tenants), chance.choice(list(RULES))) for _ in range(cases)
        ]
        while not all(act.done() for act in acts):
            outcome.violations += _jobs()
            for probe in probes:
                outcome.violations += _left([probe], PATIENCE)
        outcome.violations += _left(probes, 0)

    wrong = [answer for act in acts if (answer := act.result())]
    outcome.accepted = cases - len(wrong)
    outcome.violations += wrong
    return outcome


def _act(arena: Arena, api: Api, world: World, name: str) -> str | None:
    """What was wrong with the answer."""
    try:
        answer = ready(world, arena.books, name).send(api)
    except AssertionError as refused:
        return f"before {name}: {refused}"
    return None if answer.status < 300 else f"{name}: {answer.body!r}"


def _jobs() -> Iterator[str]:
    """Each job runs once; those that failed."""
    for schedule in Template().schedules:
        name = schedule.function.name
        try:
            scheduler.call(name, datetime.now(UTC))
        except Exception as failure:  # noqa: BLE001 - any is one too many
            yield f"{name}: {failure!r}"


def _left(probes: list[psycopg.Connection], patience: int) -> list[str]:
    """What is found in so many sessions of the pool: the probes hold on to one each until the last has looked."""
    try:
        return [text for probe in probes for (text,) in probe.execute(LEFT, [patience])]
    except psycopg.OperationalError as refused:
        return [f"an idle client keeps a session of the pool: {refused}"]
    finally:
        for probe in probes:
            if not probe.closed:
                probe.rollback()
