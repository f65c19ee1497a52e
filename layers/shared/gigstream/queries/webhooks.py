"""Events, and the webhooks that tell of them: endpoints, deliveries, and what the delivery job asks for."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from gigstream.queries.base import (
    LAST_ID,
    Jsonb,
    Page,
    Query,
    Slice,
    Together,
    behind,
    command,
    encode_cursor,
    many,
    one,
    page,
)
from gigstream.structs import struct

# What a platform can be told of.
EventName = Literal[
    "task.created",
    "task.started",
    "task.completed",
    "task.cancelled",
    "task.disputed",
    "task.resolved",
    "stream.started",
    "stream.released",
    "stream.paused",
    "stream.resumed",
    "stream.topped_up",
    "stream.completed",
    "stream.cancelled",
    "payout.pending",
    "payout.completed",
    "payout.failed",
    "reputation.changed",
    "platform.balance_low",
    "webhook_endpoint.disabled",
    "api_key.expiring",
]
# What a platform can subscribe to; * is all of it.
EventType = Literal["*", EventName]
# What is sent; a test event goes to the endpoint that asked for it, subscribed or not.
SentType = Literal[EventName, "webhook_endpoint.test"]
DeliveryStatus = Literal["pending", "succeeded", "failed"]
Recovered = Literal["missed", "all"]

_ENDPOINT: Final = """
    SELECT
        e.id, e.url, e.event_types, e.description,
        CASE WHEN e.disabled_at IS NULL THEN 'enabled' ELSE 'disabled' END AS status,
        e.disabled_reason, e.disabled_at, e.failing_since, e.secret_rotated_at, e.created_at, e.updated_at
    FROM """
_DELIVERY: Final = """
    SELECT
        d.id, d.endpoint_id, d.event_id, o.event AS event_type, d.status, d.attempts, d.next_attempt_at,
        d.last_attempt_at, d.response_status, d.response_body, d.latency_ms, d.error, d.created_at
    FROM """


@struct
class WebhookEndpoint:
    """`event_types` names events, or * for all; `failing_since` is the first failure after the last success.

    It is disabled by its platform, or because it was `gone` (answered 410) or `failing` for five days.
    """

    id: UUID
    url: str
    event_types: list[EventType]
    description: str | None
    status: Literal["enabled", "disabled"]
    disabled_reason: Literal["platform", "gone", "failing"] | None
    disabled_at: datetime | None
    failing_since: datetime | None
    secret_rotated_at: datetime | None
    created_at: datetime
    updated_at: datetime


@struct
class Rotation:
    """Which version of an endpoint's secret signs now, and until when the one before signs too."""

    endpoint_id: UUID
    secret_version: int
    previous_until: datetime


@struct
class Delivery:
    """An event on its way to an endpoint, and what was answered to the latest attempt: the body's beginning, 1 kB."""

    id: UUID
    endpoint_id: UUID
    event_id: UUID
    event_type: SentType
    status: DeliveryStatus
    attempts: int
    next_attempt_at: datetime | None
    last_attempt_at: datetime | None
    response_status: int | None
    response_body: str | None
    latency_ms: int | None
    error: str | None
    created_at: datetime


@struct
class Recovery:
    """How many deliveries are due now."""

    queued: int


@struct
class Event:
    """What happened, as the feed shows it and a webhook's body says it; `id` is the webhook-id.

    `sequence` counts the events of one object, `data["id"]`, from 1. `data` names the object and gives the facts of the
    event; the object itself is there to be read.
    """

    id: UUID
    type: SentType
    timestamp: datetime
    sequence: int
    data: dict[str, Any]


@struct
class Feed:
    """Events, oldest first. `next_cursor` leads on from the last of them, to those still to come as well.

    It is None only before the first event.
    """

    data: list[Event]
    next_cursor: str | None
    has_more: bool


@struct
class InboundSecret:
    """The id that an inbound secret is derived from."""

    id: UUID


