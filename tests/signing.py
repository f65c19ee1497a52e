"""What signs the tests' reports of finished tasks, for whoever has a key, and Circle's notifications."""

import json
import time
from typing import Any
from uuid import UUID, uuid4

from tests import circle

from gigstream import signing
from gigstream.web import SIGNER

# By API key: the inbound secret's id.
signers: dict[str, UUID] = {}


def signature(key: str | None, message_id: str, body: Any) -> dict[str, str]:
    """The headers of a signed request; of one whose caller never made a secret, with a secret that nobody has."""
    secret_id, now = signers.get(key or "") or uuid4(), int(time.time())
    return {
        SIGNER: str(secret_id),
        "webhook-timestamp": str(now),
        "webhook-signature": signing.sign(signing.inbound_secret(secret_id), message_id, now, _raw(body)),
    }


def circles_signature(body: Any) -> dict[str, str]:
    """The headers of a notification of Circle's."""
    return circle.signed(_raw(body))


def _raw(body: Any) -> bytes:
    """As it is sent."""
    raw = body if isinstance(body, str | bytes) else b"" if body is None else json.dumps(body)
    return raw.encode() if isinstance(raw, str) else raw
