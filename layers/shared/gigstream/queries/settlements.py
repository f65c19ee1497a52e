"""Settlements: payouts on their way to the chain, each settlement one transaction there; see domain rules in schema/.

Which role may ask what: `signer` opens, reserves, stores and notes; `jobs` queues, observes and ends; both read.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from gigstream.queries.base import Query, Together, many, one, optional
from gigstream.structs import struct

Rail = Literal["web3", "circle"]
State = Literal["queued", "reserved", "signed", "broadcast", "final_ok", "final_reverted", "conflict"]

_SELECT: Final = """
    SELECT
        s.id, s.rail, s.chain_id, s.signer, s.contract, s.state, s.nonce, s.first_payment_no, s.payments, s.amount,
        s.idempotency_key, s.circle_tx_id, s.circle_state, s.tx_hash, s.block_number, s.block_hash, s.gas_used,
        s.gas_price, s.error, s.observed, s.cleared_at, s.created_at, s.updated_at
    FROM """
_SIGNER: Final = """
    SELECT
        g.chain_id, g.address, g.contract, g.first_nonce, g.skipped_nonces, g.next_nonce, g.next_payment_no,
        g.paused_at, g.paused_reason
    FROM """


@struct
class Signer:
    """Who signs for a contract; nothing is reserved while it is paused."""

    chain_id: int
    address: str
    contract: str
    first_nonce: int
    skipped_nonces: int
    next_nonce: int
    next_payment_no: int
    paused_at: datetime | None
    paused_reason: str | None


@struct
class Settlement:
    """One chain transaction: `amount` USDC in `payments` payouts, numbered from `first_payment_no` on.

    `idempotency_key`, `circle_tx_id` and `circle_state` are of rail circle, `nonce` and the numbers of rail web3.
    `tx_hash`, block and gas are those of its receipt, once it is final; `gas_price` in wei.
    """

    id: UUID
    rail: Rail
    chain_id: int
    signer: str | None
    contract: str | None
    state: State
    nonce: int | None
    first_payment_no: int | None
    payments: int
    amount: Decimal
    idempotency_key: UUID | None
    circle_tx_id: str | None
    circle_state: str | None
    tx_hash: str | None
    block_number: int | None
    block_hash: str | None
    gas_used: int | None
    gas_price: Decimal | None
    error: str | None
    observed: int
    cleared_at: datetime | None
    created_at: datetime
    updated_at: datetime


@struct
class Attempt:
    """What was signed for a settlement, and when it was first sent; fees in wei, `answer` the node's last word.

    `age` is how long it has been stored, by the database's clock.
    """

    settlement_id: UUID
    number: int
    tx_hash: str
    raw: bytes
    gas: int
    max_fee_per_gas: Decimal
    max_priority_fee_per_gas: Decimal
    stored_at: datetime
    age: timedelta
    broadcast_at: datetime | None
    answer: str | None


@struct
class Payment:
    """A payout in its settlement: USDC to an address; `payment_no` once it is reserved."""

    settlement_id: UUID
    transaction_id: UUID
    payment_no: int | None
    to_address: str
    amount: Decimal
    failed: bool


@struct
class Facts:
    """The settlement that a payout is in: how far it is, and where on the chain it was paid from and stands.

    A platform and a worker see no more of it: the rest of a batch is other people's pay.
    """

    id: UUID
    rail: Rail
    state: State
    chain_id: int
    contract: str | None
    block_number: int | None
    block_hash: str | None
    updated_at: datetime


@struct
class InFlight:
    """A settlement on its way, and what was signed for it, oldest first."""

    settlement: Settlement
    attempts: list[Attempt]


@struct
class QueuedPayouts:
    """Payouts that were begun, and their sum in USDC."""

    queued: int
    amount: Decimal


@struct
class QueuedSettlements:
    """Settlements that were made, the payouts in them, and their sum in USDC."""

    settlements: int
    payments: int
    amount: Decimal


@struct
class Open:
    """Whether there is something to do."""

    is_open: bool


@struct
class Observed:
    """How often in a row none of a settlement's hashes was found though its nonce was used."""

    observed: int


def queue_payouts(
    as_of: datetime, *, minimum: Decimal, threshold: Decimal, max_age: timedelta, limit: int
) -> Query[QueuedPayouts]:
    """Begin payouts of what workers have available: from `threshold` USDC on, or `minimum` after `max_age`."""
    return one(
        QueuedPayouts,
        """
        SELECT queued, amount
        FROM queue_payouts(%(as_of)s, %(minimum)s, %(threshold)s, %(max_age)s, %(limit)s)
        """,
        as_of=as_of,
        minimum=minimum,
        threshold=threshold,
        max_age=max_age,
        limit=limit,
    )


