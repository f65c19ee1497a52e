"""A client as api.md wants it: it asks again, with the same Idempotency-Key, for as long as it is told to."""

import time
from typing import Any
from uuid import uuid4

from tests.faults.board import Outcome
from tests.people import Caller

from devstack.gateway import Answer

TRIES = 300


def insist(
    caller: Caller, outcome: Outcome, method: str, path: str, body: Any = None, *, pause: float = 0
) -> list[Answer]:
    """All answers to one request, the final one last; `pause` is in seconds.

    An answer that is neither 2xx nor Retry-After with 503, or 409 for a lock, is a violation; so is no end of those.
    """
    key = str(uuid4())
    answers: list[Answer] = []
    while len(answers) < TRIES:
        answer = caller.send(method, path, body, headers={"Idempotency-Key": key})
        answers.append(answer)
        if answer.status in (200, 201):
            return answers
        if answer.header("Retry-After") is None or answer.json["code"] not in ("unavailable", "request_in_progress"):
            break
        time.sleep(pause)
    outcome.violations.append(f"{method} {path}: at last {answers[-1].status} {answers[-1].body.decode()}")
    return answers
