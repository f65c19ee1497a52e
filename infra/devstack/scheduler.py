"""EventBridge Scheduler in small: calls the jobs of template.yaml at their minutes."""

import json
import logging
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from cronsim import CronSim

from devstack.gateway import invoke
from devstack.template import Function, Template

MINUTE = timedelta(minutes=1)
MEANT = "<aws.scheduler.scheduled-time>"
UNITS = {"minute": 1, "hour": 60, "day": 24 * 60}
log = logging.getLogger(__name__)


def is_due(expression: str, minute: datetime) -> bool:
    """Whether rate(...) or cron(...) calls at this minute, in UTC; ValueError when it is neither."""
    # Rates count from 1970.
    if rate := re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression):
        return int(minute.timestamp()) // 60 % (int(rate[1]) * UNITS[rate[2]]) == 0
    if cron := re.fullmatch(r"cron\((\S+ \S+ \S+ \S+ [^\s\d]+) \*\)", expression):
        # Days of the week by name only: their numbers mean other days to EventBridge than to cron. The year stays open.
        return next(CronSim(cron[1].replace("?", "*"), minute - MINUTE)) == minute
    raise ValueError(f"not a schedule that is understood here: {expression}")


def event(function: Function, at: datetime) -> dict[str, Any]:
    """What EventBridge sends: its `time` is the minute that was meant, however late the call is."""
    (schedule,) = (schedule for schedule in Template().schedules if schedule.function == function)
    sent: dict[str, Any] = json.loads(schedule.input.replace(MEANT, at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")))
    return sent


def call(name: str, at: datetime) -> Any:
    """Call a job, by its logical id in template.yaml, as if it were that time."""
    function = Template().functions[name]
    return invoke(function, event(function, at))


def tick(template: Template, minute: datetime) -> None:
    """Call every job that is due; one that fails is logged and stops no other."""
    for schedule in template.schedules:
        if is_due(schedule.expression, minute):
            try:
                invoke(schedule.function, event(schedule.function, minute))
            except Exception:
                log.exception("%s failed", schedule.function.name)


def run(template: Template) -> None:
    """Tick at each full minute, for ever; a long tick takes up the next ones, as EventBridge may lose some."""
    while True:
        now = datetime.now(UTC)
        following = now.replace(second=0, microsecond=0) + MINUTE
        time.sleep((following - now).total_seconds())
        tick(template, following)
