"""Keys that sign: one in the environment, to try things out, or one that never leaves AWS's KMS.

`sign` gives the bytes to broadcast and their hash. Signing twice may give other bytes, so what is sent is what was
stored; the protocol takes care of that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from eth_utils.crypto import keccak

from gigstream.config import ConfigError, settings
from gigstream_chain.evm import Account, PublicKey, Signature, TypedTransaction

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # of secp256k1


@dataclass(frozen=True, slots=True)
class Signed:
    """A transaction as it goes to the nodes."""

    raw: bytes
    tx_hash: str


class Signer(Protocol):
    """Whoever can sign for an address."""

    @property
    def address(self) -> str: ...

    def sign(self, transaction: Mapping[str, Any]) -> Signed: ...


class EnvironmentKey:
    """The key itself, hexadecimal."""

    def __init__(self, key: str) -> None:
        try:
            self._account = Account.from_key(key)
        except ValueError:
            raise ConfigError("ARC_SIGNER_KEY is no private key: 0x and 64 hexadecimal digits") from None
        self.address = str(self._account.address)

    def sign(self, transaction: Mapping[str, Any]) -> Signed:
        signed = self._account.sign_transaction(dict(transaction))
        return Signed(bytes(signed.raw_transaction), signed.hash.to_0x_hex())


class KmsKey:
    """A key of KMS, of kind ECC_SECG_P256K1. `client` is boto3's."""

    def __init__(self, key_id: str, client: Any) -> None:
        self._key_id = key_id
        self._client = client
        spki = client.get_public_key(KeyId=key_id)["PublicKey"]
        # A SubjectPublicKeyInfo ends with the point: 4, x and y, 65 bytes.
        self._public = PublicKey(spki[-64:])
        self.address = str(self._public.to_checksum_address())

    def sign(self, transaction: Mapping[str, Any]) -> Signed:
        unsigned = TypedTransaction.from_dict(dict(transaction))
        digest = unsigned.hash()
        answer = self._client.sign(
            KeyId=self._key_id, Message=digest, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256"
        )
        r, s = integers(answer["Signature"])
        # Of the two signatures s and -s the chain takes the lower (EIP-2); KMS gives either.
        s = min(s, ORDER - s)
        signed = TypedTransaction.from_dict({**transaction, "v": self._recovery(digest, r, s), "r": r, "s": s})
        raw = signed.encode()
        return Signed(raw, f"0x{keccak(raw).hex()}")

    def _recovery(self, digest: bytes, r: int, s: int) -> int:
        """Which of the two points that a signature may stand for is our key."""
        for v in (0, 1):
            signature = Signature(vrs=(v, r, s))
            if signature.recover_public_key_from_msg_hash(digest) == self._public:
                return v
        raise ConfigError("KMS has signed with another key than ARC_KMS_KEY_ID's")


def integers(der: bytes) -> tuple[int, int]:
    """The two integers of a DER sequence: 30 length 02 length r 02 length s."""
    length = der[3]
    r, rest = der[4 : 4 + length], der[4 + length :]
    s = rest[2 : 2 + rest[1]]
    if (der[0], der[1], der[2], rest[0], len(s)) != (0x30, len(der) - 2, 0x02, 0x02, len(rest) - 2):
        raise ValueError("not a DER sequence of two integers")
    return int.from_bytes(r, "big"), int.from_bytes(s, "big")


def signer() -> Signer:
    """The key that this installation pays with: KMS's, or in test mode the environment's. ConfigError without one."""
    if (key_id := settings().arc_kms_key_id) is not None:
        return _kms(key_id)
    if (key := settings().arc_signer_key) is not None:
        return EnvironmentKey(key)
    raise ConfigError("neither ARC_KMS_KEY_ID nor ARC_SIGNER_KEY is set")


@cache
def _kms(key_id: str) -> KmsKey:
    import boto3  # noqa: PLC0415 - Lambda's own; where a key lies in the environment nobody needs it
    from botocore.config import Config  # noqa: PLC0415

    # Signing again is harmless: what was not stored is never sent.
    patience = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
    return KmsKey(key_id, boto3.client("kms", config=patience))
