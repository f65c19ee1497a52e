"""GET /v1/openapi.json: this API's document, OpenAPI 3.1, to make clients and tests from."""

from pathlib import Path

from gigstream.files import File
from gigstream.web import Endpoint

app = Endpoint(__name__)
# Made by `gigstream openapi --write` from the code; a test holds it equal.
DOCUMENT = File(Path(__file__).with_name("openapi.json"), "application/json")


@app.route("/v1/openapi.json", methods=["GET"], public=True)
def openapi() -> File:
    """304 when the ETag in If-None-Match is still the document's."""
    return DOCUMENT
