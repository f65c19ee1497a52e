"""The proof that somebody holds a wallet: a message of ours, signed as wallets do (EIP-191, personal_sign)."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, Protocol
from urllib.parse import urlsplit

from sha3 import keccak_256

from gigstream import siwe, wallet, wire
from gigstream.config import settings
from gigstream.errors import Invalid, WalletProofInvalid
from gigstream.queries.wallets import Proof
from gigstream.structs import struct

LIFETIME: Final = timedelta(minutes=5)
SKEW: Final = timedelta(minutes=1)  # by which the clock that dates a message may differ from the database's

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # of secp256k1


@struct
class Challenge:
    """What a wallet is to sign: `message`, made of the other fields by EIP-4361, before `expires_at`."""

    address: str
    purpose: siwe.Purpose
    domain: str
    uri: str
    version: Literal["1"]
    chain_id: int
    statement: str
    nonce: str
    issued_at: datetime
    expires_at: datetime
    message: str


class Signed(Protocol):
    """A message and its signature."""

    @property
    def message(self) -> str: ...

    @property
    def signature(self) -> str: ...


def new_nonce() -> str:
    """128 random bits."""
    return secrets.token_hex(16)


def challenge(address: str, purpose: siwe.Purpose, nonce: str, issued_at: datetime, expires_at: datetime) -> Challenge:
    """The message for a nonce that was just kept."""
    uri, chain_id, statement = settings().app_uri, settings().arc_chain_id, siwe.STATEMENTS[purpose]
    message = siwe.Message(
        domain=urlsplit(uri).netloc,
        address=address,
        statement=statement,
        uri=uri,
        chain_id=str(chain_id),
        nonce=nonce,
        issued_at=_text(issued_at),
        expiration_time=_text(expires_at),
    )
    return Challenge(
        address, purpose, message.domain, uri, "1", chain_id, statement, nonce, issued_at, expires_at, message.text
    )


def prove(text: str, signature: str, purpose: siwe.Purpose, *, field: str = "message") -> Proof | None:
    """What the database has still to check of a signed message; None when it was not the message's wallet that signed.

    Raises Invalid, blaming `field`, for a message that is meant for another app, chain or purpose.
    """
    message, app = siwe.parse(text), urlsplit(settings().app_uri)
    expected = {
        "scheme": (message.scheme or app.scheme, app.scheme),
        "domain": (message.domain, app.netloc),
        "URI": (message.uri, settings().app_uri),
        "chain ID": (message.chain_id, str(settings().arc_chain_id)),
        "statement": (message.statement, siwe.STATEMENTS[purpose]),
    }
    for name, (given, right) in expected.items():
        if given != right:
            raise Invalid(fields={field: f"has another {name} than {right!r}"})
    issued_at = wire.time(message.issued_at)
    try:
        valid_from, valid_until = issued_at - SKEW, issued_at + LIFETIME + SKEW
    except OverflowError:
        raise Invalid(fields={field: "was issued at a time that is out of reach"}) from None
    if message.not_before is not None:
        valid_from = max(valid_from, wire.time(message.not_before))
    if message.expiration_time is not None:
        valid_until = min(valid_until, wire.time(message.expiration_time))
    if signer(text, bytes.fromhex(signature[2:])) != message.address:
        return None
    return Proof(message.address, message.nonce, valid_from, valid_until)


def of_wallet(signed: Signed | None, purpose: siwe.Purpose) -> Proof | None:
    """The proof of somebody's new wallet, if he sends one. Raises Invalid or WalletProofInvalid, blaming `wallet`."""
    if signed is None:
        return None
    proof = prove(signed.message, signed.signature, purpose, field="wallet")
    if proof is None:
        raise WalletProofInvalid(fields={"wallet": "was signed by another wallet"})
    return proof


def signer(text: str, signature: bytes) -> str | None:
    """The address whose key made an EIP-191 signature: r, s and v, 65 bytes. None when it is nobody's.

    v is 27 or 28, or 0 or 1. A high s is refused (EIP-2): turned round, a signature would have a second one beside it.
    """
    from coincurve import PublicKey  # noqa: PLC0415 - a cold start that requests without a signature do without

    raw = text.encode()
    digest = keccak_256(b"\x19Ethereum Signed Message:\n" + str(len(raw)).encode() + raw).digest()
    recovery = signature[64] - 27 if signature[64] >= 27 else signature[64]
    if recovery not in {0, 1} or int.from_bytes(signature[32:64], "big") > _ORDER // 2:
        return None
    try:
        key = PublicKey.from_signature_and_message(signature[:64] + bytes([recovery]), digest, hasher=None)
    except ValueError:
        return None
    return wallet.checksummed("0x" + keccak_256(key.format(compressed=False)[1:]).hexdigest()[-40:])


def _text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
