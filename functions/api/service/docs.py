"""GET /docs: this API's reference as a page, made from its document."""

from pathlib import Path

from gigstream.files import File
from gigstream.web import Endpoint

app = Endpoint(__name__)
# Made by `gigstream openapi --write` from the document; a test holds it equal.
PAGE = File(Path(__file__).with_name("docs.html"), "text/html; charset=utf-8")


@app.route("/docs", methods=["GET"], public=True)
def docs() -> File:
    """304 when the ETag in If-None-Match is still the page's."""
    return PAGE
