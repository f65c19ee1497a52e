"""Every 5 minutes, on Circle's rail: give each worker without a wallet one of Circle's, exactly one.

What is asked for stands in the database first, under the idempotency key that Circle gets. An answer that is lost
leaves the order open, and the next run sends the same one again.
"""

from gigstream.config import settings
from gigstream.job import Counts, Run, job
from gigstream.queries import circle
from gigstream_chain.circle import BATCH, Circle, Later


@job
def handler(run: Run) -> Counts:
    """Counts the workers who got a wallet."""
    given = 0
    if settings().settlement_rail == "circle":
        api = Circle(run.write)
        while run.more_time() and (ordered := run.write(circle.order_wallets(BATCH))):
            order_id = ordered[0].order_id
            try:
                made = api.create_wallets(order_id, [one.worker_id for one in ordered])
            except Later:
                break
            given += run.write(circle.keep_wallets(order_id, made)).workers
    return {"given": given}
