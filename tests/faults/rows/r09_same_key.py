"""Many clients send one request with one Idempotency-Key: it happens once, and all get its answer.

Red when a claim looks before it leaps (SELECT, then INSERT), when keys are shared by tenants, and when a key forgets
which request it came with.
"""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from unittest.mock import patch

from tests.faults.board import Arena, Outcome, row
from tests.faults.serving import served
from tests.faults.worlds import worlds
from tests.ready import KEYED, ready

from devstack import server
from devstack.gateway import Answer
from gigstream.web import Rule

RIVALS = 32


@row(9, "32 submits with one key at once, on every keyed route", full=220, short=11)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    outcome = Outcome()
    names = chance.sample(list(KEYED), len(KEYED))
    with (
        patch.object(server, "WORKERS", RIVALS),  # a process for each rival, or they would stand in line
        served(arena) as api,
        ThreadPoolExecutor(RIVALS + 1) as clients,
        worlds(arena, api, 2) as (world, neighbour),
    ):
        for case in range(max(cases, len(names))):
            name = names[case % len(names)]
            act, alone, next_door = (ready(whose, arena.books, name) for whose in (world, world, neighbour))
            if not act.rule.public:  # who is not signed in shares his keys with his address
                next_door = replace(next_door, key=act.key)
            counts = [world.rows()]
            alone.send(api)
            counts.append(world.rows())

            *answers, apart = clients.map(lambda sent: sent.send(api), [*[act] * RIVALS, next_door])
            counts.append(world.rows())
            reused = replace(alone, key=act.key, credentials=act.credentials).send(api)
            counts.append(world.rows())

            found = list(_wrong(act.rule, answers))
            effect, of_two, of_reuse = (_difference(*two) for two in pairwise(counts))
            if of_two != [2 * number for number in effect]:
                found.append(f"{RIVALS} rivals and a neighbour left {of_two}, where one alone left {effect}")
            if apart.status >= 300:
                found.append(f"the neighbour was answered {apart.body!r}")
            # A route without a body, and with nothing of its own in its path, knows one request only.
            other = (alone.path, alone.body) != (act.path, act.body)
            refused = reused.status == 422 and reused.json["code"] == "idempotency_key_reused"
            if refused != other or any(of_reuse):
                found.append(f"the key with another request was answered {reused.body!r}")
            outcome.cases += 1
            outcome.accepted += any(answer.status < 300 for answer in answers)
            outcome.violations += [f"{name}: {violation}" for violation in found]
    return outcome


def _wrong(rule: Rule, answers: list[Answer]) -> Iterator[str]:
    done = [answer.body for answer in answers if answer.status < 300]
    if len(set(done)) != 1:
        yield f"{len(set(done))} different answers"
    if rule.secret and len(done) != 1:
        yield f"a secret was told {len(done)} times"
    for answer in answers:
        told = rule.secret and answer.status == 409 and answer.json["code"] == "already_created"
        busy = answer.status == 409 and answer.header("Retry-After")
        if answer.status >= 300 and not told and not busy:
            yield f"a rival was answered {answer.body!r}"


def _difference(before: list[tuple[int, ...]], after: list[tuple[int, ...]]) -> list[int]:
    return [now - then for then, now in zip(before[0], after[0], strict=True)]
