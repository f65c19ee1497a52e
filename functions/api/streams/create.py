"""POST /v1/streams: start the stream of a streaming task; its price accrues by the second."""

from gigstream.models.streams import NewStream
from gigstream.queries import streams
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/streams",
    methods=["POST"],
    scope="streams:write",
    idempotency="required",
    writes={"state", "ledger", "outbox", "audit"},
)
def create() -> streams.Stream:
    """404 when the task is not the platform's; 409 when it is not pending and streaming; 422 for impossible times."""
    form = app.body(NewStream)
    return app.write(streams.create(**form.model_dump()), status=201)
