"""Sleep: whether a job has anything to do is known outside Postgres, so that an idle deployment lets Postgres sleep.

Below DUE_PARAMETERS lies an SSM parameter for each job that sleeps, written by that job alone: when its work is due
(`next`, nothing when none is open), and when it began to ask Postgres for that (`asked`). Beside them lies one for all,
`written`: until when somebody may have written what no job has seen yet. A job reads both in one call. It runs when its
work is due, or when `written` is not before `asked`; else it returns, and nobody has spoken to Postgres.

Whoever writes marks it, after COMMIT: "until a minute from now". So he need not mark again within that minute, and the
order of things does not matter: what was committed before a job began to ask, its question sees, and what was committed
later carries a mark beyond `asked`, whether that mark comes before or after the job has put down what it found. The two
never write the same parameter, so none undoes the other's. What clocks differ by, and what a call takes, is SKEW.

A mark that is lost is an error in the log and nothing more. A job that left something open looks again at the next
quarter of an hour, all such jobs at the same minute; one that left nothing open, at the next mark, and the first job of
each day makes one. What cannot be read means run.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gigstream import aws, clock, log
from gigstream.config import settings
from gigstream.structs import struct

MARK = timedelta(minutes=1)
AGAIN = timedelta(
    seconds=10
)  # a mark that failed is not tried again for so long: nobody waits for a service that is down
SKEW = timedelta(seconds=10)
LONGEST = timedelta(minutes=15)
BEGINNING = datetime.min.replace(tzinfo=UTC)
WRITTEN = "written"
ASLEEP: Mapping[str, int] = {"asleep": 1}

# Each job, and which of its counts are work for others: events to deliver, pay to settle, audit rows to seal.
FREQUENT: Mapping[str, tuple[str, ...]] = {
    "release_streams": ("due",),
    "deliver_webhooks": ("disabled",),
    "index_deposits": ("credited",),
    "settle_payouts": ("payouts", "settlements"),
    "submit_settlements": ("sent", "replaced", "paused"),
    "confirm_settlements": ("paid", "reverted", "returned", "conflicts"),
    "run_reports": ("done", "failed"),
    "seal_audit": (),
    "alert_balances": ("alerted",),
    "create_wallets": ("given",),
}
HOURLY: Mapping[str, tuple[str, ...]] = {
    "check_ledger": (),
    "reconcile_chain": (),
    "announce_expiring_keys": ("announced",),
    "purge_expired": (),
}
# They never sleep. The day's first one wakes everybody, whatever was lost, where there are workers.
DAILY: Mapping[str, tuple[str, ...]] = {
    "update_account_ages": ("seen",),
    "anchor_audit": (),
    "default_loans": ("defaulted",),
}
# A queue calls it, and it never sleeps either.
FED: Mapping[str, tuple[str, ...]] = {"release_shard": ("due",)}
SLEEPING = FREQUENT.keys() | HOURLY.keys()
FEEDS = {**FREQUENT, **HOURLY, **DAILY, **FED}


@struct
class Gate:
    """What is known of a job's work outside Postgres. Without `asked` nothing is, without `written` anything goes.

    `note` is a whole number that the job itself wants to know the next time.
    """

    job: str
    written: datetime | None = None
    asked: datetime | None = None
    next: datetime | None = None
    note: int | None = None

    def is_due(self, as_of: datetime) -> bool:
        """Whether there may be something to do; once it is so, it stays so until the job has asked again."""
        if self.asked is None or self.is_marked_since(self.asked):
            return True
        return self.next is not None and self.next <= as_of

    def is_marked_since(self, moment: datetime) -> bool:
        """Whether somebody may have written since then."""
        return self.written is None or self.written >= moment - SKEW

    def close(self, as_of: datetime, *, asked: datetime, due: datetime | None, note: int | None) -> None:
        """Let the job sleep until work is due, as Postgres said at `asked`; None when nothing is open."""
        if due is not None and self.job in FREQUENT:
            due = min(due, as_of + LONGEST - (as_of - BEGINNING) % LONGEST)
        self._put(replace(self, next=due, asked=asked, note=note))

    def keep(self, note: int | None) -> None:
        """Put down what the job has seen elsewhere while it slept, if that is new."""
        if note != self.note:
            self._put(replace(self, note=note))

    def _put(self, gate: "Gate") -> None:
        """A job whose gate cannot be written stays due."""
        values = {"asked": _text(gate.asked), "next": _text(gate.next), "note": gate.note}
        try:
            _put(self.job, json.dumps(values))
        except aws.AwsError as failure:
            log.error("gate not written", failure)


def look(job: str) -> Gate | None:
    """Read a job's gate; None when it does not sleep here."""
    folder = settings().due_parameters
    if folder is None or job not in SLEEPING:
        return None
    try:
        names = [f"{folder}/{job}", f"{folder}/{WRITTEN}"]
        answer = aws.post("ssm", "AmazonSSM.GetParameters", {"Names": names})
        found = {one["Name"]: one["Value"] for one in answer["Parameters"]}
        own = json.loads(found.get(names[0], "{}"))
        times = (_time(found.get(names[1])), _time(own.get("asked")), _time(own.get("next")))
        return Gate(job, *times, own.get("note"))
    except (aws.AwsError, AttributeError, TypeError, ValueError) as failure:  # or somebody else wrote there
        log.error("gate not read", failure)
        return Gate(job)


def mark() -> bool:
    """Say that something was written just now, and may be for a minute; whether that stands. Only after COMMIT."""
    folder = settings().due_parameters
    if folder is None:
        return False
    now = clock.now()
    until, again = _marks.get(folder, (BEGINNING, BEGINNING))
    if now >= again:
        try:
            _put(WRITTEN, _text(now + MARK))
            until = again = now + MARK
        except aws.AwsError as failure:
            log.error("not marked", failure)
            again = now + AGAIN
        _marks[folder] = until, again
    return now < until


# By folder: until when this environment's mark holds, and from when on it may make another.
_marks: dict[str, tuple[datetime, datetime]] = {}


def _put(name: str, value: str | None) -> None:
    """Raises AwsError."""
    parameter = {"Name": f"{settings().due_parameters}/{name}", "Value": value, "Type": "String", "Overwrite": True}
    aws.post("ssm", "AmazonSSM.PutParameter", parameter)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _time(text: str | None) -> datetime | None:
    """Raises ValueError."""
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
