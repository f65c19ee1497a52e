"""Access tokens that somebody else made, or that are no longer good: all refused."""

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from tests.conftest import Api

from gigstream import clock, config

Claims = dict[str, Any]
WORKER = {"name": "Alice", "email": "alice@example.com", "password": "correct horse"}


@pytest.fixture
def good(api: Api) -> Claims:
    """The claims of a token that is accepted."""
    token = api.post("/v1/auth/register", WORKER).json["access_token"]
    claims: Claims = jwt.decode(token, options={"verify_signature": False})
    return claims


def signed(claims: Claims, secret: bytes | None = None, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, secret or config.settings().jwt_secret, algorithm)


def unsigned(claims: Claims, header: Claims, signature: str = "") -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims)]
    return ".".join([*parts, signature])


def forgeries(good: Claims) -> dict[str, str]:
    """Tokens that must be refused, by what is wrong with them."""
    secret, later = config.settings().jwt_secret, clock.now() + timedelta(minutes=5)
    header, _, signature = signed(good).split(".")
    other = signed(good | {"sub": str(uuid4())}).split(".")[1]
    missing = {
        f"no {claim}": signed({name: value for name, value in good.items() if name != claim})
        for claim in ("iss", "aud", "sub", "sid", "jti", "typ", "iat", "exp")
    }
    return missing | {
        "another key": signed(good, b"x" * 32),
        "another algorithm": signed(good, secret * 2, "HS512"),
        "no algorithm": unsigned(good, {"alg": "none", "typ": "JWT"}),
        "no algorithm, in capitals": unsigned(good, {"alg": "NONE", "typ": "JWT"}),
        "no signature": unsigned(good, {"alg": "HS256", "typ": "JWT"}),
        "a signature of nothing": unsigned(good, {"alg": "HS256", "typ": "JWT"}, "AAAA"),
        "changed claims": f"{header}.{other}.{signature}",
        "expired": signed(good | {"exp": clock.now() - timedelta(seconds=1)}),
        "issued in the future": signed(good | {"iat": later}),
        "not yet valid": signed(good | {"nbf": later}),
        "another audience": signed(good | {"aud": "somebody-else"}),
        "another issuer": signed(good | {"iss": "gigstream-live"}),
        "another type": signed(good | {"typ": "refresh"}),
        "an unknown worker": signed(good | {"sub": str(uuid4())}),
        "an unknown session": signed(good | {"sid": str(uuid4())}),
        "a worker that is no UUID": signed(good | {"sub": "1 OR 1=1"}),
        "a session that is no UUID": signed(good | {"sid": ["x"]}),
        "not a token": "x",
        "dots": "..",
        "not ASCII": "\u00e9.\u00e9.\u00e9",
        "nothing": "",
    }


def test_the_token_itself_is_accepted(api: Api, good: Claims) -> None:
    assert api.get("/v1/auth/me", token=signed(good)).status == 200


def test_forged_tokens_are_refused(api: Api, good: Claims) -> None:
    forged = forgeries(good)
    assert len(forged) >= 25
    for wrong, token in forged.items():
        answer = api.get("/v1/auth/me", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status, answer.json["code"]) == (401, "unauthenticated"), wrong
        assert answer.header("WWW-Authenticate") == "Bearer"


def test_other_schemes_and_nobody_are_refused(api: Api) -> None:
    assert api.get("/v1/auth/me").status == 401
    for header in ("Basic YTpi", "Bearer", "bearer  ", "Token x"):
        assert api.get("/v1/auth/me", headers={"Authorization": header}).status == 401
