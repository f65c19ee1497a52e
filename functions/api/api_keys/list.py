"""GET /v1/api-keys: the calling platform's keys, by what may be shown of them."""

from gigstream.queries import keys
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/api-keys", methods=["GET"], scope="keys:read")
def list_keys(part: Slice) -> Page[keys.Key]:
    """The newest comes first; revoked, expired and replaced ones are among them."""
    return app.read(keys.mine(part))
