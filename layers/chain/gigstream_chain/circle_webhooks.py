"""What Circle signs: ECDSA with P-256 and SHA-256 over the body as it came, DER in base64, with a key named by its id.

Nobody is asked who he is before this, so a stranger must not make us work: his request is counted by his address, and
keys that nobody knows are asked for at Circle once in a while, whoever names them.
"""

from base64 import b64decode
from datetime import timedelta
from uuid import UUID

from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC
from Crypto.Signature import DSS

from gigstream import db, wire
from gigstream.config import settings
from gigstream.errors import Unauthenticated, Unavailable
from gigstream.exchange import Exchange
from gigstream.queries import circle

KEY_ID = "X-Circle-Key-Id"
SIGNATURE = "X-Circle-Signature"

# Circle changes its key once in years. Who comes between has his notification sent again, as all that fail.
_FETCH = ("circle_key", timedelta(seconds=10), timedelta(0))


def verify(exchange: Exchange) -> None:
    """Raises Unauthenticated unless Circle has signed the body, before anybody looks into it.

    Unavailable when the key is new and cannot be had at the moment.
    """
    try:
        key_id = wire.uuid(exchange.header(KEY_ID) or "")
        signature = b64decode(exchange.header(SIGNATURE) or "", validate=True)
    except ValueError:
        raise Unauthenticated(f"{KEY_ID} or {SIGNATURE} is missing or unreadable") from None
    body = exchange.raw_body()
    key = ECC.import_key(_public_key(exchange.session, key_id))
    try:
        DSS.new(key, "fips-186-3", encoding="der").verify(SHA256.new(body), signature)
    except ValueError:
        raise Unauthenticated("the signature does not fit the body") from None


def _public_key(session: db.Session, key_id: UUID) -> bytes:
    """The key of this id: kept, or else Circle's word for it, which is kept from then on."""
    known = db.read(session, circle.key(key_id)).public_key
    if known is not None:
        return known
    if settings().settlement_rail != "circle":
        raise Unauthenticated(f"{KEY_ID} is not known")
    name, interval, patience = _FETCH
    if db.write(session, circle.take_turn(name, interval, patience)).seconds is None:
        raise Unavailable(f"{KEY_ID} is not known yet", retry_after=int(interval.total_seconds()))
    found = _fetched(session, key_id)
    db.write(session, circle.keep_key(key_id, found))
    return found


def _fetched(session: db.Session, key_id: UUID) -> bytes:
    from gigstream_chain.circle import Circle, Failed, NotThere  # noqa: PLC0415 - the SDK is needed here alone

    try:
        found = Circle(lambda query: db.write(session, query), seconds=2).public_key(key_id)
        ECC.import_key(found)
    except NotThere:
        raise Unauthenticated(f"{KEY_ID} is not Circle's") from None
    except (Failed, ValueError) as exc:
        raise Unavailable(f"{KEY_ID} cannot be looked up", retry_after=60) from exc
    return found
