"""POST /v1/platforms/register: a platform signs up; its first API key is shown once."""

from dataclasses import dataclass

from gigstream.auth import SCOPES, ApiKey
from gigstream.models.platforms import Registration
from gigstream.queries import auth
from gigstream.web import Endpoint

app = Endpoint(__name__)


@dataclass(frozen=True, slots=True)
class Registered:
    """The platform and its key, which has all scopes."""

    platform: auth.NewPlatform
    api_key: str


@app.route("/v1/platforms/register", methods=["POST"], public=True, secret=True, writes={"state", "audit"})
def register() -> Registered:
    """409 when the e-mail or wallet address is taken."""
    form, key = app.body(Registration), ApiKey.new()
    new = auth.register_platform(**form.model_dump(), key_prefix=key.prefix, key_hash=key.hash, scopes=SCOPES)
    return Registered(app.write(new, status=201), key.text)
