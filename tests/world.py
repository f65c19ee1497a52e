"""A platform, its worker and one of everything: somebody who may call each route, and something for it to act on."""

from collections.abc import Callable
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
from tests import circle
from tests.conftest import Api
from tests.examples import BODIES, HOOK
from tests.people import (
    Wallet,
    new_event,
    new_loan,
    new_payout,
    new_platform,
    new_report,
    new_stream,
    new_task,
    new_worker,
)
from tests.signing import circles_signature, signature, signers

from devstack.gateway import Answer
from devstack.template import Template
from gigstream.web import Rule

MODULES = {route.function.load().rule.name: route.function.handler.removesuffix(".app") for route in Template().routes}
RULES: dict[str, Rule] = {rule.name: rule for rule in (route.function.load().rule for route in Template().routes)}

TABLES: list[LiteralString] = [
    *["workers", "platforms", "tasks", "streams", "transactions", "loans", "reputation_events", "audit_logs"],
    *["ledger.accounts", "ledger.transfers", "ops.memberships", "ops.deposits", "ops.outbox", "ops.api_keys"],
    *["ops.advance_terms", "ops.loan_quotes", "ops.disputes", "ops.appeals", "ops.transaction_states", "ops.reports"],
    *["ops.webhook_endpoints", "ops.inbound_secrets", "ops.balance_alerts", "ops.payout_retries", "ops.told_releases"],
    "ops.circle_notifications",
]


class World:
    """`ids` holds a value for each path parameter; `key` and `token` are the credentials of those two."""

    def __init__(self, api: Api, connect: Callable[[str], psycopg.Connection]) -> None:
        self.api = api
        self.connect = connect
        self.auditor = connect("auditor")
        self.platform = new_platform(api)
        self.wallet = Wallet()
        # Whose pay his advance is on: what the platform pays him repays nothing.
        lender = new_platform(api)
        self.worker = new_worker(api, self.platform, lender, wallet=self.wallet)
        connect("operator").execute("SELECT fund_pool(1000000)")
        endpoint = self.platform.made("/v1/webhook-endpoints", {"url": HOOK})["endpoint"]["id"]
        connect("api").execute("SELECT ops.keep_circle_key(%s, %s)", [circle.KEY_ID, circle.PUBLIC])
        secret = self.platform.made("/v1/webhooks/task-completed/rotate-secret")
        signers[self.platform.credentials["key"]] = UUID(secret["id"])
        self.ids = {
            "endpoint_id": endpoint,
            "key_id": self.platform.made("/v1/api-keys", {"name": "a key", "scopes": ["tasks:read"]})["key"]["id"],
            "platform_id": self.platform.id,
            "worker_id": self.worker.id,
            "task_id": new_task(self.platform, self.worker, task_type="streaming"),
            "stream_id": new_stream(self.platform, self.worker),
            "transaction_id": new_payout(connect, self.platform, self.worker),
            "loan_id": new_loan(lender, self.worker),
            "event_id": new_event(self.platform, self.worker),
            "report_id": new_report(self.platform),
            "account_id": self.platform.get("/v1/ledger/accounts?kind=platform_held").json["data"][0]["id"],
        }
        sent = self.platform.get(f"/v1/webhook-endpoints/{endpoint}/deliveries").json["data"]
        self.ids["delivery_id"] = sent[0]["id"]

    def send(
        self, rule: Rule, body: Any = None, *, query: str = "", credentials: Any = None, headers: Any = None, **ids: str
    ) -> Answer:
        """A request by somebody who may make it, with ids that are there, unless others are given."""
        if credentials is None:
            credentials = (self.platform if rule.scope else self.worker).credentials
        sent = {"Idempotency-Key": str(uuid4())} | (headers or {})
        if rule.signed:
            sent |= signature(credentials.get("key"), sent["Idempotency-Key"], body)
        if rule.verify:
            sent |= circles_signature(body)
        return self.api.send(
            rule.method,
            rule.path.format(**self.ids | ids) + query,
            body,
            headers=sent,
            **{} if rule.public or rule.verify else credentials,
        )

    def body(self, name: str) -> Any:
        """A good body for the route; None when it takes none."""
        if name not in BODIES:
            return None
        required, optional = BODIES[name]
        body = {field: self.filled(field, value) for field, value in (required | optional).items()}
        if "wallet" in body:
            purpose = "set_platform_wallet" if "/platforms/" in name else "set_wallet"
            body["wallet"] = Wallet().proof(self.api, purpose)
        return body | (self.wallet.proof(self.api, "sign_in") if "signature" in body else {})

    def filled(self, field: str, value: Any) -> Any:
        """The value with ids that are there, in each of its items when it is a list of objects."""
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return [{name: self.filled(name, one) for name, one in item.items()} for item in value]
        return self.ids.get(field, value)

    def rows(self) -> list[Any]:
        """How many rows each table has that a request could write to."""
        counts = [f"(SELECT count(*) FROM {table})" for table in TABLES]
        return list(self.auditor.execute("SELECT " + ", ".join(counts)))
