"""Keys: what they sign is what the chain expects, whether the key lies in the environment or in KMS."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from coincurve import PrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from hexbytes import HexBytes
from moto import mock_aws
from moto.kms.utils import ECDSAPrivateKey

from gigstream.config import ConfigError, settings
from gigstream_chain import signer
from gigstream_chain.evm import Account, TypedTransaction

KEY = "0x4646464646464646464646464646464646464646464646464646464646464646"
ADDRESS = "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F"  # EIP-155's example
TRANSACTION = {
    "type": 2,
    "chainId": 5042002,
    "nonce": 9,
    "to": "0x3535353535353535353535353535353535353535",
    "value": 0,
    "data": "0xdeadbeef",
    "gas": 21_000,
    "maxFeePerGas": 41 * 10**9,
    "maxPriorityFeePerGas": 10**9,
}


def signed_as_it_is(key: ECDSAPrivateKey, message: bytes, _algorithm: str) -> bytes:
    made: bytes = key.private_key.sign(message, ECDSA(Prehashed(SHA256())))
    return made


@pytest.fixture
def kms(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    # moto takes a digest for a message and hashes it once more, which KMS does not.
    monkeypatch.setattr(ECDSAPrivateKey, "sign", signed_as_it_is)
    with mock_aws():
        yield boto3.client("kms")


@pytest.fixture
def key_id(kms: Any) -> str:
    made = kms.create_key(KeySpec="ECC_SECG_P256K1", KeyUsage="SIGN_VERIFY")
    return str(made["KeyMetadata"]["KeyId"])


def test_the_environments_key_signs_as_others_do() -> None:
    key = signer.EnvironmentKey(KEY)
    assert key.address == ADDRESS
    signed = key.sign(TRANSACTION)
    assert signed.raw.hex() == (
        "02f872834cef5209843b9aca0085098bca5a0082520894353535353535353535353535353535353535353580"
        "84deadbeefc0" + signed.raw.hex()[-134:]
    )  # fmt: skip
    assert Account.recover_transaction(signed.raw) == ADDRESS
    assert key.sign(TRANSACTION) == signed  # RFC 6979: the same bytes each time


def test_kms_signs_for_the_address_of_its_key(kms: Any, key_id: str) -> None:
    key = signer.KmsKey(key_id, kms)
    ends = set()
    for nonce in range(20):
        signed = key.sign(TRANSACTION | {"nonce": nonce})
        assert Account.recover_transaction(signed.raw) == key.address
        said = TypedTransaction.from_bytes(HexBytes(signed.raw)).as_dict()
        assert said["s"] <= signer.ORDER // 2
        assert (said["nonce"], said["chainId"], bytes(said["data"]).hex()) == (nonce, 5042002, "deadbeef")
        ends.add(said["v"])
    assert ends == {0, 1}


@pytest.mark.parametrize("high", [False, True], ids=["low s", "high s"])
def test_of_both_signatures_the_chain_gets_the_lower(high: bool) -> None:
    account = Account.from_key(KEY)

    class Kms:
        def get_public_key(self, **_: Any) -> Any:
            return {"PublicKey": b"any header" + PrivateKey.from_hex(KEY[2:]).public_key.format(compressed=False)}

        def sign(self, Message: bytes, **_: Any) -> Any:  # noqa: N803
            made = account.unsafe_sign_hash(Message)
            s = signer.ORDER - made.s if high else made.s
            return {"Signature": der(made.r, s)}

    assert signer.KmsKey("alias/key", Kms()).sign(TRANSACTION) == signer.EnvironmentKey(KEY).sign(TRANSACTION)


def der(r: int, s: int) -> bytes:
    parts = b""
    for number in (r, s):
        raw = number.to_bytes(number.bit_length() // 8 + 1, "big")
        parts += bytes([2, len(raw)]) + raw
    return bytes([0x30, len(parts)]) + parts


@pytest.mark.parametrize("numbers", [(1, 1), (2**255, 127), (128, 2**255 - 1)])
def test_der_is_read_at_any_length(numbers: tuple[int, int]) -> None:
    assert signer.integers(der(*numbers)) == numbers


@pytest.mark.parametrize("spoilt", [b"\x31\x06\x02\x01\x01\x02\x01\x01", der(1, 1) + b"\x00", der(1, 1)[:-1]])
def test_other_bytes_are_no_signature(spoilt: bytes) -> None:
    with pytest.raises(ValueError, match="DER"):
        signer.integers(spoilt)


def test_live_takes_no_key_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIGSTREAM_MODE", "live")
    monkeypatch.setenv("ARC_SIGNER_KEY", KEY)
    settings.cache_clear()
    with pytest.raises(ConfigError, match="ARC_KMS_KEY_ID"):
        signer.signer()
    monkeypatch.setenv("GIGSTREAM_MODE", "test")
    settings.cache_clear()
    assert signer.signer().address == ADDRESS
    monkeypatch.setenv("ARC_SIGNER_KEY", "0x12")
    settings.cache_clear()
    with pytest.raises(ConfigError, match="no private key"):
        signer.signer()
    settings.cache_clear()


def test_kms_is_chosen_by_its_key(kms: Any, key_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIGSTREAM_MODE", "live")
    monkeypatch.setenv("ARC_KMS_KEY_ID", key_id)
    settings.cache_clear()
    assert signer.signer().address == signer.KmsKey(key_id, kms).address
    settings.cache_clear()
