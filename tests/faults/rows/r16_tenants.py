"""Every route, tried by everybody whose business it is not: none gets in, and a stranger learns nothing.

Red when row security or a function that runs as owner lets one tenant through, when a key or a session outlives its
end, and when there is a route that nobody has written down here.
"""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

from tests.examples import PASSWORD
from tests.faults.board import Arena, Outcome, row
from tests.faults.serving import called
from tests.faults.worlds import worlds
from tests.ready import Act, ready
from tests.world import RULES, World

from devstack.gateway import Answer
from gigstream.auth import SCOPES, ApiKey
from gigstream.web import ANY_SCOPE

Credentials = dict[str, str]
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Who may call a route, said once more and by hand: what the route table itself says cannot be what it is held to.
PUBLIC = """
GET /v1/health
GET /v1/ready
GET /v1/openapi.json
GET /docs
POST /v1/auth/register
POST /v1/auth/login
POST /v1/auth/refresh
POST /v1/auth/wallet/nonce
POST /v1/auth/wallet-login
POST /v1/platforms/register
HEAD /v1/webhooks/circle
"""
# Who has neither key nor token and signs: tests/functions/test_circle_webhook.py forges that.
FOR_CIRCLE = """
POST /v1/webhooks/circle
"""
FOR_WORKERS = """
POST /v1/auth/logout
PATCH /v1/workers/{worker_id}
DELETE /v1/workers/{worker_id}
GET /v1/workers/{worker_id}/risk
GET /v1/workers/{worker_id}/loans
GET /v1/workers/{worker_id}/advance/eligibility
POST /v1/loans/quote
POST /v1/loans
GET /v1/loans/{loan_id}
POST /v1/loans/{loan_id}/repay
POST /v1/workers/{worker_id}/withdrawals
POST /v1/workers/{worker_id}/reputation/events/{event_id}/appeal
"""
FOR_PLATFORMS = """
GET /v1/platforms/{platform_id}
PATCH /v1/platforms/{platform_id}
GET /v1/platforms/{platform_id}/advance-terms
PATCH /v1/platforms/{platform_id}/advance-terms
GET /v1/platforms/{platform_id}/balance
GET /v1/platforms/{platform_id}/funding
GET /v1/platforms/{platform_id}/analytics
GET /v1/platforms/{platform_id}/workers
GET /v1/platforms/{platform_id}/transactions
POST /v1/platforms/{platform_id}/deposits
POST /v1/api-keys
GET /v1/api-keys
POST /v1/api-keys/{key_id}/rotate
DELETE /v1/api-keys/{key_id}
GET /v1/workers
POST /v1/workers
POST /v1/tasks
POST /v1/tasks/batch
POST /v1/tasks/{task_id}/start
POST /v1/tasks/{task_id}/complete
POST /v1/tasks/{task_id}/cancel
POST /v1/tasks/{task_id}/rate
POST /v1/streams
POST /v1/streams/{stream_id}/pause
POST /v1/streams/{stream_id}/resume
POST /v1/streams/{stream_id}/cancel
POST /v1/streams/{stream_id}/top-up
POST /v1/transactions/{transaction_id}/retry
POST /v1/reports
GET /v1/reports
GET /v1/reports/{report_id}
GET /v1/analytics/daily
GET /v1/audit-logs
GET /v1/audit-logs/verify
GET /v1/ledger/accounts
GET /v1/ledger/accounts/{account_id}
GET /v1/ledger/accounts/{account_id}/transfers
GET /v1/webhook-endpoints
POST /v1/webhook-endpoints
GET /v1/webhook-endpoints/{endpoint_id}
PATCH /v1/webhook-endpoints/{endpoint_id}
DELETE /v1/webhook-endpoints/{endpoint_id}
POST /v1/webhook-endpoints/{endpoint_id}/rotate-secret
POST /v1/webhook-endpoints/{endpoint_id}/test
POST /v1/webhook-endpoints/{endpoint_id}/recover
GET /v1/webhook-endpoints/{endpoint_id}/deliveries
POST /v1/webhook-deliveries/{delivery_id}/redeliver
GET /v1/events
POST /v1/webhooks/task-completed
POST /v1/webhooks/task-completed/rotate-secret
"""
FOR_BOTH = """
GET /v1/auth/me
GET /v1/workers/{worker_id}
GET /v1/workers/{worker_id}/balance
GET /v1/workers/{worker_id}/earnings
GET /v1/workers/{worker_id}/tasks
GET /v1/workers/{worker_id}/streams
GET /v1/workers/{worker_id}/transactions
GET /v1/workers/{worker_id}/reputation
GET /v1/workers/{worker_id}/reputation/events
GET /v1/tasks
GET /v1/tasks/{task_id}
POST /v1/tasks/{task_id}/dispute
GET /v1/streams
GET /v1/streams/{stream_id}
GET /v1/streams/{stream_id}/accrual
GET /v1/streams/{stream_id}/releases
POST /v1/streams/{stream_id}/release
GET /v1/transactions
GET /v1/transactions/{transaction_id}
"""
ACCESS = {
    name: allowed
    for names, allowed in [
        (PUBLIC, set[str]()), (FOR_CIRCLE, {"circle"}), (FOR_WORKERS, {"worker"}), (FOR_PLATFORMS, {"platform"}),
        (FOR_BOTH, {"platform", "worker"}),
    ]
    for name in names.strip().splitlines()
}  # fmt: skip


