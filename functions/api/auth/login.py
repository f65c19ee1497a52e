"""POST /v1/auth/login: a worker signs in, and joins one more platform if he brings its invite."""

from gigstream import passwords
from gigstream.auth import Secret, Tokens
from gigstream.errors import Unauthenticated
from gigstream.models.auth import Login
from gigstream.queries import auth
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/auth/login", methods=["POST"], public=True, writes={"state", "audit"})
def login() -> Tokens:
    """401 without saying whether the e-mail address or the password was wrong; 422 for a bad invite."""
    form = app.body(Login)
    known = app.read(auth.credentials(form.email))
    right = passwords.matches(form.password, known.password_hash if known else None)
    if known is None or not right:
        raise Unauthenticated("the e-mail address or the password is wrong")
    refresh = Secret.new()
    invite_hash = Secret.of(form.invite_token).hash if form.invite_token else None
    session = app.write(auth.sign_in(known.worker_id, invite_hash=invite_hash, token_hash=refresh.hash))
    return Tokens.issue(session.worker_id, session.session_id, refresh)
