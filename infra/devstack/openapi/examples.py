"""Values that look like life: by the name of a field, or else by its schema."""

import re
from typing import Any

from devstack.openapi.schemas import Schema

_ID = "0198c0de-0000-7000-8000-0000000000{:02x}"
_AT = "2026-12-24T{}Z"
# One task through its life: Nina caters for 40 guests of Corner Kitchen.
VALUES: dict[str, Any] = {
    "name": "Nina",
    "email": "nina@example.com",
    "contact_email": "ops@example.com",
    "password": "correct horse battery",
    "title": "Cater for 40 guests",
    "description": "Three courses, one of them vegan",
    "amount": "120.50",
    "api_key": "gs_test_4fT9bXq2mZ7cR1vK8wYpL3sD6hJ0nG5aEuViQxObWyCrMtNkzP1A2B3C",
    "prefix": "gs_test_4fT9bXq2",
    "access_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMTk4YzBkZSJ9.c2lnbmF0dXJl",
    "refresh_token": "Vb3kPz0mJtq8nW2rLx5yHc7dFg9sAe1uOi4bTj6wQvM",
    "invite_token": "Kq7rPz0mJtq8nW2rLx5yHc7dFg9sAe1uOi4bTj6wQvM",
    "expires_in": 900,
    "wallet_address": "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "address": "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "webhook-secret-id": _ID.format(7),
    "webhook-timestamp": "1798106400",
    "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "webhook_url": "https://example.com/hooks/gigstream",
    "url": "https://example.com/hooks/gigstream",
    "external_id": "order-1017",
    "metadata": {"order": "1017"},
    "verification_data": {"photo": "https://example.com/photos/1017.jpg"},
    "completion_proof": "https://example.com/photos/1017.jpg",
    "tx_hash": "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060",
    "from_address": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "to_address": "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "rating": 5,
    "limit": 20,
    "next_cursor": "AZjA3gAAcACAAAAAAAAAAQ",
    "Idempotency-Key": "order-1017-task",
    "cursor": "AZjA3gAAcACAAAAAAAAAAQ",
    "duration_seconds": 3600,
    "release_interval": 60,
    "reputation_score": 812,
    "score": 812,
    "completion_rate": "98.50",
    "average_rating": "4.80",
    "dispute_rate": "0.50",
    "rate_per_second": "0.010000000000000000",
    "migration": "0007",
    "scopes": ["tasks:read", "tasks:write"],
    "reason": "Delivered on time",
    "error_message": None,
    "start_time": _AT.format("10:00:00"),
    "started_at": _AT.format("10:00:00"),
    "anchor_time": _AT.format("10:00:00"),
    "next_release_at": _AT.format("10:01:00"),
    "end_time": _AT.format("11:00:00"),
    "completed_at": _AT.format("18:00:00"),
}

# What no field by itself makes right: the text of EIP-4361 that a wallet signs.
OBJECTS: dict[str, Any] = {
    "AuthWalletProof": {
        "message": f"example.com wants you to sign in with your Ethereum account:\n{VALUES['wallet_address']}\n\n"
        "Sign in to GigStream.\n\nURI: https://example.com\nVersion: 1\nChain ID: 5042002\nNonce: 7f3kQ2xVb9\n"
        f"Issued At: {_AT.format('09:30:00')}\nExpiration Time: {_AT.format('09:35:00')}",
        "signature": "0x" + "5d" * 64 + "1b",
    }
}
_KINDS: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def example(schema: Schema, components: dict[str, Schema], name: str = "") -> Any:
    """A value that the schema accepts: what is known of the name, a schema's own `examples`, or something made up."""
    if "$ref" in schema:
        component = schema["$ref"].rpartition("/")[2]
        return OBJECTS.get(component) or example(components[component], components, name)
    choices = schema.get("anyOf") or schema.get("oneOf") or [schema]
    for choice in choices:
        for known in _known(name):
            if fits(known, choice):
                return known
    if schema.get("examples"):
        return schema["examples"][0]
    if choices != [schema]:
        return example(choices[0], components, name)
    if "const" in schema:
        return schema["const"]
    return schema["enum"][0] if "enum" in schema else _made(schema, components, name)


def _known(name: str) -> list[Any]:
    """What the table says of a field's name; a sum is sent with two decimals and answered with six."""
    value = VALUES.get(name)
    sums = [f"{value}0000"] if isinstance(value, str) and re.fullmatch(r"\d+\.\d\d", value) else []
    return [value, *sums] if name in VALUES else []


def _made(schema: Schema, components: dict[str, Schema], name: str) -> Any:
    low, high = schema.get("minimum", 3), schema.get("maximum", 3)
    made: dict[str, Any] = {"integer": max(low, min(3, high)), "number": 0.5, "boolean": True}
    kind = schema.get("type")
    if kind == "object":
        return {field: example(one, components, field) for field, one in schema.get("properties", {}).items()}
    if kind == "array":
        return [example(schema.get("items", {}), components, name)]
    return _text(schema, name) if kind == "string" else made.get(kind or "", {})


def _text(schema: Schema, name: str) -> str:
    by_format = {
        "uuid": _ID.format(sum(map(ord, name)) % 256),
        "date-time": _AT.format("09:30:00"),
        "date": "2026-12-24",
        "uri": "https://example.com",
    }
    tries = [
        by_format.get(schema.get("format", ""), ""),
        "12.500000",
        "12.50",
        f"{name or 'text'}",
        "0" * 8,
        "0x" + "0" * 40,
    ]
    return next(
        (text for text in tries if text and fits(text, schema)), tries[3].ljust(schema.get("minLength", 0), "x")
    )


def fits(value: Any, schema: Schema) -> bool:
    """Whether a schema accepts a plain value: by its type, its choices, its pattern and its bounds."""
    if "$ref" in schema or value not in schema.get("enum", [value]) or value != schema.get("const", value):
        return False
    kind = schema.get("type")
    if kind is not None and not isinstance(value, _KINDS[kind]):
        return False
    if isinstance(value, str):
        right = re.search(schema.get("pattern", ""), value) is not None
        return right and schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
    if isinstance(value, int):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    if isinstance(value, list):
        return all(fits(one, schema.get("items", {})) for one in value)
    return not (isinstance(value, dict) and schema.get("properties"))
