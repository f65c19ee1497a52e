"""URLs and names that lead inside, at registration and at sending, and names that change their mind in between.

Red when one address of several is not looked at, when a name is resolved again for the connection, when a notation or a
network is forgotten, and when what was registered is trusted later.
"""

import asyncio
import random
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any
from unittest.mock import patch

from tests.faults.addresses import ADDRESSES, PUBLIC, URLS
from tests.faults.board import Arena, Outcome, row
from tests.faults.serving import called
from tests.people import Caller, new_platform
from tests.receiver import Receiver

from devstack import scheduler
from gigstream import targets

ENDPOINTS = "/v1/webhook-endpoints"
NOT_PUBLIC = "the host has an address that is not public"
HOST = "hooks.example.com"


class Names:
    """The names of the world: HOST has the `answers`, one after the other, the last one for ever."""

    def __init__(self) -> None:
        self.answers: list[list[str]] = [[PUBLIC[0]]]
        self.asked = 0

    def resolve(self, host: Any, port: Any, *_: Any, **__: Any) -> list[Any]:
        if host != HOST.encode():
            return real(host, port, type=socket.SOCK_STREAM)
        self.asked += 1
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [found for address in addresses for found in _numeric(address, int(port))]


real = socket.getaddrinfo
open_connection = asyncio.open_connection


def _numeric(address: str, port: int) -> list[Any]:
    kind = socket.AF_INET6 if ":" in address else socket.AF_INET
    return [(kind, socket.SOCK_STREAM, 6, "", (address, port))]


@contextmanager
def _canaries() -> Iterator[tuple[Names, list[str], Receiver]]:
    """A stand-in for port 443 that counts who comes, names of our own, and the addresses that were connected to.

    Nobody outside is bothered: a public address refuses.
    """
    canary, names, met = Receiver(None), Names(), list[str]()

    async def connect(host: str, *args: Any, **options: Any) -> Any:
        met.append(host)
        if host in PUBLIC:
            raise ConnectionRefusedError
        return await open_connection(host, *args, **options)

    with ExitStack() as patches:
        patches.callback(canary.close)
        patches.enter_context(patch.object(targets, "PORT", canary.port))
        patches.enter_context(patch.object(socket, "getaddrinfo", names.resolve))
        patches.enter_context(patch.object(asyncio, "open_connection", connect))
        yield names, met, canary


@row(14, "URLs and names that lead inside, at registration and at sending, rebinding included", full=1000, short=230)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    outcome = Outcome()
    seconds = {"WEBHOOK_CONNECT_SECONDS": "1", "WEBHOOK_TOTAL_SECONDS": "2", "WEBHOOK_ALLOWED_TARGETS": ""}
    with called(arena, **seconds) as api, _canaries() as (names, met, canary):
        platform = new_platform(api)
        made = platform.made(ENDPOINTS, {"url": f"https://{HOST}/"})
        endpoint = f"{ENDPOINTS}/{made['endpoint']['id']}"
        urls = [url.replace("{port}", str(canary.port + 1)) for url in URLS]
        while outcome.cases < cases:
            for url in chance.sample(urls, len(urls)):
                outcome.violations += _at_registration(platform, endpoint, url)
                outcome.violations += _at_sending(arena, platform, endpoint, url, None)
                outcome.cases += 2
            for address in chance.sample(ADDRESSES, len(ADDRESSES)):
                beside = chance.sample(PUBLIC, chance.randint(0, 3))
                names.answers = [chance.sample([address, *beside], len(beside) + 1)]
                outcome.violations += _at_registration(platform, endpoint, f"https://{HOST}/{address}")
                outcome.violations += _at_sending(arena, platform, endpoint, f"https://{HOST}/", NOT_PUBLIC)
                # Public when it is looked at, and another when it is connected to.
                names.answers, names.asked = [[PUBLIC[0]], [address]], 0
                outcome.violations += _at_sending(arena, platform, endpoint, f"https://{HOST}/", "the connection")
                if names.asked != 1:
                    outcome.violations.append(f"{HOST} was resolved {names.asked} times")
                outcome.cases += 3
            names.answers = [[PUBLIC[0]]]
            outcome.accepted += platform.send("PATCH", endpoint, {"url": f"https://{HOST}/new"}).status == 200
        outcome.violations += [f"{address} was connected to" for address in sorted({*met} - {*PUBLIC})]
        if canary.connections:
            outcome.violations.append(f"a canary saw {canary.connections} connections")
        outcome.violations += [f"{address} is not public" for address in PUBLIC if not ip_address(address).is_global]
    return outcome


def _at_registration(platform: Caller, endpoint: str, url: str) -> Iterator[str]:
    for answer in (platform.post(ENDPOINTS, {"url": url}), platform.send("PATCH", endpoint, {"url": url})):
        if answer.status != 422 or answer.json["errors"][0]["field"] != "url":
            yield f"{url!r} was registered: {answer.body!r}"


def _at_sending(arena: Arena, platform: Caller, endpoint: str, url: str, error: str | None) -> Iterator[str]:
    """What was written past registration is refused when it is to be used."""
    arena.books.plant("UPDATE ops.webhook_endpoints SET url = %s", url)
    delivery = platform.made(f"{endpoint}/test")["id"]
    scheduler.call("DeliverWebhooks", datetime.now(UTC))
    sent = next(one for one in platform.get(f"{endpoint}/deliveries?limit=1").json["data"] if one["id"] == delivery)
    if sent["attempts"] != 1 or not str(sent["error"]).startswith(error or "the URL must"):
        yield f"{url!r} was sent to: {sent}"
    arena.books.plant("DELETE FROM ops.webhook_deliveries")
