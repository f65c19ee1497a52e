"""The examples' values, by hand: one task, stream and advance of Nina's, who caters for guests of Corner Kitchen."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from zlib import crc32

from gigstream.rules import advances
from gigstream.siwe import STATEMENTS

LEFT_OUT: Final = object()  # for a field that is there only when it is asked for


def uuid(name: str) -> str:
    """One id for each name, the same wherever it is spoken of: task for Task.id and for every task_id."""
    return f"0198c0de-0000-7000-8000-000{crc32(name.removesuffix('_id').encode()):08x}1"


def at(time: str) -> str:
    """A time on the day of the example."""
    return f"2026-12-24T{time}Z"


_WALLET = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
_STATEMENT = STATEMENTS["sign_in"]


def _message(statement: str) -> str:
    return (
        f"example.com wants you to sign in with your Ethereum account:\n{_WALLET}\n\n{statement}\n\n"
        "URI: https://example.com\nVersion: 1\nChain ID: 5042002\nNonce: 7f3kQ2xVb9\n"
        f"Issued At: {at('09:30:00')}\nExpiration Time: {at('09:35:00')}"
    )


_SIGNATURE = "0x" + "5d" * 64 + "1b"
_PROOF = {"message": _message(STATEMENTS["set_platform_wallet"]), "signature": _SIGNATURE}
_NOTHING = "0.000000"

# What a field's name says wherever it stands. A sum is sent as it is here, and answered with six decimals.
FIELDS: Final[Mapping[str, Any]] = {
    # Who, and how they sign in.
    "name": "Nina",
    "email": "nina@example.com",
    "contact_email": "ops@example.com",
    "password": "correct horse battery",
    "api_key": "gs_test_4fT9bXq2mZ7cR1vK8wYpL3sD6hJ0nG5aEuViQxObWyCrMtNkzP1A2B3C",
    "prefix": "gs_test_4fT9bXq2",
    "scopes": ["tasks:read", "tasks:write"],
    "overlap_seconds": 86400,
    "access_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMTk4YzBkZSJ9.c2lnbmF0dXJl",
    "refresh_token": "Vb3kPz0mJtq8nW2rLx5yHc7dFg9sAe1uOi4bTj6wQvM",
    "invite_token": "Kq7rPz0mJtq8nW2rLx5yHc7dFg9sAe1uOi4bTj6wQvM",
    "expires_in": 900,
    "wallet_address": _WALLET,
    "address": _WALLET,
    "usdc_address": "0x3600000000000000000000000000000000000000",
    "deposit_address": "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    "domain": "example.com",
    "uri": "https://example.com",
    "chain_id": 5042002,
    "statement": _STATEMENT,
    "nonce": "7f3kQ2xVb9",
    "message": _message(_STATEMENT),
    "signature": _SIGNATURE,
    "webhook-secret-id": uuid("inbound_secret"),
    "webhook-id": uuid("event"),
    "webhook-timestamp": "1798106400",
    "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "webhook_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "webhook_url": "https://example.com/hooks/gigstream",
    "webhook_endpoint_id": uuid("endpoint"),
    "platform_name": "Corner Kitchen",
    # Requests.
    "Idempotency-Key": "order-1017-task",
    "limit": 20,
    "cursor": "AZjA3gAAcACAAAAAAAAAAQ",
    "next_cursor": "AZjA3gAAcACAAAAAAAAAAQ",
    "has_more": False,
    # A task and a stream.
    "title": "Cater for 40 guests",
    "description": "Three courses, one of them vegan",
    "amount": "120.50",
    "external_id": "order-1017",
    "metadata": {"order": "1017"},
    "rating": 5,
    "completion_proof": "https://example.com/photos/1017.jpg",
    "verification_data": {"photo": "https://example.com/photos/1017.jpg"},
    "reason": "Two of the courses never came",
    "duration_seconds": 3600,
    "release_interval": 60,
    "rate_per_second": "0.010000000000000000",
    # What is known of a worker.
    "reputation_score": 812,
    "score": 812,
    "completion_rate": "98.36",
    "average_rating": "4.80",
    "dispute_rate": "1.64",
    "account_age_days": 214,
    "total_tasks": 62,
    "open_tasks": 1,
    # The chain.
    "tx_hash": "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060",
    "blockchain_confirmations": 12,
    # Advances, reports, the audit trail.
    "fee_percent": "2.00",
    "share_percent": 60,
    "balance_low_threshold": "500.00",
    "from_date": "2026-12-01",
    "to_date": "2026-12-24",
    "action": "task.created",
    "resource_type": "task",
    "migration": "0012",
}

TASK: Final = {
    "id": uuid("task"),
    "platform_id": uuid("platform"),
    "worker_id": uuid("worker"),
    "task_type": "fixed",
    "amount": "120.500000",
    "paid_amount": _NOTHING,
    "status": "pending",
    "title": "Cater for 40 guests",
    "description": "Three courses, one of them vegan",
    "metadata": {"order": "1017"},
    "verification_data": None,
    "completion_proof": None,
    "rating": None,
    "external_id": "order-1017",
    "scheduled_at": None,
    "started_at": None,
    "completed_at": None,
    "cancelled_at": None,
    "disputed_at": None,
    "created_at": at("09:30:00"),
    "updated_at": at("09:30:00"),
}
_STARTED = {"status": "active", "started_at": at("10:00:00"), "updated_at": at("10:00:00")}
_COMPLETED = _STARTED | {
    "status": "completed",
    "paid_amount": "120.500000",
    "rating": 5,
    "completion_proof": "https://example.com/photos/1017.jpg",
    "verification_data": {"photo": "https://example.com/photos/1017.jpg"},
    "completed_at": at("18:00:00"),
    "updated_at": at("18:00:00"),
}
# 36 USDC an hour, seen after twenty minutes.
_STREAM: Final = {
    "id": uuid("stream"),
    "start_time": at("10:00:00"),
    "end_time": at("11:00:00"),
    "total_amount": "36.000000",
    "released_amount": "12.000000",
    "remaining_amount": "24.000000",
    "anchor_time": at("10:20:00"),
    "anchor_amount": "12.000000",
    "next_release_at": at("10:21:00"),
    "release_seq": 20,
    "status": "active",
    "updated_at": at("10:20:00"),
}
_WORKER: Final = {
    "id": uuid("worker"),
    "total_earned": "9382.250000",
    "last_active_at": at("09:28:00"),
    "created_at": "2026-05-24T08:00:00Z",
}
# As a platform sees her.
_SEEN: Final = {
    "id": uuid("worker"),
    "name": "Nina",
    "wallet_address": _WALLET,
    **{name: FIELDS[name] for name in ("reputation_score", "completion_rate", "average_rating", "dispute_rate")},
    **dict.fromkeys(("email", "account_age_days", "total_tasks", "total_earned", "last_active_at", "created_at")),
}
_PAID: Final = {
    "id": uuid("transaction"),
    "amount": "120.500000",
    "fee": _NOTHING,
    "status": "completed",
    "payment_no": 41,
    "from_address": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "to_address": _WALLET,
    "metadata": {},
    "processed_at": at("20:01:00"),
    "created_at": at("20:00:00"),
    "updated_at": at("20:01:00"),
}
_LOAN: Final = {
    "id": uuid("loan"),
    "amount": "100.000000",
    "fee": "2.000000",
    "total_due": "102.000000",
    "amount_repaid": _NOTHING,
    "owed": "102.000000",
    "status": "disbursed",
    "disbursed_at": at("09:31:00"),
    "created_at": at("09:31:00"),
}
_REPAID_IN_PART = {"amount_repaid": "12.500000", "owed": "89.500000", "status": "repaying"}
_REPORT: Final = {
    "id": uuid("report"),
    "status": "done",
    "attempts": 1,
    "rows": 312,
    "bytes": 48211,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "finished_at": at("09:31:00"),
    "expires_at": "2026-12-31T09:31:00Z",
}
_ENDPOINT: Final = {
    "id": uuid("endpoint"),
    "url": "https://example.com/hooks/gigstream",
    "event_types": ["task.completed", "payout.completed"],
    "description": "Orders",
}
_ACCOUNT: Final = {"id": uuid("account"), "kind": "platform_available", "balance": "879.500000"}
_FACTORS = (
    ("reputation", "812", "0.3", 300, 244),
    ("completion", "98.36", "2.5", 250, 246),
    ("activity", "42", "15", 150, 150),
    ("age", "214", "2.5", 150, 150),
    ("repayment", "1", "50", 150, 100),
    ("disputes", "1.64", "-4", -200, -7),
)
_SCORED = (
    ("opening", 0, None, 500),
    ("tasks", 60, 5, 300),
    ("ratings", 9, 20, 27),
    ("disputes", 1, 20, -15),
    ("appeals", 0, None, 0),
    ("others", 0, None, 0),
)

# What a name means in one component only; the figures of one object fit each other.
OBJECTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "AuthNewPlatform": {"id": uuid("platform"), "name": "Corner Kitchen"},
    "AuthInvite": {"id": uuid("invite"), "expires_at": "2026-12-31T09:30:00Z"},
    "AuthPrincipal": {"kind": "platform", "id": uuid("platform"), "name": "Corner Kitchen", "email": "ops@example.com"},
    "ProofChallenge": {"issued_at": at("09:30:00"), "expires_at": at("09:35:00")},
    "PlatformRegistration": {"name": "Corner Kitchen", "wallet": _PROOF},
    "PlatformChange": {"name": "Corner Kitchen", "wallet": _PROOF},
    "Platform": {
        "id": uuid("platform"),
        "name": "Corner Kitchen",
        "total_payouts": "41210.750000",
        "total_tasks": 420,
        "active_workers": 12,
    },
    "PlatformParty": {"id": uuid("platform"), "name": "Corner Kitchen"},
    "PlatformNewDeposit": {"amount": "1000"},
    "PlatformDeposit": {"id": uuid("deposit"), "amount": "1000.000000", "available": "1000.000000"},
    "PlatformBalance": {"available": "879.500000", "held": "120.500000", "total": "1000.000000"},
    "PlatformMember": {"id": uuid("worker"), "member_since": "2026-06-02T08:00:00Z"},
    "PlatformAnalytics": {
        "name": "Corner Kitchen",
        "total_tasks": 420,
        "completed_tasks": 401,
        "cancelled_tasks": 12,
        "paid_amount": "41210.750000",
        "pending_amount": "120.500000",
        "unique_workers": 12,
        "workers_last_7_days": 7,
        "workers_last_30_days": 11,
        "average_completion_seconds": 14200,
    },
    "NewKey": {"name": "Order desk", "expires_at": "2027-12-24T00:00:00Z"},
    "Key": {"id": uuid("key"), "name": "Order desk", "expires_at": "2027-12-24T00:00:00Z"},
    "Worker": _WORKER,
    "WorkerProfile": _WORKER,
    "WorkerBalance": {
        "available": "64.250000",
        "held": "120.500000",
        "accruing": "24.000000",
        "in_settlement": _NOTHING,
        "advance_owed": _NOTHING,
    },
    "WorkerEarnings": {
        "completed_tasks": 60,
        "active_tasks": 1,
        "earned_amount": "9382.250000",
        "released_amount": "3120.000000",
        "pending_amount": "120.500000",
        "payout_amount": "9316.000000",
        "refund_amount": _NOTHING,
        "advance_amount": "100.000000",
        "repayment_amount": "102.000000",
        "fee_amount": "2.000000",
        "open_loans": 0,
        "open_loan_amount": _NOTHING,
        "repaid_loans": 1,
    },
    "Reputation": {
        "rank": "very good",
        "points_from_tasks": 300,
        "points_from_ratings": 27,
        "points_from_disputes": -15,
        "points_from_others": 0,
        "factors": [dict(zip(("name", "events", "weight", "points"), row, strict=True)) for row in _SCORED],
    },
    "ReputationEvent": {
        "id": uuid("event"),
        "delta": 5,
        "previous_score": 807,
        "new_score": 812,
        "reason": "task completed",
        "task_id": uuid("task"),
    },
    "ReputationAppeal": {"id": uuid("appeal"), "reason": "The guests moved the date, and I told them in time"},
    "WorkerNewAppeal": {"reason": "The guests moved the date, and I told them in time"},
    "Risk": {
        "risk_score": 883,
        "reasons": [],
        "reputation_factor": 244,
        "completion_factor": 246,
        "activity_factor": 150,
        "age_factor": 150,
        "repayment_factor": 100,
        "dispute_factor": -7,
        "tasks_last_30_days": 42,
        "earned_last_30_days": "3514.500000",
        "loans_total": 1,
        "loans_open": 0,
        "loans_repaid": 1,
        "loans_defaulted": 0,
        "factors": [
            dict(zip(("name", "value", "weight", "max_points", "points"), row, strict=True)) for row in _FACTORS
        ],
    },
    "Task": TASK,
    "TaskDetail": TASK | {"worker": _SEEN, "dispute": LEFT_OUT, "stream": LEFT_OUT},
    "TaskDispute": {"id": uuid("dispute"), "created_at": at("18:30:00")},
    "TaskBatch": {
        "created": 1,
        "failed": 1,
        "data": [
            {"index": 0, "status": "created", "task": TASK, "error": None},
            {
                "index": 1,
                "status": "failed",
                "task": None,
                "error": {
                    "code": "not_a_member",
                    "message": "The worker is not a member of this platform.",
                    "field": "worker_id",
                },
            },
        ],
    },
    "NewStream": {"start_time": at("10:00:00")},
    "Stream": _STREAM,
    "StreamDetail": _STREAM | {"worker": _SEEN, "task": LEFT_OUT},
    "StreamTopUp": {"amount": "12", "end_time": at("11:20:00")},
    "StreamAccrual": {
        "as_of": at("10:20:30"),
        "anchor_time": at("10:20:00"),
        "anchor_amount": "12.000000",
        "end_time": at("11:00:00"),
        "total": "36.000000",
        "released": "12.000000",
        "accrued": "12.300000",
        "releasable": "0.300000",
    },
    "StreamRelease": {"number": 20, "amount": "0.600000", "released_at": at("10:20:00")},
    "LoanNewQuote": {"amount": "100"},
    "LoanEarlyRepayment": {"amount": "12.50"},
    "LoanOffer": {
        "id": uuid("quote"),
        "amount": "100.000000",
        "fee": "2.000000",
        "total_due": "102.000000",
        "limit": "240.000000",
        "you_receive": "100.000000",
        "expires_at": at("09:40:00"),
        "repayment": advances.REPAYMENT["earned"],
        "disclosures": advances.disclosures("earned", Decimal(100), Decimal(2), None),
    },
    "Loan": _LOAN,
    "RepaidLoan": _LOAN | _REPAID_IN_PART,
    "LoanRepayment": {"id": uuid("repayment"), "number": 1, "amount": "12.500000", "repaid_at": at("12:00:00")},
    "WorkerPlatformEligibility": {
        "predictive": {
            "eligible": True,
            "limit": "492.000000",
            "basis": "820.000000",
            "share_percent": 60,
            "fee_percent": "2.00",
            "checks": [{"rule": "risk_score", "required": "at least 600", "actual": "883", "passed": True}],
        },
    },
    "AdvanceAllowance": {"limit": "240.000000", "basis": "300.000000", "share_percent": 80},
    "AdvanceCheck": {"rule": "accrued_pay", "required": "more than 0", "actual": "300.00"},
    "Transaction": _PAID,
    "TransactionDetail": _PAID
    | {
        "explorer_url": f"https://testnet.arcscan.app/tx/{FIELDS['tx_hash']}",
        "history": [
            {"status": "pending", "error_message": None, "at": at("20:00:00")},
            {"status": "processing", "error_message": None, "at": at("20:00:20")},
            {"status": "completed", "error_message": None, "at": at("20:01:00")},
        ],
        "worker": _SEEN,
        "task": LEFT_OUT,
    },
    "WebhookEndpoint": _ENDPOINT,
    "NewWebhookEndpoint": _ENDPOINT,
    "WebhookEndpointChange": _ENDPOINT,
    "WebhookEndpointRotated": {"previous_until": "2026-12-25T09:30:00Z"},
    "WebhookMade": {"id": uuid("inbound_secret")},
    "WebhookDelivery": {
        "id": uuid("delivery"),
        "event_type": "task.completed",
        "status": "succeeded",
        "attempts": 1,
        "last_attempt_at": at("18:00:02"),
        "response_status": 200,
        "response_body": "thank you",
        "latency_ms": 84,
        "created_at": at("18:00:00"),
    },
    "WebhookEvent": {
        "id": uuid("event"),
        "type": "task.completed",
        "timestamp": at("18:00:00"),
        "data": {
            "object": "task",
            "id": uuid("task"),
            "worker_id": uuid("worker"),
            "amount": "120.500000",
            "paid_amount": "120.500000",
        },
    },
    "Report": _REPORT,
    "ReportDownload": _REPORT
    | {
        "download_url": f"https://reports.example.com/{uuid('report')}.csv?signature=4bTj6wQvM",
        "download_expires_at": at("09:50:00"),
    },
    "AnalyticsDay": {
        "tasks_created": 18,
        "tasks_completed": 17,
        "tasks_cancelled": 1,
        "earned": "1804.500000",
        "released": "412.000000",
        "paid_out": "1702.250000",
        "active_workers": 9,
    },
    "AuditEntry": {
        "id": uuid("audit"),
        "actor_id": uuid("platform"),
        "actor_type": "platform",
        "resource_id": uuid("task"),
        "metadata": {},
        "ip_address": "203.0.113.7",
        "user_agent": "corner-kitchen/2.4",
    },
    "AuditVerification": {"checked": 218, "waiting": 2, "first_seal": 1, "last_seal": 31, "findings": []},
    "LedgerAccount": _ACCOUNT,
    "LedgerAccountAt": _ACCOUNT,
    "LedgerTransfer": {
        "id": uuid("transfer"),
        "direction": "debit",
        "reason": "hold",
        "other_account_id": uuid("held_account"),
        "task_id": uuid("task"),
    },
}

_PAUSED = {"status": "paused", "paused_at": at("10:20:00"), "next_release_at": None}
_DUE = {
    "status": "pending",
    "attempts": 0,
    "next_attempt_at": at("18:00:00"),
    "last_attempt_at": None,
    "response_status": None,
    "response_body": None,
    "latency_ms": None,
}

# What an operation has just made of its object.
ANSWERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "start_task": _STARTED,
    "complete_task": _COMPLETED,
    "rate_task": _COMPLETED,
    "report_task_completed": _COMPLETED,
    "cancel_task": {"status": "cancelled", "cancelled_at": at("09:45:00"), "updated_at": at("09:45:00")},
    "create_stream": {
        "released_amount": _NOTHING,
        "remaining_amount": "36.000000",
        "anchor_time": at("10:00:00"),
        "anchor_amount": _NOTHING,
        "next_release_at": at("10:01:00"),
        "release_seq": 0,
        "updated_at": at("09:30:00"),
    },
    "pause_stream": _PAUSED,
    "resume_stream": {
        "end_time": at("11:10:00"),
        "anchor_time": at("10:30:00"),
        "next_release_at": at("10:31:00"),
        "updated_at": at("10:30:00"),
    },
    "cancel_stream": {"status": "cancelled", "cancelled_at": at("10:20:00"), "next_release_at": None},
    "top_up_stream": {"end_time": at("11:20:00"), "total_amount": "48.000000", "remaining_amount": "36.000000"},
    "repay_loan": _REPAID_IN_PART,
    "test_webhook_endpoint": _DUE | {"event_type": "webhook_endpoint.test"},
    "redeliver_webhook_delivery": _DUE,
    "create_report": {
        "status": "queued",
        "attempts": 0,
        "rows": None,
        "bytes": None,
        "sha256": None,
        "finished_at": None,
        "expires_at": None,
    },
}
