"""Rows as a file: CSV (RFC 4180) for people and spreadsheets, JSON lines for programs. Money is text in both."""

import csv
import io
import unicodedata
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from gigstream import wire

Format = Literal["csv", "jsonl"]


def head(kind: type[Any], file_format: Format) -> bytes:
    """What a file begins with: the names of the columns, in CSV."""
    return _csv([[field.name for field in fields(kind)]]) if file_format == "csv" else b""


def body(rows: Iterable[Any], file_format: Format) -> bytes:
    """The lines of some rows, which are dataclasses."""
    if file_format == "csv":
        return _csv([_cell(getattr(row, field.name)) for field in fields(row)] for row in rows)
    return b"".join(wire.encode(row).encode() + b"\n" for row in rows)


def _csv(lines: Iterable[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if _computes(value) else value
    # As JSON has it, without its quotes.
    return wire.encode(value).strip('"') if isinstance(value, Decimal | datetime) else str(value)


def _computes(text: str) -> bool:
    """Whether a spreadsheet may take a text for a formula: it begins with a sign of one, however wide, or with blanks.

    The signs are OWASP's (CSV Injection); an apostrophe before it makes it text again.
    """
    return text[:1].isspace() or unicodedata.normalize("NFKC", text)[:1] in ("=", "+", "-", "@")
