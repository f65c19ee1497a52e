"""Who is calling: a platform by its API key, a worker by an access token. A secret is shown once; its hash is kept."""

import hashlib
import hmac
import secrets
import string
import zlib
from functools import cache
from typing import Final, Literal, get_args
from uuid import UUID

from gigstream.config import settings
from gigstream.errors import Unauthenticated
from gigstream.queries.keys import Scope
from gigstream.structs import struct

SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)

_ALPHABET = string.digits + string.ascii_letters
_RANDOM = 43  # 62 ** 43 > 2 ** 256
_CHECKSUM = 6
_SHOWN = 8


@struct
class Caller:
    """Who sent the request. Which platform it is only the database knows."""

    kind: Literal["worker", "platform", "public"]


PUBLIC, PLATFORM = Caller("public"), Caller("platform")


@struct
class Worker(Caller):
    """A worker, and the session that the access token came from."""

    id: UUID
    session_id: UUID


@struct
class Secret:
    """A random token: `text` is shown once, `hash` is kept."""

    text: str
    hash: bytes

    @classmethod
    def new(cls) -> "Secret":
        """256 random bits."""
        return cls.of(secrets.token_urlsafe(32))

    @classmethod
    def of(cls, text: str) -> "Secret":
        """One that somebody hands in. So much chance needs no slow hash."""
        return cls(text, hashlib.sha256(text.encode()).digest())


@struct
class ApiKey:
    """gs_test_ or gs_live_, 256 random bits, a checksum. `prefix` may be shown, `text` shown once, `hash` is kept."""

    text: str

    @classmethod
    def new(cls) -> "ApiKey":
        body = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
        return cls(_start() + body + _checksum(_start() + body))

    @classmethod
    def parse(cls, text: str) -> "ApiKey":
        """Raises Unauthenticated for a mistyped key or one of the other mode: neither is worth asking the database."""
        start, body, checksum = _start(), text[:-_CHECKSUM], text[-_CHECKSUM:]
        if not (text.isascii() and text.startswith(start) and len(body) == len(start) + _RANDOM):
            raise Unauthenticated
        if _checksum(body) != checksum:
            raise Unauthenticated
        return cls(text)

    @property
    def prefix(self) -> str:
        return self.text[: len(_start()) + _SHOWN]

    @property
    def hash(self) -> bytes:
        peppered = _peppered(settings().api_key_pepper).copy()
        peppered.update(self.text.encode())
        return peppered.digest()


@struct
class Tokens:
    """What a worker gets who signs in; `expires_in` is the access token's, in seconds."""

    worker_id: UUID
    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"]
    expires_in: int


@cache
def _peppered(pepper: bytes) -> hmac.HMAC:
    """Half of a key's hash: to begin it anew costs more than all that an API key has to say."""
    return hmac.new(pepper, digestmod="sha256")


def _start() -> str:
    return f"gs_{settings().mode}_"


def _checksum(text: str) -> str:
    number, digits = zlib.crc32(text.encode()), ""
    for _ in range(_CHECKSUM):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
