"""POST /v1/api-keys: make another key; it is shown this once."""

from gigstream.auth import ApiKey
from gigstream.models.keys import NewKey
from gigstream.queries import keys
from gigstream.structs import struct
from gigstream.web import Endpoint

app = Endpoint(__name__)


@struct
class Created:
    """What will be known of the key, and the key itself."""

    key: keys.Key
    api_key: str


@app.route("/v1/api-keys", methods=["POST"], scope="keys:write", secret=True, writes={"state", "audit"})
def create() -> Created:
    """403 for a scope that the calling key does not hold; 422 when `expires_at` is past, or too far away."""
    form, key = app.body(NewKey), ApiKey.new()
    new = keys.create(**form.model_dump(), key_prefix=key.prefix, key_hash=key.hash)
    return Created(app.write(new, status=201), key.text)
