"""A scheduled job: the event's time is its clock, it stops while time is left, each run leaves a row and a log line.

A worker behind a queue is one too: each message is an event.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from gigstream import clock, db, due, log, metrics
from gigstream.config import Role, settings
from gigstream.queries import jobs, requests
from gigstream.queries.base import Query, Together

Result = TypeVar("Result")
Counts = Mapping[str, int]
Work = Callable[["Run"], Counts]
Handler = Callable[[Mapping[str, Any], Any], Counts]
Look = Callable[[int | None], int | None]
Message = Mapping[str, Any]

STATEMENT_SECONDS = 60
SPENT = 0.8  # the share of its time after which a job begins nothing new


class Run:
    """One run of a job: `as_of`, aware and never later than now, is the moment that it acts for.

    `moved` is the USDC that it has moved, for the metric; `note` what the job wants to know the next time, while it
    sleeps.
    """

    def __init__(self, event: Mapping[str, Any], context: Any, role: Role = "jobs") -> None:
        self.started_at = clock.now()
        self.as_of = min(datetime.fromisoformat(event["time"]).astimezone(UTC), self.started_at)
        self.moved = Decimal(0)
        self.note: int | None = None
        self.ran_out = False
        self._session = db.Session(role, seconds=STATEMENT_SECONDS)
        self._context = context
        self._reserve = context.get_remaining_time_in_millis() * (1 - SPENT)

    def more_time(self) -> bool:
        """Whether another batch may begin."""
        left: bool = self._context.get_remaining_time_in_millis() > self._reserve
        self.ran_out = not left
        return left

    def read(self, query: Query[Result] | Together[Result]) -> Result:
        """Ask the database as the job's role."""
        return db.read(self._session, query)

    def read_as(self, platform_id: UUID, query: Query[Result]) -> Result:
        """Ask the database as a platform does, under the row security of the API's role."""
        session = db.Session("api", authenticate=requests.act_as_platform(platform_id), seconds=STATEMENT_SECONDS)
        return db.read(session, query)

    def write(self, query: Query[Result]) -> Result:
        """Do one batch in a transaction of its own."""
        return db.write(self._session, query)


def job_of(role: Role, look: Look | None = None) -> Callable[[Work], Handler]:
    """Make a Lambda handler of a function that works as `role`.

    Its counts are recorded, logged and returned; failures recorded and raised. While it sleeps (gigstream.due) it does
    nothing, or looks for work outside Postgres: `look` takes the last run's note and gives a new one, None for work.
    """

    def job(work: Work) -> Handler:
        name = work.__module__.rpartition(".")[2]

        @wraps(work)
        def handler(event: Mapping[str, Any], context: Any) -> Counts:
            log.bind(request_id=context.aws_request_id, function=context.function_name, job=name)
            run = Run(event, context, role)
            gate = due.look(name)
            if gate and _sleeps(gate, run, look):
                log.info("asleep", as_of=run.as_of, next=gate.next)
                return due.ASLEEP
            try:
                counts = work(run)
            except Exception as exc:
                log.error("failed", exc.__cause__ or exc, as_of=run.as_of, **metrics.failed(name, exc))
                run.write(jobs.record(name, run.as_of, run.started_at, {}, error=type(exc).__name__))
                raise
            left = run.write(jobs.record(name, run.as_of, run.started_at, counts))
            log.info("done", as_of=run.as_of, **metrics.done(name, counts, lag=left.lag, moved=run.moved))
            is_marked = any(counts.get(one) for one in due.FEEDS.get(name, ())) and due.mark()
            if gate and not is_marked and not run.ran_out:
                _close(gate, run)
            return counts

        return handler

    return job


def _sleeps(gate: due.Gate, run: Run, look: Look | None) -> bool:
    if gate.is_due(run.as_of):
        return False
    if look is None:
        return True
    note = look(gate.note)
    if note is None:
        return False
    gate.keep(note)
    return True


def _close(gate: due.Gate, run: Run) -> None:
    """Ask when there is work again. Not while somebody may still be writing: then the next tick looks anyway."""
    asked = clock.now()
    if gate.is_marked_since(asked):
        return
    found = run.read(jobs.next_due(gate.job, run.as_of, settings().settle_minimum, settings().settle_age))
    gate.close(run.as_of, asked=asked, due=found.due, note=run.note)


job = job_of("jobs")


def fed_by_queue(work: Callable[[Run, Message], Counts]) -> Callable[[Mapping[str, Any], Any], Mapping[str, Any]]:
    """Make a Lambda handler for SQS of a function that works on a message, a JSON object with `time`.

    Each message is a run of its own. Those that failed are named in the answer, and they alone come again.
    """

    def run_for(message: Message) -> Handler:
        return job(wraps(work)(lambda run: work(run, message)))

    @wraps(work)
    def handler(event: Mapping[str, Any], context: Any) -> Mapping[str, Any]:
        failed = []
        for record in event["Records"]:
            try:
                message = json.loads(record["body"])
                run_for(message)(message, context)
            except Exception as exc:  # noqa: BLE001 - whatever is wrong with one is no reason to lose the others
                log.error("comes again", exc, message_id=record["messageId"])
                failed.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failed}

    return handler
