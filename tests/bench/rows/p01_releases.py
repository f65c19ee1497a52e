"""P1: releases a second with all that they entail, beside bare tables and beside one transaction a stream."""

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import LiteralString

import psycopg
from tests.bench import shifts, stage
from tests.bench.board import Line, in_turn, row

from gigstream.queries import streams

STREAMS, PLATFORMS, WORKERS = 200_000, 100, 20_000
TURNS = 20  # so that 10,000 are due at once; each run takes three of them
ONE_BY_ONE = 500
RUNS = 5
TOY = {"STREAMS": 60, "PLATFORMS": 2, "WORKERS": 6, "ONE_BY_ONE": 2, "RUNS": 1}

# The same rows, indexes and keys, without our triggers: streams are updated and transfers inserted, and that is all.
BARE: list[LiteralString] = [
    "CREATE TABLE bare_streams (LIKE streams INCLUDING ALL) WITH (fillfactor = 50)",
    "INSERT INTO bare_streams SELECT * FROM streams",
    """
    ALTER TABLE bare_streams
    ADD FOREIGN KEY (task_id) REFERENCES tasks (id), ADD FOREIGN KEY (platform_id) REFERENCES platforms (id),
    ADD FOREIGN KEY (worker_id) REFERENCES workers (id)
    """,
    "CREATE TABLE bare_due (LIKE ops.due_streams INCLUDING ALL)",
    "INSERT INTO bare_due SELECT * FROM ops.due_streams",
    "ALTER TABLE bare_due ADD FOREIGN KEY (stream_id) REFERENCES bare_streams (id)",
    "CREATE TABLE bare_transfers (LIKE ledger.transfers INCLUDING ALL)",
    """
    ALTER TABLE bare_transfers
    ADD FOREIGN KEY (debit_account) REFERENCES ledger.accounts (id),
    ADD FOREIGN KEY (credit_account) REFERENCES ledger.accounts (id),
    ADD FOREIGN KEY (task_id) REFERENCES tasks (id), ADD FOREIGN KEY (stream_id) REFERENCES bare_streams (id),
    ADD FOREIGN KEY (loan_id) REFERENCES loans (id), ADD FOREIGN KEY (transaction_id) REFERENCES transactions (id),
    ADD FOREIGN KEY (deposit_id) REFERENCES ops.deposits (id)
    """,
    "GRANT SELECT, INSERT, UPDATE ON bare_streams, bare_due, bare_transfers TO jobs",
    "VACUUM ANALYZE bare_streams, bare_due",
]
FLOOR: LiteralString = """
    WITH due AS (
        UPDATE bare_due SET next_release_at = next_release_at + interval '30 days'
        WHERE next_release_at <= %(as_of)s
        RETURNING stream_id, next_release_at
    ),

    moved AS (
        UPDATE bare_streams AS s
        SET
            released_amount = s.released_amount + 0.01, remaining_amount = s.remaining_amount - 0.01,
            release_seq = s.release_seq + 1, next_release_at = d.next_release_at
        FROM due AS d
        WHERE s.id = d.stream_id
        RETURNING s.id, s.platform_id, s.worker_id, s.release_seq
    )

    INSERT INTO bare_transfers (debit_account, credit_account, amount, reason, stream_id, source_seq, event_at)
    SELECT held.id, pay.id, 0.01, 'release', m.id, m.release_seq, %(as_of)s
    FROM moved AS m
    INNER JOIN ledger.accounts AS held ON m.platform_id = held.owner_id AND held.kind = 'platform_held'
    INNER JOIN ledger.accounts AS pay
        ON m.worker_id = pay.owner_id AND pay.kind = 'worker_available' AND m.platform_id = pay.platform_id
"""


@row(1)
def releases() -> Iterator[Line]:
    """A tick, the bare statements for just as many, and streams released one by one, by turns."""
    with stage.cluster() as cluster:
        name, at = shifts.fill(cluster, streams=STREAMS, platforms=PLATFORMS, workers=WORKERS, turns=TURNS)
        with cluster.superuser(name) as owner, stage.connect(cluster, name, "jobs") as conn:
            for statement in BARE:
                owner.execute(statement)
            times, bare_times = map(at, count()), map(at, count())
            now = next(times)

            def tidy() -> None:
                """Release what one by one did not come to, and let the next ones come due."""
                nonlocal now
                shifts.tick(conn, now)
                now = next(times)
                owner.execute("CHECKPOINT")

            ours, floor, alone = in_turn(
                lambda: shifts.tick(conn, now),
                lambda: conn.execute(FLOOR, {"as_of": next(bare_times)}, prepare=False),
                lambda: _one_by_one(conn, now),
                runs=RUNS,
                between=tidy,
            )
        due = STREAMS // TURNS
        title = f"releases, {due:,} due of {STREAMS:,}"
        yield Line("P1", title, due / ours, due / floor, "/s", ">= 0.6", "the same rows, no triggers, no balances")
        yield Line("P1", title, due / ours, ONE_BY_ONE / alone, "/s", ">= 20", "ours, one transaction a stream")


def _one_by_one(conn: psycopg.Connection, as_of: datetime) -> None:
    """Some of those that are due, each in a transaction of its own."""
    query = streams.release_due(as_of, 1)
    for _ in range(ONE_BY_ONE):
        conn.execute(query.sql, query.params, prepare=False)
