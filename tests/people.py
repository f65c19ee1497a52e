"""Platforms and workers for tests: they sign up through the API and then speak for themselves."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

import psycopg
from tests.conftest import Api

from devstack.gateway import Answer

Connect = Callable[[str], psycopg.Connection]

numbers = count(1)


class Caller:
    """Requests with one caller's credentials; a POST brings a new Idempotency-Key unless `once` names one."""

    def __init__(self, api: Api, path: str, **credentials: Any) -> None:
        self.api = api
        self.path = path
        self.id = path.rpartition("/")[2]
        self.credentials = credentials

    def get(self, path: str = "") -> Answer:
        return self.send("GET", path)

    def patch(self, body: Any, path: str = "") -> Answer:
        return self.send("PATCH", path, body)

    def post(self, path: str, body: Any = None, *, once: str | None = None) -> Answer:
        return self.send("POST", path, body, headers={"Idempotency-Key": once or str(uuid4())})

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        """`path` begins with /v1, or goes on from the caller's own."""
        target = path if path.startswith("/v1") else self.path + path
        return self.api.send(method, target, body, **self.credentials, **options)

    def made(self, path: str, body: Any = None) -> Any:
        """What a POST that has to succeed answers."""
        answer = self.post(path, body)
        assert answer.status in (200, 201, 202), answer.json
        return answer.json


def new_platform(api: Api, funds: str | None = "10000") -> Caller:
    """A platform with all scopes; `funds` in USDC."""
    body = {"name": "QuickTask", "contact_email": f"platform{next(numbers)}@example.com"}
    new = api.post("/v1/platforms/register", body).json
    platform = Caller(api, f"/v1/platforms/{new['platform']['id']}", key=new["api_key"])
    if funds is not None:
        platform.made("/deposits", {"amount": funds})
    return platform


def new_worker(api: Api, *platforms: Caller) -> Caller:
    """A worker who is a member of the platforms."""
    email = f"worker{next(numbers)}@example.com"
    credentials = {"email": email, "password": "correct horse"}
    tokens = api.post("/v1/auth/register", {"name": "Alice", **credentials}).json
    for platform in platforms:
        invite = platform.made("/v1/workers", {"email": email})
        tokens = api.post("/v1/auth/login", {**credentials, "invite_token": invite["invite_token"]}).json
    return Caller(api, f"/v1/workers/{tokens['worker_id']}", token=tokens["access_token"])


def new_task(platform: Caller, worker: Caller, amount: str = "10", task_type: str = "fixed", **fields: Any) -> str:
    """The id of a pending task."""
    body = {"worker_id": worker.id, "task_type": task_type, "amount": amount, "title": "Deliver a parcel", **fields}
    return str(platform.made("/v1/tasks", body)["id"])


def new_stream(platform: Caller, worker: Caller, amount: str = "3600", **fields: Any) -> str:
    """The id of an active stream, an hour long unless told otherwise."""
    task_id = new_task(platform, worker, amount, "streaming")
    times = {} if "end_time" in fields else {"duration_seconds": 3600}
    return str(platform.made("/v1/streams", {"task_id": task_id, **times, **fields})["id"])


def new_report(platform: Caller, kind: str = "ledger", **fields: Any) -> str:
    """The id of a report of today, waiting to be made."""
    today = datetime.now(UTC).date().isoformat()
    return str(platform.made("/v1/reports", {"kind": kind, "from_date": today, "to_date": today, **fields})["id"])


def new_payout(
    connect: Callable[[str], psycopg.Connection], platform: Caller, worker: Caller, amount: str = "1"
) -> str:
    """The id of a pending payout of what a task has just paid."""
    task_id = new_task(platform, worker, amount)
    platform.made(f"/v1/tasks/{task_id}/start")
    platform.made(f"/v1/tasks/{task_id}/complete", {})
    begun = connect("jobs").execute(
        "SELECT id::text FROM process_payment(%s, %s, %s, %s)", [worker.id, platform.id, amount, task_id]
    )
    (payout_id,) = begun.fetchone() or ()
    return str(payout_id)
