"""POST /v1/auth/wallet-login: a worker signs in with what his wallet has signed (EIP-4361)."""

from gigstream import proofs, tokens
from gigstream.auth import Secret, Tokens
from gigstream.errors import Unauthenticated
from gigstream.models.auth import WalletProof
from gigstream.queries import auth
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/auth/wallet-login", methods=["POST"], public=True, writes={"state", "audit"})
def wallet_login() -> Tokens:
    """401 without saying why: no worker has the wallet, another one signed, the nonce is unknown, used or too old.

    422 for a message that is not EIP-4361, or is meant for another app, chain or purpose.
    """
    form, refresh = app.body(WalletProof), Secret.new()
    proof = proofs.prove(form.message, form.signature, "sign_in")
    session = app.write(auth.wallet_sign_in(proof, token_hash=refresh.hash))
    if session is None:
        raise Unauthenticated("no worker can sign in with this message and signature")
    return tokens.issue(session.worker_id, session.session_id, refresh)
