"""P9: transfers a second through our ledger, one by one and 10,000 at once, beside a plain double-entry transfer."""

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from typing import LiteralString

from tests.bench import stage
from tests.bench.board import Line, in_turn, row

from devstack.postgres import Cluster, programs

PLATFORMS, WORKERS = 100, 10_000
CLIENTS, EACH = 8, 500
NETWORK = "1 ms"
BATCH = 10_000  # at most WORKERS
RUNS = 9
SEQS = 2_000_000_000  # up to here single transfers draw their numbers, past it batches count
TOY = {"PLATFORMS": 2, "WORKERS": 3, "EACH": 2, "BATCH": 3, "RUNS": 1}

# Each worker has a stream that pays him out of what his platform holds. Ids are numbers, so that a client knows them: a
# platform's begins with 1, a worker's account with 2, his stream with 3. The plain ledger has the same accounts.
BOOKS: list[LiteralString] = [
    """
    CREATE FUNCTION public.id(p_kind integer, p_n integer) RETURNS uuid IMMUTABLE
    RETURN ('00000000-0000-7000-8000-' || p_kind || lpad(p_n::text, 11, '0'))::uuid
    """,
    """
    INSERT INTO platforms (id, name, contact_email)
    SELECT id(1, p), 'P', p || '@p.example' FROM generate_series(0, %(platforms)s - 1) AS p
    """,
    """
    INSERT INTO ledger.accounts (id, kind, owner_id, platform_id, balance)
    SELECT id, 'platform_held', id, id, 100000000 FROM platforms
    """,
    """
    CREATE TABLE public.pairs AS
    SELECT n, id(1, n %% %(platforms)s) AS platform, id(2, n) AS worker, id(3, n) AS stream
    FROM generate_series(0, %(workers)s - 1) AS n
    """,
    "INSERT INTO workers (id, name, email, password_hash) SELECT worker, 'W', worker || '@w.example', '' FROM pairs",
    "INSERT INTO ops.memberships (platform_id, worker_id) SELECT platform, worker FROM pairs",
    """
    INSERT INTO ledger.accounts (id, kind, owner_id, platform_id)
    SELECT worker, 'worker_available', worker, platform FROM pairs
    """,
    """
    INSERT INTO tasks (id, platform_id, worker_id, task_type, amount, status, title)
    SELECT stream, platform, worker, 'streaming', 1000000, 'active', 'a task' FROM pairs
    """,
    """
    INSERT INTO streams (
        id, task_id, platform_id, worker_id, start_time, anchor_time, end_time, total_amount, remaining_amount,
        next_release_at
    )
    SELECT stream, stream, platform, worker, now(), now(), now() + interval '1 day', 1000000, 1000000, now() FROM pairs
    """,
    "CREATE TABLE plain_accounts (id uuid PRIMARY KEY, balance numeric(20, 6) NOT NULL CHECK (balance >= 0))",
    "INSERT INTO plain_accounts (id, balance) SELECT id, balance FROM ledger.accounts WHERE owner_id IS NOT NULL",
    """
    CREATE TABLE plain_transfers (
        id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
        debit_account uuid NOT NULL REFERENCES plain_accounts (id),
        credit_account uuid NOT NULL REFERENCES plain_accounts (id),
        amount numeric(18, 6) NOT NULL CHECK (amount > 0),
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "CREATE INDEX ON plain_transfers (debit_account, created_at)",
    "CREATE INDEX ON plain_transfers (credit_account, created_at)",
    "CREATE TABLE bare_transfers (LIKE ledger.transfers INCLUDING ALL)",
    """
    ALTER TABLE bare_transfers
    ADD FOREIGN KEY (debit_account) REFERENCES ledger.accounts (id),
    ADD FOREIGN KEY (credit_account) REFERENCES ledger.accounts (id),
    ADD FOREIGN KEY (task_id) REFERENCES tasks (id), ADD FOREIGN KEY (stream_id) REFERENCES streams (id),
    ADD FOREIGN KEY (loan_id) REFERENCES loans (id), ADD FOREIGN KEY (transaction_id) REFERENCES transactions (id),
    ADD FOREIGN KEY (deposit_id) REFERENCES ops.deposits (id)
    """,
    "GRANT SELECT, INSERT, UPDATE ON plain_accounts, plain_transfers, bare_transfers, pairs TO jobs",
]
CHOICE = r"""
\set n random(0, :workers - 1)
\set platform 100000000000 + :n % :platforms
\set worker 200000000000 + :n
\set stream 300000000000 + :n
\set seq random(1, 2000000000)
"""
OURS = """
INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, stream_id, source_seq, event_at)
VALUES (
    '00000000-0000-7000-8000-:platform', '00000000-0000-7000-8000-:worker', 0.01, 'release',
    '00000000-0000-7000-8000-:stream', :seq, now()
);
"""
PLAIN = """
BEGIN;
UPDATE plain_accounts SET balance = balance - 0.01 WHERE id = '00000000-0000-7000-8000-:platform';
UPDATE plain_accounts SET balance = balance + 0.01 WHERE id = '00000000-0000-7000-8000-:worker';
INSERT INTO plain_transfers (debit_account, credit_account, amount)
VALUES ('00000000-0000-7000-8000-:platform', '00000000-0000-7000-8000-:worker', 0.01);
COMMIT;
"""
BATCH_INSERT: LiteralString = """
    INSERT INTO {} (debit_account, credit_account, amount, reason, stream_id, source_seq, event_at)
    SELECT platform, worker, 0.01, 'release', stream, %(seq)s, now() FROM pairs WHERE n < %(batch)s
