"""Chain against books: what a stretch of the chain moved in and out of custody, and what of it the books say otherwise.

A pure function of both. Amounts are USDC; what comes in counts up, what goes out counts down.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from gigstream import money
from gigstream.queries.chain import Book, Break
from gigstream_chain.movements import Batch, Deposit, Movements, Payment

OPEN = {"reserved", "signed", "broadcast", "conflict"}
NOTHING = Decimal(0)


@dataclass(slots=True)
class Comparison:
    """`in_flight` is on the chain and will be in the books soon, in the transactions `unmatched`."""

    book_custody: Decimal = NOTHING
    made_up: Decimal = NOTHING
    in_flight: Decimal = NOTHING
    unmatched: set[str] = field(default_factory=set)
    breaks: list[Break] = field(default_factory=list)

    def wait(self, tx_hash: str, amount: Decimal) -> None:
        self.in_flight += amount
        self.unmatched.add(tx_hash)

    def differ(
        self, kind: str, subject: object, tx_hash: str | None, chain: Decimal = NOTHING, books: Decimal = NOTHING
    ) -> None:
        self.breaks.append(Break(kind, str(subject), tx_hash, chain, books))


def compare(
    moved: Mapping[str, Movements],
    book: Book,
    chain_custody: Decimal,
    *,
    may_wait: Callable[[int, bool], bool],
    may_make_up: bool,
) -> Comparison:
    """Compare what some transactions moved with the books' rows of them, and custody with what it should then be.

    `may_wait` says of a block, and whether a deposit is meant, that the books need not have it yet. `may_make_up` is
    so in test mode, where money may be in the books that never was on a chain.
    """
    result = Comparison(book.received_by_then - book.paid_by_then, book.made_up)
    _compare_deposits(result, moved, book.deposits, may_wait)
    _compare_payments(result, moved, book.settlements, may_wait)

    if not may_make_up and book.made_up:
        result.book_custody += book.made_up
        result.differ("made_up", "custody", None, books=book.made_up)
    unbacked = book.held - book.made_up - (book.received - book.paid)
    if unbacked:
        result.book_custody += unbacked
        result.differ("books", "custody", None, books=unbacked)
    explained = sum((one.chain_amount - one.book_amount for one in result.breaks), result.book_custody)
    unexplained = chain_custody - explained - result.in_flight
    if unexplained:
        result.differ("custody", "custody", None, chain=unexplained)
    return result


def _compare_deposits(
    result: Comparison,
    moved: Mapping[str, Movements],
    rows: Iterable[Mapping[str, Any]],
    may_wait: Callable[[int, bool], bool],
) -> None:
    booked = {(row["tx_hash"], row["log_index"]): row for row in rows}
    for line in (line for movements in moved.values() for line in movements.deposits):
        amount, row = money.of_micro(line.amount), booked.pop((line.tx_hash, line.log_index), None)
        if row:
            _compare_deposit(result, line, row)
        elif may_wait(line.block, True):
            result.wait(line.tx_hash, amount)
        else:
            result.differ("deposit_not_in_books", f"{line.tx_hash}:{line.log_index}", line.tx_hash, chain=amount)
    for (tx_hash, log_index), row in booked.items():
        is_escrow = log_index in moved.get(tx_hash, Movements()).escrow
        kind = "deposit_of_escrow" if is_escrow else "deposit_not_on_chain"
        result.differ(kind, row["id"], tx_hash, books=Decimal(row["amount"]))


def _compare_deposit(result: Comparison, line: Deposit, row: Mapping[str, Any]) -> None:
    there, here = money.of_micro(line.amount), Decimal(row["amount"])
    if there != here:
        result.differ("deposit_amount", row["id"], line.tx_hash, there, here)
    elif line.sender.lower() != row["from_address"].lower():
        result.differ("deposit_sender", row["id"], line.tx_hash, there, here)


def _compare_payments(
    result: Comparison,
    moved: Mapping[str, Movements],
    rows: Iterable[Mapping[str, Any]],
    may_wait: Callable[[int, bool], bool],
) -> None:
    open_rows = {row["id"]: row for row in rows}
    for batch in (batch for movements in moved.values() for batch in movements.batches):
        row, paid = _settlement(batch, open_rows.values()), -money.of_micro(batch.paid)
        if row is None:
            subject = batch.tx_hash if batch.first_payment_no is None else batch.first_payment_no
            result.differ("payment_unknown", subject, batch.tx_hash, chain=paid)
            continue
        del open_rows[row["id"]]
        if row["state"] == "final_ok":
            result.breaks.extend(_compare_batch(batch, row))
        elif row["state"] in OPEN and may_wait(batch.block, False):
            result.wait(batch.tx_hash, paid)
        else:
            result.differ("payment_not_in_books", row["id"], batch.tx_hash, chain=paid)
    for row in open_rows.values():
        if row["state"] == "final_ok":
            paid = sum((_booked(one) for one in row["payments"]), NOTHING)
            result.differ("payment_not_on_chain", row["id"], row["tx_hash"], books=paid)


def _settlement(batch: Batch, rows: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The settlement that a batch is of: by its number; on the Circle rail by hash or, before, by what it pays whom."""
    if batch.first_payment_no is not None:
        return next((row for row in rows if row["first_payment_no"] == batch.first_payment_no), None)
    unnumbered = [row for row in rows if row["first_payment_no"] is None]
    return next((row for row in unnumbered if row["tx_hash"] == batch.tx_hash), None) or next(
        (row for row in unnumbered if row["tx_hash"] is None and not any(_compare_batch(batch, row))), None
    )


def _compare_batch(batch: Batch, row: Mapping[str, Any]) -> Iterator[Break]:
    for place, (there, here) in enumerate(zip_longest(batch.payments, row["payments"])):
        chain, books = _paid(there), NOTHING if here is None else _booked(here)
        if here is None:
            yield Break("payment_unknown", f"{row['id']}:{place}", batch.tx_hash, chain, books)
            continue
        kind = None
        if there is None:
            kind = "payment_not_on_chain"
        elif there.failed != here["failed"]:
            kind = "payment_failed"
        elif chain != books:
            kind = "payment_amount"
        elif there.payee.lower() != here["to_address"].lower():
            kind = "payment_payee"
        if kind:
            yield Break(kind, here["transaction_id"], batch.tx_hash, chain, books)


def _paid(there: Payment | None) -> Decimal:
    return NOTHING if there is None or there.failed else -money.of_micro(there.amount)


def _booked(here: Mapping[str, Any]) -> Decimal:
    return NOTHING if here["failed"] else -Decimal(here["amount"])
