"""DELETE /v1/api-keys/{key_id}: a key opens nothing any more, from the next request on."""

from uuid import UUID

from gigstream.queries import keys
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/api-keys/{key_id}", methods=["DELETE"], scope="keys:write", writes={"state", "audit"})
def revoke(key_id: UUID) -> None:
    """204, once more too; 404; 409 when no other key with keys:write would be left for longer than seven days.

    A key may revoke itself.
    """
    app.write(keys.revoke(key_id))
