"""What a worker sends to sign in."""

from typing import Annotated

from pydantic import Field, StringConstraints

from gigstream.models.common import Address, Body, Email, Line

# Taken as typed: a space at an end of a password belongs to it.
Password = Annotated[str, StringConstraints(min_length=8, max_length=200, strip_whitespace=False)]
Token = Annotated[str, Field(min_length=1, max_length=200)]


class Registration(Body):
    """A new worker; with an invite he is a member of the platform that sent it."""

    name: Line
    email: Email
    password: Password
    wallet_address: Address | None = None
    invite_token: Token | None = None


class Login(Body):
    """A worker's credentials; an invite makes him a member of one more platform."""

    email: Email
    password: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=False)]
    invite_token: Token | None = None


class Refresh(Body):
    """The refresh token of the latest answer; it works once."""

    refresh_token: Token