@struct
class Claimed:
    """An attempt to make: which event goes where, signed with which versions of the endpoint's secret."""

    id: UUID
    attempts: int
    endpoint_id: UUID
    url: str
    secret_version: int
    previous_version: int | None
    event_id: UUID
    event: SentType
    created_at: datetime
    sequence: int
    data: dict[str, Any]


@struct
class Attempt:
    """What became of the attempt of that number.

    `gone` disables the endpoint, and without `retry_seconds` no other attempt follows.
    """

    id: UUID
    attempts: int
    succeeded: bool
    gone: bool
    response_status: int | None
    response_body: str | None
    latency_ms: int
    error: str | None
    retry_seconds: float | None


@struct
class Stored:
    """How many endpoints were disabled."""

    disabled: int


@struct
class Alerts:
    """A batch of platforms whose funds were looked at."""

    last_id: UUID
    seen: int
    alerted: int


def create(*, url: str, event_types: Sequence[EventType], description: str | None) -> Query[WebhookEndpoint]:
    """LimitReached when there are ten."""
    return one(
        WebhookEndpoint,
        _ENDPOINT + "create_webhook_endpoint(%(url)s, %(event_types)s, %(description)s) AS e",
        url=url,
        event_types=list(event_types),
        description=description,
    )


def get(endpoint_id: UUID) -> Query[WebhookEndpoint]:
    """NotFound unless it is the caller's."""
    return one(
        WebhookEndpoint, _ENDPOINT + "ops.webhook_endpoints AS e WHERE e.id = %(endpoint_id)s", endpoint_id=endpoint_id
    )


def mine(part: Slice) -> Query[Page[WebhookEndpoint]]:
    """The calling platform's, newest first."""
    return page(
        WebhookEndpoint,
        _ENDPOINT
        + """ops.webhook_endpoints AS e
        WHERE e.platform_id = ops.tenant() AND e.id < %(after)s
        ORDER BY e.id DESC
        LIMIT %(limit)s
        """,
        part,
    )


def update(
    endpoint_id: UUID,
    *,
    url: str | None,
    event_types: Sequence[EventType] | None,
    description: str | None,
    is_enabled: bool | None,
) -> Query[WebhookEndpoint]:
    """Change what is not None. NotFound."""
    return one(
        WebhookEndpoint,
        _ENDPOINT
        + """update_webhook_endpoint(
            %(endpoint_id)s, %(url)s, %(event_types)s, %(description)s, %(is_enabled)s
        ) AS e
        """,
        endpoint_id=endpoint_id,
        url=url,
        event_types=None if event_types is None else list(event_types),
        description=description,
        is_enabled=is_enabled,
    )


def delete(endpoint_id: UUID) -> Query[None]:
    """NotFound."""
    return command("SELECT delete_webhook_endpoint(%(endpoint_id)s)", endpoint_id=endpoint_id)


def rotate_secret(endpoint_id: UUID) -> Query[Rotation]:
    """The next version; the one before signs too for 24 hours. NotFound."""
    return one(
        Rotation,
        """
        SELECT e.id AS endpoint_id, e.secret_version, e.secret_rotated_at + interval '24 hours' AS previous_until
        FROM rotate_webhook_secret(%(endpoint_id)s) AS e
        """,
        endpoint_id=endpoint_id,
    )


def test(endpoint_id: UUID) -> Query[Delivery]:
    """Put a test event on its way. NotFound, WrongState when the endpoint is disabled."""
    return one(
        Delivery,
        _DELIVERY
        + """test_webhook_endpoint(%(endpoint_id)s) AS d
        CROSS JOIN (VALUES ('webhook_endpoint.test')) AS o (event)
        """,
        endpoint_id=endpoint_id,
    )


def recover(endpoint_id: UUID, *, since: datetime, events: Recovered) -> Query[Recovery]:
    """Deliver again what was missed since then, or all. NotFound, WrongState when the endpoint is disabled."""
    return one(
        Recovery,
        "SELECT queued FROM recover_webhook_endpoint(%(endpoint_id)s, %(since)s, %(all)s) AS queued",
        endpoint_id=endpoint_id,
        since=since,
        all=events == "all",
    )


