"""What goes over the wire: strict JSON in, exact money out, text read as what it is said to be."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigstream import money, wallet, wire
from gigstream.errors import BadRequest, Invalid
from gigstream.queries.base import decode_cursor, encode_cursor

ID = UUID("01a202d9-8e0a-7b33-ab65-46f80425f872")
MICRO = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Inner:
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Outer:
    id: UUID
    at: datetime
    day: date
    inner: list[Inner]
    none: None
    unasked: Inner | None = None


def test_replies_are_encoded_exactly() -> None:
    at = datetime(2026, 11, 22, 12, 0, 0, 500000, timezone(timedelta(hours=2)))
    encoded = wire.encode(Outer(ID, at, date(2026, 11, 22), [Inner(Decimal("12345678901234.123456"))], None))
    assert json.loads(encoded) == {
        "id": str(ID),
        "at": "2026-11-22T10:00:00.500000Z",
        "day": "2026-11-22",
        "inner": [{"amount": "12345678901234.123456"}],
        "none": None,
    }


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), {1, 2}, b"x"])
def test_what_json_cannot_say_is_not_sent(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        wire.encode(value)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0.000000"),
        ("12.5", "12.500000"),
        ("1E+3", "1000.000000"),
        ("0.000000000000000001", "0.000000000000000001"),
    ],
)
def test_money_leaves_with_six_decimals_at_least(amount: str, text: str) -> None:
    assert money.text(Decimal(amount)) == text


@given(st.integers(min_value=0, max_value=10**18 - 1))
def test_money_comes_back_as_it_left(micros: int) -> None:
    amount = micros * MICRO
    assert money.parse(money.text(amount)) == amount


@pytest.mark.parametrize(
    "text",
    [
        *["", " 1", "1 ", "-1", "+1", "1e3", "NaN", "Infinity", "1.0000001", "1.", ".5", "1,5", "0x1", "1_000"],
        *["\u0661", "9" * 13, 1, 1.5, None, True, Decimal(1)],
    ],
)
def test_what_is_no_money_is_refused(text: object) -> None:
    with pytest.raises(Invalid):
        money.parse(text)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"a": NaN}', "a"),
        ('{"a": [1, -Infinity]}', "a.1"),
        ('{"a": 1e400}', "a"),
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "c"),
        ('{"a": {"b": "x\\u0000y"}}', "a.b"),
        ('{"a": {"b\\u0000": 1}}', "a"),
        ('{"a": ["\\ud800"]}', "a.0"),
        ('"\\udc00"', "body"),
        ("[" * 40 + "]" * 40, "0" + ".0" * 32),
    ],
)
def test_json_that_others_read_differently_is_refused(body: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        wire.check(body.encode())
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"{'a': 1}", b'{"a": 01}', b"\xff\xfe", b"[" * 100_000, b"9" * 5000, b'{"a": "\n"}', b"{} {}"]
)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        wire.check(body)


@pytest.mark.parametrize("body", [b"{}", b'{"a": [1, 1.5, true, null, "\xc3\xa9", {"b": "\\ud83d\\ude00"}]}'])
def test_good_json_passes(body: bytes) -> None:
    wire.check(body)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (UUID, str(ID).upper(), ID),
        (UUID | None, str(ID), ID),
        (datetime, "2026-11-22T12:00:00+02:00", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        (datetime, "2026-11-22T10:00:00.5Z", datetime(2026, 11, 22, 10, 0, 0, 500000, UTC)),
        (date | None, "2026-11-22", date(2026, 11, 22)),
        (Literal["active", "paused"] | None, "paused", "paused"),
        (str, "é", "é"),
    ],
)
def test_text_is_read_by_its_annotation(kind: object, text: str, value: object) -> None:
    assert wire.reader(kind)(text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (UUID, "{01a202d9-8e0a-7b33-ab65-46f80425f872}"),
        (UUID, "01a202d98e0a7b33ab6546f80425f872"),
        (UUID, "me"),
        (datetime, "2026-11-22T10:00:00"),
        (datetime, "2026-11-22"),
        (datetime, "2026-02-30T10:00:00Z"),
        (datetime, "0001-01-01T00:00:00+23:59"),
        (datetime, "1790000000"),
        (date, "20261122"),
        (date, "2026-11-31"),
        (Literal["active"], "Active"),
        (str, "a\0b"),
        (str, "\ud800"),
    ],
)
def test_text_that_is_something_else_is_refused(kind: object, text: str) -> None:
    with pytest.raises(Invalid):
        wire.reader(kind)(text)


def test_a_cursor_comes_back_as_it_left() -> None:
    assert decode_cursor(encode_cursor(ID)) == ID


@pytest.mark.parametrize(
    "text", ["", "x", str(ID), encode_cursor(ID) + "A", encode_cursor(ID) + "=", "é" * 22, "!" * 22]
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        decode_cursor(text)


# From EIP-55 and from Ethereum's empty values.
CHECKSUMMED = [
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0xde709f2102306220921060314715629080e2fb77",
]


@pytest.mark.parametrize("address", CHECKSUMMED)
def test_an_address_has_its_checksum(address: str) -> None:
    assert {wallet.parse(text) for text in (address, address.lower(), "0x" + address[2:].upper())} == {address}


@pytest.mark.parametrize(
    "text",
    [
        CHECKSUMMED[0].replace("A", "a", 1),
        CHECKSUMMED[0].replace("0x5", "0x6"),
        CHECKSUMMED[0][2:],
        CHECKSUMMED[0].replace("x", "X"),
        CHECKSUMMED[0] + "\n",
        "",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        wallet.parse(text)
