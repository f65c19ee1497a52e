"""Logs: one JSON object a line on stdout, with the request it belongs to; what could be a secret is not printed.

`timestamp` and `level` are what Lambda's own lines have, so that it takes ours for what they are.
"""

import json
import os
import sys
import traceback
from functools import cache

from gigstream import clock
from gigstream.config import settings

_LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40, "CRITICAL": 50}
_ENCODER = json.JSONEncoder(default=str, check_circular=False)
_SECRETS = ("authorization", "key", "password", "secret", "token")

_context: dict[str, object] = {}


def bind(**context: object) -> None:
    """From here on every line carries these and only these, with the trace: the request or the run at work."""
    _context.clear()
    _context.update(context, trace=_trace())


def info(message: str, **fields: object) -> None:
    _write("INFO", message, fields)


def error(message: str, exc: BaseException, **fields: object) -> None:
    """An error and where it happened; its text only when it is ours: a driver's may quote the values of a row."""
    found = {
        "error": type(exc).__name__,
        "detail": str(exc) if type(exc).__module__.startswith("gigstream.") else None,
        "sqlstate": getattr(exc, "sqlstate", None),
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(exc.__traceback__)],
    }
    _write("ERROR", message, found | fields)


def _write(level: str, message: str, fields: dict[str, object]) -> None:
    if _LEVELS[level] < _LEVELS.get(settings().log_level, _LEVELS["INFO"]):
        return
    said = {"timestamp": clock.now().isoformat(), "level": level, "message": message, "release": settings().release}
    line = said | _context | fields
    for name, value in line.items():
        # By its name; how many tokens there are is no secret.
        if _names_secret(name) and not isinstance(value, int):
            line[name] = "***"
    sys.stdout.write(_ENCODER.encode(line) + "\n")


def _trace() -> str | None:
    """X-Ray's id of the call at work; Lambda sets it anew for each."""
    root, _, _ = os.environ.get("_X_AMZN_TRACE_ID", "").partition(";")
    return root.removeprefix("Root=") or None


@cache
def _names_secret(name: str) -> bool:
    return any(secret in name for secret in _SECRETS)
