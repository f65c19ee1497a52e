"""What a month costs at so many active streams: `python -m tests.bench.costs`.

USD, and USDC for gas, a month of 730 hours, in us-east-1, at list prices, without free tiers, discounts and taxes. The
prices are those of November 2026; what a release or a request uses is measured (`tests.bench.usage`); how much a stream
is used is assumed, in Load.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise

from devstack.scheduler import is_due
from devstack.template import Template
from jobs.release_streams import ALONE, SHARD

D = Decimal
HOURS = D(730)
SECONDS = HOURS * 3600
DAYS = HOURS / 24
GB, MILLION, MICRO = D(10) ** 9, D(10) ** 6, D(10) ** -6


@dataclass(frozen=True, slots=True)
class Price:
    """USD for `per` units. Tiers (from, USD) in order: what lies beyond `from` units costs so much each."""

    source: str
    unit: str
    per: Decimal | int
    tiers: Sequence[tuple[Decimal, Decimal]]

    def of(self, quantity: Decimal) -> Decimal:
        """What so many units cost, USD."""
        bounds = [*(start for start, _ in self.tiers), D("Infinity")]
        parts = zip(pairwise(bounds), self.tiers, strict=True)
        return sum((usd * max(D(0), min(quantity, end) - start) for (start, end), (_, usd) in parts), D(0)) / self.per


def flat(source: str, unit: str, usd: str, per: Decimal | int = 1) -> Price:
    return Price(source, unit, per, [(D(0), D(usd))])


AWS = "https://aws.amazon.com/"
NEON = "https://neon.com/docs/introduction/plans"  # as of 2026-11-12
PRICES: Mapping[str, Price] = {
    "Lambda requests": flat(AWS + "lambda/pricing/", "requests", "0.20", MILLION),
    "Lambda duration, arm64": Price(
        AWS + "lambda/pricing/", "GB-s", D(1),
        [(D(0), D("0.0000133334")), (D("7.5e9"), D("0.0000120001")), (D("18.75e9"), D("0.0000106667"))],
    ),
    "API Gateway, REST": Price(
        AWS + "api-gateway/pricing/", "requests", MILLION,
        [(D(0), D("3.50")), (333 * MILLION, D("2.80")), (1000 * MILLION, D("2.38")), (20_000 * MILLION, D("1.51"))],
    ),
    "Data to the internet": Price(
        AWS + "ec2/pricing/on-demand/", "GB", D(1),
        [(D(0), D("0.09")), (D(10_240), D("0.085")), (D(51_200), D("0.07")), (D(153_600), D("0.05"))],
    ),
    "EventBridge Scheduler": flat(AWS + "eventbridge/pricing/", "calls", "1.00", MILLION),
    "SQS": flat(AWS + "sqs/pricing/", "requests", "0.40", MILLION),
    "SSM parameters, standard": flat(AWS + "systems-manager/pricing/", "reads", "0"),
    "Secrets": flat(AWS + "secrets-manager/pricing/", "secrets", "0.40"),
    "Secrets read": flat(AWS + "secrets-manager/pricing/", "reads", "0.05", D(10_000)),
    "KMS key": flat(AWS + "kms/pricing/", "keys", "1"),
    "KMS signatures, elliptic": flat(AWS + "kms/pricing/", "signatures", "0.15", D(10_000)),
    "S3": flat(AWS + "s3/pricing/", "GB", "0.023"),
    "Logs": Price(
        AWS + "cloudwatch/pricing/", "GB", D(1),
        [(D(0), D("0.50")), (D(10_240), D("0.25")), (D(30_720), D("0.10")), (D(51_200), D("0.05"))],
    ),
    "Logs kept for a month": flat(AWS + "cloudwatch/pricing/", "GB", "0.03"),
    "Metrics": flat(AWS + "cloudwatch/pricing/", "metrics", "0.30"),
    "Alarms": flat(AWS + "cloudwatch/pricing/", "alarms", "0.10"),
    "Dashboard": flat(AWS + "cloudwatch/pricing/", "dashboards", "3"),
    "X-Ray": flat(AWS + "xray/pricing/", "traces", "5", MILLION),
    "Neon compute, Launch, to 16 CU": flat(NEON, "CU-h", "0.106"),
    "Neon compute, Scale, above": flat(NEON, "CU-h", "0.222"),
    "Neon storage": flat(NEON, "GB", "0.35"),
    "Neon restore, a week": flat(NEON, "GB", "0.20"),
    "Neon network": flat(NEON, "GB", "0.10"),
    "Gas on Arc": flat("https://docs.arc.network/", "gas", "20e-9"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Load:
    """Streams that are active at any moment, on average, and what each of them brings with it a day."""

    streams: int
    interval: int = 3600  # seconds between releases
    requests: int = 20
    writes: int = 4  # among the requests
    events: int = 4  # webhooks
    payouts: int = 1


@dataclass(frozen=True, slots=True)
class Usage:
    """Of one release, read or write: microseconds of a Postgres processor and of a function's; bytes written, kept."""

    cpu: Decimal
    handler: Decimal
    wal: Decimal
    stored: Decimal


# As measured on a machine that had other work too: a release on 2026-12-01, requests on 2026-11-30.
RELEASE = Usage(cpu=D(77), handler=D(0), wal=D(1525), stored=D(469))
READ = Usage(cpu=D(1651), handler=D(1613), wal=D(82), stored=D(0))
WRITE = Usage(cpu=D(3686), handler=D(3501), wal=D(14_039), stored=D(7444))
# Gas of a payout by how many there are in its transaction (`make bench-gas`), to payees who had USDC before.
GAS = [(200, D(9_699)), (10, D(16_400)), (1, D(60_800))]

