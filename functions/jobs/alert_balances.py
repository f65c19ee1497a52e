"""Every 5 minutes: tell the platforms whose available funds have fallen below their threshold, each time only once."""

from uuid import UUID

from gigstream.job import Counts, Run, job
from gigstream.queries import webhooks

BATCH = 1000


@job
def handler(run: Run) -> Counts:
    """Counts the platforms looked at and those told."""
    last, seen, alerted = UUID(int=0), 0, 0
    while run.more_time():
        alerts = run.write(webhooks.alert_balances(last, BATCH))
        last, seen, alerted = alerts.last_id, seen + alerts.seen, alerted + alerts.alerted
        if alerts.seen < BATCH:
            break
    return {"seen": seen, "alerted": alerted}
