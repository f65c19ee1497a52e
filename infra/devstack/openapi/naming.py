"""Names that clients will be generated with: a component for each class, an operationId for each route.

Both follow from where things stand, so that a new route renames no old one.
"""

import re
from typing import Any, get_args, get_origin

_PARTICLES = ("up", "out", "in", "off", "back")  # that belong to their verb: top-up
# What the rules below would name badly.
_BY_HAND = {
    "POST /v1/tasks/batch": "create_tasks",
    "GET /v1/events": "list_events",
    "POST /v1/webhooks/task-completed": "report_task_completed",
    "POST /v1/webhooks/task-completed/rotate-secret": "rotate_inbound_secret",
    "POST /v1/webhooks/circle": "notify_of_transfer",
    "HEAD /v1/webhooks/circle": "probe_circle_webhook",
    "GET /v1/analytics/daily": "get_daily_analytics",
    "GET /v1/audit-logs/verify": "verify_audit_logs",
}
_IN_FOLDERS = ("api", "gigstream.queries", "gigstream.models", "gigstream.rules")


def component(kind: Any, *, longer: bool = False) -> str:
    """Task for queries.tasks.Task, WorkerBalance for queries.workers.Balance, TaskPage for Page[Task].

    Of two that would be named alike, the later gets a `longer` name, with its file's before it.
    """
    if arguments := get_args(kind):
        return "".join(component(one, longer=longer) for one in arguments) + str(get_origin(kind).__name__)
    stem = _camel(_singular(_area(kind.__module__)))
    name = str(kind.__name__ if stem.lower() in kind.__name__.lower() else stem + kind.__name__)
    return _camel(kind.__module__.rpartition(".")[2]) + name if longer else name


def operation(method: str, path: str, stem: str, *, is_list: bool) -> str:
    """create_task, list_worker_tasks, pause_stream, auth_login; `stem` is the name of the handler's file."""
    if by_hand := _BY_HAND.get(f"{method} {path}"):
        return by_hand
    parts = [part for part in path.strip("/").split("/") if part != "v1"]
    nouns = [_word(part) for part in parts if not part.startswith("{")]
    # What is followed by an id is one thing of many.
    for index, part in enumerate(parts[:-1]):
        if parts[index + 1].startswith("{"):
            nouns[nouns.index(_word(part))] = _singular(_word(part))
    last = nouns[-1]
    if nouns[0] == "auth":
        return "_".join(nouns)
    if method == "GET":
        return "_".join(["list" if is_list else "get", *nouns])
    if method in ("PATCH", "PUT", "DELETE") or parts[-1].startswith("{"):
        verb = {"PATCH": "update", "PUT": "replace"}.get(method, "delete" if stem == "delete" else stem)
        return "_".join([verb, *nouns])
    owner = [_singular(noun) for noun in nouns[:-1]]
    if not last.endswith("s") or last.endswith("ss"):  # an act: POST /v1/tasks/{task_id}/start
        verb, _, rest = last.partition("_")
        act = [verb, *owner, rest] if rest and rest not in _PARTICLES and parts[-2].startswith("{") else [last, *owner]
        return "_".join([method.lower()] * (method != "POST") + act)
    return "_".join([stem if stem not in (last, *nouns) else "create", *owner, _singular(last)])


def _area(module: str) -> str:
    """Tasks for gigstream.queries.tasks and for api.tasks.create; nothing for what all areas share."""
    for folder in _IN_FOLDERS:
        if module.startswith(f"{folder}."):
            area = module.removeprefix(f"{folder}.").partition(".")[0]
            return "" if area in ("base", "common") else area
    return module.rpartition(".")[2]


def _word(part: str) -> str:
    return re.sub(r"\W", "_", part.removesuffix(".json")).lower()


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word.removesuffix("ies") + "y"
    return word if word.endswith(("ss", "ics", "us")) else word.removesuffix("s")


def _camel(word: str) -> str:
    return "".join(part.capitalize() for part in word.split("_"))
