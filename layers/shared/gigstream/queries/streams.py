"""Streams: pay that accrues by the second and is released at intervals."""

from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, LiteralString
from uuid import UUID

from gigstream.queries.base import Page, Query, Slice, Together, behind, many, one, optional, page
from gigstream.structs import struct

Status = Literal["active", "paused", "completed", "cancelled"]

_SELECT: Final = """
    SELECT
        s.id, s.task_id, s.platform_id, s.worker_id, s.contract_address, s.start_time, s.end_time, s.total_amount,
        s.released_amount, s.remaining_amount, s.anchor_time, s.anchor_amount, s.release_interval, s.next_release_at,
        s.release_seq, s.status, s.paused_at, s.cancelled_at, s.created_at, s.updated_at
    FROM """

# Each side reads along its own index; row security alone would read everybody's.
_MINE: Final[dict[str, LiteralString]] = {
    "platform": "streams AS s WHERE s.platform_id = ops.tenant()",
    "worker": "streams AS s WHERE s.worker_id = ops.tenant()",
}


@struct
class Stream:
    """Amounts in USDC, `release_interval` in seconds; `remaining_amount` of a cancelled stream was refunded.

    From `anchor_time`, when `anchor_amount` had accrued, the rest accrues evenly until `end_time`.
    """

    id: UUID
    task_id: UUID
    platform_id: UUID
    worker_id: UUID
    contract_address: str | None
    start_time: datetime
    end_time: datetime
    total_amount: Decimal
    released_amount: Decimal
    remaining_amount: Decimal
    anchor_time: datetime
    anchor_amount: Decimal
    release_interval: int
    next_release_at: datetime | None
    release_seq: int
    status: Status
    paused_at: datetime | None
    cancelled_at: datetime | None
    created_at: datetime
    updated_at: datetime


@struct
class Reading:
    """A stream's figures, USDC, as they stood at the database's time `as_of`."""

    stream_id: UUID
    status: Status
    as_of: datetime
    anchor_time: datetime
    anchor_amount: Decimal
    end_time: datetime
    total: Decimal
    released: Decimal


@struct
class Accrual(Reading):
    """What was `accrued` by `as_of`, USDC; `releasable` of it waits for the next release.

    While active, `anchor_amount` grows by `rate_per_second` (18 decimals) from `anchor_time` on, up to `total`.
    """

    accrued: Decimal
    releasable: Decimal
    rate_per_second: str


@struct
class Release:
    """USDC credited to the worker for what had accrued by `released_at`; numbered from 1 without gaps."""

    id: UUID
    number: int
    amount: Decimal
    released_at: datetime


@struct
class NextDue:
    """When the next stream is due, in the past or to come; None when no stream is active."""

    at: datetime | None


@struct
class Tick:
    """What was released at once: streams that were due, those of them that paid, those that could not; and the USDC."""

    due: int = 0
    released: int = 0
    failed: int = 0
    amount: Decimal = Decimal(0)

    def __add__(self, other: "Tick") -> "Tick":
        return Tick(
            self.due + other.due,
            self.released + other.released,
            self.failed + other.failed,
            self.amount + other.amount,
        )

    @property
    def counts(self) -> dict[str, int]:
        return {"due": self.due, "released": self.released, "failed": self.failed}


@struct
class Shard:
    """Platforms of which `due` streams are to be released."""

    platforms: list[UUID]
    due: int


def get(stream_id: UUID) -> Query[Stream]:
    """NotFound unless the caller is one of its two parties."""
    return one(Stream, _SELECT + "streams AS s WHERE s.id = %(stream_id)s", stream_id=stream_id)


def of_task(task_id: UUID) -> Query[Stream | None]:
    """The stream of a task, if it has one and the caller is one of its two parties."""
    return optional(Stream, _SELECT + "streams AS s WHERE s.task_id = %(task_id)s", task_id=task_id)


def mine(
    caller: str,
    part: Slice,
    *,
    status: Status | None = None,
    task_id: UUID | None = None,
    worker_id: UUID | None = None,
    created_from: datetime | None = None,
    created_to: datetime | None = None,
) -> Query[Page[Stream]]:
    """The caller's streams, newest first; created from a moment on and before another."""
    return page(
        Stream,
        _SELECT
        + _MINE[caller]
        + """
            AND s.id < least(%(after)s, ops.uuid_floor(%(created_to)s::timestamptz + interval '1 second'))
            AND (%(status)s::text IS NULL OR s.status = %(status)s)
            AND (%(task_id)s::uuid IS NULL OR s.task_id = %(task_id)s)
            AND (%(worker_id)s::uuid IS NULL OR s.worker_id = %(worker_id)s)
            AND (%(created_from)s::timestamptz IS NULL OR s.created_at >= %(created_from)s)
            AND (%(created_to)s::timestamptz IS NULL OR s.created_at < %(created_to)s)
        ORDER BY s.id DESC
        LIMIT %(limit)s
        """,
        part,
        status=status,
        task_id=task_id,
        worker_id=worker_id,
        created_from=created_from,
        created_to=created_to,
    )


