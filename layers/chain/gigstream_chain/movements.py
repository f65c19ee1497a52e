"""What the logs of a transaction say about custody: deposits, batches of payments, and what streams hold apart.

Whoever creates or tops up a stream on the contract pays its escrow in by a Transfer, which the contract's own event
follows: of the logs that concern custody, in their order, a Transfer into it that stands directly before such an event
is escrow and no deposit. What leaves escrow is followed by an event in the same way.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from eth_utils.address import to_checksum_address

from gigstream.config import settings
from gigstream_chain.contract import BATCH_PAID, EVENTS, PAYMENT_FAILED
from gigstream_chain.reader import Log, topic, words

TRANSFER = topic("Transfer(address,address,uint256)")
STREAM_CREATED, STREAM_TOPPED_UP = EVENTS["StreamCreated"], EVENTS["StreamToppedUp"]
STREAM_RELEASED, STREAM_CANCELLED = EVENTS["StreamReleased"], EVENTS["StreamCancelled"]
RECEIVED, SENT = "transfer in", "transfer out"

IN = {RECEIVED, STREAM_CREATED, STREAM_TOPPED_UP}
OUT = {SENT, PAYMENT_FAILED, BATCH_PAID, STREAM_RELEASED, STREAM_CANCELLED}


@dataclass(frozen=True, slots=True)
class Custody:
    """Where the money is: an address on a chain, and the token that it holds there."""

    chain_id: int
    token: str
    address: str


def custody() -> Custody:
    """The configured one; the case of its addresses is their checksum's."""
    known = settings()
    token, address = map(to_checksum_address, (known.arc_usdc_address, known.custody_address))
    return Custody(known.arc_chain_id, token, address)


@dataclass(frozen=True, slots=True)
class Deposit:
    """Micro-USDC that came into custody."""

    tx_hash: str
    log_index: int
    block: int
    sender: str
    amount: int


@dataclass(frozen=True, slots=True)
class Payment:
    """Micro-USDC to a payee; `failed` when he could not be paid and it stayed in custody."""

    payee: str
    amount: int
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Payments that are numbered from `first_payment_no` on; `paid` is the sum that the contract says went out.

    Without a number it is money that left custody in no batch: a transfer of the Circle rail, or nobody knows what.
    """

    tx_hash: str
    block: int
    first_payment_no: int | None
    paid: int
    payments: tuple[Payment, ...]


@dataclass(frozen=True, slots=True)
class Movements:
    """What a transaction moved in and out of custody, and the logs in it that pulled escrow in."""

    deposits: tuple[Deposit, ...] = ()
    batches: tuple[Batch, ...] = ()
    escrow: frozenset[int] = frozenset()


def read(logs: Iterable[Log], custody: Custody) -> Movements:
    """The movements in the logs of one transaction."""
    told = [(event, log) for log in sorted(logs, key=lambda log: log.index) if (event := _event(log, custody))]
    deposits, escrow = _incoming([(event, log) for event, log in told if event in IN])
    return Movements(deposits, _outgoing([(event, log) for event, log in told if event in OUT]), escrow)


def _event(log: Log, custody: Custody) -> str | None:
    """What a log tells about custody."""
    event = log.topics[0] if log.topics else None
    if log.address == custody.address.lower():
        return event
    if event != TRANSFER or log.address != custody.token.lower() or words(log.data)[0] == 0:
        return None
    if _address(log.topics[2]) == custody.address:
        return RECEIVED
    return SENT if _address(log.topics[1]) == custody.address else None


def _incoming(told: list[tuple[str, Log]]) -> tuple[tuple[Deposit, ...], frozenset[int]]:
    deposits: list[Deposit] = []
    escrow: set[int] = set()
    before = None  # the event of the log directly before
    for event, log in told:
        if event == RECEIVED:
            deposits.append(Deposit(log.tx_hash, log.index, log.block, _address(log.topics[1]), words(log.data)[0]))
        elif before == RECEIVED:
            escrow.add(deposits.pop().log_index)
        before = event
    return tuple(deposits), frozenset(escrow)


def _outgoing(told: list[tuple[str, Log]]) -> tuple[Batch, ...]:
    batches: list[Batch] = []
    payments: list[Payment] = []  # since the last batch
    for event, log in told:
        if event == BATCH_PAID:
            first, paid = int(log.topics[1], 16), words(log.data)[1]
            batches.append(Batch(log.tx_hash, log.block, first, paid, tuple(payments)))
            payments = []
        elif event in {SENT, PAYMENT_FAILED}:
            payments.append(Payment(_address(log.topics[2]), words(log.data)[0], failed=event == PAYMENT_FAILED))
        elif payments:
            payments.pop()
    if payments:
        paid = sum(one.amount for one in payments if not one.failed)
        batches.append(Batch(told[-1][1].tx_hash, told[-1][1].block, None, paid, tuple(payments)))
    return tuple(batches)


def _address(text: str) -> str:
    return to_checksum_address(f"0x{text[-40:]}")
