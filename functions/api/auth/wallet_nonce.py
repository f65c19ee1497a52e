"""POST /v1/auth/wallet/nonce: what a wallet signs to sign in, or to become a worker's or a platform's own."""

from gigstream import proofs
from gigstream.models.auth import WalletQuestion
from gigstream.queries import wallets
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/auth/wallet/nonce", methods=["POST"], public=True, writes={"state"})
def wallet_nonce() -> proofs.Challenge:
    """An EIP-4361 message, ready for personal_sign; it works once, within five minutes and for one purpose.

    Workers sign to sign in and to be paid to the wallet, platforms to be credited with what it deposits.
    """
    form, nonce = app.body(WalletQuestion), proofs.new_nonce()
    issued = app.write(wallets.issue_nonce(nonce, form.address, form.purpose), status=201)
    return proofs.challenge(form.address, form.purpose, nonce, issued.issued_at, issued.expires_at)
