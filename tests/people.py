"""Platforms and workers for tests: they sign up through the API and then speak for themselves."""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

import psycopg
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount
from standardwebhooks import Webhook
from tests.conftest import Api

from devstack.gateway import Answer

Connect = Callable[[str], psycopg.Connection]

REPORTS = "/v1/webhooks/task-completed"

numbers = count(1)
# py_ecc, which comes with eth_account, lets Python recurse so deep that nested JSON would end the process.
sys.setrecursionlimit(1000)


class Wallet:
    """Somebody's wallet, with a key of its own unless an account is named."""

    def __init__(self, account: LocalAccount | None = None) -> None:
        self._account = account or Account.create()
        self.address = str(self._account.address)

    def sign(self, message: str) -> str:
        """As personal_sign does: 65 bytes, in hexadecimal digits."""
        return "0x" + bytes(self._account.sign_message(encode_defunct(text=message)).signature).hex()

    def asked(self, api: Api, purpose: str = "set_wallet") -> Any:
        """What it is to sign."""
        answer = api.post("/v1/auth/wallet/nonce", {"address": self.address, "purpose": purpose})
        assert answer.status == 201, answer.json
        return answer.json

    def proof(self, api: Api, purpose: str = "set_wallet") -> dict[str, str]:
        """A message that it was asked to sign, and its signature."""
        message = self.asked(api, purpose)["message"]
        return {"message": message, "signature": self.sign(message)}


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


class Reporter:
    """A platform's system, which signs with the official library: its message id is our Idempotency-Key."""

    def __init__(self, platform: Caller) -> None:
        self.platform = platform
        self.secret = platform.made(f"{REPORTS}/rotate-secret")

    def report(self, body: Any, *, once: str = "message-1", age: float = 0, **changed: str) -> Answer:
        raw = body if isinstance(body, str) else json.dumps(body)
        # The library takes a naive time for UTC, and sets UTC on one that is not.
        at = datetime.fromtimestamp(time.time() - age, UTC)
        headers = {
            "Idempotency-Key": once,
            "webhook-secret-id": self.secret["id"],
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(self.secret["secret"]).sign(once, at, raw),
        }
        named = {name.replace("_", "-"): value for name, value in changed.items()}
        return self.platform.send("POST", REPORTS, raw, headers=headers | named)


def new_platform(api: Api, funds: str | None = "10000", wallet: Wallet | None = None) -> Caller:
    """A platform with all scopes; `funds` in USDC, credited with what the wallet deposits if it has one."""
    body = {"name": "QuickTask", "contact_email": f"platform{next(numbers)}@example.com"}
    proof = {"wallet": wallet.proof(api, "set_platform_wallet")} if wallet else {}
    new = api.post("/v1/platforms/register", body | proof).json
    platform = Caller(api, f"/v1/platforms/{new['platform']['id']}", key=new["api_key"])
    if funds is not None:
        platform.made("/deposits", {"amount": funds})
    return platform


def new_worker(api: Api, *platforms: Caller, wallet: Wallet | None = None) -> Caller:
    """A worker who is a member of the platforms, paid to the wallet if he has one."""
    email = f"worker{next(numbers)}@example.com"
    credentials = {"email": email, "password": "correct horse"}
    proof = {"wallet": wallet.proof(api)} if wallet else {}
    tokens = api.post("/v1/auth/register", {"name": "Alice", **credentials, **proof}).json
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


def new_quote(platform: Caller, worker: Caller, amount: str = "1") -> str:
    """The id of a quote of an advance on what a stream has accrued in ten of its sixty minutes: twice the amount."""
    start = datetime.now(UTC) - timedelta(minutes=10)
    new_stream(platform, worker, str(12 * Decimal(amount)), start_time=start.isoformat())
    return str(worker.made("/v1/loans/quote", {"platform_id": platform.id, "amount": amount})["id"])


def new_loan(platform: Caller, worker: Caller, amount: str = "1") -> str:
    """The id of an advance, paid out of a pool that holds enough."""
    return str(worker.made("/v1/loans", {"quote_id": new_quote(platform, worker, amount)})["id"])


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


def new_failed_payout(
    connect: Callable[[str], psycopg.Connection], platform: Caller, worker: Caller, amount: str = "1"
) -> str:
    """The id of a payout that has failed."""
    payout_id = new_payout(connect, platform, worker, amount)
    connect("jobs").execute("SELECT fail_payment(%s, 'refused')", [payout_id])
    return payout_id


def new_event(platform: Caller, worker: Caller) -> str:
    """The id of an event that took ten points of the worker's reputation: a bad rating."""
    task_id = new_task(platform, worker, "1")
    platform.made(f"/v1/tasks/{task_id}/start")
    platform.made(f"/v1/tasks/{task_id}/complete", {"rating": 1})
    events = worker.get("/reputation/events").json["data"]
    (event,) = [one for one in events if one["task_id"] == task_id and one["delta"] < 0]
    return str(event["id"])
