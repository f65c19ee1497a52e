"""`gigstream status`: how a stage is. `gigstream schedules`: its jobs rest, or go on."""

import argparse
import re
from typing import Any

from cloud import jobs, releases
from cloud.person import Person, out
from cloud.stack import SETTLED, Stack, aws, stage


def add_to(commands: Any) -> None:
    """Add `status` and `schedules` to the command line."""
    about = "a stage's stack, release, schedules, queues and alarms; it ends with 1 when something is wrong"
    parser = commands.add_parser("status", help=about, description=about)
    parser.add_argument("--stage", required=True, type=stage)
    parser.set_defaults(run=run_status)

    about = "whether a stage's jobs are called; pausing stops all of them until they are resumed"
    parser = commands.add_parser("schedules", help=about, description=about)
    parser.add_argument("--stage", required=True, type=stage)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--pause", action="store_true", help="call no job any more; what runs ends by itself")
    how.add_argument("--resume", action="store_true", help="call them again; each does what has become due meanwhile")
    parser.add_argument("--yes", action="store_true", help="agree beforehand")
    parser.set_defaults(run=run_schedules)


def run_status(arguments: argparse.Namespace) -> int:
    """Show what AWS says; 1 when the stack is not settled or an alarm rings."""
    with aws():
        stack = Stack(arguments.stage)
        status = stack.deployed()["StackStatus"]
        past = releases.history(stack)
        paused = [name for name, enabled in jobs.called(stack).items() if not enabled]
        waiting = {name: count for name, count in queues(stack).items() if count}
        ringing = alarms(stack)
        lines = {"stack": f"{stack.name}, {status}, in {stack.caller['Account']}, {stack.region}", "url": stack.url()}
        if past:
            last = past[-1]
            lines["release"] = releases.running(past) or "none"
            lines["last step"] = f"{last.commit[:12]} {last.outcome}, {last.at:%Y-%m-%d %H:%M}, {last.by}"
        lines["schedules"] = f"paused: {', '.join(sorted(paused))}" if paused else "all are on"
        lines["queues"] = ", ".join(f"{name} {count}" for name, count in waiting.items()) or "empty"
        lines["alarms"] = ", ".join(ringing) or "none rings"
        for name, line in lines.items():
            out.print(f"{name:<10}{line}")
    return 1 if status not in SETTLED or ringing else 0


def run_schedules(arguments: argparse.Namespace) -> int:
    """Pause, resume, or show them."""
    with aws():
        stack = Stack(arguments.stage)
        where = f"{stack.name} in {stack.deployed()['StackId'].split(':')[4]}, {stack.region}"
        if arguments.pause or arguments.resume:
            word = "Pause" if arguments.pause else "Resume"
            Person(yes=arguments.yes).agree(f"{word} all jobs of {where}?")
            jobs.call(stack, on=arguments.resume)
        for name, enabled in sorted(jobs.called(stack).items()):
            out.print(f"{name}: {'on' if enabled else 'paused'}")
    return 0


def queues(stack: Stack) -> dict[str, int]:
    """About how many messages lie in each queue."""
    sqs, asked = stack.client("sqs"), "ApproximateNumberOfMessages"
    found = stack.resources("AWS::SQS::Queue")
    return {
        name: int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[asked])["Attributes"][asked])
        for name, url in found.items()
    }


def alarms(stack: Stack) -> list[str]:
    """The alarms of this stack that ring. CloudFormation names each STACK-ID-RANDOM."""
    pages = stack.client("cloudwatch").get_paginator("describe_alarms")
    found = [
        alarm["AlarmName"]
        for page in pages.paginate(AlarmNamePrefix=f"{stack.name}-", StateValue="ALARM")
        for alarm in page["MetricAlarms"]
    ]
    own = (re.fullmatch(rf"{re.escape(stack.name)}-(?P<id>[A-Za-z0-9]+)-[A-Z0-9]+", name) for name in found)
    return sorted(match["id"] for match in own if match)
