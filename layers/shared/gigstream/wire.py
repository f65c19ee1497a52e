"""What goes over the wire: JSON in both directions, and values that arrive as text."""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, reduce
from typing import Any, Literal, get_args, get_origin
from uuid import UUID

from gigstream import money
from gigstream.errors import BadRequest, Invalid

Reader = Callable[[str], object]

MAX_DEPTH = 32
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def encode(value: object) -> str:
    """Compact JSON: dataclasses as objects, decimals as strings with six decimals, times in RFC 3339 UTC.

    A field that has None for a default is left out while it is None: what was not asked for is not sent.
    """
    return _ENCODER.encode(value)


def check(raw: bytes) -> None:
    """Refuse a body that is not strict JSON, and what Postgres or another parser would read differently.

    Raises BadRequest for what is not JSON; Invalid, naming the field, for NaN and Infinity, a name given twice, NUL and
    lone surrogates, and anything nested deeper than 32.
    """
    try:
        value = _DECODER.decode(raw.decode())
    except Invalid:
        raise
    except (ValueError, RecursionError):
        raise BadRequest("the body is not valid JSON") from None
    _check(value, ())


def uuid(text: str) -> UUID:
    """A UUID in its usual form and no other."""
    if not _UUID.fullmatch(text):
        raise Invalid("must be a UUID")
    return UUID(text)


def time(text: str) -> datetime:
    """An RFC 3339 time with its offset."""
    try:
        if _TIME.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Invalid("must be an RFC 3339 time such as 2026-11-22T10:00:00Z")


def day(text: str) -> date:
    """A date, YYYY-MM-DD."""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Invalid("must be a date such as 2026-11-22")


def string(text: str) -> str:
    """Text that Postgres can hold."""
    if "\0" in text or not _is_unicode(text):
        raise Invalid("holds a character that is not text")
    return text


_READERS: dict[Any, Reader] = {UUID: uuid, datetime: time, date: day, str: string}


def reader(kind: Any) -> Reader:
    """How text becomes a value of this annotation: UUID, datetime, date, str, a Literal of strings, or these | None.

    A frozenset of one of these is read from a list with commas.
    """
    if get_origin(kind) is frozenset:
        read = reader(*get_args(kind))
        return lambda text: frozenset(read(part) for part in text.split(","))
    choices = [choice for choice in get_args(kind) if choice is not type(None)]
    if get_origin(kind) is Literal:
        return lambda text: _chosen(text, choices)
    return reader(choices[0]) if choices else _READERS[kind]


def query_name(name: str, kind: Any) -> str:
    """How a parameter of a view is called in the query: `expand[]` for a set `expand`."""
    return f"{name}[]" if get_origin(kind) is frozenset else name


def _chosen(text: str, choices: list[str]) -> str:
    if text not in choices:
        raise Invalid(f"must be one of {', '.join(choices)}")
    return text


def _plain(value: Any) -> object:
    """What json.dumps does not know. Money never becomes a float."""
    if plain := _PLAIN.get(type(value)):
        return plain(value)
    names, optional = _names(value.__class__)
    found = {name: getattr(value, name) for name in names}
    for name in optional:
        if found[name] is None:
            del found[name]
    return found


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


_PLAIN: dict[type, Callable[[Any], str]] = {
    Decimal: money.text,
    datetime: _rfc3339,
    date: date.isoformat,
    UUID: str,
}
_ENCODER = json.JSONEncoder(default=_plain, separators=(",", ":"), allow_nan=False, check_circular=False)


@cache
def _names(kind: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields, and those with None for a default: as long as they are None they are not sent."""
    if not is_dataclass(kind):
        raise TypeError(f"no JSON for {kind.__name__}")
    names = tuple(field.name for field in fields(kind))
    return names, tuple(field.name for field in fields(kind) if field.default is None)


def _object(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Invalid(fields={shown(twice): "is given twice"})
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_object)


def _check(value: object, path: tuple[str, ...]) -> None:
    if len(path) > MAX_DEPTH:
        raise Invalid(fields={_place(path): f"is nested deeper than {MAX_DEPTH}"})
    if isinstance(value, str):
        try:
            string(value)
        except Invalid as error:
            raise Invalid(fields={_place(path): str(error)}) from None
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check(name, path)
            _check(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check(inner, (*path, str(index)))
    elif isinstance(value, float) and not math.isfinite(value):
        raise Invalid(fields={_place(path): "must be a finite number"})


def _place(path: tuple[str, ...]) -> str:
    """Where in a body that is; what stands right there is the body."""
    return reduce(lambda outer, name: shown(name, outer), path, "") or "body"


def shown(name: str, path: str = "") -> str:
    """The name of a field, behind its path, short and clean enough to be repeated in an answer."""
    return f"{path}.{name}".lstrip(".")[:200].encode("ascii", "backslashreplace").decode()


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
