"""Receivers that are down for two hours, slow, wrong or nobody, and senders that are killed.

Every event arrives in the end, under one id, and nobody waits for another.

Red when an attempt gets an id of its own, when an outcome is stored before it is known, and when a failure is the end.
"""

import os
import random
import signal
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError
from tests.faults.board import Arena, Outcome, row
from tests.faults.serving import called
from tests.people import Caller, new_platform, new_task, new_worker
from tests.receiver import Receiver, receiving

from devstack import scheduler
from devstack.server import forking
from gigstream import db
from gigstream.queries import webhooks

NEVER = ["/drip", "/garbage", "/redirect", "/busy"]  # until they are mended
SOMETIMES = ["/down", "/flaky"]
ALWAYS = ["/quick", "/huge"]


@row(13, "receivers that are down, slow, wrong or gone, and senders that are killed", full=150, short=12)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    outcome = Outcome()
    with (
        tempfile.TemporaryDirectory(prefix="gigstream-") as folder,
        receiving(Path(folder)) as (receiver, stranger, variables),
        called(arena, **variables | {"WEBHOOK_TOTAL_SECONDS": "1"}) as api,
    ):
        platform = new_platform(api)
        worker = new_worker(api, platform)
        urls = [receiver.url(path) for path in NEVER + SOMETIMES + ALWAYS] + [stranger.url("/stranger")]
        endpoints = {url: platform.made("/v1/webhook-endpoints", {"url": url}) for url in urls}
        quick = receiver.url("/quick")
        receiver.statuses["/down"] = 503
        while outcome.cases < cases:
            for _ in range(min(25, cases - outcome.cases)):
                new_task(platform, worker)
                outcome.cases += 1
            for minutes in (0, 1, 10, 40, 70):  # two hours, in all
                receiver.statuses["/flaky"] = chance.choice([200, 500, 429, 503, 404])
                _pass(arena, minutes * 60)
                if chance.random() < 0.5:
                    _killed(chance.randint(1, 3))
                    _pass(arena, 61)
                _tick()
                outcome.violations += _waiting(platform, endpoints[quick]["endpoint"]["id"])
        receiver.statuses.clear()
        for url, made in endpoints.items():
            if url.endswith((*NEVER, "/stranger")):
                path = f"/v1/webhook-endpoints/{made['endpoint']['id']}"
                platform.send("PATCH", path, {"url": receiver.url("/mended-" + url.rpartition("/")[2])})
        for _ in range(3):
            _pass(arena, 2 * 86_400)
            _tick()
        outcome.violations += _told(platform, receiver, endpoints)
        outcome.accepted = len(receiver.received)
    return outcome


def _tick() -> None:
    scheduler.call("DeliverWebhooks", datetime.now(UTC))


def _pass(arena: Arena, seconds: int) -> None:
    arena.books.plant(
        "UPDATE ops.webhook_deliveries SET next_attempt_at = next_attempt_at - n, leased_until = leased_until - n"
        " FROM (SELECT %s * interval '1 second' AS n) AS t",
        seconds,
    )


def _killed(stores: int) -> None:
    """A sender that is killed when it would store the outcome of what it sent, for the nth time."""

    def work() -> None:
        left = [stores]
        store = webhooks.store

        def strike(attempts: Any) -> Any:
            left[0] -= 1
            if left[0] <= 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return store(attempts)

        with patch.object(webhooks, "store", strike):
            _tick()

    db.close()
    process = forking.Process(target=work, daemon=True)
    process.start()
    process.join()


def _waiting(platform: Caller, endpoint_id: str) -> Iterator[str]:
    """Who answers at once has got everything in each tick."""
    waiting = platform.get(f"/v1/webhook-endpoints/{endpoint_id}/deliveries?status=pending").json["data"]
    if waiting:
        yield f"{len(waiting)} of the quick one's waited for others"


def _told(platform: Caller, receiver: Receiver, endpoints: dict[str, Any]) -> Iterator[str]:
    """Every endpoint has got every event at least once, as the feed has it."""
    events, cursor, more = dict[str, Any](), "", True
    while more:
        part = platform.get(f"/v1/events?limit=100{cursor}").json
        events |= {event["id"]: event for event in part["data"]}
        cursor, more = f"&cursor={part['next_cursor']}", part["has_more"]
    for url, made in endpoints.items():
        name = url.rpartition("/")[2]
        found = dict[str, Any]()
        for one in receiver.received:
            if one.path in {f"/{name}", f"/mended-{name}"}:
                try:
                    found[one.headers["webhook-id"]] = Webhook(made["secret"]).verify(one.body, one.headers)
                except WebhookVerificationError as error:
                    yield f"{name}: {error}"
        if found != events:
            yield f"{name} was told of {len(found)} events, of which {len(found.keys() - events.keys())} never were"
        left = platform.get(f"/v1/webhook-endpoints/{made['endpoint']['id']}/deliveries?limit=100").json["data"]
        if lost := [one for one in left if one["status"] != "succeeded"]:
            yield f"{name} waits for {len(lost)}: {lost[0]}"
