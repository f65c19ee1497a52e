"""A million due streams, in shards, by how many workers share them: `python -m tests.bench.fan_out`, on Linux.

The shards are real, and are released here by crews of workers, a part of them by each crew. What they would take and
cost in AWS and Neon is reckoned from the processor time that a release took, which the kernel counts for each process,
so that it means something on a busy machine too; by the prices and assumptions of tests.bench.costs.
"""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from math import ceil
from os import cpu_count
from queue import Empty, SimpleQueue

import psycopg
from rich.console import Console
from rich.table import Table
from tests.bench import shifts, stage
from tests.bench.costs import BUSY, LAUNCH, MB, MICRO, PRICES, TRIP
from tests.bench.usage import TRANSFERS, Usage

from devstack.postgres import Cluster
from devstack.template import Template
from gigstream.queries import streams
from gigstream.queries.streams import Shard
from gigstream.queue import AT_ONCE
from gigstream.releases import BATCH
from jobs.release_streams import SHARD

STREAMS, PLATFORMS, WORKERS = 1_000_000, 1000, 100_000
SKEW = 3  # the largest platform has a tenth of all streams, half of them have a fifth
CREWS = (1, 2, 4, 8)
SIZES, CONCURRENT = (1000, SHARD, 20_000), (2, 8, 32)
COMMIT = Decimal(5000)  # microseconds that Neon is assumed to take until a commit is safe


@dataclass(frozen=True, slots=True)
class Measured:
    """What a crew did: `seconds` by the clock, `cpu` seconds of Postgres's processor."""

    crew: str
    shards: int
    streams: int
    seconds: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Projected:
    """A million releases in AWS: messages, seconds until the last is done, processors busy in Neon, USD by service."""

    messages: int
    seconds: Decimal
    processors: Decimal
    lambda_usd: Decimal
    sqs_usd: Decimal
    neon_usd: Decimal

    @property
    def usd(self) -> Decimal:
        return self.lambda_usd + self.sqs_usd + self.neon_usd


def simulate(
    cluster: Cluster, *, due: int, platforms: int, workers: int, size: int, crews: Sequence[int]
) -> Iterator[Measured]:
    """Divide what is due, deal the shards to the crews, and see that in the end each stream was released once."""
    name, at = shifts.fill(cluster, streams=due, platforms=platforms, workers=workers, turns=1, skew=SKEW)
    with ExitStack() as stack:
        owner = stack.enter_context(cluster.superuser(name))
        conns = [stack.enter_context(stage.connect(cluster, name, "jobs")) for _ in range(max(crews))]
        shards = _divided(conns[0], at(0), size)
        large = max(shards, key=shards.count)
        alone = [shard for shard in shards if shard == large]
        spread = [shard for shard in shards if shard != large]
        parts = [(f"{crew}", crew, spread[place :: len(crews)]) for place, crew in enumerate(crews)]
        parts += [(f"{crew}, one platform", crew, alone[place::2]) for place, crew in enumerate((1, 2))]
        for title, crew, part in parts:
            used = Usage(owner, "jobs", TRANSFERS)
            began = time.perf_counter()
            with used.counted():
                _release(conns[:crew], at(0), part)
            seconds = time.perf_counter() - began
            yield Measured(title, len(part), sum(shard.due for shard in part), seconds, used.seconds)
        row = owner.execute("SELECT count(*), count(DISTINCT stream_id) FROM ledger.transfers").fetchone()
        assert row == (due, due), f"{row} releases and streams of {due}"


def projected(cpu: Decimal, size: int, workers: int) -> Projected:
    """What STREAMS releases of so many microseconds each would take in shards of `size`."""
    prices = {name: price.of for name, price in PRICES.items()}
    (feed,) = Template().feeds
    messages = ceil(STREAMS / size)
    calls = ceil(messages / feed.batch)
    database = STREAMS * cpu * MICRO
    # A batch is a trip and a commit; so is the row that each run leaves.
    busy = database + (ceil(STREAMS / BATCH) + messages) * (TRIP + COMMIT) * MICRO
    seconds = busy / min(workers, messages)
    processors = database / seconds
    plan = "Neon compute, Launch, to 16 CU" if processors / BUSY <= LAUNCH else "Neon compute, Scale, above"
    return Projected(
        messages,
        seconds,
        processors,
        prices["Lambda requests"](Decimal(calls)) + prices["Lambda duration, arm64"](busy * MB / 1024),
        prices["SQS"](Decimal(ceil(messages / AT_ONCE) + 2 * calls)),
        prices[plan](database / BUSY / 3600),
    )


def _divided(conn: psycopg.Connection, as_of: datetime, size: int) -> list[Shard]:
    query = streams.shards(as_of, size)
    return [Shard(*row) for row in conn.execute(query.sql, query.params, prepare=False)]


def _release(conns: Sequence[psycopg.Connection], as_of: datetime, shards: Sequence[Shard]) -> None:
    """As workers do behind a queue: each takes the next shard when it is done with one."""
    waiting: SimpleQueue[Shard] = SimpleQueue()
    for shard in shards:
        waiting.put(shard)

    def work(conn: psycopg.Connection) -> None:
        while True:
            try:
                shard = waiting.get_nowait()
            except Empty:
                return
            shifts.release(conn, partial(streams.release_shard, as_of, shard.platforms), shard.due)

    with ThreadPoolExecutor(len(conns)) as pool:
        list(pool.map(work, conns))


def main() -> None:
    """Both tables."""
    with stage.cluster() as cluster:
        measured = list(simulate(cluster, due=STREAMS, platforms=PLATFORMS, workers=WORKERS, size=SHARD, crews=CREWS))
    here = Table("workers", "shards", "streams", "seconds", "releases/s", "processor, us a release", box=None)
    for one in measured:
        here.add_row(
            one.crew, f"{one.shards}", f"{one.streams:,}", f"{one.seconds:.1f}",
            f"{one.streams / one.seconds:,.0f}", f"{1e6 * one.cpu / one.streams:.0f}",
        )  # fmt: skip
    Console(width=120).print(f"Here, {cpu_count()} processors:", here)

    cpu = Decimal(round(1e6 * sum(one.cpu for one in measured) / STREAMS))
    there = Table(
        "shards of", "messages", "workers", "seconds", "processors", "Lambda", "SQS", "Neon", "USD in all", box=None
    )
    for size in SIZES:
        for workers in CONCURRENT:
            run = projected(cpu, size, workers)
            there.add_row(
                f"{size:,}", f"{run.messages:,}", f"{workers}", f"{run.seconds:.0f}", f"{run.processors:.1f}",
                *(f"{usd:.5f}" for usd in (run.lambda_usd, run.sqs_usd, run.neon_usd, run.usd)),
            )  # fmt: skip
    Console(width=120).print(f"In AWS and Neon, at {cpu} us a release:", there)


if __name__ == "__main__":
    main()
