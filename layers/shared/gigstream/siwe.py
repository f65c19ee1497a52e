"""EIP-4361, Sign-In with Ethereum: the text that a wallet signs, read by the standard's ABNF and nothing looser."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from gigstream import wallet, wire
from gigstream.errors import Invalid

Purpose = Literal["sign_in", "set_wallet", "set_platform_wallet"]

# What the person reads who is asked to sign. It is part of what is signed, so no signature serves two purposes.
STATEMENTS: Final[dict[Purpose, str]] = {
    "sign_in": "Sign in to GigStream.",
    "set_wallet": "Pay what I earn at GigStream to this wallet.",
    "set_platform_wallet": "Credit my platform at GigStream with what this wallet deposits.",
}

# RFC 3986.
_SCHEME = r"[A-Za-z][A-Za-z0-9+.\-]*"
_NAME = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})"
_PCHAR = rf"(?:{_NAME}|[:@])"
_AUTHORITY = rf"(?:(?:{_NAME}|:)*@)?(?:\[[0-9A-Fa-fvV:.]+\]|{_NAME}*)(?::[0-9]*)?"
_PATH = rf"(?://{_AUTHORITY}(?:/{_PCHAR}*)*|/?(?:{_PCHAR}+(?:/{_PCHAR}*)*)?)"
_URI = rf"{_SCHEME}:{_PATH}(?:\?(?:{_PCHAR}|[/?])*)?(?:#(?:{_PCHAR}|[/?])*)?"
_STATEMENT = r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;= ]*"

# A text until the first message comes, since that many requests bring none and it takes 2 ms to compile.
_MESSAGE = (
    rf"(?:(?P<scheme>{_SCHEME})://)?(?P<domain>{_AUTHORITY})"
    r" wants you to sign in with your Ethereum account:\n"
    r"(?P<address>0x[0-9a-fA-F]{40})\n\n"
    rf"(?:(?P<statement>{_STATEMENT})\n)?\n"
    rf"URI: (?P<uri>{_URI})\n"
    r"Version: (?P<version>1)\n"
    r"Chain ID: (?P<chain_id>[0-9]+)\n"
    r"Nonce: (?P<nonce>[A-Za-z0-9]{8,})\n"
    r"Issued At: (?P<issued_at>[^\n]+)"
    r"(?:\nExpiration Time: (?P<expiration_time>[^\n]+))?"
    r"(?:\nNot Before: (?P<not_before>[^\n]+))?"
    rf"(?:\nRequest ID: (?P<request_id>{_PCHAR}*))?"
    rf"(?P<resources>\nResources:(?:\n- {_URI})*)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The message's fields as they stand in it, None when they do not; `resources` is that whole part of the text."""

    scheme: str | None = None
    domain: str
    address: str
    statement: str | None = None
    uri: str
    version: str = "1"
    chain_id: str
    nonce: str
    issued_at: str
    expiration_time: str | None = None
    not_before: str | None = None
    request_id: str | None = None
    resources: str | None = None

    @property
    def text(self) -> str:
        """What is signed."""
        optional = {
            "Expiration Time": self.expiration_time,
            "Not Before": self.not_before,
            "Request ID": self.request_id,
        }
        return (
            ("" if self.scheme is None else f"{self.scheme}://")
            + f"{self.domain} wants you to sign in with your Ethereum account:\n{self.address}\n\n"
            + ("" if self.statement is None else f"{self.statement}\n")
            + f"\nURI: {self.uri}\nVersion: {self.version}\nChain ID: {self.chain_id}\nNonce: {self.nonce}\n"
            + f"Issued At: {self.issued_at}"
            + "".join(f"\n{name}: {value}" for name, value in optional.items() if value is not None)
            + (self.resources or "")
        )


def parse(text: str) -> Message:
    """The message in a text. Raises Invalid for whatever the standard's grammar, RFC 3339 or EIP-55 does not allow."""
    found = re.fullmatch(_MESSAGE, text)
    if found is None:
        raise Invalid("must be an EIP-4361 message, as POST /v1/auth/wallet/nonce words it")
    message = Message(**found.groupdict())
    if wallet.checksummed(message.address) != message.address:
        raise Invalid("holds an address with a wrong checksum (EIP-55)")
    for time in (message.issued_at, message.expiration_time, message.not_before):
        if time is not None:
            wire.time(time)
    return message


def checked(text: str) -> str:
    """The text, when it is such a message. Raises Invalid."""
    parse(text)
    return text
