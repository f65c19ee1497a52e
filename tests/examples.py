"""What requests hold, field by field: a good body for each route that takes one, and values that no route may take."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

NAME = {"name": "a name"}
EMAIL = {"email": "somebody@example.com"}
CONTACT = {"contact_email": "somebody@example.com"}
PASSWORD = {"password": "correct horse"}
ADDRESS = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
WALLET: dict[str, Any] = {"wallet": None}
TIME = "2026-12-24T18:00:00Z"
LATER = (datetime.now(UTC) + timedelta(days=365)).isoformat()
HOOK = "https://hooks.example.com/gigstream"

# By route: the fields that have to be there, and those that may be. Ids and what a wallet has signed are filled in by
# whoever sends it.
BODIES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "POST /v1/auth/register": (NAME | EMAIL | PASSWORD, WALLET),
    "POST /v1/auth/login": (EMAIL | PASSWORD, {}),
    "POST /v1/auth/refresh": ({"refresh_token": "token"}, {}),
    "POST /v1/auth/wallet/nonce": ({"address": ADDRESS}, {"purpose": "set_wallet"}),
    "POST /v1/auth/wallet-login": ({"message": None, "signature": None}, {}),
    "POST /v1/platforms/register": (NAME | CONTACT, WALLET | {"webhook_url": "https://example.com/hook"}),
    "PATCH /v1/platforms/{platform_id}": ({}, NAME | CONTACT | WALLET | {"balance_low_threshold": "100"}),
    "PATCH /v1/platforms/{platform_id}/advance-terms": ({}, {"enabled": True, "share_percent": 60}),
    "POST /v1/platforms/{platform_id}/deposits": ({"amount": "1"}, {}),
    "POST /v1/api-keys": (NAME | {"scopes": ["keys:write"]}, {"expires_at": LATER}),
    "POST /v1/api-keys/{key_id}/rotate": ({}, {"overlap_seconds": 60}),
    "POST /v1/workers": (EMAIL, NAME),
    "PATCH /v1/workers/{worker_id}": ({}, NAME | EMAIL | WALLET),
    "POST /v1/tasks": (
        {"worker_id": None, "task_type": "fixed", "amount": "1", "title": "a title"},
        {"description": "text", "metadata": {}, "external_id": "order-1", "scheduled_at": TIME},
    ),
    "POST /v1/tasks/batch": (
        {"tasks": [{"worker_id": None, "task_type": "fixed", "amount": "1", "title": "a title", "external_id": "o-1"}]},
        {},
    ),
    "POST /v1/tasks/{task_id}/complete": (
        {},
        {"rating": 5, "completion_proof": "photo", "verification_data": {}},
    ),
    "POST /v1/tasks/{task_id}/rate": ({"rating": 5}, {}),
    "POST /v1/tasks/{task_id}/dispute": ({"reason": "text"}, {}),
    "POST /v1/streams/{stream_id}/top-up": ({"amount": "1"}, {"end_time": TIME}),
    "POST /v1/workers/{worker_id}/reputation/events/{event_id}/appeal": ({"reason": "text"}, {}),
    "POST /v1/streams": (
        {"task_id": None},
        {"start_time": TIME, "duration_seconds": 3600, "release_interval": 60},
    ),
    "POST /v1/loans/quote": ({"platform_id": None, "amount": "1"}, {"mode": "earned"}),
    "POST /v1/loans": ({"quote_id": str(uuid4())}, {}),
    "POST /v1/loans/{loan_id}/repay": ({}, {"amount": "0.5", "platform_id": None}),
    "POST /v1/workers/{worker_id}/withdrawals": ({"platform_id": None}, {"amount": "1"}),
    "POST /v1/reports": (
        {"kind": "ledger", "from_date": "2026-01-01", "to_date": "2026-11-01"},
        {"format": "jsonl"},
    ),
    "POST /v1/webhook-endpoints": ({"url": HOOK}, {"event_types": ["task.completed"], "description": "text"}),
    "PATCH /v1/webhook-endpoints/{endpoint_id}": (
        {},
        {"url": HOOK, "event_types": ["*"], "description": "text", "is_enabled": True},
    ),
    "POST /v1/webhook-endpoints/{endpoint_id}/recover": ({"since": TIME}, {"events": "all"}),
    "POST /v1/webhooks/task-completed": (
        {},
        {"task_id": None, "rating": 5, "completion_proof": "photo", "verification_data": {}},
    ),
    "POST /v1/webhooks/circle": (
        {
            "notificationId": str(uuid4()),
            "notificationType": "transactions.outbound",
            "timestamp": datetime.now(UTC).isoformat(),
            "notification": {},
        },
        {},
    ),
}
# Whose sender may have more to say one day than we know.
OPEN = {"POST /v1/webhooks/circle"}

_NOT_TEXT = [1, 1.5, True, [], {}, ["x"], {"x": 1}]
_NOT_LINE = [*_NOT_TEXT, "", "   ", "x" * 201, "two\nlines"]
_NOT_SECRET = [*_NOT_TEXT, "", "x" * 201]
_NOT_EMAIL = [*_NOT_LINE, "nobody", "@example.com", "a@b", "a,b@c@d.com", "a b@c.com", "x" * 320 + "@example.com"]
_NOT_ID = [*_NOT_TEXT, "", "me", "123", str(uuid4())[:-1], uuid4().hex, f"urn:uuid:{uuid4()}", f"{{{uuid4()}}}"]
_NOT_TIME = [*_NOT_TEXT, "", "now", "2026-12-24", "2026-12-24T18:00:00", "2026-13-01T00:00:00Z", "1700000000"]
_NOT_METADATA = [1, "x", True, [], [1], {"x": "y" * 17_000}]
_NOT_NUMBER = ["", " ", "1e3", "1E-3", "NaN", "Infinity", "-Infinity", "1,5", "1.", ".5", "0x10", "1_000", "\uff11"]
_NOT_AMOUNT = [*_NOT_TEXT, *_NOT_NUMBER, "0", "0.000000", "-1", "+1", "1.0000001", "1000000000.000001", "9" * 400]
_NOT_DAY = [*_NOT_TEXT, "", "today", TIME, "2026-13-01", "2026-02-30", "20261101"]
_NOT_SECONDS = ["60", 60.5, True, [], {}, 0, 59, -60, 10**9, 10**30]

_NOT_ADDRESS = [*_NOT_TEXT, "", "0x", "0x" + 41 * "0", ADDRESS.replace("f", "F")]
_NOT_URL = [*_NOT_TEXT, "", "http://example.com", "https://", "ftp://example.com", "https://u:p@example.com"]

WRONG: dict[str, list[Any]] = {
    "name": _NOT_LINE,
    "title": _NOT_LINE,
    "external_id": _NOT_LINE,
    "email": _NOT_EMAIL,
    "contact_email": _NOT_EMAIL,
    "password": _NOT_SECRET,
    "refresh_token": _NOT_SECRET,
    "address": _NOT_ADDRESS,
    "purpose": [*_NOT_TEXT, "", "sign-in", "SIGN_IN"],
    "wallet": [1, 1.5, True, [], ["x"], "", "x", ADDRESS],
    "message": [*_NOT_TEXT, "", "x", "x" * 4001, "example.com wants you to sign in with your Ethereum account:\n"],
    "signature": [*_NOT_TEXT, "", "0x", "0x" + 129 * "0", "0x" + 131 * "0", "0x" + 130 * "g", 130 * "0"],
    "scopes": [1, True, {}, [], "keys:write", ["keys:write", "keys:write"]],
    "expires_at": [*_NOT_TIME, "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "9999-12-31T23:59:59Z"],
    "overlap_seconds": ["60", 60.5, True, [], {}, -1, 7 * 24 * 3600 + 1, 10**30],
    "webhook_url": _NOT_URL,
    "url": _NOT_URL,
    "event_types": [1, "x", "*", True, {}, [], ["*", "task.created"], ["task.created", "task.created"]],
    "events": [*_NOT_TEXT, "", "failed"],
    "since": _NOT_TIME,
    "is_enabled": [1, 0, "true", [], {}],
    "balance_low_threshold": [one for one in _NOT_AMOUNT if one not in ["0", "0.000000"]],
    "worker_id": _NOT_ID,
    "task_id": _NOT_ID,
    "task_type": [*_NOT_TEXT, "", "Fixed", "hourly"],
    "platform_id": _NOT_ID,
    "quote_id": _NOT_ID,
    "amount": _NOT_AMOUNT,
    "mode": [*_NOT_TEXT, "", "Earned", "payday"],
    "enabled": ["true", 1, 0, [], {}],
    "share_percent": ["60", 60.5, True, [], {}, 0, 49, 81, -60, 10**30],
    "description": [*_NOT_TEXT, "x" * 5001],
    "metadata": _NOT_METADATA,
    "verification_data": _NOT_METADATA,
    "completion_proof": [*_NOT_TEXT, "x" * 2001],
    "scheduled_at": _NOT_TIME,
    "start_time": _NOT_TIME,
    "end_time": _NOT_TIME,
    "reason": [*_NOT_TEXT, "", "   ", "x" * 2001],
    "rating": ["5", 5.0, 4.5, True, [], {}, 0, 6, -1, 10**30],
    "duration_seconds": _NOT_SECONDS,
    "release_interval": _NOT_SECONDS,
    "tasks": [1, "x", True, {}, [], [{}] * 101],
    "kind": [*_NOT_TEXT, "", "Ledger", "salaries"],
    "format": [*_NOT_TEXT, "", "CSV", "pdf"],
    "from_date": _NOT_DAY,
    "notificationId": _NOT_ID,
    "notificationType": _NOT_LINE,
    "timestamp": _NOT_TIME,
    "notification": [1, "x", True, [], [1]],
    "to_date": [*_NOT_DAY, "2025-12-31", "2027-01-02", "9999-12-31"],
}
# For a parameter in a path or a query that is an id, a number, a cursor or one of a few words.
WRONG_TEXT = ["x", "%00", "%ED%A0%80", "' OR 1=1 --", "%2e%2e", str(uuid4())[:-1], "x" * 2000]
# For a parameter that may be any text.
NO_TEXT = ["%00"]
WRONG_LIMITS = ["", "0", "-1", "101", "1.5", "\u0661", "9" * 50, *WRONG_TEXT]
WRONG_CURSORS = ["", "AAAA", "AAAAAAAAAAAAAAAAAAAAAB", *WRONG_TEXT]