def queue_settlements(
    rail: Rail, chain_id: int, *, signer: str | None, contract: str | None, batch: int, limit: int
) -> Query[QueuedSettlements]:
    """Put pending payouts into settlements, `batch` a settlement on rail web3, at most `limit` settlements.

    Without a signer they are whoever's is opened next for the contract.
    """
    return one(
        QueuedSettlements,
        """
        SELECT settlements, payments, amount
        FROM queue_settlements(%(rail)s, %(chain_id)s, %(signer)s, %(contract)s, %(batch)s, %(limit)s)
        """,
        rail=rail,
        chain_id=chain_id,
        signer=signer,
        contract=contract,
        batch=batch,
        limit=limit,
    )


def open_signer(chain_id: int, address: str, contract: str, chain_nonce: int) -> Query[Signer]:
    """The signer, made at first; what is queued on its chain becomes its to pay. WrongState."""
    return one(
        Signer,
        _SIGNER + "open_signer(%(chain_id)s, %(address)s, %(contract)s, %(chain_nonce)s) AS g",
        chain_id=chain_id,
        address=address,
        contract=contract,
        chain_nonce=chain_nonce,
    )


def reserve(settlement_id: UUID, chain_nonce: int | None = None) -> Query[Settlement]:
    """Give a queued settlement its nonce and payment numbers; circle has neither, and no `chain_nonce`.

    It comes back still queued when the chain's nonce is past ours: its signer is paused now. SignerPaused, TooManyOpen,
    WrongState, NotFound.
    """
    return one(
        Settlement,
        _SELECT + "reserve_settlement(%(settlement_id)s, %(chain_nonce)s) AS s",
        settlement_id=settlement_id,
        chain_nonce=chain_nonce,
    )


def store_attempt(
    settlement_id: UUID, tx_hash: str, raw: bytes, *, gas: int, max_fee: int, priority: int
) -> Query[Settlement]:
    """Keep what was signed, before it is sent. The same again changes nothing. WrongState, NotOurs, NotFound."""
    return one(
        Settlement,
        _SELECT + "store_attempt(%(settlement_id)s, %(tx_hash)s, %(raw)s, %(gas)s, %(max_fee)s, %(priority)s) AS s",
        settlement_id=settlement_id,
        tx_hash=tx_hash,
        raw=raw,
        gas=gas,
        max_fee=max_fee,
        priority=priority,
    )


def note_refusal(settlement_id: UUID, error: str | None) -> Query[Settlement]:
    """Note why the chain would not take it now, None when it would; it stays queued. WrongState, NotFound."""
    return one(
        Settlement,
        _SELECT + "note_refusal(%(settlement_id)s, %(error)s) AS s",
        settlement_id=settlement_id,
        error=error,
    )


def note_broadcast(tx_hash: str, answer: str | None) -> Query[Settlement]:
    """Note that an attempt was sent and what was answered, None for nothing. NotOurs."""
    return one(Settlement, _SELECT + "note_broadcast(%(tx_hash)s, %(answer)s) AS s", tx_hash=tx_hash, answer=answer)


def finish(
    settlement_id: UUID,
    tx_hash: str,
    *,
    block_number: int,
    block_hash: str,
    gas_used: int | None = None,
    gas_price: int | None = None,
    failed: Sequence[int] = (),
) -> Query[Settlement]:
    """End a settlement by its final, good receipt; `failed` payment numbers were not paid. Twice is once.

    WrongState, NotOurs, Invalid, NotFound.
    """
    return one(
        Settlement,
        _SELECT
        + """finish_settlement(
            %(settlement_id)s, %(tx_hash)s, %(block_number)s, %(block_hash)s, %(gas_used)s, %(gas_price)s,
            %(failed)s::bigint []
        ) AS s""",
        settlement_id=settlement_id,
        tx_hash=tx_hash,
        block_number=block_number,
        block_hash=block_hash,
        gas_used=gas_used,
        gas_price=gas_price,
        failed=list(failed),
    )