def reading(stream_id: UUID) -> Query[Reading]:
    """What the rules of accrual ask for. NotFound unless the caller is one of its two parties."""
    return one(
        Reading,
        """
        SELECT
            s.id AS stream_id, s.status, statement_timestamp() AS as_of, s.anchor_time, s.anchor_amount, s.end_time,
            s.total_amount AS total, s.released_amount AS released
        FROM streams AS s
        WHERE s.id = %(stream_id)s
        """,
        stream_id=stream_id,
    )


def releases(stream_id: UUID, part: Slice) -> Together[Page[Release]]:
    """What a stream has paid, newest first. NotFound unless the caller is one of its two parties."""
    # By number, because that is what the index on a stream's transfers is sorted by.
    query = page(
        Release,
        """
        SELECT x.id, x.source_seq AS number, x.amount, x.event_at AS released_at
        FROM ledger.transfers AS x
        WHERE x.stream_id = %(stream_id)s AND x.reason = 'release' AND x.source_seq < coalesce(
            (SELECT l.source_seq FROM ledger.transfers AS l WHERE l.id = %(after)s AND l.stream_id = %(stream_id)s),
            2147483647
        )
        ORDER BY x.source_seq DESC
        LIMIT %(limit)s
        """,
        part,
        stream_id=stream_id,
    )
    return behind(get(stream_id), query)


def create(
    *,
    task_id: UUID,
    start_time: datetime | None,
    end_time: datetime | None,
    duration_seconds: int | None,
    release_interval: int,
) -> Query[Stream]:
    """Start the stream of a pending task, now or at `start_time`, until `end_time` or for `duration_seconds`.

    NotFound for the task, WrongState, Invalid for the times.
    """
    return one(
        Stream,
        _SELECT
        + """
            (SELECT coalesce(%(start_time)s, statement_timestamp()) AS start_time) AS b
            CROSS JOIN LATERAL create_stream(
                %(task_id)s,
                coalesce(%(end_time)s, b.start_time + %(duration_seconds)s * interval '1 second'),
                b.start_time,
                %(release_interval)s
            ) AS s
        """,
        task_id=task_id,
        start_time=start_time,
        end_time=end_time,
        duration_seconds=duration_seconds,
        release_interval=release_interval,
    )


def pause(stream_id: UUID) -> Query[Stream]:
    """Stop the accrual; what has accrued is released first. NotFound, WrongState."""
    return one(Stream, _SELECT + "pause_stream(%(stream_id)s) AS s", stream_id=stream_id)


def resume(stream_id: UUID) -> Query[Stream]:
    """Accrue again; the end moves by the pause. NotFound, WrongState."""
    return one(Stream, _SELECT + "resume_stream(%(stream_id)s) AS s", stream_id=stream_id)


def top_up(stream_id: UUID, *, amount: Decimal, end_time: datetime | None) -> Query[Stream]:
    """Add `amount` USDC to its total; what has accrued is released first.

    NotFound, WrongState, InsufficientFunds, Invalid for the end.
    """
    return one(
        Stream,
        _SELECT + "top_up_stream(%(stream_id)s, %(amount)s, %(end_time)s) AS s",
        stream_id=stream_id,
        amount=amount,
        end_time=end_time,
    )


def release(stream_id: UUID) -> Query[Stream]:
    """Release what has accrued; a worker may once a minute. NotFound, WrongState, AskedTooSoon."""
    return one(Stream, _SELECT + "release_stream(%(stream_id)s) AS s", stream_id=stream_id)


def cancel(stream_id: UUID) -> Query[Stream]:
    """End it: what has accrued is released, the rest goes back to the platform. NotFound, WrongState."""
    return one(Stream, _SELECT + "cancel_stream(%(stream_id)s) AS s", stream_id=stream_id)


def next_due() -> Query[NextDue]:
    """When the next stream is due."""
    return one(NextDue, "SELECT next_due_release() AS at")


def release_due(as_of: datetime, limit: int) -> Query[Tick]:
    """Release at most `limit` streams that are due at `as_of`."""
    return one(
        Tick, "SELECT due, released, failed, amount FROM release_due(%(as_of)s, %(limit)s)", as_of=as_of, limit=limit
    )


def shards(as_of: datetime, size: int) -> Query[list[Shard]]:
    """All that is due at `as_of`, in shards of about `size` streams."""
    return many(Shard, "SELECT platforms, due FROM release_shards(%(as_of)s, %(size)s)", as_of=as_of, size=size)


def release_shard(as_of: datetime, platforms: list[UUID], limit: int) -> Query[Tick]:
    """Release at most `limit` streams of some platforms that are due at `as_of`."""
    return one(
        Tick,
        "SELECT due, released, failed, amount FROM release_shard(%(as_of)s, %(platforms)s, %(limit)s)",
        as_of=as_of,
        platforms=platforms,
        limit=limit,
    )
