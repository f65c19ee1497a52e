"""Settlement through Circle: one transfer a settlement, one settlement a payout.

Its idempotency key was made with the settlement, and that it is about to be asked for is noted before it is asked for.
An answer that is late, lost or broken says nothing: Circle is asked whether it has the transfer, and where it has not,
for the same one again, with the same key. What Circle refuses stays where it is, with the money set aside, for a person
to look at: a refusal of today is no proof that yesterday's request was not carried out. Money moves in the books when
Circle says COMPLETE, or FAILED, DENIED or CANCELLED, and on no other word, known or not.
"""

from collections import Counter
from datetime import timedelta

from gigstream import log
from gigstream.config import settings
from gigstream.job import Counts, Run
from gigstream.queries import circle, settlements
from gigstream_chain.circle import Circle, Failed, Later, Transfer

BATCH = 100
# How far Circle's clock may be behind ours when it is asked what came since a settlement was made.
SKEW = timedelta(hours=1)

PAID = {"COMPLETE"}
NOT_PAID = {"FAILED", "DENIED", "CANCELLED", "CANCELED"}


def submit(run: Run) -> Counts:
    """Ask Circle for the transfers that it is not known to have. Counts those that it has, and those still open."""
    counts: Counter[str] = Counter(sent=0, unanswered=0)
    waiting = run.read(circle.unsent(settings().arc_chain_id, BATCH))
    api = Circle(run.write) if waiting else None
    for one in waiting:
        if api is None or not run.more_time():
            break
        asked_before = run.write(circle.ask(one.id)).before > 0
        try:
            found = api.find(one.id, one.to_address, one.created_at - SKEW) if asked_before else None
            taken = found or api.transfer(one.idempotency_key, one.id, one.to_address, one.amount)
        except Failed as failure:
            counts["unanswered"] += 1
            log.error("not sent", failure, settlement=one.id, said=str(failure))
            run.write(circle.note_answer(one.id, error=str(failure)))
            if isinstance(failure, Later):
                break
        else:
            counts["sent"] += 1
            run.write(circle.note_answer(one.id, circle_tx_id=taken.id, state=taken.state))
    return counts


def confirm(run: Run) -> Counts:
    """Ask Circle what became of the transfers that it has. Counts those paid, not paid, still open, or in conflict."""
    counts: Counter[str] = Counter(paid=0, returned=0, open=0)
    waiting = run.read(circle.sent(settings().arc_chain_id, BATCH))
    api = Circle(run.write) if waiting else None
    for one in waiting:
        if api is None or not run.more_time():
            break
        try:
            counts[_settle(run, one, api.transaction(one.circle_tx_id))] += 1
        except Failed as failure:
            counts["open"] += 1
            log.error("not answered", failure, settlement=one.id, said=str(failure))
            run.write(circle.note_answer(one.id, error=str(failure)))
            if isinstance(failure, Later):
                break
    return counts


def _settle(run: Run, one: circle.Sent, transfer: Transfer) -> str:
    """Do in the books what Circle's word means; which of the counts it belongs to."""
    if not _is_ours(one, transfer):
        run.write(settlements.declare_conflict(one.id, "Circle has another transfer under this id"))
        return "conflicts"
    fee = transfer.network_fee
    run.write(circle.note_answer(one.id, circle_tx_id=transfer.id, state=transfer.state, network_fee=fee))
    tx_hash, number, block_hash = transfer.tx_hash, transfer.block_number, transfer.block_hash
    if transfer.state in PAID and tx_hash and number is not None and block_hash:
        run.write(settlements.finish(one.id, tx_hash, block_number=number, block_hash=block_hash))
        run.moved += one.amount
        return "paid"
    if transfer.state in NOT_PAID:
        reason = ": ".join(filter(None, [transfer.state, transfer.error]))
        run.write(settlements.revert(one.id, reason, tx_hash=tx_hash, block_number=number, block_hash=block_hash))
        return "returned"
    return "open"


def _is_ours(one: circle.Sent, transfer: Transfer) -> bool:
    """Whether Circle speaks of what it was asked for."""
    asked = (one.circle_tx_id, str(one.id), one.to_address.lower(), one.amount)
    return asked == (transfer.id, transfer.reference, (transfer.to_address or "").lower(), transfer.amount)
