"""The fixtures `wire` and `trips`: see tests/wire.py; and `books`: see tests/books.py."""

from tests.books import books
from tests.wire import trips, wire

__all__ = ["books", "trips", "wire"]
