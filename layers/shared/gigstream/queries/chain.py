"""Custody on the chain and in the books: deposits that came in, and how far and how well the two agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gigstream.queries.base import Jsonb, Query, optional


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last block whose deposits are credited."""

    block: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """A log of the chain that says that USDC came into custody."""

    tx_hash: str
    log_index: int
    block_number: int
    from_address: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
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
