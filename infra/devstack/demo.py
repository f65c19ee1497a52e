"""The main job as a story over HTTP: a platform pays a worker, for a task and by the second, down to her wallet."""

import json
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.error import HTTPError

import psycopg
from rich.console import Console

from devstack.chain import Chain

CallJob = Callable[[str, datetime], Any]

out = Console(highlight=False)
MINUTES = 10  # the stream began this long ago
PAUSE_SECONDS = 3


@dataclass
class Client:
    """One caller of the API: `credentials` are its headers."""

    url: str
    credentials: dict[str, str]

    def get(self, path: str) -> Any:
        return self._send("GET", path, None)

    def post(self, path: str, **body: Any) -> Any:
        return self._send("POST", path, body)

    def patch(self, path: str, **body: Any) -> Any:
        return self._send("PATCH", path, body)

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4()), **self.credentials}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)  # noqa: S310 our own server
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310
                return json.load(answer)
        except HTTPError as error:
            with error:
                raise SystemExit(f"{method} {path}: {error.code} {error.read().decode()}") from None


@dataclass(frozen=True)
class Money:
    """What the two of them have, USDC."""

    available: Decimal
    held: Decimal
    worker: Decimal


class Story:
    """The steps that were played, each with the money before and after it."""

    def __init__(self, url: str, call_job: CallJob) -> None:
        self.call_job = call_job
        self.anybody = Client(url, {})
        self.platform = self.anybody
        self.platform_id = ""
        self.worker_id: str | None = None
        self._steps = 0
        self._before = Money(Decimal(0), Decimal(0), Decimal(0))

    @contextmanager
    def step(self, title: str) -> Iterator[Callable[[str], None]]:
        """Play a step; the callable adds a line to what is printed of it."""
        notes: list[str] = []
        yield notes.append
        self._steps += 1
        after = self._money()
        out.print(f"\n[bold]{self._steps:2}  {title}[/bold]")
        for note in notes:
            out.print(f"    {note}")
        for name, was, now in (
            ("platform, available", self._before.available, after.available),
            ("platform, held", self._before.held, after.held),
            ("worker, available", self._before.worker, after.worker),
        ):
            change = f"[green]{now - was:+16,.6f}[/green]" if now != was else ""
            out.print(f"      [dim]{name:19}[/dim] {was:14,.6f} -> {now:14,.6f} {change}".rstrip())
        self._before = after

    def _money(self) -> Money:
        funds = self.platform.get(f"/v1/platforms/{self.platform_id}/balance")
        worker = self.platform.get(f"/v1/workers/{self.worker_id}/balance")["available"] if self.worker_id else "0"
        return Money(Decimal(funds["available"]), Decimal(funds["held"]), Decimal(worker))


def play(url: str, call_job: CallJob, jobs_url: str, chain: Chain) -> int:
    """Tell the story against the server at `url`; 0 when the books are right at its end.

    `call_job` calls a scheduled job for a time; `jobs_url` leads to the database as role jobs, for the recount; on
    `chain` payouts are settled.
    """
    began = datetime.now(UTC)
    out.print("[bold]GigStream[/bold]: a platform pays a worker in USDC, for a task and by the second")
    story = Story(url, call_job)
    nina = _meet(story)
    _pay_a_task(story)
    _pay_by_the_second(story)
    worker = _look_back(story, nina)
    _pay_out(story, worker, chain)

    with psycopg.connect(jobs_url) as conn:
        differences = conn.execute("SELECT figure, subject, stored, recounted FROM ops.check_invariants()").fetchall()
    for difference in differences:
        out.print(difference)
    seconds = (datetime.now(UTC) - began).total_seconds()
    out.print(f"\ninvariants: {len(differences)}   (every stored figure recounted; {seconds:.1f} s)")
    return 1 if differences else 0


def _meet(story: Story) -> dict[str, str]:
    """The platform and the worker come together; returns what she signs in with."""
    mark = uuid.uuid4().hex[:8]
    form = {"name": "Corner Kitchen", "contact_email": f"ops-{mark}@example.com"}
    registered = story.anybody.post("/v1/platforms/register", **form)
    story.platform = Client(story.anybody.url, {"X-API-Key": registered["api_key"]})
    story.platform_id = registered["platform"]["id"]
    with story.step("A platform registers and gets its API key") as say:
        say(f"Corner Kitchen, key {registered['api_key'][:12]}... (shown once, kept as a hash)")
    with story.step("It deposits 1,000 USDC"):
        story.platform.post(f"/v1/platforms/{story.platform_id}/deposits", amount="1000")

    nina = {"email": f"nina-{mark}@example.com", "password": "correct horse battery"}
    with story.step("It invites Nina, who registers as a worker") as say:
        invite = story.platform.post("/v1/workers", email=nina["email"], name="Nina")
        joined = story.anybody.post("/v1/auth/register", name="Nina", invite_token=invite["invite_token"], **nina)
        story.worker_id = joined["worker_id"]
        say(f"worker {story.worker_id}")
    return nina


