"""POST /v1/auth/logout: end the session that the access token belongs to."""

from gigstream.queries import auth
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/auth/logout", methods=["POST"], worker=True, writes={"state", "audit"})
def logout() -> None:
    """204; from now on the session's access and refresh tokens are refused."""
    app.write(auth.sign_out())
