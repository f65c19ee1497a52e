"""R3: the connection breaks at COMMIT, and the client asks again with the same Idempotency-Key.

Guards: the key is taken and the answer stored in the transaction of what they report. A key taken before it or stored
after it makes the work happen not at all or twice.
"""

import random
from collections import Counter
from contextlib import suppress
from typing import Any

from tests.faults.board import Arena, Outcome, row
from tests.faults.clients import insist
from tests.faults.cutting import Cut, cutting
from tests.faults.serving import called
from tests.people import Caller, new_platform, new_worker


class BrokenOff(Exception):
    """A request came to no good end; what builds on it cannot be tried."""


class Client:
    """Asks until it is told something final, and looks whether the database says the same."""

    def __init__(self, platform: Caller, outcome: Outcome) -> None:
        self.platform, self.outcome = platform, outcome
        self.done: Counter[str] = Counter()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = insist(self.platform, self.outcome, method, path, body)[-1]
        if answer.status not in (200, 201):
            raise BrokenOff
        return answer.json

    def do(self, action: str, path: str, body: Any = None, *, seen_at: str | None = None) -> Any:
        """`action` is what the audit row says; `seen_at` is where the answer is found again, its id by default."""
        told = self.ask("POST", path, body)
        self.done[action] += 1
        self.outcome.accepted += 1
        seen = self.ask("GET", seen_at or f"/v1/{action.partition('.')[0]}s/{told['id']}")
        differing = {name for name in told.keys() & seen.keys() if told[name] != seen[name]}
        if differing:
            self.outcome.violations.append(f"{action}: answer and database differ in {sorted(differing)}")
        return told

    def work(self, worker: Caller, chance: random.Random) -> None:
        """A deposit, a task done and a shift broken off."""
        amount = f"0.{chance.randint(1, 999_999):06}"
        self.do("platform.deposited", "/deposits", {"amount": amount}, seen_at=f"{self.platform.path}/balance")
        form = {"worker_id": worker.id, "amount": amount, "title": "Deliver a parcel"}
        task = self.do("task.created", "/v1/tasks", {**form, "task_type": "fixed"})
        self.do("task.started", f"/v1/tasks/{task['id']}/start")
        self.do("task.completed", f"/v1/tasks/{task['id']}/complete", {"rating": 5})
        shift = self.do("task.created", "/v1/tasks", {**form, "task_type": "streaming"})
        stream = self.do("stream.started", "/v1/streams", {"task_id": shift["id"], "duration_seconds": 3600})
        for verb, action in [("pause", "paused"), ("resume", "resumed"), ("cancel", "cancelled")]:
            self.do(f"stream.{action}", f"/v1/streams/{stream['id']}/{verb}")


@row(3, "connection cut before COMMIT, as it is sent, or its answer lost", full=400, short=30)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    outcome, fate = Outcome(), random.Random(chance.random())
    calm = True

    def plan() -> Cut:
        (cut,) = [Cut.NONE] if calm else fate.choices([*Cut], [6, 1, 1, 1])
        outcome.cases += cut is not Cut.NONE
        return cut

    with cutting(arena.pooler.port, plan) as port:
        wire = f"postgresql://api@127.0.0.1:{port}/api?sslmode=disable&gssencmode=disable"
        with called(arena, DATABASE_URL_API=wire) as api:
            platform = new_platform(api, "1000")
            worker = new_worker(api, platform)
            client = Client(platform, outcome)
            calm, client.done["platform.deposited"] = False, 1
            while outcome.cases < cases:
                with suppress(BrokenOff):
                    client.work(worker, chance)

    audited = arena.books.rows("SELECT action, count(*) AS n FROM audit_logs GROUP BY action", role="auditor")
    counts = {row["action"]: row["n"] for row in audited}
    outcome.violations += [
        f"{action}: told {n} times, done {counts.get(action, 0)} times"
        for action, n in client.done.items()
        if counts.get(action) != n
    ]
    return outcome
