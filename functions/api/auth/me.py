"""GET /v1/auth/me: the worker or platform that the credentials belong to."""

from gigstream.queries import auth
from gigstream.web import ANY_SCOPE, Endpoint

app = Endpoint(__name__)


@app.route("/v1/auth/me", methods=["GET"], scope=ANY_SCOPE, worker=True)
def me() -> auth.Principal:
    """401 when the key or the session no longer holds."""
    return app.read(auth.who_am_i())
