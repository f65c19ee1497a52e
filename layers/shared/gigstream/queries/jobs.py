"""The record of what the scheduled jobs did."""

from collections.abc import Mapping
from datetime import datetime

from gigstream.queries.base import Jsonb, Query, command


def record(
    job: str, as_of: datetime, started_at: datetime, counts: Mapping[str, int], error: str | None = None
) -> Query[None]:
    """A finished run: what it counted, and the kind of error that ended it, if one did."""
    return command(
        """
        INSERT INTO ops.job_runs (job, as_of, started_at, counts, error)
        VALUES (%(job)s, %(as_of)s, %(started_at)s, %(counts)s, %(error)s)
        """,
        job=job,
        as_of=as_of,
        started_at=started_at,
        counts=Jsonb(dict(counts)),
        error=error,
    )
