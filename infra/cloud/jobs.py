"""A stage's jobs: run each once, let them rest, let them go on."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cloud.stack import Stack
from cloud.stop import Stop
from devstack import scheduler
from devstack.template import Template
from gigstream import due

# What EventBridge Scheduler says of a schedule and does not take back, and what is changed.
READ_ONLY = {"Arn", "CreationDate", "LastModificationDate", "ResponseMetadata", "State"}


def run_each(stack: Stack, release: Path) -> Iterator[str]:
    """Run every scheduled function of a release once, as its schedule would; Stop when one fails.

    A job may run at any time: it does what is due, and takes turns with itself.
    """
    from botocore.config import Config  # noqa: PLC0415

    wake(stack)
    # The signer runs one at a time: a run that its schedule has begun is waited for.
    patient = Config(read_timeout=910, retries={"mode": "standard", "max_attempts": 6})
    client = stack.client("lambda", config=patient)
    functions = stack.resources("AWS::Lambda::Function")
    jobs = {schedule.function.name: schedule.function for schedule in Template(release / "template.yaml").schedules}
    for job, function in sorted(jobs.items()):
        if job not in functions:
            raise Stop(f"The stack {stack.name} has no function {job}.")
        event = json.dumps(scheduler.event(function, datetime.now(UTC)))
        answer = client.invoke(FunctionName=functions[job], Payload=event.encode())
        said = answer["Payload"].read().decode(errors="replace")
        if "FunctionError" in answer:
            raise Stop(f"The job {job} fails: {said[:300]}")
    yield f"{len(jobs)} jobs have run"


def wake(stack: Stack) -> None:
    """Have no job think that it has nothing to do: what a migration wrote has marked nothing."""
    until = datetime.now(UTC) + due.MARK
    name = f"/{stack.name}/due/{due.WRITTEN}"
    stack.client("ssm").put_parameter(Name=name, Type="String", Value=until.isoformat(), Overwrite=True)


def called(stack: Stack) -> dict[str, bool]:
    """Each schedule of the stack's group, and whether it calls its job."""
    pages = stack.client("scheduler").get_paginator("list_schedules").paginate(GroupName=stack.name)
    return {one["Name"]: one["State"] == "ENABLED" for page in pages for one in page["Schedules"]}


def call(stack: Stack, *, on: bool) -> None:
    """Have every schedule call its job, or none. A schedule is replaced whole: what it is otherwise is said again."""
    client = stack.client("scheduler")
    for name in called(stack):
        found = client.get_schedule(GroupName=stack.name, Name=name)
        kept = {key: value for key, value in found.items() if key not in READ_ONLY}
        client.update_schedule(**kept, State="ENABLED" if on else "DISABLED")
