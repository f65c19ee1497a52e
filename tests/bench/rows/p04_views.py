"""P4: a view that is asked about one id costs that id's rows, however many others there are."""

from collections.abc import Callable, Iterator
from typing import LiteralString
from uuid import UUID

import psycopg
from tests.bench import stage
from tests.bench.board import Line, in_turn, row

from devstack.postgres import Cluster
from gigstream.queries import analytics

FEW, MANY = 10_000, 1_000_000
OF_A_WORKER, OF_A_PLATFORM = 100, 1000
RUNS = 201
TOY = {"FEW": 2000, "MANY": 4000, "RUNS": 1}

# Rows of a year, each worker's and each platform's own spread over the whole of it; n counts from 1, and `turn` how
# often it was a worker's turn. Every twentieth stream is still active.
YEAR: list[LiteralString] = [
    """
    CREATE TABLE public.bulk AS
    SELECT
        n, n / cardinality(w.ids) AS turn, ops.uuid_v7(at) AS id, at, p.ids[1 + n %% cardinality(p.ids)] AS platform,
        w.ids[1 + n %% cardinality(w.ids)] AS worker
    FROM generate_series(1, %(rows)s) AS n
    CROSS JOIN LATERAL (SELECT now() - (%(rows)s - n) * (interval '365 days' / %(rows)s) AS at) AS t
    CROSS JOIN (SELECT array_agg(ops.uuid_v7()) AS ids FROM generate_series(1, %(rows)s / %(of_a_platform)s)) AS p
    CROSS JOIN (SELECT array_agg(ops.uuid_v7()) AS ids FROM generate_series(1, %(rows)s / %(of_a_worker)s)) AS w
    """,
    """
    INSERT INTO platforms (id, name, contact_email)
    SELECT DISTINCT platform, 'P', platform || '@p.example' FROM bulk
    """,
    """
    INSERT INTO workers (id, name, email, password_hash)
    SELECT DISTINCT worker, 'W', worker || '@w.example', '' FROM bulk
    """,
    "INSERT INTO ops.memberships (platform_id, worker_id) SELECT DISTINCT platform, worker FROM bulk",
    """
    INSERT INTO tasks (
        id, platform_id, worker_id, task_type, amount, paid_amount, status, title, created_at, started_at, completed_at
    )
    SELECT
        id, platform, worker, CASE WHEN n %% 3 = 0 THEN 'streaming' ELSE 'fixed' END, 10, 10, 'completed', 'a task',
        at, at, at + interval '1 hour'
    FROM bulk
    """,
    """
    INSERT INTO streams (
        id, task_id, platform_id, worker_id, start_time, anchor_time, end_time, total_amount, released_amount,
        remaining_amount, status, next_release_at, created_at
    )
    SELECT
        b.id, b.id, b.platform, b.worker, b.at, b.at, b.at + interval '1 hour', 10, 10 * s.is_over, 10 - 10 * s.is_over,
        (ARRAY['active', 'completed'])[1 + s.is_over], CASE s.is_over WHEN 0 THEN now() END, b.at
    FROM bulk AS b
    CROSS JOIN LATERAL (SELECT (b.turn %% 20 > 0)::integer AS is_over) AS s
    """,
    """
    INSERT INTO transactions (id, worker_id, platform_id, tx_type, amount, status, processed_at, created_at)
    SELECT id, worker, platform, 'payout', 10, 'completed', at, at FROM bulk
    """,
    """
    INSERT INTO loans (id, worker_id, platform_id, amount, total_due, amount_repaid, status, created_at)
    SELECT id, worker, platform, 1, 1, 1, 'repaid', at FROM bulk
    """,
    """
    INSERT INTO ops.task_days (platform_id, day, created, completed)
    SELECT platform, at::date, count(*), count(*) FROM bulk GROUP BY platform, at::date
    """,
    """
    INSERT INTO ops.earning_days (platform_id, day, earned, released, workers)
    SELECT platform, at::date, sum(10), sum(10), count(DISTINCT worker) FROM bulk GROUP BY platform, at::date
    """,
    "INSERT INTO ops.payout_days (platform_id, day, paid_out) SELECT platform_id, day, earned FROM ops.earning_days",
]
# Which tenant asks; the summary of days has no id, its rows are the tenant's.
ASKED: list[tuple[LiteralString, str]] = [
    ("worker_earnings_view WHERE worker_id = %s", "worker"),
    ("platform_performance_view WHERE platform_id = %s", "platform"),
    ("daily_transaction_summary", "worker"),
    ("daily_transaction_summary", "platform"),
    ("worker_risk_assessment WHERE worker_id = %s", "worker"),
    ("active_streams_view WHERE worker_id = %s", "worker"),
    ("active_streams_view WHERE platform_id = %s", "platform"),
]
LIMIT_MS, DAYS_MS = 5, 100


@row(4)
def views() -> Iterator[Line]:
    """The same number of rows of one id, among few and among many of others."""
    with stage.cluster() as cluster:
        few, many = (_year(cluster, rows) for rows in (FEW, MANY))
        for view, kind in ASKED:
            slow, quick = in_turn(_asks(cluster, many, view, kind), _asks(cluster, few, view, kind), runs=RUNS)
            title = f"{view.split()[0]}, a {kind} among {MANY:,} rows"
            yield Line("P4", title, 1000 * slow, 1000 * quick, "ms", "<= 1.5", f"among {FEW:,}")
            yield Line("P4", title, 1000 * slow, LIMIT_MS, "ms", "<= 1", "a limit")
        days = analytics.daily(None, None)
        conn = _signed_in(cluster, many, "platform")
        (slow,) = in_turn(lambda: conn.execute(days.sql, days.params, prepare=False).fetchall(), runs=RUNS)
        yield Line("P4", f"30 days of a platform among {MANY:,} rows", 1000 * slow, DAYS_MS, "ms", "<= 1", "a limit")


def _year(cluster: Cluster, rows: int) -> str:
    name = stage.copy(cluster)
    sizes = {"rows": rows, "of_a_worker": OF_A_WORKER, "of_a_platform": OF_A_PLATFORM}
    stage.fill(cluster, name, YEAR, sizes)
    return name


def _asks(cluster: Cluster, name: str, view: LiteralString, kind: str) -> Callable[[], object]:
    """Asks as a function does: unprepared, because the pooler hands the session on."""
    conn = _signed_in(cluster, name, kind)
    tenant = conn.execute("SELECT ops.tenant()").fetchone()
    values = tenant if "%s" in view else None
    return lambda: conn.execute("SELECT * FROM " + view, values, prepare=False).fetchall()


def _signed_in(cluster: Cluster, name: str, kind: str) -> psycopg.Connection:
    with cluster.superuser(name) as conn:
        found = conn.execute(f"SELECT {kind} FROM bulk WHERE n = 1").fetchone()
    assert found
    tenant: UUID = found[0]
    api = stage.connect(cluster, name, "api")
    stage.sign_in(api, kind, tenant)
    return api
