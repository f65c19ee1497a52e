"""AWS without its SDK, which would cost an endpoint most of its cold start: requests signed by Signature Version 4.

Functions that write files, or sign with a key of KMS, have the SDK; they are jobs.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from gigstream import clock
from gigstream.config import settings

ALGORITHM = "AWS4-HMAC-SHA256"
SECONDS = 2


class AwsError(Exception):
    """AWS refused a call, or did not answer; the message says which call and why."""


def post(service: str, target: str, body: Mapping[str, object]) -> Any:
    """Call an action that takes and gives JSON, such as AmazonSSM.GetParameters, once. Raises AwsError."""
    url = urlsplit(settings().aws_endpoint(service))
    data = json.dumps(body).encode()
    connect = HTTPSConnection if url.scheme == "https" else HTTPConnection
    connection = connect(url.netloc, timeout=SECONDS)
    try:
        connection.request("POST", "/", data, signed_headers(service, target, url.netloc, data, clock.now()))
        answer = connection.getresponse()
        said = answer.read()
    except (OSError, HTTPException) as exc:
        raise AwsError(f"{target}: {type(exc).__name__}") from exc
    finally:
        connection.close()
    if answer.status != 200:
        raise AwsError(f"{target}: {answer.status} {_kind(said)}")
    return json.loads(said)


def signed_headers(service: str, target: str, host: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of a POST of JSON; the one that signs the others is the last."""
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "host": host,
        "x-amz-date": stamp(now),
        "x-amz-security-token": settings().aws_session_token,
        "x-amz-target": target,
    }
    headers = {name: value for name, value in headers.items() if value}
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = "\n".join(["POST", "/", "", lines, names, hashlib.sha256(body).hexdigest()])
    credential = f"{settings().aws_access_key_id}/{scope(service, now)}"
    signed = f"Credential={credential}, SignedHeaders={names}, Signature={signature(request, service, now)}"
    return {**headers, "authorization": f"{ALGORITHM} {signed}"}


def signature(request: str, service: str, now: datetime) -> str:
    """What proves that a canonical request is ours, in hexadecimal digits."""
    to_sign = "\n".join([ALGORITHM, stamp(now), scope(service, now), hashlib.sha256(request.encode()).hexdigest()])
    key = f"AWS4{settings().aws_secret_access_key}".encode()
    for part in scope(service, now).split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, to_sign.encode(), "sha256").hex()


def scope(service: str, now: datetime) -> str:
    """What a signature is good for: a day, a region, a service."""
    return f"{now:%Y%m%d}/{settings().aws_region}/{service}/aws4_request"


def stamp(now: datetime) -> str:
    """A time as signatures have it."""
    return f"{now:%Y%m%dT%H%M%SZ}"


def _kind(said: bytes) -> str:
    """The kind of error that an answer names."""
    try:
        return str(json.loads(said)["__type"]).rpartition("#")[2]
    except (ValueError, KeyError, TypeError):
        return "without a word"
