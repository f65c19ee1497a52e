"""POST /v1/auth/login: a worker signs in, and joins one more platform if he brings its invite."""

from gigstream import passwords, tokens
from gigstream.auth import Secret, Tokens
from gigstream.errors import SignInLocked, Unauthenticated
from gigstream.models.auth import Login
from gigstream.queries import auth
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/auth/login", methods=["POST"], public=True, writes={"state", "audit"})
def login() -> Tokens:
    """401 without saying whether the e-mail address or the password was wrong; 422 for a bad invite.

    After five failures in a row 429 for fifteen minutes, whatever the password and whether or not anybody has the
    address.
    """
    form, refresh = app.body(Login), Secret.new()
    known = app.read(auth.credentials(form.email))
    if known.locked_seconds is not None:
        raise SignInLocked(retry_after=known.locked_seconds)
    right = passwords.matches(form.password, known.password_hash)
    invite_hash = Secret.of(form.invite_token).hash if form.invite_token else None
    worker_id = known.worker_id if right else None
    done = app.write(auth.sign_in(form.email, worker_id, invite_hash=invite_hash, token_hash=refresh.hash))
    if done.locked_seconds is not None:
        raise SignInLocked(retry_after=done.locked_seconds)
    if done.worker_id is None or done.session_id is None:
        raise Unauthenticated("the e-mail address or the password is wrong")
    return tokens.issue(done.worker_id, done.session_id, refresh)
