"""What wallets were asked to sign, and have signed. SQL takes a Proof as an ops.wallet_proof, all NULL for none."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from gigstream.queries.base import Query, one
from gigstream.structs import struct


@struct
class Proof:
    """A message that the wallet at `address` has signed, and when it may be used, as the message itself says."""

    address: str
    nonce: str
    valid_from: datetime
    valid_until: datetime


@struct
class Issued:
    """When a nonce was kept, and until when it is good."""

    issued_at: datetime
    expires_at: datetime


def parameters(proof: Proof | None) -> dict[str, Any]:
    """A proof's parts by name, for SQL that takes one."""
    return dict.fromkeys((field.name for field in fields(Proof)), None) if proof is None else asdict(proof)


def issue_nonce(nonce: str, address: str, purpose: str) -> Query[Issued]:
    """Keep a nonce that this wallet is about to sign, for one purpose and five minutes."""
    return one(
        Issued,
        "SELECT issued_at, expires_at FROM issue_wallet_nonce(%(nonce)s, %(address)s, %(purpose)s)",
        nonce=nonce,
        address=address,
        purpose=purpose,
    )
