"""API Gateway in small: routes by template.yaml, builds REST proxy events and calls the handlers in this process.

Tests and `make dev` use it, so each request also tries the template. What API Gateway answers by itself (unknown path,
OPTIONS, body too large, crashed function) is answered here with the template's own GatewayResponses.
"""

import json
import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

from devstack import downloads
from devstack.template import Function, Route, Template

BODY_LIMIT = 10 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """Header names are looked up in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), None)


@dataclass(frozen=True)
class Context:
    """What Lambda hands to a handler beside the event."""

    function_name: str
    timeout: int
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 512
    started: float = field(default_factory=time.monotonic)

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:local:000000000000:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.started + self.timeout - time.monotonic()) * 1000))


def invoke(function: Function, event: dict[str, Any]) -> Any:
    """Call a function as Lambda would."""
    return function.load()(event, Context(function.name, function.timeout))


class Gateway:
    """`request` lets through what a handler raises, which no handler should; a server then answers with `crashed`.

    `call` calls a function with an event: in this process, unless told otherwise.
    """

    def __init__(
        self, template: Template | None = None, call: Callable[[Function, dict[str, Any]], Any] = invoke
    ) -> None:
        self._template = template or Template()
        self._call = call
        # A path without parameters wins over one with: /v1/platforms/register over /v1/platforms/{platform_id}.
        routes = sorted(self._template.routes, key=lambda route: route.path.replace("{", "~"))
        self._routes = [(_pattern(route.path), route) for route in routes]

    def request(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | str = b"",
        ip: str = "127.0.0.1",
    ) -> Answer:
        """Answer one request; `target` is a path with its query."""
        sent = body.encode() if isinstance(body, str) else body
        path, _, query = target.partition("?")
        found = [(match, route) for pattern, route in self._routes if (match := pattern.fullmatch(path))]
        if method == "OPTIONS" and found:
            return Answer(200, self._template.cors, b"")
        called = next(((match, route) for match, route in found if route.method == method), None)
        if method == "GET" and path.startswith(f"{downloads.PATH}/"):
            return self._download(path, query)
        if called is None:  # API Gateway does not tell an unknown path from an unknown method
            return self._own("MISSING_AUTHENTICATION_TOKEN")
        if len(sent) > BODY_LIMIT:
            return self._own("REQUEST_TOO_LARGE")
        match, route = called
        event = _proxy_event(route, match, query, headers=dict(headers or {}), body=sent, ip=ip)
        return _answer(self._call(route.function, event))

    def crashed(self) -> Answer:
        """The answer for a function that failed as a whole."""
        return self._own("DEFAULT_5XX")

    def _download(self, path: str, query: str) -> Answer:
        """What S3 would answer to a link of ours."""
        found = downloads.find(path, query)
        if found is None:
            return Answer(403, {"Content-Type": "text/plain"}, b"the link is wrong or has ended\n")
        return Answer(200, {"Content-Type": "application/octet-stream"}, found)

    def _own(self, kind: str) -> Answer:
        response = self._template.responses[kind]
        variables = {"context.requestId": str(uuid.uuid4())}
        headers = {name: variables.get(value, value) for name, value in response.headers.items()}
        return Answer(response.status, headers, response.body.substitute(variables).encode())


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)))


def _proxy_event(
    route: Route, match: re.Match[str], query: str, *, headers: dict[str, str], body: bytes, ip: str
) -> dict[str, Any]:
    """A REST (v1) proxy event; what is empty is null, as API Gateway sends it."""
    values = parse_qs(query, keep_blank_values=True)
    return {
        "resource": route.path,
        "path": match.string,
        "httpMethod": route.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: given[-1] for name, given in values.items()} or None,
        "multiValueQueryStringParameters": values or None,
        "pathParameters": {name: unquote(value) for name, value in match.groupdict().items()} or None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": route.path,
            "httpMethod": route.method,
            "path": match.string,
            "stage": "local",
            "protocol": "HTTP/1.1",
            "requestId": str(uuid.uuid4()),
            "requestTimeEpoch": int(time.time() * 1000),
            "identity": {"sourceIp": ip, "userAgent": headers.get("User-Agent")},
        },
        "body": body.decode(errors="replace") if body else None,
        "isBase64Encoded": False,
    }


def _answer(reply: dict[str, Any]) -> Answer:
    """From a proxy reply, in the form that API Gateway insists on."""
    headers = {**reply.get("headers", {})}
    headers |= {name: ", ".join(values) for name, values in reply.get("multiValueHeaders", {}).items()}
    return Answer(reply["statusCode"], headers, (reply.get("body") or "").encode())
