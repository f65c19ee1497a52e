"""A database as it is after years: 200,000 rows in each table that has lists, half of them one tenant's.

Written in bulk with the triggers asleep, so no figure in it is right; lists do not look at figures.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import LiteralString
from unittest.mock import patch

import psycopg
from tests.conftest import TEMPLATE_DATABASE, Api
from tests.people import Caller, new_platform, new_stream, new_worker

from devstack import local
from devstack.postgres import Cluster
from gigstream import config, db

ROWS = 200_000


@dataclass(frozen=True)
class Tenant:
    """A platform and its worker, and a value for each parameter in a path."""

    platform: Caller
    worker: Caller
    ids: dict[str, str]


# n counts from 1, a minute apart. Every second row is of `many`, half of these of his worker, every 7,000th of `few`.
# What is rare with `many` is common elsewhere, and old: who looks for it along the wrong index reads everything.
_BASE: list[LiteralString] = [
    """
    CREATE TABLE public.bulk AS
    SELECT
        n, ops.uuid_v7(at) AS id, at, n < 60 OR n %% 2 = 1 AS odd,
        CASE WHEN n %% 2 = 0 THEN many.id WHEN n %% 7000 = 1 THEN few.id ELSE o.ids[1 + n %% 50] END AS platform,
        CASE WHEN n %% 4 = 0 THEN his.id WHEN n %% 7000 = 1 THEN hers.id ELSE w.ids[1 + n %% 20000] END AS worker
    FROM generate_series(1, %(rows)s) AS n
    CROSS JOIN LATERAL (SELECT now() - (%(rows)s - n) * interval '1 minute' AS at) AS t
    CROSS JOIN (SELECT %(many)s::uuid AS id) AS many
    CROSS JOIN (SELECT %(few)s::uuid AS id) AS few
    CROSS JOIN (SELECT %(his)s::uuid AS id) AS his
    CROSS JOIN (SELECT %(hers)s::uuid AS id) AS hers
    CROSS JOIN (SELECT array_agg(gen_random_uuid()) AS ids FROM generate_series(1, 50)) AS o
    CROSS JOIN (SELECT array_agg(gen_random_uuid()) AS ids FROM generate_series(1, 20000)) AS w
    """,
    """
    INSERT INTO platforms (id, name, contact_email)
    SELECT DISTINCT b.platform, 'P', b.platform || '@p.example' FROM bulk AS b ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO workers (id, name, email, password_hash)
    SELECT DISTINCT b.worker, 'W', b.worker || '@w.example', '' FROM bulk AS b ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO ops.memberships (platform_id, worker_id)
    SELECT DISTINCT b.platform, b.worker FROM bulk AS b ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO ledger.accounts (kind, owner_id, platform_id)
    SELECT k.kind, m.worker_id, m.platform_id FROM ops.memberships AS m
    CROSS JOIN (VALUES ('worker_available'), ('worker_settling'), ('worker_advance')) AS k (kind)
    ON CONFLICT DO NOTHING
    """,
]
_LISTED: list[LiteralString] = [
    """
    INSERT INTO tasks (
        id, platform_id, worker_id, task_type, amount, status, title, external_id, created_at, completed_at,
        cancelled_at, disputed_at
    )
    SELECT
        b.id, b.platform, b.worker, CASE WHEN b.n %% 3 = 0 THEN 'streaming' ELSE 'fixed' END, 1, s.status, 'a task',
        'order ' || b.n, b.at, CASE s.status WHEN 'completed' THEN b.at END,
        CASE s.status WHEN 'cancelled' THEN b.at END, CASE s.status WHEN 'disputed' THEN b.at END
    FROM bulk AS b
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN b.odd THEN (ARRAY['pending', 'active', 'disputed', 'cancelled'])[1 + b.n / 4 %% 4]
            ELSE 'completed'
        END AS status
    ) AS s
    """,
    """
    INSERT INTO streams (
        id, task_id, platform_id, worker_id, start_time, end_time, anchor_time, total_amount, released_amount,
        remaining_amount, status, next_release_at, paused_at, cancelled_at, created_at
    )
    SELECT
        b.id, b.id, b.platform, b.worker, b.at, b.at + interval '1 h', b.at, 1, r.released, 1 - r.released, s.status,
        CASE s.status WHEN 'active' THEN b.at END, CASE s.status WHEN 'paused' THEN b.at END,
        CASE s.status WHEN 'cancelled' THEN b.at END, b.at
    FROM bulk AS b
    CROSS JOIN LATERAL (
        SELECT CASE WHEN b.odd THEN (ARRAY['active', 'paused', 'cancelled'])[1 + b.n / 4 %% 3] ELSE 'completed' END
    ) AS s (status)
    CROSS JOIN LATERAL (SELECT (s.status = 'completed')::integer AS released) AS r
    """,
    """
    INSERT INTO ops.due_streams (stream_id, platform_id, next_release_at)
    SELECT id, platform_id, next_release_at FROM streams WHERE status = 'active'
    ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO transactions (
        id, worker_id, platform_id, task_id, tx_type, amount, fee, status, processed_at, created_at
    )
    SELECT
        b.id, b.worker, b.platform, b.id, x.tx_type, 1, 0, s.status, CASE s.status WHEN 'completed' THEN b.at END, b.at
    FROM bulk AS b
    CROSS JOIN LATERAL (
        SELECT
            CASE WHEN b.odd THEN (ARRAY['refund', 'fee', 'advance', 'repayment'])[1 + b.n / 4 %% 4] ELSE 'payout' END
    ) AS x (tx_type)
    CROSS JOIN LATERAL (
        SELECT CASE WHEN b.odd THEN (ARRAY['pending', 'processing', 'failed'])[1 + b.n / 4 %% 3] ELSE 'completed' END
    ) AS s (status)
    """,
    """
    INSERT INTO loans (id, worker_id, platform_id, amount, total_due, amount_repaid, status, created_at)
    SELECT b.id, b.worker, b.platform, 1, 1, 1, 'repaid', b.at FROM bulk AS b
    """,
    """
    INSERT INTO reputation_events (id, worker_id, event_type, delta, previous_score, new_score, related_id, created_at)
    SELECT b.id, b.worker, 'task_completed', 0, 500, 500, b.id, b.at FROM bulk AS b
    """,
    """
    INSERT INTO ops.outbox (id, event, platform_id, worker_id, object_type, object_id, sequence, payload, created_at)
    SELECT b.id, 'task.created', b.platform, b.worker, 'task', b.id, 1, '{}', b.at FROM bulk AS b
    """,
    """
    INSERT INTO ops.webhook_endpoints (id, platform_id, url, created_at)
    SELECT b.id, b.platform, 'https://example.com', b.at FROM bulk AS b
    """,
    # All of a platform's are to its first endpoint.
    """
    INSERT INTO ops.webhook_deliveries (id, platform_id, endpoint_id, event_id, status, next_attempt_at, created_at)
    SELECT
        b.id, b.platform, first_value(b.id) OVER (PARTITION BY b.platform ORDER BY b.n), b.id, s.status,
        CASE s.status WHEN 'pending' THEN b.at END, b.at
    FROM bulk AS b
    CROSS JOIN LATERAL (
        SELECT CASE WHEN b.odd THEN (ARRAY['pending', 'failed'])[1 + b.n / 4 %% 2] ELSE 'succeeded' END
    ) AS s (status)
    """,
    """
    INSERT INTO ops.api_keys (id, platform_id, prefix, key_hash, name, scopes, created_at)
    SELECT b.id, b.platform, 'gs_test_', sha256(b.id::text::bytea), 'a key', '{}', b.at FROM bulk AS b
    """,
    """
    INSERT INTO ops.reports (id, platform_id, kind, format, from_date, to_date, status, finished_at, created_at)
    SELECT b.id, b.platform, 'ledger', 'csv', b.at::date, b.at::date, 'failed', b.at, b.at FROM bulk AS b
    """,
    """
    INSERT INTO audit_logs (id, actor_id, actor_type, action, resource_type, resource_id, created_at)
    SELECT
        b.id, b.platform, 'platform', CASE WHEN b.odd THEN 'stream.paused' ELSE 'task.created' END,
        CASE WHEN b.odd THEN 'stream' ELSE 'task' END, b.id, b.at
    FROM bulk AS b
    """,
    "INSERT INTO ops.audit_waiting (xid, audit_id) SELECT (3 + b.n / 1000)::text::xid8, b.id FROM bulk AS b",
    "SELECT ops.seal_audit(1000) FROM generate_series(1, %(rows)s / 1000 + 1)",
    # Half of the platform's releases are of one stream, and all of them leave its one account.
    """
    INSERT INTO ledger.transfers (
        id, debit_account, credit_account, amount, reason, stream_id, source_seq, event_at, created_at
    )
    SELECT
        b.id, h.id, a.id, 1, 'release',
        CASE WHEN b.n %% 4 = 0 THEN %(his_stream)s WHEN b.platform = %(few)s THEN %(her_stream)s ELSE b.id END,
        b.n, b.at, b.at
    FROM bulk AS b
    INNER JOIN ledger.accounts AS a
        ON a.owner_id = b.worker AND a.kind = 'worker_available' AND a.platform_id = b.platform
    LEFT JOIN ledger.accounts AS h ON h.owner_id = b.platform AND h.kind = 'platform_held'
    WHERE h.id IS NOT NULL
    """,
    # A worker's advance that he repays by the minute: the first of his loans.
    """
    INSERT INTO ledger.transfers (
        debit_account, credit_account, amount, reason, loan_id, source_seq, event_at, created_at
    )
    SELECT a.id, v.id, 1, 'repay', first_value(b.id) OVER (PARTITION BY b.worker ORDER BY b.n), b.n, b.at, b.at
    FROM bulk AS b
    INNER JOIN ledger.accounts AS a
        ON a.owner_id = b.worker AND a.kind = 'worker_available' AND a.platform_id = b.platform
    INNER JOIN ledger.accounts AS v
        ON v.owner_id = b.worker AND v.kind = 'worker_advance' AND v.platform_id = b.platform
    WHERE b.worker IN (%(his)s, %(hers)s)
    """,
]


@contextmanager
def years(cluster: Cluster) -> Iterator[dict[str, Tenant]]:
    """The tenants `many` and `few` of such a database, on which the API runs inside."""
    name = "years"
    cluster.create_database(name, template=TEMPLATE_DATABASE)
    lifted = dict.fromkeys(["RATE_LIMIT_WORKER", "RATE_LIMIT_PLATFORM", "RATE_LIMIT_SIGN_IN"], "1000000")
    db.close()
    with patch.dict(os.environ, {**local.environment(cluster, name), **lifted}):
        config.settings.cache_clear()
        try:
            yield _filled(cluster, name, Api())
        finally:
            db.close()
    config.settings.cache_clear()
    cluster.drop_database(name)


def oldest(conn: psycopg.Connection, table: LiteralString, column: LiteralString, tenant: str) -> str:
    """The id of a tenant's first row."""
    row = conn.execute(f"SELECT id::text FROM {table} WHERE {column} = %s ORDER BY id LIMIT 1", [tenant]).fetchone()
    assert row
    return str(row[0])


