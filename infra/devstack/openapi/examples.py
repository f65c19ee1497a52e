"""Values that look like life: by the component and the name of a field, or else by its schema."""

import re
from typing import Any

from devstack.openapi.schemas import MONEY, Schema, is_nullable
from devstack.openapi.values import FIELDS, LEFT_OUT, OBJECTS, at, uuid

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
    """A value that the schema accepts: one known by the name, null, one of its own `examples`, or something made up."""
    if "$ref" in schema:
        return _object(schema["$ref"].rpartition("/")[2], components)
    choices = schema.get("anyOf") or schema.get("oneOf") or [schema]
    given = [known for choice in choices for known in _known(name) if fits(known, choice)]
    given += [None] * is_nullable(schema) + schema.get("examples", [])
    if given:
        return given[0]
    if choices != [schema]:
        return example(choices[0], components, name)
    given = [schema["const"]] if "const" in schema else schema.get("enum", [])
    return given[0] if given else _made(schema, components, name)


def _object(component: str, components: dict[str, Schema]) -> dict[str, Any]:
    known = OBJECTS.get(component, {})
    fields = components[component].get("properties", {}).items()
    made = {field: known[field] if field in known else example(one, components, field) for field, one in fields}
    return {field: value for field, value in made.items() if value is not LEFT_OUT}


def _known(name: str) -> list[Any]:
    """What the table says of a field's name; a sum is sent with two decimals and answered with six."""
    value = FIELDS.get(name)
    sums = [f"{value}0000"] if isinstance(value, str) and re.fullmatch(r"\d+\.\d\d", value) else []
    return [value, *sums] if name in FIELDS else []


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
    """By its format; a text that nobody has written a value for says its own name, and a test finds it."""
    if schema.get("pattern") == MONEY["pattern"]:
        return "12.500000"
    by_format = {"uuid": uuid(name), "date-time": at("09:30:00"), "date": "2026-12-24", "uri": "https://example.com"}
    return by_format.get(schema.get("format", ""), name or "text").ljust(schema.get("minLength", 0), "x")


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
