"""Tokens that somebody else made, or that are no longer good, on every route that takes one.

Red when a claim is not required or not compared, and when the algorithm is the token's to choose.
"""

import random
import re
from dataclasses import replace

import jwt
from tests.faults.board import Arena, Outcome, row
from tests.faults.serving import called
from tests.faults.worlds import worlds
from tests.functions.test_auth_tokens import forgeries
from tests.ready import ready
from tests.world import RULES

TAKING = [name for name, rule in RULES.items() if rule.worker]


@row(15, "forged, expired, alg-none, wrong-audience and missing-claim tokens", full=5000, short=600)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    outcome = Outcome()
    with called(arena) as api, worlds(arena, api, 1) as (world,):
        good = world.worker.credentials["token"]
        while outcome.cases < cases:
            acts = [ready(world, arena.books, name) for name in chance.sample(TAKING, len(TAKING))]
            before = world.rows()
            # Made anew each time: there are times and random ids among the claims.
            for wrong, token in forgeries(jwt.decode(good, options={"verify_signature": False})).items():
                for act in acts:
                    # `me` is whoever the token says, so it is the token that is refused and not the path.
                    path = re.sub("/workers/[^/]+", "/workers/me", act.path)
                    answer = replace(act, path=path, credentials={"token": token}).send(api)
                    outcome.cases += 1
                    if (answer.status, answer.header("WWW-Authenticate")) != (401, "Bearer"):
                        outcome.violations.append(f"{act.rule.name} with {wrong}: {answer.body!r}")
            if world.rows() != before:
                outcome.violations.append("something was written")
            # With the tokens that those were made of they would have been accepted.
            outcome.accepted += sum(act.send(api).status < 300 for act in acts)
    return outcome