def _filled(cluster: Cluster, name: str, api: Api) -> dict[str, Tenant]:
    platforms = {size: new_platform(api) for size in ("many", "few")}
    workers = {size: new_worker(api, platform) for size, platform in platforms.items()}
    streams = {size: new_stream(platforms[size], workers[size]) for size in platforms}
    values = {
        "rows": ROWS, "many": platforms["many"].id, "few": platforms["few"].id, "his": workers["many"].id,
        "hers": workers["few"].id, "his_stream": streams["many"], "her_stream": streams["few"],
    }  # fmt: skip
    with cluster.superuser(name) as conn:
        conn.execute("SET session_replication_role = replica")
        for statement in _BASE + _LISTED:
            conn.execute(statement, values)
        conn.execute("DROP TABLE bulk")
        conn.execute("VACUUM ANALYZE")
        return {
            size: Tenant(
                platforms[size],
                workers[size],
                {
                    "platform_id": platforms[size].id,
                    "worker_id": workers[size].id,
                    "stream_id": streams[size],
                    "account_id": platforms[size].get("/v1/ledger/accounts?kind=platform_held").json["data"][0]["id"],
                    "endpoint_id": oldest(conn, "ops.webhook_endpoints", "platform_id", platforms[size].id),
                    "loan_id": oldest(conn, "loans", "worker_id", workers[size].id),
                },
            )
            for size in platforms
        }
