"""Events: when each is sent and what it says, by hand; as OpenAPI has webhooks, and how to verify them."""

from typing import Any, Final

from devstack.openapi.schemas import Schema
from devstack.openapi.values import FIELDS, OBJECTS, at, uuid

# When it is sent, and an example of what its data has beside object, id and worker_id.
EVENTS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "task.created": ("A task was given to a worker.", {"task_type": "fixed", "amount": "120.500000"}),
    "task.started": ("Work on a task began.", {}),
    "task.completed": ("A task was completed and paid.", {"amount": "120.500000", "paid_amount": "120.500000"}),
    "task.cancelled": ("A task was cancelled.", {"paid_amount": "0.000000"}),
    "task.disputed": ("A worker or a platform disputed a task.", {"filed_by": "platform", "reason": FIELDS["reason"]}),
    "task.resolved": (
        "A dispute was decided.",
        {"to_worker": 100, "status": "completed", "paid_amount": "120.500000", "refunded_amount": "0.000000"},
    ),
    "stream.started": (
        "A stream was made; pay accrues from its start on.",
        {"total_amount": "36.000000", "start_time": at("10:00:00"), "end_time": at("11:00:00")},
    ),
    "stream.released": (
        "A payout began: what the stream has released since the one before, and in all.",
        {"amount": "0.600000", "released_amount": "12.000000", "transaction_id": uuid("transaction")},
    ),
    "stream.paused": ("A stream was paused, by hand or by a dispute.", {"released_amount": "12.000000"}),
    "stream.resumed": ("A paused stream went on.", {"end_time": at("11:10:00")}),
    "stream.topped_up": ("A stream was given more.", {"amount": "12.000000", "total_amount": "48.000000"}),
    "stream.completed": ("A stream ended and its last pay was released.", {"released_amount": "36.000000"}),
    "stream.cancelled": (
        "A stream was ended before its time.",
        {"released_amount": "12.000000", "refunded_amount": "24.000000"},
    ),
    "payout.pending": ("A payout was set in motion.", {"amount": "120.500000"}),
    "payout.completed": ("A payout arrived.", {"amount": "120.500000", "tx_hash": FIELDS["tx_hash"]}),
    "payout.failed": (
        "A payout did not arrive: the money is available to the worker again.",
        {"amount": "120.500000", "error": "the payee could not be paid"},
    ),
    "reputation.changed": (
        "A member's reputation score changed.",
        {"event_type": "task_completed", "previous_score": 807, "new_score": 812},
    ),
    "platform.balance_low": (
        "The platform's available funds fell below its threshold.",
        {"available": "420.000000", "threshold": "500.000000"},
    ),
    "webhook_endpoint.disabled": (
        "An endpoint answered 410 or failed for five days, and is sent no more.",
        {"url": OBJECTS["WebhookEndpoint"]["url"], "disabled_reason": "failing"},
    ),
    "api_key.expiring": (
        "An API key expires within seven days.",
        {"prefix": FIELDS["prefix"], "name": "Order desk", "expires_at": "2026-12-31T00:00:00Z"},
    ),
    "webhook_endpoint.test": (
        "Somebody asked for a test of this endpoint, which gets it whatever it subscribes to.",
        {"url": OBJECTS["WebhookEndpoint"]["url"]},
    ),
}
_OBJECTS = {"payout": "transaction", "reputation": "worker"}
_OF_A_WORKER = ("task", "stream", "transaction", "worker")

HEADERS: Final = {
    "webhook-id": "The event's id, the same at each attempt: an id that was seen before need not be handled again.",
    "webhook-timestamp": "When it was sent, in seconds since 1970.",
    "webhook-signature": "`v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64; for a day after a rotation two, "
    "with a space between.",
}
VERIFYING: Final = """\
from standardwebhooks import Webhook

def receive(secret, body, headers):
    # Raises WebhookVerificationError.
    return Webhook(secret).verify(body, headers)
"""


def webhooks() -> dict[str, Schema]:
    """Each event as the request that an endpoint gets."""
    return {name: {"post": _sent(name, when, facts)} for name, (when, facts) in EVENTS.items()}


def _sent(name: str, when: str, facts: dict[str, Any]) -> Schema:
    kind = name.partition(".")[0]
    thing = _OBJECTS.get(kind, kind)
    worker = uuid("worker") if thing in _OF_A_WORKER else None
    data = {"object": thing, "id": uuid(thing.removeprefix("webhook_")), "worker_id": worker, **facts}
    event = {"id": uuid("event"), "type": name, "timestamp": at("18:00:00"), "sequence": 1, "data": data}
    return {
        "tags": ["Events"],
        "summary": when.removesuffix("."),
        "description": "Signed as Standard Webhooks has it. Any 2xx within 15 seconds will do; else it is sent again.",
        "security": [],
        "parameters": [
            {
                "name": header,
                "in": "header",
                "description": about,
                "required": True,
                "schema": {"type": "string"},
                "example": FIELDS[header],
            }
            for header, about in HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "allOf": [{"$ref": "#/components/schemas/WebhookEvent"}],
                        "properties": {"type": {"const": name}},
                    },
                    "example": event,
                }
            },
        },
        "responses": {
            "2XX": {"description": "It was received."},
            "410": {"description": "Nothing more is to be sent here: the endpoint is disabled."},
        },
    }
