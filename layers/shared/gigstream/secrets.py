"""What Secrets Manager holds for a class of functions, through AWS's extension, which runs beside each function.

A secret is one JSON object, read at the first use and kept for five minutes; what replaced it is in use by then, and at
once where what it replaced is refused (`renew`). The extension itself is told to keep nothing, or it would answer from
before. Where a secret cannot be read anew, what was read goes on.
"""

import json
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from urllib.parse import quote, urlsplit

from gigstream import clock
from gigstream.errors import Unavailable
from gigstream.structs import struct

KEPT_SECONDS = 300
RENEWED_SECONDS = 10  # nobody, by what he sends, makes us ask more often
START_SECONDS = 3  # the extension starts beside the function and may be the later one
PAUSE_SECONDS = 0.05
NOT_READY = b"not ready to serve traffic"


class SecretUnreadable(Exception):
    """The extension does not give a secret out for now; the message names it."""


@struct
class _Copy:
    """What was read, and when, in seconds since 1970: a monotonic clock may stand still while Lambda freezes us."""

    values: Mapping[str, str]
    read_at: float

    @property
    def age(self) -> float:
        return clock.now().timestamp() - self.read_at


_kept: dict[str, _Copy] = {}


def read(extension: str, name: str, token: str) -> Mapping[str, str]:
    """The secret of this name, asked of the extension at that address.

    Raises Unavailable when there is no answer for now, ValueError when there will be none, or none that is of use.
    """
    copy = _kept.get(name)
    if copy and 0 <= copy.age < KEPT_SECONDS:
        return copy.values
    try:
        values = _parsed(_asked(extension, name, token))
    except (Unavailable, ValueError):
        if copy is None:
            raise
        values = copy.values
    _kept[name] = _Copy(values, clock.now().timestamp())
    return values


def renew() -> bool:
    """Have what is kept read anew at its next use; False when that would come too soon, or nothing is kept."""
    if not _kept or any(0 <= copy.age < RENEWED_SECONDS for copy in _kept.values()):
        return False
    _kept.update({name: _Copy(copy.values, 0) for name, copy in _kept.items()})
    return True


def forget() -> None:
    """Keep nothing."""
    _kept.clear()


def _asked(extension: str, name: str, token: str) -> bytes:
    deadline = time.monotonic() + START_SECONDS
    while True:
        status, body = _get(extension, f"/secretsmanager/get?secretId={quote(name, safe='')}", token)
        if status == 200:
            return body
        if 400 <= status < 500 and status != 429 and NOT_READY not in body:
            raise ValueError(f"is not given out: the extension answers {status}, and its log says why")
        if time.monotonic() > deadline:
            raise Unavailable(retry_after=1) from SecretUnreadable(f"the secret {name} cannot be read for now")
        time.sleep(PAUSE_SECONDS)


def _get(extension: str, target: str, token: str) -> tuple[int, bytes]:
    """Status and body; 503 where nobody answers."""
    connection = HTTPConnection(urlsplit(extension).netloc, timeout=START_SECONDS)
    try:
        connection.request("GET", target, headers={"X-Aws-Parameters-Secrets-Token": token})
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, HTTPException):
        return 503, b""
    finally:
        connection.close()


def _parsed(answer: bytes) -> Mapping[str, str]:
    try:
        values = json.loads(json.loads(answer)["SecretString"])
    except (ValueError, KeyError, TypeError):
        values = None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise ValueError("is not a JSON object of texts")
    return values
