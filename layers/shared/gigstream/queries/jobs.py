"""The record of what the scheduled jobs did, and what they sweep away."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from gigstream.queries.base import Jsonb, Query, many, one
from gigstream.structs import struct


@struct
class Purged:
    """How many rows of a table went."""

    name: str
    purged: int


@struct
class Left:
    """How late the oldest of the work is that a run has left, in seconds."""

    lag: int


@struct
class Due:
    """When a job's oldest open work is due, or was; None when none is open."""

    due: datetime | None


def record(
    job: str, as_of: datetime, started_at: datetime, counts: Mapping[str, int], error: str | None = None
) -> Query[Left]:
    """A finished run: what it counted, and the kind of error that ended it, if one did."""
    return one(
        Left,
        """
        INSERT INTO ops.job_runs (job, as_of, started_at, counts, error)
        VALUES (%(job)s, %(as_of)s, %(started_at)s, %(counts)s, %(error)s)
        RETURNING ops.job_lag(%(job)s) AS lag
        """,
        job=job,
        as_of=as_of,
        started_at=started_at,
        counts=Jsonb(dict(counts)),
        error=error,
    )


def next_due(job: str, as_of: datetime, minimum: Decimal, age: timedelta) -> Query[Due]:
    """When there is work for a job again; pay of `minimum` USDC is due when it has waited for `age`."""
    return one(
        Due,
        "SELECT ops.next_due(%(job)s, %(as_of)s, %(minimum)s, %(age)s) AS due",
        job=job,
        as_of=as_of,
        minimum=minimum,
        age=age,
    )


def purge_expired(as_of: datetime, limit: int) -> Query[list[Purged]]:
    """Delete what had to be kept until `as_of` at most: of each table up to `limit` rows."""
    return many(Purged, "SELECT name, purged FROM ops.purge_expired(%(as_of)s, %(limit)s)", as_of=as_of, limit=limit)
