"""POST /v1/platforms/register: a platform signs up; its first API key, and its webhook's secret, are shown once."""

from gigstream import proofs, signing, targets
from gigstream.auth import SCOPES, ApiKey
from gigstream.models.platforms import Registration
from gigstream.queries import auth
from gigstream.structs import struct
from gigstream.web import Endpoint

app = Endpoint(__name__)


@struct
class Registered:
    """The platform, its key, which has all scopes, and what verifies what its webhook endpoint is sent."""

    platform: auth.NewPlatform
    api_key: str
    webhook_secret: str | None


@app.route("/v1/platforms/register", methods=["POST"], public=True, secret=True, writes={"state", "audit"})
def register() -> Registered:
    """409 when the e-mail or wallet address is taken.

    422 when the webhook's URL leads to one that is not public, or when the wallet has not signed.
    """
    form, key = app.body(Registration), ApiKey.new()
    wallet = proofs.of_wallet(form.wallet, "set_platform_wallet")
    if form.webhook_url is not None:
        targets.check(form.webhook_url, "webhook_url")
    new = auth.register_platform(
        name=form.name,
        contact_email=form.contact_email,
        webhook_url=form.webhook_url,
        wallet=wallet,
        key_prefix=key.prefix,
        key_hash=key.hash,
        scopes=SCOPES,
    )
    platform = app.write(new, status=201)
    endpoint_id = platform.webhook_endpoint_id
    secret = signing.shown(signing.endpoint_secret(endpoint_id, 1)) if endpoint_id else None
    return Registered(platform, key.text, secret)
