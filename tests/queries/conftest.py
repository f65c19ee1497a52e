"""The fixtures `wire` and `trips`: see tests/wire.py."""

from tests.wire import trips, wire

__all__ = ["trips", "wire"]
