"""HEAD /v1/webhooks/circle: Circle looks whether there is anybody to notify."""

from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/webhooks/circle", methods=["HEAD"], public=True)
def probe() -> None:
    """Always 200: it reads and writes nothing."""
