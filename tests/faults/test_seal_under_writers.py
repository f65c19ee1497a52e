"""Sealers at work among writers that commit, roll back and take their time: no row is missed, none is sealed twice."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.books import Books
from tests.tampering import findings, seal

WRITERS = 8
SECONDS = 5
SEED = 20261122


def test_no_row_is_missed_and_none_sealed_twice(books: Books, url: Callable[[str], str]) -> None:
    print(f"seed {SEED}")
    deadline = time.monotonic() + SECONDS

    def writing(number: int) -> int:
        """Transactions of one to five rows, some in savepoints; how many rows stand."""
        chance = random.Random(SEED + number)
        own = Books(url)
        jobs = own.connection("jobs")
        stand = 0
        while time.monotonic() < deadline:
            undone = chance.random() < 0.2
            rows = chance.randint(1, 5)
            with jobs.transaction(force_rollback=undone):
                for _ in range(rows):
                    with jobs.transaction():
                        jobs.execute("SELECT ops.audit('test.done', 'test', NULL)")
                    time.sleep(chance.choice([0, 0, 0, 0.01, 0.2]))
            stand += 0 if undone else rows
        own.close()
        return stand

    def sealing() -> int:
        own = Books(url)
        sealed = 0
        while time.monotonic() < deadline:
            sealed += own.job("ops.seal_audit", 20)["seal_audit"]
        own.close()
        return sealed

    def verifying() -> list[tuple[str, int | None]]:
        own = Books(url)
        found = []
        while time.monotonic() < deadline:
            found += findings(own)
        own.close()
        return found

    with ThreadPoolExecutor(WRITERS + 3) as threads:
        writers = [threads.submit(writing, number) for number in range(WRITERS)]
        sealers = [threads.submit(sealing) for _ in range(2)]
        meanwhile = threads.submit(verifying).result()
    written = sum(writer.result() for writer in writers)
    sealed = sum(sealer.result() for sealer in sealers)

    assert sealed > 0
    assert sealed + seal(books) == written == books.value("SELECT count(*) FROM audit_logs")
    assert meanwhile == findings(books) == []
    entries = "SELECT count(*) - count(DISTINCT e.audit_id) FROM ops.audit_seals AS s CROSS JOIN unnest(s.entries) AS e"
    assert books.value(entries) == 0
