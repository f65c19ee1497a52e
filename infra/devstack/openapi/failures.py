"""Which errors an operation can answer: read off the code that runs, from the view down to SQL functions' SQLSTATEs.

What is read is more than can happen at times, and never less: a test holds the answers seen against it.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any

from devstack.postgres import CHECKOUT
from gigstream import errors
from gigstream.errors import ALL, GigStreamError
from gigstream.web import Rule

Kind = type[GigStreamError]

# API Gateway knows the methods, a conflict is always of a kind, the others are for who looks after the database.
NEVER_ANSWERED = {
    errors.MethodNotAllowed,
    errors.Conflict,
    errors.AppendOnly,
    errors.InvariantViolated,
    errors.AuditTampered,
    errors.SignerPaused,
    errors.TooManyOpen,
    errors.NotOurs,
    errors.CursorGap,
    errors.CustodyDiffers,
    errors.ProviderMismatch,
    errors.AlreadySent,
}
_FUNCTION = re.compile(r"CREATE OR REPLACE FUNCTION\s+([\w.]+)")
_BY_STATE = {state: error for error in ALL for state in error.sqlstates}
_BY_CONSTRAINT = {name: error for error in ALL for name in error.constraints}


def of(rule: Rule, module: ModuleType, view: Any, *, has_body: bool) -> list[Kind]:
    """Each once, in the order of the tree."""
    found: set[Kind] = {errors.BadRequest, errors.Invalid, errors.RateLimited, GigStreamError, errors.Unavailable}
    found |= _admitting(rule)
    if rule.method not in {"GET", "HEAD"}:
        found.add(errors.PayloadTooLarge)
    if has_body:
        found.add(errors.UnsupportedMediaType)
    if "{" in rule.path or rule.test_only:
        found.add(errors.NotFound)
    if rule.writes:
        found.add(errors.RequestInProgress)
    if rule.idempotency != "none":
        found |= {errors.IdempotencyKeyReused, *([errors.AlreadyCreated] if rule.secret else [])}
    if "ledger" in rule.writes:
        found.add(errors.InsufficientFunds)
    for text in _texts(module, view):
        found |= {error for error in ALL if re.search(rf"\b{error.__name__}\b", text)}
        for name in _called(text):
            found |= _raised(name)
    return [error for error in ALL if error in found - NEVER_ANSWERED]


def _admitting(rule: Rule) -> set[Kind]:
    """What is answered before the view is asked."""
    if rule.public:
        return set()
    return {errors.Unauthenticated, errors.RequestInProgress, *([] if rule.verify else [errors.Forbidden])}


def _texts(module: ModuleType, view: Any) -> Iterator[str]:
    """The source of the view's module, of every function of ours that it names, and of those that they name."""
    seen: set[Any] = set()
    waiting: list[tuple[str, Any]] = [(inspect.getsource(module), inspect.unwrap(view).__globals__)]
    while waiting:
        text, names = waiting.pop()
        yield text
        for called in _named(text, names):
            if called not in seen:
                seen.add(called)
                waiting.append((inspect.getsource(called), called.__globals__))


def _named(text: str, names: dict[str, Any]) -> Iterator[Any]:
    """Functions of queries and rules that a source refers to, as `name` or as `module.name`."""
    for node in ast.walk(ast.parse(inspect.cleandoc(text) if text.startswith(" ") else text)):
        found: Any = None
        if isinstance(node, ast.Name):
            found = names.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found = getattr(names.get(node.value.id), node.attr, None)
        module = getattr(found, "__module__", None) or ""
        ours = module.startswith(("gigstream.queries.", "gigstream.rules.")) and module != "gigstream.queries.base"
        if ours and inspect.isfunction(found):
            yield found


@cache
def _bodies() -> dict[str, str]:
    """The text of every SQL function's file, by its name without the schema."""
    files = [*(CHECKOUT / "schema/functions").rglob("*.sql"), *(CHECKOUT / "schema/triggers").rglob("*.sql")]
    return {
        name.rpartition(".")[2]: text
        for text in (file.read_text() for file in files)
        for name in _FUNCTION.findall(text)
    }


def _called(text: str) -> set[str]:
    return {name for name in re.findall(r"\b(\w+)\(", text) if name in _bodies()}


@cache
def _raised(function: str) -> frozenset[Kind]:
    """What a SQL function raises, and those that it calls."""
    seen, waiting = set[str](), [function]
    while waiting:
        name = waiting.pop()
        seen.add(name)
        waiting += _called(_bodies()[name]) - seen
    text = " ".join(_bodies()[name] for name in seen)
    states = {_BY_STATE[state] for state in re.findall(r"\bGS\d{3}\b", text) if state in _BY_STATE}
    return frozenset(states | {error for name, error in _BY_CONSTRAINT.items() if name in text})
