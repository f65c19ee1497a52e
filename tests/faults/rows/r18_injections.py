"""Strings that are programs in some language, in every place of a request that takes one.

Red when SQL is put together from a value (f-string, %, +, EXECUTE): the first look at the code finds that without a
request.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.examples import BODIES
from tests.faults.board import Arena, Outcome, row
from tests.faults.injections import INJECTIONS
from tests.faults.literals import composed
from tests.faults.serving import called
from tests.faults.worlds import worlds
from tests.ready import KEYED
from tests.world import RULES, TABLES, World

from devstack.gateway import Answer
from gigstream.queries.base import Slice
from gigstream.wire import query_name

SECONDS = 2.5  # what is injected sleeps twice as long


@dataclass(frozen=True)
class Place:
    """Where in the requests of a route a string goes."""

    route: str
    part: str
    name: str

    def send(self, world: World, text: str) -> Answer:
        rule, body = RULES[self.route], world.body(self.route)
        given: dict[str, Any] = {}
        if self.part == "path":
            given = {self.name: quote(text, safe="")}
        elif self.part == "query":
            given = {"query": f"?{self.name}={quote(text, safe='')}"}
        elif self.part == "header":
            given = {"headers": {self.name: text}}
        elif self.part == "item":
            (items,) = body.values()
            items[0][self.name] = text
        else:
            body[self.name] = {text: [text]} if body[self.name] == {} else text
        return world.send(rule, body, **given)


def places() -> Iterator[Place]:
    for name, rule in RULES.items():
        required, optional = BODIES.get(name, ({}, {}))
        yield from (Place(name, "body", field) for field in required | optional)
        lists = [value for value in required.values() if isinstance(value, list) and isinstance(value[0], dict)]
        yield from (Place(name, "item", field) for items in lists for field in items[0])
        for parameter, one in rule.parameters.items():
            if one.annotation is Slice:
                yield from (Place(name, "query", part) for part in ("cursor", "limit"))
            else:
                in_path = f"{{{parameter}}}" in rule.path
                yield Place(name, "path" if in_path else "query", query_name(parameter, one.annotation))
        if name in KEYED:
            yield Place(name, "header", "Idempotency-Key")
        if rule.writes and not rule.public and rule.method != "DELETE" and "logout" not in rule.path:
            yield Place(name, "header", "User-Agent")


@row(18, "50 injection strings in every string parameter and field", full=17_546, short=400)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    outcome = Outcome(violations=[f"SQL is put together in {place}" for place in composed()])
    tries = [(place, text) for place in places() for text in INJECTIONS]
    with called(arena) as api, worlds(arena, api, 1) as (world,):
        counts = world.rows()[0]
        for place, text in chance.sample(tries, min(cases, len(tries))):
            before, began = counts, time.monotonic()
            answer = place.send(world, text)
            seconds, counts = time.monotonic() - began, world.rows()[0]
            done = answer.status < 300
            written = {table for table, now, then in zip(TABLES, counts, before, strict=True) if now != then}
            if place.route == "POST /v1/auth/login" and answer.status == 401:
                written -= {"audit_logs"}  # the fifth wrong password locks the address, and that is noted
            wrong = {
                f"answered {answer.status}": answer.status >= 500,
                f"took {seconds:.1f} s": seconds > SECONDS,
                "was refused and wrote": not done and bool(written),
                "took rows away": any(now < then for then, now in zip(before, counts, strict=True)),
                "was stored as something else": done and not _kept(place, text, answer),
            }
            outcome.cases += 1
            outcome.accepted += done
            outcome.violations += [f"{place} with {text!r} {what}" for what, so in wrong.items() if so]
    return outcome


def _kept(place: Place, text: str, answer: Answer) -> bool:
    """The answer repeats the field as it was sent, if it repeats it."""
    if place.part != "body" or place.name not in answer.json:
        return True
    return bool(answer.json[place.name] in (text, {text: [text]}))