# What is assumed of Lambda: a processor for 1,769 MB; a millisecond to Postgres and back; one call in 200 is cold.
CPU_MB, MB = D(1769), D(512)
TRIP, COLD, COLD_SHARE = D(1000), D(900_000), D("0.005")  # microseconds
QUIET_RUN = D(100_000)  # microseconds of a job's run that has nothing to do, or little
REPLY, LOGGED = D(2000), D(1000)  # bytes of an answer, and of the log lines of a call, Lambda's own among them
ATTEMPT = D(200_000) / 100  # microseconds: a receiver's answer, of a hundred that are waited for at once
TRACED = D("0.05")
BUSY = D("0.5")  # the share of its processor at which Neon adds to it
SMALLEST = D("0.25")  # CU
LAUNCH = 16  # CU at most
POLLS = D(5 * 3) * SECONDS / 60  # empty receives of a queue's five pollers
METRICS = 43  # custom ones, see gigstream.metrics


def usage(load: Load) -> dict[str, Decimal]:
    """How much of everything in PRICES a month takes, in its unit."""
    requests, writes, events, payouts = (
        a_day * load.streams * HOURS / 24 for a_day in (load.requests, load.writes, load.events, load.payouts)
    )
    reads = requests - writes
    releases = load.streams * SECONDS / load.interval
    runs = scheduled()

    due = D(load.streams) * 60 / load.interval  # at a tick
    shards = max(D(0), due - ALONE) / SHARD * SECONDS / 60
    size, gas = next((size, gas) for size, gas in GAS if payouts / (SECONDS / 60) >= size or size == 1)
    batches = payouts / size

    calls = requests + runs + shards
    cold = calls * COLD_SHARE
    # A payout writes about as much as two requests: one takes it up, one settles it.
    cpu = releases * RELEASE.cpu + reads * READ.cpu + (writes + events + 2 * payouts) * WRITE.cpu
    stored = releases * RELEASE.stored + (writes + events + 2 * payouts) * WRITE.stored
    wal = releases * RELEASE.wal + reads * READ.wal + (writes + events + 2 * payouts) * WRITE.wal
    busy = (
        reads * billed(READ, trips=1) + writes * billed(WRITE, trips=2) + cold * COLD
        + runs * QUIET_RUN + releases * RELEASE.cpu + payouts * 2 * WRITE.cpu + events * ATTEMPT
    )  # fmt: skip
    cu = max(SMALLEST, cpu * MICRO / SECONDS / BUSY)
    return {
        "Lambda requests": calls,
        "Lambda duration, arm64": busy * MICRO * MB / 1024,
        "API Gateway, REST": requests,
        "Data to the internet": (requests + events) * REPLY / GB,
        "EventBridge Scheduler": D(runs),
        "SQS": shards * 3 + POLLS,
        "SSM parameters, standard": D(runs),
        "Secrets": D(3),
        "Secrets read": cold,
        "KMS key": D(1),
        "KMS signatures, elliptic": batches,
        "S3": D(1),
        "Logs": calls * LOGGED / GB,
        "Logs kept for a month": calls * LOGGED / GB,
        "Metrics": D(METRICS),
        "Alarms": D(len(Template().resources("AWS::CloudWatch::Alarm"))),
        "Dashboard": D(1),
        "X-Ray": calls * TRACED,
        "Neon compute, Launch, to 16 CU": cu * HOURS if cu <= LAUNCH else D(0),
        "Neon compute, Scale, above": cu * HOURS if cu > LAUNCH else D(0),
        "Neon storage": stored / GB,
        "Neon restore, a week": wal / GB * 7 / DAYS,
        "Neon network": requests * REPLY / GB,
        "Gas on Arc": payouts * gas,
    }


def billed(used: Usage, trips: int) -> Decimal:
    """Microseconds that Lambda bills for a warm request."""
    return used.handler * CPU_MB / MB + used.cpu + trips * TRIP


@cache
def scheduled() -> Decimal:
    """Runs of all jobs in a month, by template.yaml."""
    day = datetime(2026, 11, 30, tzinfo=UTC)
    minutes = [day + timedelta(minutes=minute) for minute in range(24 * 60)]
    return DAYS * sum(is_due(job.expression, minute) for job in Template().schedules for minute in minutes)


def bill(load: Load) -> dict[str, Decimal]:
    """USD a month by what is paid for; gas in USDC. The storage is that of the first month: each one adds as much."""
    return {name: PRICES[name].of(quantity) for name, quantity in usage(load).items()}


SIZES = (1_000, 100_000, 10_000_000)


def columns() -> Iterator[tuple[str, dict[str, Decimal]]]:
    for streams in SIZES:
        for title, interval in (("hourly", 3600), ("each minute", 60)):
            yield f"{streams:,} {title}", bill(replace(Load(streams), interval=interval))


def table() -> str:
    """As infra/performance.md has it: a line for each price, a column for each number of streams and interval."""
    bills = dict(columns())
    rows = [["USD a month", *bills], ["---"] * (1 + len(bills))]
    rows += [[name, *(f"{one[name]:,.2f}" for one in bills.values())] for name in PRICES]
    rows.append(["**in all**", *(f"**{sum(one.values()):,.0f}**" for one in bills.values())])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    print(table())
