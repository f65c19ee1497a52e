"""POST /v1/webhooks/circle: Circle notifies, signed, that a transaction has moved on; the next poll looks at it."""

from datetime import timedelta

from gigstream import clock
from gigstream.errors import Unauthenticated
from gigstream.models.webhooks import CircleNotification
from gigstream.queries import circle
from gigstream.web import Endpoint
from gigstream_chain.circle_webhooks import verify

app = Endpoint(__name__)

# Circle sends again for a day and a half, with the time of the first attempt. A recorded notification that is sent
# after that says nothing new, nor does one before: its id is kept for longer, and Circle itself is asked what is true.
OLDEST = timedelta(days=7)
AHEAD = timedelta(minutes=5)


@app.route("/v1/webhooks/circle", methods=["POST"], verify=verify, idempotency="none", writes={"state"})
def notify() -> circle.Stored:
    """401 for a signature that is not Circle's, and for a notification older than a week. Known ones change nothing."""
    sent = app.body(CircleNotification)
    if not -AHEAD <= clock.now() - sent.timestamp <= OLDEST:
        raise Unauthenticated("the notification is older than a week, or from the future")
    return app.write(
        circle.store_notification(
            sent.notification_id,
            sent.notification_type,
            circle_tx_id=sent.circle_tx_id,
            reference=sent.reference,
            state=sent.state,
            sent_at=sent.timestamp,
        )
    )
