"""Custody on the chain and in the books: deposits that came in, and how far and how well the two agree."""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from gigstream.config import Rail
from gigstream.queries.base import Jsonb, Query, one, optional
from gigstream.structs import struct


@struct
class Cursor:
    """The last block whose deposits are credited."""

    block: int


@struct
class Transfer:
    """A log of the chain that says that USDC came into custody."""

    tx_hash: str
    log_index: int
    block_number: int
    from_address: str
    amount: Decimal


@struct
class Credited:
    """Deposits that were credited, and those of them of which nobody knows whose they are."""

    credited: int
    suspended: int


def cursor(chain_id: int, custody: str) -> Query[Cursor | None]:
    """How far custody has been read; None before the first time."""
    return optional(
        Cursor,
        "SELECT c.block FROM ops.chain_cursors AS c WHERE c.chain_id = %(chain_id)s AND c.custody = %(custody)s",
        chain_id=chain_id,
        custody=custody,
    )


def credit(chain_id: int, custody: str, seen: int, block: int, logs: Sequence[Transfer]) -> Query[Credited | None]:
    """Credit what came in up to `block` and move the cursor there; None when it is no longer at `seen`."""
    rows = [
        {
            "tx_hash": one.tx_hash,
            "log_index": one.log_index,
            "block_number": one.block_number,
            "from_address": one.from_address,
            "amount": str(one.amount),
        }
        for one in logs
    ]
    return optional(
        Credited,
        """
        SELECT d.credited, d.suspended
        FROM credit_deposits(%(chain_id)s, %(custody)s, %(seen)s, %(block)s, %(logs)s) AS d
        """,
        chain_id=chain_id,
        custody=custody,
        seen=seen,
        block=block,
        logs=Jsonb(rows),
    )


@struct
class Known:
    """What the last reconciliation knew: its block (0 and no hash before the first), figures, and what it left open.

    `held` is what the books' custody account stands for now, `unmatched` the transactions on the chain that were not in
    the books yet, `broken` those of the breaks that are open. All USDC.
    """

    held: Decimal
    block: int
    block_hash: str | None
    chain_custody: Decimal
    book_custody: Decimal
    made_up: Decimal
    breaks: int
    unmatched: list[str]
    broken: list[str]


@struct
class Book:
    """Custody as the books have it at a block, USDC, and the rows that its transactions are compared with.

    `held` is what the custody account stands for, `made_up` the part of it that never was on a chain; `received` and
    `paid` are what deposits and settlements add up to, and up to the block. `deposits` and `settlements` are JSON,
    amounts as text.
    """

    held: Decimal
    made_up: Decimal
    received: Decimal
    received_by_then: Decimal
    paid: Decimal
    paid_by_then: Decimal
    deposits: list[dict[str, Any]]
    settlements: list[dict[str, Any]]


@struct
class Break:
    """One thing on which chain and books disagree: what each adds to custody for it, a payment below zero."""

    kind: str
    subject: str
    tx_hash: str | None
    chain_amount: Decimal
    book_amount: Decimal


@struct
class Recorded:
    """A reconciliation that was kept, how many breaks it was the first to find and how many it found no more."""

    id: UUID
    opened: int
    closed: int


def known(chain_id: int, custody: str) -> Query[Known | None]:
    """What the last reconciliation knew; None as long as no deposits were indexed."""
    return optional(
        Known,
        """
        SELECT
            (SELECT -a.balance FROM ledger.accounts AS a WHERE a.kind = 'custody') AS held,
            coalesce(r.block, 0) AS block, r.block_hash, coalesce(r.chain_custody, 0) AS chain_custody,
            coalesce(r.book_custody, 0) AS book_custody, coalesce(r.made_up, 0) AS made_up,
            coalesce(r.breaks, 0) AS breaks, coalesce(r.unmatched, '{}') AS unmatched,
            ARRAY(
                SELECT DISTINCT b.tx_hash FROM ops.chain_breaks AS b
                WHERE b.chain_id = c.chain_id AND b.custody = c.custody AND b.closed_by IS NULL
                    AND b.tx_hash IS NOT NULL
            ) AS broken
        FROM ops.chain_cursors AS c
        LEFT JOIN LATERAL (
            SELECT * FROM ops.reconciliations AS r
            WHERE r.chain_id = c.chain_id AND r.custody = c.custody
            ORDER BY r.block DESC, r.id DESC
            LIMIT 1
        ) AS r ON TRUE
        WHERE c.chain_id = %(chain_id)s AND c.custody = %(custody)s
        """,
        chain_id=chain_id,
        custody=custody,
    )


