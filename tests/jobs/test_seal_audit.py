"""Each minute what the audit trail has gained is sealed, however much it is."""

from collections.abc import Callable
from typing import Any

from tests.books import Books
from tests.tampering import findings, seal


def test_what_waits_is_sealed_once(books: Books, job: Callable[..., Any]) -> None:
    platform = books.platform()
    books.completed(platform, books.worker(platform))
    rows = books.value("SELECT count(*) FROM audit_logs")
    assert job("SealAudit") == {"sealed": rows}
    assert job("SealAudit") == {"sealed": 0}
    assert findings(books) == []


def test_a_backlog_is_sealed_in_parts(books: Books, job: Callable[..., Any]) -> None:
    for _ in range(5):
        books.rows("SELECT ops.audit('test.done', 'test', NULL) FROM generate_series(1, 500)")
    assert job("SealAudit") == {"sealed": 2500}
    assert books.value("SELECT array_agg(cardinality(entries) ORDER BY number) FROM ops.audit_seals") == [
        1000,
        1000,
        500,
    ]
    assert seal(books) == 0
