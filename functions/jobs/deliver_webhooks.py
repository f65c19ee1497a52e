"""Each minute: send the webhooks that are due, many at once, so that no endpoint waits for a slow one.

Nothing is sent inside a transaction. A delivery is leased, sent, and its outcome stored; a sender that dies in between
leaves a lease that runs out, and the delivery is sent again under the same id.
"""

import asyncio
import random
import ssl
from collections.abc import Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import timedelta

from gigstream import clock, sender, signing, wire
from gigstream.job import Counts, Run, job
from gigstream.queries import webhooks
from gigstream.queries.webhooks import Attempt, Claimed, Event
from gigstream.rules.retries import seconds_until_next

AT_ONCE = 100
EACH = 8  # of them to one endpoint
LEASE = timedelta(seconds=60)


@job
def handler(run: Run) -> Counts:
    """Counts the attempts that succeeded and that failed, and the endpoints disabled."""
    resolver = ThreadPoolExecutor(AT_ONCE)
    try:
        return asyncio.run(_deliver(run, resolver))
    finally:
        # A name server that never answers holds a thread, and nothing else.
        resolver.shutdown(wait=False, cancel_futures=True)


async def _deliver(run: Run, resolver: Executor) -> Counts:
    """Keep as many under way as there may be; store what is done whenever something is, and take more."""
    trust = sender.trust_store()
    under_way: set[asyncio.Task[Attempt]] = set()
    succeeded = failed = disabled = 0
    while True:
        room = AT_ONCE - len(under_way)
        if room and run.more_time():
            # In a thread: what is under way goes on while the database is asked.
            claimed = await asyncio.to_thread(run.write, webhooks.claim(room, EACH, LEASE))
            under_way |= {asyncio.create_task(_attempt(one, trust, resolver)) for one in claimed}
        if not under_way:
            return {"succeeded": succeeded, "failed": failed, "disabled": disabled}
        done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        attempts = [task.result() for task in done]
        disabled += (await asyncio.to_thread(run.write, webhooks.store(attempts))).disabled
        succeeded += _succeeded(attempts)
        failed += len(attempts) - _succeeded(attempts)


async def _attempt(claimed: Claimed, trust: ssl.SSLContext, resolver: Executor) -> Attempt:
    """Send once. The signed bytes are the sent bytes."""
    body = wire.encode(
        Event(claimed.event_id, claimed.event, claimed.created_at, claimed.sequence, claimed.data)
    ).encode()
    answer = await sender.post(claimed.url, _headers(claimed, body), body, trust, resolver)
    status = answer.status or 0
    succeeded, gone = 200 <= status < 300, status == 410
    asked = answer.retry_after if status in {429, 503} else None
    chance = random.random()  # noqa: S311 - jitter
    retry = None if succeeded or gone else seconds_until_next(claimed.attempts, chance, asked)
    told = (answer.status, answer.body, answer.latency_ms, answer.error)
    return Attempt(claimed.id, claimed.attempts, succeeded, gone, *told, retry)


def _headers(claimed: Claimed, body: bytes) -> dict[str, str]:
    message_id, timestamp = str(claimed.event_id), int(clock.now().timestamp())
    versions = [claimed.secret_version, claimed.previous_version]
    signatures = [
        signing.sign(signing.endpoint_secret(claimed.endpoint_id, version), message_id, timestamp, body)
        for version in versions
        if version is not None
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def _succeeded(attempts: Iterable[Attempt]) -> int:
    return sum(attempt.succeeded for attempt in attempts)