def revert(
    settlement_id: UUID,
    error: str,
    *,
    tx_hash: str | None = None,
    block_number: int | None = None,
    block_hash: str | None = None,
    gas_used: int | None = None,
    gas_price: int | None = None,
) -> Query[Settlement]:
    """End a settlement that did not pay, by its final receipt or by Circle's word. Twice is once.

    WrongState, NotOurs, NotFound.
    """
    return one(
        Settlement,
        _SELECT
        + """revert_settlement(
            %(settlement_id)s, %(tx_hash)s, %(block_number)s, %(block_hash)s, %(gas_used)s, %(gas_price)s, %(error)s
        ) AS s""",
        settlement_id=settlement_id,
        tx_hash=tx_hash,
        block_number=block_number,
        block_hash=block_hash,
        gas_used=gas_used,
        gas_price=gas_price,
        error=error,
    )


def observe(settlement_id: UUID, is_missing: bool) -> Query[Observed]:
    """Count that its nonce is used and none of its hashes found; False counts from 0 again. WrongState, NotFound."""
    return one(
        Observed,
        "SELECT observe_settlement(%(settlement_id)s, %(is_missing)s) AS observed",
        settlement_id=settlement_id,
        is_missing=is_missing,
    )


def declare_conflict(settlement_id: UUID, reason: str) -> Query[Settlement]:
    """Leave it to a person, and pause its signer. Twice is once. WrongState, NotFound."""
    return one(
        Settlement,
        _SELECT + "declare_conflict(%(settlement_id)s, %(reason)s) AS s",
        settlement_id=settlement_id,
        reason=reason,
    )


def circle_submitted(settlement_id: UUID, circle_tx_id: str, state: str) -> Query[Settlement]:
    """Note that Circle has taken it, and its state there. Twice is once. WrongState, NotFound."""
    return one(
        Settlement,
        _SELECT + "circle_submitted(%(settlement_id)s, %(circle_tx_id)s, %(state)s) AS s",
        settlement_id=settlement_id,
        circle_tx_id=circle_tx_id,
        state=state,
    )


def signers(chain_id: int) -> Query[list[Signer]]:
    """Whose transactions are under way on a chain."""
    return many(
        Signer,
        _SIGNER
        + """ops.signers AS g
        WHERE g.chain_id = %(chain_id)s AND EXISTS (
            SELECT FROM ops.settlements AS s
            WHERE s.rail = 'web3' AND s.chain_id = g.chain_id AND s.signer = g.address
                AND s.state NOT IN ('queued', 'final_ok', 'final_reverted')
        )
        """,
        chain_id=chain_id,
    )


def paused_signers(chain_id: int) -> Query[list[Signer]]:
    """Who waits for a person on a chain, whether anything of his is under way or not."""
    return many(
        Signer,
        _SIGNER
        + """ops.signers AS g
        WHERE g.chain_id = %(chain_id)s AND g.paused_at IS NOT NULL
        ORDER BY g.paused_at
        """,
        chain_id=chain_id,
    )


def is_open(rail: Rail, chain_id: int) -> Query[Open]:
    """Whether anything of a rail waits for the chain."""
    return one(
        Open,
        """
        SELECT EXISTS (
            SELECT FROM ops.settlements AS s
            WHERE s.rail = %(rail)s AND s.chain_id = %(chain_id)s AND s.state NOT IN ('final_ok', 'final_reverted')
        ) AS is_open
        """,
        rail=rail,
        chain_id=chain_id,
    )


def get(settlement_id: UUID) -> Query[Settlement]:
    """NotFound."""
    return one(Settlement, _SELECT + "ops.settlements AS s WHERE s.id = %(settlement_id)s", settlement_id=settlement_id)


def queued(rail: Rail, chain_id: int, limit: int = 16) -> Query[list[Settlement]]:
    """What waits to be reserved, the oldest first; what the chain has refused stands behind what it may take."""
    return many(
        Settlement,
        _SELECT
        + """ops.settlements AS s
        WHERE s.rail = %(rail)s AND s.chain_id = %(chain_id)s AND s.state = 'queued'
        ORDER BY s.error IS NOT NULL, s.id
        LIMIT %(limit)s
        """,
        rail=rail,
        chain_id=chain_id,
        limit=limit,
    )


