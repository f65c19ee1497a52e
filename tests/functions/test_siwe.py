"""EIP-4361's grammar and EIP-191's signatures: what the standards allow is read, nothing else, and nothing is lost."""

import re
from contextlib import suppress
from string import ascii_letters, digits
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from hypothesis import example, given
from hypothesis import strategies as st
from tests.people import Wallet

from gigstream import proofs, siwe
from gigstream.errors import Invalid

# The standard's own example.
EXAMPLE = """\
example.com wants you to sign in with your Ethereum account:
0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2

I accept the ExampleOrg Terms of Service: https://example.com/tos

URI: https://example.com/login
Version: 1
Chain ID: 1
Nonce: 32891756
Issued At: 2021-09-30T16:25:24Z
Resources:
- ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/
- https://example.com/my-web2-claim.json"""
LINES = EXAMPLE.splitlines()
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

wallets = st.builds(
    lambda key: str(Account.from_key(key).address), st.integers(1, ORDER - 1).map(lambda n: n.to_bytes(32, "big"))
)
names = st.text(ascii_letters + digits + "-._~!$&'()*+,;=", min_size=1)
domains = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "user:pw@"]),
    names | st.just("[2001:db8::1]"),
    st.sampled_from(["", ":", ":8443"]),
)
uris = st.builds(
    "{}{}{}".format,
    st.sampled_from(["https://", "ipfs:", "urn:a:"]),
    names,
    st.sampled_from(["", "?a=/b?", "#c", "?#"]),
)
times = st.datetimes().map(lambda time: time.isoformat(timespec="microseconds") + "Z")
messages = st.builds(
    siwe.Message,
    scheme=st.none() | st.sampled_from(["https", "a+b.c-1"]),
    domain=domains,
    address=wallets,
    statement=st.none() | st.text(ascii_letters + digits + "-._~:/?#[]@!$&'()*+,;= "),
    uri=uris,
    chain_id=st.integers(0).map(str),
    nonce=st.text(ascii_letters + digits, min_size=8),
    issued_at=times,
    expiration_time=st.none() | times,
    not_before=st.none() | times,
    request_id=st.none() | names | st.just(""),
    resources=st.none() | st.lists(uris).map(lambda found: "\nResources:" + "".join(f"\n- {uri}" for uri in found)),
)


@given(messages)
def test_what_is_read_is_all_that_was_signed(message: siwe.Message) -> None:
    assert siwe.parse(message.text) == message


@given(st.text() | st.from_regex(re.compile(r"[ -~\n]*wants you to sign in with your Ethereum account:\n[ -~\n]*")))
@example(EXAMPLE + "\n")
def test_a_text_is_read_to_the_letter_or_refused(text: str) -> None:
    with suppress(Invalid):
        assert siwe.parse(text).text == text


def test_the_standards_example_is_read() -> None:
    message = siwe.parse(EXAMPLE)
    assert message.domain == "example.com"
    assert message.statement == "I accept the ExampleOrg Terms of Service: https://example.com/tos"
    assert message.resources is not None
    assert message.resources.count("\n- ") == 2


def changed(line: int, text: str) -> str:
    return "\n".join([*LINES[:line], text, *LINES[line + 1 :]])


@pytest.mark.parametrize(
    "text",
    [
        "",
        EXAMPLE + "\n",
        "\n" + EXAMPLE,
        EXAMPLE.replace("\n", "\r\n"),
        EXAMPLE.replace("\n\n", "\n"),
        EXAMPLE + "\nRequest ID: behind the resources",
        changed(0, "example.com wants you to sign in with your ethereum account:"),
        changed(0, "example.com/path wants you to sign in with your Ethereum account:"),
        changed(0, "exa mple.com wants you to sign in with your Ethereum account:"),
        changed(1, LINES[1].lower()),
        changed(1, LINES[1][:-1]),
        changed(1, LINES[1].replace("c2", "d2")),
        changed(3, "two\nlines"),
        changed(3, "caf\u00e9"),
        changed(3, "tab\there"),
        changed(5, "URI: not a uri"),
        changed(5, "URI: https://example.com/ login"),
        changed(5, "URI:https://example.com/login"),
        changed(6, "Version: 2"),
        changed(6, "version: 1"),
        changed(7, "Chain ID: one"),
        changed(7, "Chain ID: -1"),
        changed(7, "Chain ID: \u0661"),
        changed(8, "Nonce: 1234567"),
        changed(8, "Nonce: 1234567-"),
        changed(9, "Issued At: yesterday"),
        changed(9, "Issued At: 2021-09-30"),
        changed(9, "Issued At: 2021-09-31T16:25:24Z"),
        changed(9, LINES[9] + "\nNot Before: 2021-09-30T16:25:24Z\nExpiration Time: 2021-09-30T16:25:24Z"),
        changed(10, "Request ID: a b\nResources:"),
        changed(11, "ipfs://without-a-dash"),
        changed(11, "- no uri"),
    ],
)
def test_what_the_standard_does_not_allow_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        siwe.parse(text)


def test_a_hostile_text_is_refused_in_no_time() -> None:
    head = "\n".join(LINES[:5]) + "\n"
    for text in ["a" * 4000, "a:" * 2000, head + "URI: a:" + "%20" * 1200, head + "URI: a:" + "a/" * 1900 + "^"]:
        with pytest.raises(Invalid):
            siwe.parse(text)


@given(st.text(), st.integers(1, ORDER - 1))
def test_a_signature_leads_to_its_signer(text: str, key: int) -> None:
    account = Account.from_key(key.to_bytes(32, "big"))
    try:
        signature = bytes(account.sign_message(encode_defunct(text=text)).signature)
    except UnicodeEncodeError:
        return
    assert proofs.signer(text, signature) == account.address
    zero_or_one = signature[:64] + bytes([signature[64] - 27])
    assert proofs.signer(text, zero_or_one) == account.address
    assert proofs.signer(text + ".", signature) != account.address


@given(st.binary(min_size=65, max_size=65))
@example(b"\0" * 65)
@example(b"\xff" * 65)
@example(b"\0" * 64 + b"\x1b")
def test_any_65_bytes_are_a_signers_or_nobodys(signature: bytes) -> None:
    signer = proofs.signer("text", signature)
    assert signer is None or re.fullmatch("0x[0-9a-fA-F]{40}", signer)


def test_of_two_signatures_one_is_taken() -> None:
    """EIP-2: (r, n - s) with the other v is the same key's signature of the same text."""
    wallet = Wallet()
    signature = bytes.fromhex(wallet.sign("text")[2:])
    high = ORDER - int.from_bytes(signature[32:64], "big")
    turned = signature[:32] + high.to_bytes(32, "big") + bytes([55 - signature[64]])
    assert proofs.signer("text", signature) == wallet.address
    assert proofs.signer("text", turned) is None


@pytest.mark.parametrize("v", [2, 3, 4, 26, 29, 30, 35, 36, 255])
def test_other_recovery_values_are_refused(v: Any) -> None:
    signature = bytes.fromhex(Wallet().sign("text")[2:])
    assert proofs.signer("text", signature[:64] + bytes([v])) is None
