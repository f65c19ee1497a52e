"""POST /v1/api-keys/{key_id}/rotate: a new key in the place of another, which goes on for a while; shown this once."""

from datetime import timedelta
from uuid import UUID

from gigstream.auth import ApiKey
from gigstream.models.keys import Rotation
from gigstream.queries import keys
from gigstream.structs import struct
from gigstream.web import Endpoint

app = Endpoint(__name__)


@struct
class Rotated:
    """What will be known of the new key, and the key itself."""

    key: keys.Key
    api_key: str


@app.route("/v1/api-keys/{key_id}/rotate", methods=["POST"], scope="keys:write", secret=True, writes={"state", "audit"})
def rotate(key_id: UUID) -> Rotated:
    """403 when it holds a scope that the calling key does not; 404; 409 when it was revoked, replaced or has expired.

    With an overlap of 0 a key that rotates itself is gone with the answer: if that is lost, so are both keys.
    """
    form, key = app.body(Rotation), ApiKey.new()
    overlap = timedelta(seconds=form.overlap_seconds)
    new = keys.rotate(key_id, overlap=overlap, key_prefix=key.prefix, key_hash=key.hash)
    return Rotated(app.write(new, status=201), key.text)
