"""GET /v1/health: the function runs; nothing else is asked."""

from typing import Literal

from gigstream.structs import struct
from gigstream.web import Endpoint

app = Endpoint(__name__)


@struct
class Health:
    """A sign of life."""

    status: Literal["ok"] = "ok"


@app.route("/v1/health", methods=["GET"], public=True)
def health() -> Health:
    """Always ok: it reads and writes nothing."""
    return Health()
