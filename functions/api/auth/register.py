"""POST /v1/auth/register: a worker signs up, and joins a platform if he brings its invite."""

from gigstream import passwords, proofs, tokens
from gigstream.auth import Secret, Tokens
from gigstream.models.auth import Registration
from gigstream.queries import auth
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/auth/register", methods=["POST"], public=True, writes={"state", "audit"})
def register() -> Tokens:
    """409 when the e-mail or wallet address is taken; 422 for a bad invite, or when the wallet has not signed."""
    form = app.body(Registration)
    refresh = Secret.new()
    session = app.write(
        auth.register_worker(
            name=form.name,
            email=form.email,
            password_hash=passwords.hash_of(form.password),
            wallet=proofs.of_wallet(form.wallet, "set_wallet"),
            invite_hash=Secret.of(form.invite_token).hash if form.invite_token else None,
            token_hash=refresh.hash,
        ),
        status=201,
    )
    return tokens.issue(session.worker_id, session.session_id, refresh)
