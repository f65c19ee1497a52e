"""A platform, its worker and one of everything: somebody who may call each route, and something for it to act on."""

from collections.abc import Callable
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
from tests.conftest import Api
from tests.examples import BODIES, HOOK
from tests.people import new_payout, new_platform, new_stream, new_task, new_worker
from tests.signing import signature, signers

from devstack.gateway import Answer
from devstack.template import Template
from gigstream.web import Rule

MODULES = {route.function.load().rule.name: route.function.handler.removesuffix(".app") for route in Template().routes}
RULES: dict[str, Rule] = {rule.name: rule for rule in (route.function.load().rule for route in Template().routes)}

_TABLES: list[LiteralString] = [
    *["workers", "platforms", "tasks", "streams", "transactions", "audit_logs"],
    *["ledger.accounts", "ledger.transfers", "ops.memberships", "ops.deposits", "ops.outbox"],
    *["ops.webhook_endpoints", "ops.inbound_secrets", "ops.balance_alerts"],
]


class World:
    """`ids` holds a value for each path parameter; `key` and `token` are the credentials of those two."""

    def __init__(self, api: Api, connect: Callable[[str], psycopg.Connection]) -> None:
        self.api = api
        self.auditor = connect("auditor")
        self.platform = new_platform(api)
        self.worker = new_worker(api, self.platform)
        endpoint = self.platform.made("/v1/webhook-endpoints", {"url": HOOK})["endpoint"]["id"]
        secret = self.platform.made("/v1/webhooks/task-completed/rotate-secret")
        signers[self.platform.credentials["key"]] = UUID(secret["id"])
        self.ids = {
            "endpoint_id": endpoint,
            "platform_id": self.platform.id,
            "worker_id": self.worker.id,
            "task_id": new_task(self.platform, self.worker, task_type="streaming"),
            "stream_id": new_stream(self.platform, self.worker),
            "transaction_id": new_payout(connect, self.platform, self.worker),
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
        return self.api.send(
            rule.method,
            rule.path.format(**self.ids | ids) + query,
            body,
            headers=sent,
            **{} if rule.public else credentials,
        )

    def body(self, name: str) -> Any:
        """A good body for the route; None when it takes none."""
        if name not in BODIES:
            return None
        required, optional = BODIES[name]
        return {field: self.ids.get(field, value) for field, value in (required | optional).items()}

    def rows(self) -> list[Any]:
        """How many rows each table has that a request could write to."""
        counts = [f"(SELECT count(*) FROM {table})" for table in _TABLES]
        return list(self.auditor.execute("SELECT " + ", ".join(counts)))
