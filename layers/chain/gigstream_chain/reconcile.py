"""Reconciliation: custody on the chain against the books at one block, and each movement since the last time."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from decimal import Decimal

from gigstream import log, money
from gigstream.config import settings
from gigstream.errors import CustodyDiffers
from gigstream.job import Counts, Run
from gigstream.queries import chain
from gigstream_chain import movements
from gigstream_chain.comparing import Comparison, compare
from gigstream_chain.deposits import AGAIN
from gigstream_chain.movements import Custody, Movements
from gigstream_chain.reader import Block, Log, Reader, Unknown, ask, topic

# Until then the books may lack what is on the chain: the jobs that read it run each minute.
LATE_SECONDS = 900
SHOWN = 100


def reconcile(run: Run) -> Counts:
    """Counts transactions compared and breaks. Raises CustodyDiffers when there is one, Unavailable without a node."""
    return ask(lambda reader: _reconcile(run, reader))


def _reconcile(run: Run, reader: Reader) -> Counts:
    custody = movements.custody()
    known = run.read(chain.known(custody.chain_id, custody.address))
    tip = reader.block(reader.head())
    if known is None or tip.number < known.block:  # nothing is indexed yet, or this node is behind
        return {"compared": 0, "breaks": 0}
    view = View(reader, custody, known, tip)
    held = view.held()
    moved = view.moved()
    if _is_quiet(known, held, moved):
        _record(run, view, held, Comparison(known.book_custody, known.made_up))
        return {"compared": 0, "breaks": 0}

    result = _compared(run, view, held, moved)
    if result.breaks:
        # Look twice, the second time at receipts: a page of logs may have come from a node that was behind.
        moved = view.moved() | view.receipts([one.tx_hash for one in result.breaks if one.tx_hash])
        result = _compared(run, view, held, moved)
    if view.is_of_another_chain():
        result = Comparison(result.book_custody, result.made_up)
        result.differ("other_chain", str(known.block_hash), None, held, result.book_custody)
    _record(run, view, held, result)
    for one in result.breaks[:SHOWN]:
        log.error("custody differs", CustodyDiffers(), block=tip.number, **asdict(one))
    if result.breaks:
        raise CustodyDiffers(f"{len(result.breaks)} breaks between chain and books at block {tip.number}")
    return {"compared": sum(one != Movements() for one in moved.values()), "breaks": 0}


@dataclass(frozen=True, slots=True)
class View:
    """The chain up to a block, as a node has it, since the last reconciliation."""

    reader: Reader
    custody: Custody
    known: chain.Known
    tip: Block

    def held(self) -> Decimal:
        """USDC in custody: what the address has, less what streams on the contract hold of it."""
        held = self.reader.view(self.custody.token, "balanceOf(address)", self.tip.number, self.custody.address)
        if settings().settlement_rail == "web3":
            held -= self.reader.view(self.custody.address, "escrowed()", self.tip.number)
        return money.of_micro(held)

    def moved(self) -> dict[str, Movements]:
        """What moved in the blocks since then, and in the transactions that were left open, by transaction."""
        first = max(settings().arc_start_block, self.known.block + 1)
        token, address = self.custody.token, self.custody.address
        logs: dict[str, dict[int, Log]] = defaultdict(dict)
        for found in (
            self.reader.logs(first, self.tip.number, token, movements.TRANSFER, None, topic(address)),
            self.reader.logs(first, self.tip.number, token, movements.TRANSFER, topic(address)),
            self.reader.logs(first, self.tip.number, address),
        ):
            for one in found:
                logs[one.tx_hash][one.index] = one
        moved = {tx_hash: movements.read(entries.values(), self.custody) for tx_hash, entries in logs.items()}
        # What was on the chain then is there now, or this node is behind; what never was there may still not be.
        waiting = {tx_hash: self._receipt(tx_hash) for tx_hash in self.known.unmatched}
        return moved | waiting | self.receipts(self.known.broken)

    def receipts(self, hashes: Iterable[str]) -> dict[str, Movements]:
        """What transactions moved; those that the chain does not have are left out."""
        found = {}
        for tx_hash in hashes:
            with suppress(Unknown):
                found[tx_hash] = self._receipt(tx_hash)
        return found

    def _receipt(self, tx_hash: str) -> Movements:
        logs = [one for one in self.reader.receipt(tx_hash) if one.block <= self.tip.number]
        return movements.read(logs, self.custody)

    def is_late(self, block: int) -> bool:
        """Whether the books should have by now what happened in a block."""
        return self.reader.block(block).timestamp <= self.tip.timestamp - LATE_SECONDS

    def is_of_another_chain(self) -> bool:
        """Whether the block that was looked at the last time is not there any more."""
        return self.known.block_hash is not None and self.reader.block(self.known.block).hash != self.known.block_hash


def _is_quiet(known: chain.Known, held: Decimal, moved: dict[str, Movements]) -> bool:
    """Whether chain and books are as they were when they last agreed, so that there is nothing to compare."""
    agreed = known.block_hash is not None and known.breaks == 0 and not known.unmatched
    unchanged = known.held - known.made_up == known.book_custody and held == known.chain_custody
    return agreed and unchanged and all(one == Movements() for one in moved.values())


def _compared(run: Run, view: View, held: Decimal, moved: dict[str, Movements]) -> Comparison:
    custody = view.custody
    batches = [batch for one in moved.values() for batch in one.batches]
    cursor = run.read(chain.cursor(custody.chain_id, custody.address))
    book = run.read(
        chain.book(
            custody.chain_id,
            custody.address,
            settings().settlement_rail,
            after=view.known.block,
            block=view.tip.number,
            hashes=[*moved, *view.known.broken],
            numbers=[batch.first_payment_no for batch in batches if batch.first_payment_no is not None],
        )
    )

    def may_wait(block: int, is_deposit: bool) -> bool:
        was_indexed = is_deposit and cursor is not None and block <= cursor.block - AGAIN
        return not was_indexed and not view.is_late(block)

    return compare(moved, book, held, may_wait=may_wait, may_make_up=settings().mode == "test")


def _record(run: Run, view: View, held: Decimal, result: Comparison) -> None:
    run.write(
        chain.record(
            view.custody.chain_id,
            view.custody.address,
            block=view.tip.number,
            block_hash=view.tip.hash,
            chain_custody=held,
            book_custody=result.book_custody,
            in_flight=result.in_flight,
            made_up=result.made_up,
            unmatched=sorted(result.unmatched),
            breaks=result.breaks,
        )
    )
