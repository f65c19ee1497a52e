"""The database's own health."""

from typing import Literal

from gigstream.queries.base import Query, one
from gigstream.structs import struct


@struct
class Readiness:
    """What the service stands on: a database that answers, and the newest migration in it."""

    status: Literal["ready"]
    database: Literal["up"]
    migration: str


def readiness() -> Query[Readiness]:
    """Unavailable when the database does not answer."""
    return one(Readiness, "SELECT 'ready' AS status, 'up' AS database, ops.migration_version() AS migration")
