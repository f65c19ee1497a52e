"""POST /v1/workers: invite a person to become the platform's worker; the token is shown once."""

from gigstream.auth import Secret
from gigstream.models.workers import NewInvite
from gigstream.queries import auth
from gigstream.structs import struct
from gigstream.web import Endpoint

app = Endpoint(__name__)


@struct
class Invited:
    """The invite, and the token that the person registers or signs in with."""

    invite: auth.Invite
    invite_token: str


@app.route("/v1/workers", methods=["POST"], scope="workers:write", secret=True, writes={"state", "audit"})
def invite() -> Invited:
    """409 when a worker of this platform has the e-mail address."""
    form, token = app.body(NewInvite), Secret.new()
    new = auth.invite_worker(email=form.email, name=form.name, token_hash=token.hash)
    return Invited(app.write(new, status=201), token.text)