def deliveries(endpoint_id: UUID, part: Slice, *, status: DeliveryStatus | None = None) -> Together[Page[Delivery]]:
    """An endpoint's deliveries, newest first. NotFound unless it is the caller's."""
    query = page(
        Delivery,
        _DELIVERY
        + """ops.webhook_deliveries AS d
        INNER JOIN ops.outbox AS o ON d.event_id = o.id
        WHERE d.endpoint_id = %(endpoint_id)s AND d.id < %(after)s
            AND (%(status)s::text IS NULL OR d.status = %(status)s)
        ORDER BY d.id DESC
        LIMIT %(limit)s
        """,
        part,
        endpoint_id=endpoint_id,
        status=status,
    )
    return behind(get(endpoint_id), query)


def redeliver(delivery_id: UUID) -> Query[Delivery]:
    """Make it due now, from the first attempt on. NotFound, WrongState when the endpoint is disabled."""
    return one(
        Delivery,
        _DELIVERY + "redeliver_webhook(%(delivery_id)s) AS d INNER JOIN ops.outbox AS o ON d.event_id = o.id",
        delivery_id=delivery_id,
    )


def feed(part: Slice) -> Query[Feed]:
    """The calling platform's events behind the one that the cursor names, oldest first. Invalid for another cursor.

    In the order of their transactions, and only of those before which nothing can come any more: whoever follows the
    cursor misses none, however long a transaction took to commit.
    """
    begins = part.after == LAST_ID

    def collect(rows: list[Event]) -> Feed:
        data = rows[: part.limit]
        last = data[-1].id if data else None if begins else part.after
        return Feed(data, None if last is None else encode_cursor(last), len(rows) > part.limit)

    return Query(
        """
        SELECT
            o.id, o.event AS type, o.created_at AS timestamp, o.sequence,
            ops.event_data(o.object_type, o.object_id, o.worker_id, o.payload) AS data
        FROM ops.outbox AS o
        WHERE o.platform_id = ops.tenant()
            AND o.xid < pg_snapshot_xmin(pg_current_snapshot())
            AND (o.xid, o.id) > (
                (SELECT CASE WHEN %(begins)s THEN '0'::xid8 ELSE ops.event_position(%(after)s) END), %(after)s
            )
        ORDER BY o.xid, o.id
        LIMIT %(limit)s
        """,
        {"begins": begins, "after": part.after, "limit": part.limit + 1},
        Event,
        collect,
    )


def rotate_inbound_secret() -> Query[InboundSecret]:
    """A new one; those before are good for 24 hours more."""
    return one(InboundSecret, "SELECT id FROM rotate_inbound_secret() AS id")


def claim(limit: int, each: int, lease: timedelta) -> Query[list[Claimed]]:
    """Take what is due: at most `limit`, and of one endpoint `each` at a time."""
    return many(
        Claimed,
        """
        SELECT
            c.id, c.attempts, c.endpoint_id, c.url, c.secret_version, c.previous_version, c.event_id, c.event,
            c.created_at, c.sequence, c.data
        FROM ops.claim_deliveries(%(limit)s, %(each)s, %(lease)s) AS c
        """,
        limit=limit,
        each=each,
        lease=lease,
    )


def store(attempts: Sequence[Attempt]) -> Query[Stored]:
    """Note what became of them."""
    return one(
        Stored,
        "SELECT ops.store_deliveries(%(attempts)s) AS disabled",
        attempts=Jsonb([{**asdict(attempt), "id": str(attempt.id)} for attempt in attempts]),
    )


def alert_balances(after: UUID, limit: int) -> Query[Alerts]:
    """Tell the next platforms behind an id whose funds have run low."""
    return one(
        Alerts,
        "SELECT last_id, seen, alerted FROM alert_balances(%(after)s, %(limit)s)",
        after=after,
        limit=limit,
    )
