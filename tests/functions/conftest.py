"""The fixture `books`: see tests/books.py."""

from tests.books import books

__all__ = ["books"]
