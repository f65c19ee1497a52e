"""Streams to release: so many of so many platforms, of which a part comes due at each turn, a minute apart."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from sys import maxsize
from typing import LiteralString

import psycopg
from tests.bench import stage

from devstack.postgres import Cluster
from gigstream.queries import streams
from gigstream.queries.base import Query
from gigstream.queries.streams import Tick
from gigstream.releases import BATCH

# Turn 0 was two days ago. With an interval of 30 days nothing that was released at its turn comes due again.
SINCE = timedelta(days=2)
MONTH = timedelta(days=30)

# n counts from 0. The streams of a platform and of a worker are next to each other, those of a turn all over the table.
# `skew` is 1 where platforms are of one size; the larger it is, the more streams the first ones have.
_SHIFTS: list[LiteralString] = [
    """
    CREATE TABLE public.shifts AS
    SELECT
        ops.uuid_v7() AS id, w.ids[1 + floor(n::float * %(workers)s / %(streams)s)::integer] AS worker,
        p.ids[1 + floor(%(platforms)s * power(n::float / %(streams)s, %(skew)s))::integer] AS platform,
        %(first)s + n %% %(turns)s * interval '1 minute' AS due
    FROM generate_series(0, %(streams)s - 1) AS n
    CROSS JOIN (SELECT array_agg(gen_random_uuid()) AS ids FROM generate_series(1, %(platforms)s)) AS p
    CROSS JOIN (SELECT array_agg(gen_random_uuid()) AS ids FROM generate_series(1, %(workers)s)) AS w
    """,
    """
    INSERT INTO platforms (id, name, contact_email)
    SELECT DISTINCT platform, 'P', platform || '@p.example' FROM shifts
    """,
    """
    INSERT INTO workers (id, name, email, password_hash)
    SELECT DISTINCT worker, 'W', worker || '@w.example', '' FROM shifts
    """,
    "INSERT INTO ops.memberships (platform_id, worker_id) SELECT DISTINCT platform, worker FROM shifts",
    """
    INSERT INTO ledger.accounts (kind, owner_id, platform_id, balance)
    SELECT 'worker_available', worker_id, platform_id, 0 FROM ops.memberships
    UNION ALL SELECT 'platform_held', id, id, 1000000000 FROM platforms
    """,
    """
    INSERT INTO tasks (id, platform_id, worker_id, task_type, amount, status, title)
    SELECT id, platform, worker, 'streaming', 1000, 'active', 'a task' FROM shifts
    """,
    """
    INSERT INTO streams (
        id, task_id, platform_id, worker_id, start_time, anchor_time, end_time, total_amount, remaining_amount,
        release_interval, next_release_at
    )
    SELECT
        s.id, s.id, s.platform, s.worker, t.start, t.start, s.due + interval '30 days', 1000, 1000,
        extract(EPOCH FROM %(interval)s), s.due
    FROM shifts AS s
    CROSS JOIN LATERAL (SELECT s.due - %(interval)s AS start) AS t
    """,
    """
    INSERT INTO ops.due_streams (stream_id, platform_id, next_release_at)
    SELECT id, platform_id, next_release_at FROM streams WHERE status = 'active'
    """,
]


def fill(
    cluster: Cluster,
    *,
    streams: int,
    platforms: int,
    workers: int,
    turns: int,
    interval: timedelta = MONTH,
    skew: float = 1,
) -> tuple[str, Callable[[int], datetime]]:
    """A new database, and when a turn is: at `at(0)` each `turns`th stream is due, at `at(1)` the next ones are too."""
    name = stage.copy(cluster)
    with cluster.superuser(name) as conn:
        row = conn.execute("SELECT date_trunc('minute', now()) - %s", [SINCE]).fetchone()
    assert row
    first: datetime = row[0]
    sizes = {"streams": streams, "platforms": platforms, "workers": workers, "turns": turns, "skew": skew}
    stage.fill(cluster, name, _SHIFTS, sizes | {"interval": interval, "first": first})
    return name, lambda turn: first + turn * timedelta(minutes=1)


def tick(conn: psycopg.Connection, as_of: datetime) -> int:
    """What the job asks the database for; how many streams were due."""
    return release(conn, partial(streams.release_due, as_of))


def release(conn: psycopg.Connection, batch: Callable[[int], Query[Tick]], most: int = maxsize) -> int:
    """Release as gigstream.releases does; how many streams were due."""
    due = 0
    while due < most:
        limit = min(BATCH, most - due)
        query = batch(limit)
        taken: int
        taken, *_ = conn.execute(query.sql, query.params, prepare=False).fetchone() or (0,)
        due += taken
        if taken < limit:
            break
    return due
