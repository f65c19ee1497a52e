"""POST /v1/auth/refresh: the next access token and the next refresh token, for the present one."""

from gigstream import tokens
from gigstream.auth import Secret, Tokens
from gigstream.errors import SessionExpired
from gigstream.models.auth import Refresh
from gigstream.queries import auth
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/auth/refresh", methods=["POST"], public=True, writes={"state"})
def refresh() -> Tokens:
    """401 when the token is unknown, expired or revoked, or was used before: then its whole session has ended."""
    present, following = Secret.of(app.body(Refresh).refresh_token), Secret.new()
    session = app.write(auth.refresh_session(token_hash=present.hash, next_hash=following.hash))
    if session is None:
        raise SessionExpired
    return tokens.issue(session.worker_id, session.session_id, following)
