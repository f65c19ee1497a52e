"""Each minute: pay workers out what waits with platforms, and put payouts into settlements for the chain."""

from gigstream.config import settings
from gigstream.job import Counts, Run, job
from gigstream.queries import settlements

BATCH = 500
SETTLEMENTS = 10


@job
def handler(run: Run) -> Counts:
    """Counts the payouts that were begun, the settlements that were made, and the payouts in them."""
    rail, custody = settings().settlement_rail, settings().custody_address
    begun = made = paying = 0
    while run.more_time():
        payouts = run.write(
            settlements.queue_payouts(
                run.as_of,
                minimum=settings().settle_minimum,
                threshold=settings().settle_threshold,
                max_age=settings().settle_age,
                limit=BATCH,
            )
        )
        begun += payouts.queued
        if payouts.queued < BATCH:
            break
    while run.more_time():
        batches = run.write(
            settlements.queue_settlements(
                rail,
                settings().arc_chain_id,
                signer=custody if rail == "circle" else None,
                contract=custody if rail == "web3" else None,
                batch=settings().settle_batch,
                limit=SETTLEMENTS,
            )
        )
        made += batches.settlements
        paying += batches.payments
        if batches.settlements < SETTLEMENTS:
            break
    return {"payouts": begun, "settlements": made, "payments": paying}