def book(
    chain_id: int, custody: str, rail: Rail, *, after: int, block: int, hashes: Sequence[str], numbers: Sequence[int]
) -> Query[Book]:
    """The books at a block, with the rows of the blocks `after` to `block`, of some transactions and batches.

    One statement, so that every figure is of the same moment. A full pass over deposits and settlements.
    """
    return one(
        Book,
        """
        WITH received AS (
            SELECT d.* FROM ops.deposits AS d
            WHERE d.tx_hash IS NOT NULL AND d.chain_id = %(chain_id)s AND d.to_address = %(custody)s
        ),

        settled AS (
            SELECT s.* FROM ops.settlements AS s
            WHERE s.chain_id = %(chain_id)s AND s.rail = %(rail)s AND s.state <> 'queued'
                AND (s.rail = 'circle' OR lower(s.contract) = lower(%(custody)s))
        ),

        paid AS (
            SELECT
                sum(p.amount) AS amount,
                sum(p.amount) FILTER (WHERE s.block_number <= %(block)s) AS by_then
            FROM settled AS s
            INNER JOIN ops.settlement_payments AS p ON s.id = p.settlement_id
            WHERE s.state = 'final_ok' AND NOT p.failed
        )

        SELECT
            -a.balance AS held,
            coalesce((SELECT sum(d.amount) FROM ops.deposits AS d WHERE d.tx_hash IS NULL), 0)
            - coalesce((
                SELECT sum(x.amount) FROM ledger.transfers AS x
                WHERE x.credit_account = a.id AND x.reason = 'settle'
                    AND NOT EXISTS (
                        SELECT FROM ops.settlement_payments AS p WHERE p.transaction_id = x.transaction_id
                    )
            ), 0) AS made_up,
            coalesce((SELECT sum(r.amount) FROM received AS r), 0) AS received,
            coalesce((SELECT sum(r.amount) FROM received AS r WHERE r.block_number <= %(block)s), 0)
            AS received_by_then,
            coalesce((SELECT p.amount FROM paid AS p), 0) AS paid,
            coalesce((SELECT p.by_then FROM paid AS p), 0) AS paid_by_then,
            coalesce((
                SELECT
                    jsonb_agg(jsonb_build_object(
                        'id', r.id, 'tx_hash', r.tx_hash, 'log_index', r.log_index, 'from_address', r.from_address,
                        'amount', r.amount::text
                    ))
                FROM received AS r
                WHERE r.block_number <= %(block)s AND (r.block_number > %(after)s OR r.tx_hash = any(%(hashes)s))
            ), '[]') AS deposits,
            coalesce((
                SELECT
                    jsonb_agg(jsonb_build_object(
                        'id', s.id, 'state', s.state, 'tx_hash', s.tx_hash, 'first_payment_no', s.first_payment_no,
                        'payments', (
                            SELECT
                                jsonb_agg(
                                    jsonb_build_object(
                                        'transaction_id', p.transaction_id, 'to_address', p.to_address,
                                        'amount', p.amount::text, 'failed', p.failed
                                    ) ORDER BY p.payment_no
                                )
                            FROM ops.settlement_payments AS p
                            WHERE p.settlement_id = s.id
                        )
                    ))
                FROM settled AS s
                WHERE (s.block_number > %(after)s AND s.block_number <= %(block)s)
                    OR s.tx_hash = any(%(hashes)s)
                    OR s.first_payment_no = any(%(numbers)s)
                    OR (s.rail = 'circle' AND s.state NOT IN ('final_ok', 'final_reverted'))
            ), '[]') AS settlements
        FROM ledger.accounts AS a
        WHERE a.kind = 'custody'
        """,
        chain_id=chain_id,
        custody=custody,
        rail=rail,
        after=after,
        block=block,
        hashes=list(hashes),
        numbers=list(numbers),
    )


def record(
    chain_id: int,
    custody: str,
    *,
    block: int,
    block_hash: str,
    chain_custody: Decimal,
    book_custody: Decimal,
    in_flight: Decimal,
    made_up: Decimal,
    unmatched: Sequence[str],
    breaks: Sequence[Break],
) -> Query[Recorded | None]:
    """Keep a reconciliation and its breaks; None when a later one was reconciled meanwhile."""
    rows = [
        asdict(one) | {"chain_amount": str(one.chain_amount), "book_amount": str(one.book_amount)} for one in breaks
    ]
    return optional(
        Recorded,
        """
        SELECT r.id, r.opened, r.closed
        FROM record_reconciliation(
            %(chain_id)s, %(custody)s, %(block)s, %(block_hash)s, %(chain_custody)s, %(book_custody)s, %(in_flight)s,
            %(made_up)s, %(unmatched)s, %(breaks)s
        ) AS r
        """,
        chain_id=chain_id,
        custody=custody,
        block=block,
        block_hash=block_hash,
        chain_custody=chain_custody,
        book_custody=book_custody,
        in_flight=in_flight,
        made_up=made_up,
        unmatched=list(unmatched),
        breaks=Jsonb(rows),
    )
