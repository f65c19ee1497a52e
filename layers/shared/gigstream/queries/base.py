"""How a query is written: `one`, `optional`, `many` or `page` of a row class, the SQL, its parameters by name.

    def get(stream_id: UUID) -> Query[Stream]:
        return one(Stream, "SELECT id, status FROM streams WHERE id = %(stream_id)s", stream_id=stream_id)

A row class is a struct whose fields are the SQL's columns, no more and no fewer.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import fields
from typing import Any, Generic, LiteralString, TypeVar
from uuid import UUID

from psycopg.types.json import Jsonb

from gigstream.db import Query, Together, command
from gigstream.errors import Invalid, NotFound
from gigstream.structs import struct

__all__ = [
    "Jsonb",
    "Page",
    "Query",
    "Slice",
    "Together",
    "behind",
    "command",
    "fields_of",
    "many",
    "one",
    "optional",
    "page",
]

Row = TypeVar("Row")

LAST_ID = UUID(int=2**128 - 1)


@struct
class Page(Generic[Row]):
    """A part of a list, newest first; `next_cursor` leads to the part that follows, None at the end."""

    data: list[Row]
    next_cursor: str | None


@struct
class Slice:
    """Which part of a list is wanted: `limit` rows (1..100) whose ids are below `after`."""

    after: UUID = LAST_ID
    limit: int = 20


def one(row: type[Row], sql: LiteralString, **params: object) -> Query[Row]:
    """Exactly one row; NotFound when there is none."""

    def collect(rows: list[Any]) -> Row:
        if not rows:
            raise NotFound
        found: Row = rows[0]
        return found

    return Query(sql, params, row, collect)


def optional(row: type[Row], sql: LiteralString, **params: object) -> Query[Row | None]:
    """One row or None."""
    return Query(sql, params, row, lambda rows: rows[0] if rows else None)


def many(row: type[Row], sql: LiteralString, **params: object) -> Query[list[Row]]:
    """All rows: only for what is bounded by nature."""
    return Query(sql, params, row, list)


def page(row: type[Row], sql: LiteralString, part: Slice, **params: object) -> Query[Page[Row]]:
    """A part of a list. The SQL says `id < %(after)s ... ORDER BY id DESC LIMIT %(limit)s`, and the row has an `id`."""

    def collect(rows: list[Any]) -> Page[Row]:
        # One row more than wanted was asked for, to see whether anything follows.
        data = rows[: part.limit]
        return Page(data, encode_cursor(data[-1].id) if len(rows) > part.limit else None)

    return Query(sql, {**params, "after": part.after, "limit": part.limit + 1}, row, collect)


def fields_of(kind: type[Any], row: object) -> dict[str, Any]:
    """Those fields of a row that a class of fewer has."""
    return {field.name: getattr(row, field.name) for field in fields(kind)}


def behind(guard: Query[Any], query: Query[Row]) -> Together[Row]:
    """A query about something that has to be there: NotFound when `guard`, asked in the same trip, does not find it."""
    return Together((guard, query), lambda _, answer: answer)


def encode_cursor(last: UUID) -> str:
    """The cursor that leads to what follows the row `last`."""
    return urlsafe_b64encode(last.bytes).rstrip(b"=").decode()


def decode_cursor(text: str) -> UUID:
    """The id in a cursor. Raises Invalid when it is not one of ours."""
    try:
        last = UUID(bytes=urlsafe_b64decode(text + "=="))
    except ValueError:
        raise Invalid("is not a cursor of this list") from None
    if encode_cursor(last) != text:
        raise Invalid("is not a cursor of this list")
    return last
