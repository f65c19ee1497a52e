"""For each route a request that will be accepted; one that changes something has something fresh to act on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.books import Books
from tests.conftest import Api
from tests.examples import BODIES, HOOK, NAME, PASSWORD
from tests.people import (
    Wallet,
    new_event,
    new_failed_payout,
    new_loan,
    new_platform,
    new_quote,
    new_stream,
    new_task,
    new_worker,
    numbers,
)
from tests.signing import circles_signature, signature
from tests.world import RULES, World

from devstack.gateway import Answer
from gigstream.web import Rule

CHANGING = {name: rule for name, rule in RULES.items() if rule.writes}
KEYED = {name: rule for name, rule in CHANGING.items() if rule.idempotency != "none"}


@dataclass(frozen=True)
class Act:
    """One request; sent again with the same `key` it is the same one."""

    rule: Rule
    path: str
    body: dict[str, Any] | None
    credentials: dict[str, str]
    key: str = field(default_factory=lambda: str(uuid4()))

    def send(self, api: Api) -> Answer:
        headers = {"Idempotency-Key": self.key}
        if self.rule.signed:
            headers |= signature(self.credentials.get("key"), self.key, self.body)
        if self.rule.verify and not self.credentials:
            headers |= circles_signature(self.body)
        return api.send(self.rule.method, self.path, self.body, headers=headers, **self.credentials)


def ready(world: World, books: Books, name: str) -> Act:
    """A request of the route, with a body of the fields that it must have and those that are fresh."""
    rule, required, optional = RULES[name], *BODIES.get(name, ({}, {}))
    fresh = _FRESH[name](world) if rule.writes else {}
    if name in _DRAFTS:
        draft = books.draft(UUID(world.platform.id), UUID(world.worker.id), task_type=_DRAFTS[name])
        fresh["task_id"] = str(draft)
    path = rule.path.format(**world.ids | fresh)
    body = {one: fresh.get(one, world.filled(one, value)) for one, value in required.items()}
    body |= {one: fresh[one] for one in optional if one in fresh}
    standard = {} if rule.public or rule.verify else (world.platform if rule.scope else world.worker).credentials
    return Act(rule, path, body if name in BODIES else None, fresh.get("credentials", standard))


def _endpoint(world: World) -> dict[str, str]:
    """A webhook endpoint of its own: a platform has ten, so older ones make room, all but the world's."""
    for one in world.platform.get("/v1/webhook-endpoints").json["data"][4:-1]:
        world.platform.send("DELETE", f"/v1/webhook-endpoints/{one['id']}")
    made = world.platform.made("/v1/webhook-endpoints", {"url": f"https://hooks.example.com/{next(numbers)}"})
    return {"endpoint_id": made["endpoint"]["id"]}


def _delivery(world: World) -> dict[str, str]:
    path = f"/v1/webhook-endpoints/{_endpoint(world)['endpoint_id']}/test"
    return {"delivery_id": world.platform.made(path)["id"]}


def _room(world: World) -> dict[str, str]:
    """Room for an endpoint, and its URL."""
    endpoint_id = _endpoint(world)["endpoint_id"]
    world.platform.send("DELETE", f"/v1/webhook-endpoints/{endpoint_id}")
    return {"url": f"https://hooks.example.com/{next(numbers)}"}


def _an_hour_ago() -> str:
    return (datetime.now(UTC) - timedelta(hours=1)).isoformat()


def _email() -> dict[str, str]:
    return {"email": f"{uuid4().hex}@example.com"}


def _tokens(world: World, email: dict[str, str]) -> Any:
    return world.api.post("/v1/auth/register", NAME | PASSWORD | email).json


def _account(world: World) -> dict[str, str]:
    email = _email()
    _tokens(world, email)
    return email


def _somebody(world: World) -> dict[str, Any]:
    """A worker who has done nothing yet."""
    worker = new_worker(world.api)
    return {"worker_id": worker.id, "credentials": worker.credentials}


def _wallet(world: World) -> dict[str, str]:
    """The wallet of a worker, with what it has signed to sign in."""
    wallet = Wallet()
    new_worker(world.api, wallet=wallet)
    return wallet.proof(world.api, "sign_in")


def _key(world: World) -> dict[str, str]:
    return {"key_id": world.platform.made("/v1/api-keys", NAME | {"scopes": ["keys:read"]})["key"]["id"]}


def _started(world: World) -> dict[str, str]:
    task_id = new_task(world.platform, world.worker)
    world.platform.made(f"/v1/tasks/{task_id}/start")
    return {"task_id": task_id}


def _completed(world: World) -> dict[str, str]:
    task = _started(world)
    world.platform.made(f"/v1/tasks/{task['task_id']}/complete", {})
    return task


def _running(world: World) -> dict[str, str]:
    """A stream of which some has accrued."""
    start = datetime.now(UTC) - timedelta(minutes=10)
    return {"stream_id": new_stream(world.platform, world.worker, "36", start_time=start.isoformat())}


def _shift(world: World) -> dict[str, str]:
    """The task of such a stream."""
    stream = world.platform.get(f"/v1/streams/{_running(world)['stream_id']}").json
    return {"task_id": stream["task_id"]}


def _paused(world: World) -> dict[str, str]:
    stream = _running(world)
    world.platform.made(f"/v1/streams/{stream['stream_id']}/pause")
    return stream


def _earner(world: World) -> dict[str, Any]:
    """A worker with a quote of an advance."""
    worker = new_worker(world.api, world.platform)
    return {"quote_id": new_quote(world.platform, worker), "credentials": worker.credentials}


