"""What a worker sends to sign in."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from gigstream import siwe
from gigstream.models.common import Address, Body, Email, Line

# Taken as typed: a space at an end of a password belongs to it.
Password = Annotated[str, StringConstraints(min_length=8, max_length=200, strip_whitespace=False)]
Token = Annotated[str, Field(min_length=1, max_length=200)]
# As it was signed, to the letter.
Message = Annotated[str, StringConstraints(max_length=4000, strip_whitespace=False), AfterValidator(siwe.checked)]
Signature = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{130}$", strip_whitespace=False)]


class WalletQuestion(Body):
    """Which wallet will sign, and what for.

    A worker's signs in (`sign_in`) or becomes the one that he is paid to (`set_wallet`); a platform's becomes the one
    whose deposits are credited to it (`set_platform_wallet`).
    """

    address: Address
    purpose: siwe.Purpose = "sign_in"


class WalletProof(Body):
    """The message of POST /v1/auth/wallet/nonce, and its signature by the wallet: personal_sign, 65 bytes."""

    message: Message
    signature: Signature


class Registration(Body):
    """A new worker; with an invite he is a member of the platform that sent it, with a wallet he is paid to it."""

    name: Line
    email: Email
    password: Password
    wallet: WalletProof | None = None
    invite_token: Token | None = None


class Login(Body):
    """A worker's credentials; an invite makes him a member of one more platform."""

    email: Email
    password: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=False)]
    invite_token: Token | None = None


class Refresh(Body):
    """The refresh token of the latest answer; it works once."""

    refresh_token: Token
