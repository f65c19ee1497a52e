"""What was released to a stage, and what became of it: the history of one SSM parameter, /STACK/release."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from cloud.stack import Stack
from cloud.stop import Stop

# The database has its schema; it runs; it runs and has passed the smoke test.
Outcome = Literal["migrated", "deployed", "passed"]


@dataclass(frozen=True)
class Release:
    """One line of the history."""

    commit: str
    outcome: Outcome
    at: datetime
    by: str


def note(stack: Stack, commit: str, outcome: Outcome) -> None:
    """Add a line."""
    stack.client("ssm").put_parameter(
        Name=_name(stack),
        Description="This stage's release; the history of this parameter is the history of its releases.",
        Type="String",
        Value=f"{commit} {outcome}",
        Overwrite=True,
    )


def history(stack: Stack) -> list[Release]:
    """The last hundred lines, which is what SSM keeps, oldest first."""
    client = stack.client("ssm")
    try:
        pages = client.get_paginator("get_parameter_history").paginate(Name=_name(stack))
        found = [one for page in pages for one in page["Parameters"]]
    except client.exceptions.ParameterNotFound:
        return []
    split = [(*one["Value"].split(), one) for one in sorted(found, key=lambda one: one["Version"])]
    return [
        Release(commit, cast("Outcome", outcome), one["LastModifiedDate"], one.get("LastModifiedUser", ""))
        for commit, outcome, one in split
    ]


def running(past: list[Release]) -> str | None:
    """The commit that was deployed last."""
    return next((one.commit for one in reversed(past) if one.outcome != "migrated"), None)


def before(past: list[Release], goes_back: Callable[[str, str], bool]) -> str:
    """The last release that passed and that the running one was built on."""
    now = running(past)
    for one in reversed(past):
        if now and one.outcome == "passed" and goes_back(one.commit, now):
            return one.commit
    raise Stop("No release before the running one has passed its smoke test here.")


def check_schema(past: list[Release], to: str, schema: Callable[[str], str]) -> None:
    """A schema serves the release that came with it and the one before: Stop when `to` is further back."""
    if not any(one.commit == to and one.outcome == "passed" for one in past):
        raise Stop(f"{to[:12]} has never passed its smoke test on this stage.")
    last = max(place for place, one in enumerate(past) if one.commit == to and one.outcome == "passed")
    later = list(dict.fromkeys(one.commit for one in past[last + 1 :] if one.commit != to))
    changed = [one for one, earlier in zip(later, [to, *later], strict=False) if schema(one) != schema(earlier)]
    if len(changed) > 1:
        names = ", ".join(one[:12] for one in changed)
        raise Stop(
            f"The schema has changed with each of {names} since {to[:12]}, and it serves only the release before it:"
            " mend what is wrong in a new release."
        )


def _name(stack: Stack) -> str:
    return f"/{stack.name}/release"