def _debtor(world: World) -> dict[str, Any]:
    """A worker with an advance, who can repay it all."""
    worker = new_worker(world.api, world.platform)
    task_id = new_task(world.platform, worker)
    world.platform.made(f"/v1/tasks/{task_id}/start")
    world.platform.made(f"/v1/tasks/{task_id}/complete", {})
    return {"loan_id": new_loan(world.platform, worker), "credentials": worker.credentials}


def _paid(world: World) -> dict[str, Any]:
    """A worker with a wallet and ten USDC."""
    worker = new_worker(world.api, world.platform, wallet=Wallet())
    task_id = new_task(world.platform, worker)
    world.platform.made(f"/v1/tasks/{task_id}/start")
    world.platform.made(f"/v1/tasks/{task_id}/complete", {})
    return {"worker_id": worker.id, "platform_id": world.platform.id, "credentials": worker.credentials}


def _batch(world: World) -> dict[str, Any]:
    """Two tasks that can be given, and one that cannot."""
    one = {"worker_id": world.worker.id, "task_type": "fixed", "amount": "1", "title": f"task {next(numbers)}"}
    return {"tasks": [one, one | {"amount": "999999999"}, one]}


def _customer(world: World) -> dict[str, Any]:
    """A platform that has ordered no report yet: only so many may wait."""
    return {"credentials": new_platform(world.api, funds=None).credentials}


_FRESH: dict[str, Callable[[World], dict[str, Any]]] = {
    "POST /v1/auth/register": lambda _: _email(),
    "POST /v1/auth/login": _account,
    "POST /v1/auth/refresh": lambda world: {"refresh_token": _tokens(world, _email())["refresh_token"]},
    "POST /v1/auth/logout": _somebody,
    "POST /v1/auth/wallet/nonce": lambda _: {},
    "POST /v1/auth/wallet-login": _wallet,
    "POST /v1/platforms/register": lambda _: {"contact_email": _email()["email"]},
    "PATCH /v1/platforms/{platform_id}": lambda _: {"contact_email": _email()["email"]},
    "PATCH /v1/platforms/{platform_id}/advance-terms": lambda _: {"share_percent": 50 + next(numbers) % 31},
    "POST /v1/platforms/{platform_id}/deposits": lambda _: {"amount": str(next(numbers))},
    "POST /v1/api-keys": lambda _: {"name": f"key {next(numbers)}"},
    "POST /v1/api-keys/{key_id}/rotate": lambda world: _key(world) | {"overlap_seconds": next(numbers)},
    "DELETE /v1/api-keys/{key_id}": _key,
    "POST /v1/workers": lambda _: _email(),
    "PATCH /v1/workers/{worker_id}": lambda _: _email(),
    "DELETE /v1/workers/{worker_id}": _somebody,
    "POST /v1/tasks": lambda _: {"title": f"task {next(numbers)}"},
    "POST /v1/tasks/batch": _batch,
    "POST /v1/tasks/{task_id}/start": lambda _: {},
    # Three stars move no score: one that met its bound would no longer change, and nobody be told of it.
    "POST /v1/tasks/{task_id}/complete": lambda world: _started(world) | {"rating": 3},
    "POST /v1/tasks/{task_id}/cancel": _started,
    "POST /v1/tasks/{task_id}/rate": lambda world: _completed(world) | {"rating": 4},
    "POST /v1/tasks/{task_id}/dispute": _shift,
    "POST /v1/streams": lambda _: {"duration_seconds": 3600},
    "POST /v1/streams/{stream_id}/pause": _running,
    "POST /v1/streams/{stream_id}/resume": _paused,
    "POST /v1/streams/{stream_id}/cancel": _running,
    "POST /v1/loans/quote": _earner,
    "POST /v1/loans": _earner,
    "POST /v1/loans/{loan_id}/repay": _debtor,
    "POST /v1/streams/{stream_id}/top-up": _running,
    "POST /v1/streams/{stream_id}/release": _running,
    "POST /v1/workers/{worker_id}/reputation/events/{event_id}/appeal": lambda world: {
        "event_id": new_event(world.platform, world.worker)
    },
    "POST /v1/workers/{worker_id}/withdrawals": _paid,
    "POST /v1/transactions/{transaction_id}/retry": lambda world: {
        "transaction_id": new_failed_payout(world.connect, world.platform, world.worker)
    },
    "POST /v1/reports": _customer,
    "POST /v1/webhook-endpoints": _room,
    "PATCH /v1/webhook-endpoints/{endpoint_id}": lambda world: _endpoint(world) | {"url": HOOK},
    "DELETE /v1/webhook-endpoints/{endpoint_id}": _endpoint,
    "POST /v1/webhook-endpoints/{endpoint_id}/rotate-secret": _endpoint,
    "POST /v1/webhook-endpoints/{endpoint_id}/test": _endpoint,
    "POST /v1/webhook-endpoints/{endpoint_id}/recover": lambda world: _endpoint(world) | {"since": _an_hour_ago()},
    "POST /v1/webhook-deliveries/{delivery_id}/redeliver": _delivery,
    "POST /v1/webhooks/task-completed": lambda world: _started(world) | {"rating": 3},
    "POST /v1/webhooks/task-completed/rotate-secret": lambda _: {},
    "POST /v1/webhooks/circle": lambda _: {"notificationId": str(uuid4())},
}
# They start a draft, by the type of its task, and so move money: its hold is written then.
_DRAFTS = {"POST /v1/tasks/{task_id}/start": "fixed", "POST /v1/streams": "streaming"}