"""


@row(9)
def ledger() -> Iterator[Line]:
    """Posts by turns into our books and into the plain ones; then what one client posts one by one, and at once."""
    with stage.cluster() as cluster:
        name = stage.copy(cluster)
        stage.fill(cluster, name, BOOKS, {"platforms": PLATFORMS, "workers": WORKERS})
        for title, network in (
            (f"single transfers, {CLIENTS} clients", ""),
            (f"the same, {NETWORK} of network", NETWORK),
        ):
            ours, plain = in_turn(
                _posting(cluster, name, OURS, network), _posting(cluster, name, PLAIN, network), runs=RUNS
            )
            posts = CLIENTS * EACH
            yield Line("P9", title, posts / ours, posts / plain, "/s", ">= 2", "a plain transfer: three statements")

        seqs = count(SEQS)
        with stage.connect(cluster, name, "jobs") as conn:
            batch, bare, alone = in_turn(
                lambda: conn.execute(BATCH_INSERT.format("ledger.transfers"), {"batch": BATCH, "seq": next(seqs)}),
                lambda: conn.execute(BATCH_INSERT.format("bare_transfers"), {"batch": BATCH, "seq": next(seqs)}),
                _posting(cluster, name, OURS, clients=1),
                runs=RUNS,
            )
        title = f"a batch of {BATCH:,}"
        yield Line("P9", title, BATCH / batch, EACH / alone, "/s", ">= 100", "ours, one client one by one")
        yield Line("P9", title, BATCH / batch, BATCH / bare, "/s", "", "the same keys without our triggers")


def _posting(
    cluster: Cluster, name: str, transfer: str, network: str = "", clients: int = CLIENTS
) -> Callable[[], None]:
    """Each client posts EACH transfers. With `network`, a time, it waits so long for the answer to each statement."""
    wait = f"\\sleep {network}\n" if network else ""
    script = "".join(line + wait * line.endswith(";\n") for line in (CHOICE + transfer).splitlines(keepends=True))
    command = [str(programs() / "pgbench"), "--no-vacuum", f"--client={clients}", f"--jobs={min(clients, 2)}"]
    command += [f"--transactions={EACH}", f"--define=workers={WORKERS}", f"--define=platforms={PLATFORMS}"]

    def post() -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(script)
            file.flush()
            subprocess.run(
                [*command, f"--file={file.name}", cluster.url("jobs", name)], check=True, capture_output=True
            )

    return post
