"""P3: what a worker has done before makes his next task no dearer; what the rules on tasks add to a bulk insert."""

from collections.abc import Iterator
from typing import LiteralString
from uuid import UUID, uuid4

import psycopg
from tests.bench import stage
from tests.bench.board import Line, in_turn, row

FEW, MANY = 10, 100_000
COMPLETIONS = 400
BULK, BULK_WORKERS = 10_000, 100
BULK_RUNS = 9
TOY = {"MANY": 200, "COMPLETIONS": 3, "BULK": 50, "BULK_WORKERS": 5, "BULK_RUNS": 1}

# Two workers of one platform, each with so many tasks done and COMPLETIONS to do; and those whom the bulk is for.
PEOPLE: list[LiteralString] = [
    "INSERT INTO platforms (id, name, contact_email, active_workers) VALUES (%(platform)s, 'P', 'p@p.example', 2)",
    """
    CREATE TABLE public.people AS
    SELECT %(few)s::uuid AS id, %(few_done)s AS done, %(open)s AS open
    UNION ALL SELECT %(many)s, %(many_done)s, %(open)s
    UNION ALL SELECT ops.uuid_v7(), 0, 0 FROM generate_series(1, %(bulk)s)
    """,
    "INSERT INTO workers (id, name, email, password_hash) SELECT id, 'W', id || '@w.example', '' FROM people",
    "INSERT INTO ops.worker_counters (worker_id, tasks, completed) SELECT id, done + open, done FROM people",
    "INSERT INTO ops.memberships (platform_id, worker_id, open_tasks) SELECT %(platform)s, id, open FROM people",
    """
    INSERT INTO tasks (platform_id, worker_id, task_type, amount, paid_amount, status, title, created_at, completed_at)
    SELECT %(platform)s, p.id, 'fixed', 10, 10, 'completed', 'a task', t.at, t.at
    FROM people AS p
    CROSS JOIN LATERAL generate_series(1, p.done) AS n
    CROSS JOIN LATERAL (SELECT now() - n * interval '1 minute' AS at) AS t
    """,
    """
    INSERT INTO reputation_events (worker_id, event_type, delta, previous_score, new_score, created_at)
    SELECT worker_id, 'task_completed', 5, 500, 500, completed_at FROM tasks
    """,
    """
    INSERT INTO tasks (platform_id, worker_id, task_type, amount, status, title, started_at)
    SELECT %(platform)s, p.id, 'fixed', 10, 'active', 'a task', now()
    FROM people AS p
    CROSS JOIN LATERAL generate_series(1, p.open)
    """,
    """
    INSERT INTO ledger.accounts (kind, owner_id, platform_id, balance)
    SELECT 'worker_available', id, %(platform)s, 0 FROM people
    UNION ALL SELECT 'platform_held', %(platform)s, %(platform)s, 1000000
    """,
    "CREATE TABLE bare (LIKE tasks INCLUDING ALL)",
    """
    ALTER TABLE bare
    ADD FOREIGN KEY (platform_id) REFERENCES platforms (id), ADD FOREIGN KEY (worker_id) REFERENCES workers (id)
    """,
]
BULK_INSERT: LiteralString = """
    (platform_id, worker_id, task_type, amount, title)
    SELECT %(platform)s, w.ids[1 + n %% cardinality(w.ids)], 'fixed', 10, 'a task'
    FROM generate_series(1, %(bulk)s) AS n
    CROSS JOIN (SELECT array_agg(id) AS ids FROM people WHERE done = 0) AS w
"""


@row(3)
def history() -> Iterator[Line]:
    """Both workers complete tasks by turns; tasks go into the table and into a copy of it without our triggers."""
    ids = {"platform": uuid4(), "few": uuid4(), "many": uuid4()}
    sizes = {"few_done": FEW, "many_done": MANY, "open": COMPLETIONS + 1, "bulk": BULK_WORKERS}
    with stage.cluster() as cluster:
        name = stage.copy(cluster)
        stage.fill(cluster, name, PEOPLE, {**ids, **sizes})
        with stage.connect(cluster, name, "api") as api:
            stage.sign_in(api, "platform", ids["platform"])
            left = {who: _open(api, ids[who]) for who in ("few", "many")}
            few, many = in_turn(
                lambda: api.execute("SELECT complete_task(%s)", [left["few"].pop()]),
                lambda: api.execute("SELECT complete_task(%s)", [left["many"].pop()]),
                runs=COMPLETIONS,
            )
        title = f"complete a task, worker with {MANY:,} tasks"
        yield Line("P3", title, 1000 * many, 1000 * few, "ms", "<= 1.05", f"with {FEW} tasks")

        values = {"platform": ids["platform"], "bulk": BULK}
        with cluster.superuser(name) as conn:
            ours, bare = in_turn(
                lambda: conn.execute("INSERT INTO tasks" + BULK_INSERT, values),
                lambda: conn.execute("INSERT INTO bare" + BULK_INSERT, values),
                runs=BULK_RUNS,
                between=lambda: conn.execute("CHECKPOINT"),
            )
        title = f"insert {BULK:,} tasks of {BULK_WORKERS} workers"
        yield Line("P3", title, 1000 * ours, 1000 * bare, "ms", "<= 2.2", "the same table without our triggers")


def _open(conn: psycopg.Connection, worker: UUID) -> list[UUID]:
    rows = conn.execute("SELECT id FROM tasks WHERE worker_id = %s AND status = 'active'", [worker]).fetchall()
    return [task for (task,) in rows]
