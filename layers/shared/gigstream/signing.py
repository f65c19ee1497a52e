"""Signatures as Standard Webhooks has them, of what we send and of what platforms report to us.

A secret is derived from the installation's key and the id of what it belongs to, so none is stored and none can be read
out of the database: HMAC-SHA256 is a pseudorandom function, and what it makes of different names is independent.
"""

import hmac
from base64 import b64decode, b64encode
from uuid import UUID

from gigstream import clock
from gigstream.config import settings
from gigstream.errors import Unauthenticated

TOLERANCE = 300  # seconds between a signature's time and ours, either way

_PREFIX = "whsec_"
_VERSION = "v1"


def endpoint_secret(endpoint_id: UUID, version: int) -> bytes:
    """What webhooks to an endpoint are signed with; rotation counts the version up."""
    return _derived(f"endpoint:{endpoint_id}:{version}")


def inbound_secret(secret_id: UUID) -> bytes:
    """What a platform signs its reports with."""
    return _derived(f"inbound:{secret_id}")


def shown(secret: bytes) -> str:
    """The secret as it is shown, once: whsec_ and base64."""
    return _PREFIX + b64encode(secret).decode()


def sign(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The signature of one version and secret, as it stands in the header webhook-signature."""
    digest = hmac.digest(secret, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    return f"{_VERSION},{b64encode(digest).decode()}"


def verify(secret: bytes, message_id: str, timestamp: str, signatures: str, body: bytes) -> None:
    """Raises Unauthenticated unless one of the signatures is right and its time is within five minutes of ours."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise Unauthenticated("webhook-timestamp is not a number of seconds")
    if abs(clock.now().timestamp() - int(timestamp)) > TOLERANCE:
        raise Unauthenticated("the signature's time is more than five minutes from now")
    expected = hmac.digest(secret, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    if not any(hmac.compare_digest(expected, digest) for digest in _digests(signatures)):
        raise Unauthenticated("the signature does not fit the request")


def _digests(signatures: str) -> list[bytes]:
    found = []
    for signature in signatures.split():
        version, _, text = signature.partition(",")
        if version == _VERSION and text.isascii():
            try:
                found.append(b64decode(text, validate=True))
            except ValueError:
                continue
    return found


def _derived(name: str) -> bytes:
    return hmac.digest(settings().webhook_encryption_key, name.encode(), "sha256")