def _pay_a_task(story: Story) -> None:
    form = {"worker_id": story.worker_id, "task_type": "fixed", "amount": "120.50", "title": "Cater for 40 guests"}
    with story.step("It gives her a fixed task: the price is held") as say:
        task = story.platform.post("/v1/tasks", **form)
        say(f"{task['title']}: {task['status']}")
    with story.step("She does it, it is rated 5 of 5: the price is hers") as say:
        story.platform.post(f"/v1/tasks/{task['id']}/start")
        task = story.platform.post(f"/v1/tasks/{task['id']}/complete", rating=5, completion_proof="photo 1 of 1")
        say(f"{task['title']}: {task['status']}")


def _pay_by_the_second(story: Story) -> None:
    form = {"worker_id": story.worker_id, "task_type": "streaming", "amount": "36", "title": "An hour's shift"}
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=MINUTES)
    times = {"start_time": start.isoformat(), "duration_seconds": 3600, "release_interval": 60}
    with story.step(f"A shift is paid by the second: 36 USDC an hour, begun {MINUTES} minutes ago"):
        task = story.platform.post("/v1/tasks", **form)
        stream = story.platform.post("/v1/streams", task_id=task["id"], **times)
    with story.step("The clock ticks: each minute's pay is released") as say:
        for minute in range(1, MINUTES + 1):
            story.call_job("ReleaseStreams", start + timedelta(minutes=minute))
            has = story.platform.get(f"/v1/workers/{story.worker_id}/balance")["available"]
            say(f"minute {minute:2}: Nina has {Decimal(has):,.6f}")
        again = story.call_job("ReleaseStreams", start + timedelta(minutes=MINUTES))
        say(f"minute {MINUTES:2} once more, as EventBridge may: {again['released']} streams released")
    with story.step("Pause: what has accrued is released, then nothing accrues"):
        story.platform.post(f"/v1/streams/{stream['id']}/pause")
    time.sleep(PAUSE_SECONDS)
    with story.step("Resume: the end moves by as long as the pause") as say:
        resumed = story.platform.post(f"/v1/streams/{stream['id']}/resume")
        say(f"ends at {resumed['end_time']}, was {stream['end_time']}")
    with story.step("Cancel: she keeps what she earned, the rest goes back") as say:
        ended = story.platform.post(f"/v1/streams/{stream['id']}/cancel")
        released, refunded = Decimal(ended["released_amount"]), Decimal(ended["remaining_amount"])
        say(f"released {released:,.6f} + refunded {refunded:,.6f} = {released + refunded:,.6f}")


def _look_back(story: Story, nina: dict[str, str]) -> Client:
    """Returns Nina, signed in."""
    with story.step("Nina signs in and looks at her money") as say:
        session = story.anybody.post("/v1/auth/login", **nina)
        worker = Client(story.anybody.url, {"Authorization": f"Bearer {session['access_token']}"})
        earnings, score = worker.get("/v1/workers/me/earnings"), worker.get("/v1/workers/me/reputation")
        say(f"earned {Decimal(earnings['earned_amount']):,.6f}, reputation {score['score']}")
    with story.step("The daily job brings account ages up to date") as say:
        ages = story.call_job("UpdateAccountAges", datetime.now(UTC))
        say(", ".join(f"{name} {count}" for name, count in ages.items()))
    with story.step("The platform looks at its figures") as say:
        analytics = story.platform.get(f"/v1/platforms/{story.platform_id}/analytics")
        for name in ("total_tasks", "completed_tasks", "cancelled_tasks", "paid_amount", "unique_workers"):
            say(f"{name.replace('_', ' ')}: {analytics[name]}")
    return worker


def _pay_out(story: Story, worker: Client, chain: Chain) -> None:
    from eth_account.messages import encode_defunct  # noqa: PLC0415 - half a second, and the server does without

    from gigstream_chain.evm import Account  # noqa: PLC0415

    wallet = Account.create()
    with story.step("Nina shows that a wallet is hers, by signing what she is asked to") as say:
        asked = worker.post("/v1/auth/wallet/nonce", address=wallet.address, purpose="set_wallet")
        signature = wallet.sign_message(encode_defunct(text=asked["message"])).signature.to_0x_hex()
        worker.patch("/v1/workers/me", wallet={"message": asked["message"], "signature": signature})
        say(wallet.address)
    with story.step("She has all that she earned paid out: it is set aside for the chain") as say:
        payout = worker.post("/v1/workers/me/withdrawals", platform_id=story.platform_id)
        say(f"{Decimal(payout['amount']):,.6f} USDC: {payout['status']}")
    before = chain.balance(wallet.address)
    with story.step("Payouts are put into a batch, which is signed, stored, sent, and read back from the chain") as say:
        for job in ("SettlePayouts", "SubmitSettlements", "ConfirmSettlements"):
            counts = story.call_job(job, datetime.now(UTC))
            say(f"{job}: " + ", ".join(f"{name} {count}" for name, count in counts.items() if count))
        payout = worker.get(f"/v1/transactions/{payout['id']}")
        after = chain.balance(wallet.address)
        say(f"{payout['status']}, by transaction")
        say(payout["tx_hash"])
        say(
            f"block {payout['settlement']['block_number']}, payment {payout['payment_no']} of contract {chain.contract}"
        )
        say(f"her wallet, on chain: {before:,.6f} -> {after:,.6f} USDC")
    if after - before != Decimal(payout["amount"]):
        raise SystemExit("the wallet did not get what was paid out")