@row(16, "every route x nobody, worker and platform A and B, revoked, ended or powerless", full=2500, short=200)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    outcome = Outcome(violations=[f"{name} is not written down here" for name in RULES.keys() ^ ACCESS.keys()])
    with called(arena) as api, worlds(arena, api, 2) as (own, other):
        powerless, nobodies = _key(arena, own, []), [{}, _revoked(arena, own), _ended(own)]
        while outcome.cases < cases:
            for name in chance.sample(sorted(RULES), len(RULES)):
                act, before = ready(own, arena.books, name), own.rows()
                if ACCESS[name] == {"circle"}:
                    tries = list(_unsigned(act, nobodies, own, other))
                else:
                    tries = [] if act.rule.public else list(_intruders(act, nobodies, powerless, own, other))
                if own.rows() != before:
                    tries.append("something was written")
                done = act.send(api).status < 300
                if not done:
                    tries.append("nobody can do that")
                outcome.cases += len(tries)
                outcome.accepted += done
                outcome.violations += [f"{name}: {wrong}" for wrong in tries if wrong]
    return outcome


def _intruders(
    act: Act, nobodies: list[Credentials], powerless: Credentials, own: World, other: World
) -> Iterator[str | None]:
    """The request sent by each who may not have what it asks for: what was wrong with the answer, if anything."""

    # "me" is whoever asks: an intruder says whom he means.
    act = replace(act, path=act.path.replace("/workers/me/", f"/workers/{own.worker.id}/"))

    def sent(credentials: Credentials, path: str = act.path, body: Any = act.body) -> Answer:
        return replace(act, path=path, body=body, credentials=credentials, key=str(uuid4())).send(own.api)

    for credentials in nobodies:
        # Whose token is genuine may be told that he would not get in anyway, before anybody looks at his session.
        yield _unless(sent(credentials), 401, *([403, 404] if "token" in credentials else []))
    if act.rule.scope not in {None, ANY_SCOPE}:
        yield _unless(sent(powerless), 403)
    for kind in ("platform", "worker"):
        insider, stranger = getattr(own, kind).credentials, getattr(other, kind).credentials
        path, body = _elsewhere(act.path), json.loads(_elsewhere(json.dumps(act.body)))
        if kind not in ACCESS[act.rule.name]:
            yield _unless(sent(insider), 403)
            yield _unless(sent(stranger), 403)
        elif (path, body) != (act.path, act.body):
            answer = sent(stranger)
            yield None if _all_failed(answer) else _unless(answer, 404)
            if _told(answer) != _told(sent(stranger, path, body)):
                yield f"foreign and unknown differ: {answer.body!r}"
        elif not act.rule.writes:
            answer = sent(stranger)
            known = [name for name, value in own.ids.items() if value in answer.body.decode()]
            yield f"a stranger learns {known}" if known else _unless(answer, 200)


def _unsigned(act: Act, nobodies: list[Credentials], *worlds: World) -> Iterator[str | None]:
    """Circle's request, sent by those who have credentials of another kind and not its signature."""
    known = [one.credentials for world in worlds for one in (world.platform, world.worker)]
    for credentials in [*filter(None, nobodies), *known]:
        yield _unless(replace(act, credentials=credentials).send(worlds[0].api), 401)


def _elsewhere(text: str) -> str:
    """With ids that nothing has."""
    return ID.sub(lambda _: str(uuid4()), text)


def _unless(answer: Answer, *statuses: int) -> str | None:
    return None if answer.status in statuses else f"{answer.status} and not {statuses}: {answer.body!r}"


def _all_failed(answer: Answer) -> bool:
    """Whether a batch was answered, of which nothing was done because none of it is the caller's."""
    items = answer.json.get("data", []) if answer.status == 200 else []
    return bool(items) and all(item["error"] and item["error"]["code"] == "not_a_member" for item in items)


def _told(answer: Answer) -> str:
    """All but the ids."""
    return ID.sub("", answer.body.decode())


def _key(arena: Arena, world: World, scopes: list[str]) -> Credentials:
    key = ApiKey.new()
    values = [world.platform.id, key.prefix, key.hash, scopes]
    arena.books.plant(
        "INSERT INTO ops.api_keys (platform_id, prefix, key_hash, scopes) VALUES (%s, %s, %s, %s)", *values
    )
    assert world.api.get("/v1/auth/me", key=key.text).status == 200
    return {"key": key.text}


def _revoked(arena: Arena, world: World) -> Credentials:
    """A key that was good until now."""
    key = _key(arena, world, list(SCOPES))
    arena.books.plant("UPDATE ops.api_keys SET revoked_at = now() WHERE key_hash = %s", ApiKey(key["key"]).hash)
    return key


def _ended(world: World) -> Credentials:
    """The access token of a session that was good until now."""
    login = PASSWORD | {"email": world.worker.get().json["email"]}
    token: str = world.api.post("/v1/auth/login", login).json["access_token"]
    assert world.api.post("/v1/auth/logout", token=token).status == 204
    return {"token": token}