def in_flight(chain_id: int, signer: str) -> Together[list[InFlight]]:
    """What a signer has reserved and is not final, conflicts too, in the order of nonces, each with its attempts."""
    settlements = many(
        Settlement,
        _SELECT
        + """ops.settlements AS s
        WHERE s.chain_id = %(chain_id)s AND s.signer = %(signer)s
            AND s.state IN ('reserved', 'signed', 'broadcast', 'conflict')
        ORDER BY s.nonce, s.id
        """,
        chain_id=chain_id,
        signer=signer,
    )
    attempts = many(
        Attempt,
        """
        SELECT
            a.settlement_id, a.number, a.tx_hash, a.raw, a.gas, a.max_fee_per_gas, a.max_priority_fee_per_gas,
            a.stored_at, clock_timestamp() - a.stored_at AS age, a.broadcast_at, a.answer
        FROM ops.settlements AS s
        INNER JOIN ops.settlement_attempts AS a ON s.id = a.settlement_id
        WHERE s.chain_id = %(chain_id)s AND s.signer = %(signer)s
            AND s.state IN ('reserved', 'signed', 'broadcast', 'conflict')
        ORDER BY a.settlement_id, a.number
        """,
        chain_id=chain_id,
        signer=signer,
    )

    def make(found: list[Settlement], signed: list[Attempt]) -> list[InFlight]:
        return [InFlight(one, [attempt for attempt in signed if attempt.settlement_id == one.id]) for one in found]

    return Together((settlements, attempts), make)


def attempts(settlement_id: UUID) -> Query[list[Attempt]]:
    """What was signed for it, oldest first."""
    return many(
        Attempt,
        """
        SELECT
            a.settlement_id, a.number, a.tx_hash, a.raw, a.gas, a.max_fee_per_gas, a.max_priority_fee_per_gas,
            a.stored_at, clock_timestamp() - a.stored_at AS age, a.broadcast_at, a.answer
        FROM ops.settlement_attempts AS a
        WHERE a.settlement_id = %(settlement_id)s
        ORDER BY a.number
        """,
        settlement_id=settlement_id,
    )


def payments(settlement_id: UUID) -> Query[list[Payment]]:
    """What it pays, in the order in which payments are numbered."""
    return many(
        Payment,
        """
        SELECT p.settlement_id, p.transaction_id, p.payment_no, p.to_address, p.amount, p.failed
        FROM ops.settlement_payments AS p
        WHERE p.settlement_id = %(settlement_id)s
        ORDER BY p.transaction_id
        """,
        settlement_id=settlement_id,
    )


def of_transaction(transaction_id: UUID) -> Query[Facts | None]:
    """The settlement that a payout is in, for whoever may see the payout."""
    return optional(
        Facts,
        """
        SELECT s.id, s.rail, s.state, s.chain_id, s.contract, s.block_number, s.block_hash, s.updated_at
        FROM ops.settlement_payments AS p
        INNER JOIN ops.settlements AS s ON p.settlement_id = s.id
        WHERE p.transaction_id = %(transaction_id)s
        """,
        transaction_id=transaction_id,
    )


def clear_conflict(
    settlement_id: UUID,
    outcome: Literal["paid", "unpaid"],
    tx_hash: str | None = None,
    *,
    block_number: int | None = None,
    block_hash: str | None = None,
    gas_used: int | None = None,
    gas_price: int | None = None,
    failed: Sequence[int] = (),
) -> Query[Settlement]:
    """End a conflict: paid by a transaction, named with its block, or unpaid. NotFound, WrongState, Invalid."""
    return one(
        Settlement,
        _SELECT
        + """clear_conflict(
            %(settlement_id)s, %(outcome)s, %(tx_hash)s, %(block_number)s, %(block_hash)s, %(gas_used)s, %(gas_price)s,
            %(failed)s::bigint []
        ) AS s""",
        settlement_id=settlement_id,
        outcome=outcome,
        tx_hash=tx_hash,
        block_number=block_number,
        block_hash=block_hash,
        gas_used=gas_used,
        gas_price=gas_price,
        failed=list(failed),
    )


def give_back(settlement_id: UUID) -> Query[Settlement]:
    """End a settlement that was never reserved: its payouts fail. NotFound, WrongState."""
    return one(Settlement, _SELECT + "give_back_settlement(%(settlement_id)s) AS s", settlement_id=settlement_id)


def resume_signer(chain_id: int, address: str, chain_nonce: int) -> Query[Signer]:
    """Let a paused signer go on, at the chain's nonce as it is now. NotFound, WrongState."""
    return one(
        Signer,
        _SIGNER + "resume_signer(%(chain_id)s, %(address)s, %(chain_nonce)s) AS g",
        chain_id=chain_id,
        address=address,
        chain_nonce=chain_nonce,
    )
