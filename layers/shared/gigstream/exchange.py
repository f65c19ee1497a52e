"""One request and its answer: what API Gateway handed in, read with suspicion, and the replies it may get."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalice.app import Request, Response

from gigstream import db, wire
from gigstream.auth import PUBLIC, Caller
from gigstream.config import settings
from gigstream.errors import (
    AlreadyCreated,
    BadRequest,
    GigStreamError,
    Invalid,
    PayloadTooLarge,
    RateLimited,
    UnsupportedMediaType,
)
from gigstream.files import File

VERSION = "2026-11-22"
MAX_BODY = 256 * 1024
MAX_KEY = 255
MAX_USER_AGENT = 500
IDEMPOTENCY_KEY = "Idempotency-Key"
_UNPRINTABLE = re.compile("[^ -~]")
EXPOSED = "RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, Idempotency-Replayed, GigStream-Version"


@dataclass(slots=True)
class Exchange:
    """What is known of the caller grows as work goes on; `allowance` is his requests a minute, where counted."""

    request: Request
    session: db.Session = field(default_factory=lambda: db.Session("api"))
    caller: Caller = PUBLIC
    allowance: int = 0
    status: int = 200
    encoded: tuple[object, str] | None = None

    @property
    def id(self) -> str:
        """API Gateway's id of the request, which the answer, the problem and every log line repeat."""
        return str(self.request.context["requestId"])

    @property
    def address(self) -> str:
        """Where the request came from."""
        return str(self.request.context["identity"]["sourceIp"])

    @property
    def user_agent(self) -> str:
        """What the client says it is, fit to be kept."""
        return _UNPRINTABLE.sub("?", (self.header("user-agent") or "")[:MAX_USER_AGENT])

    @property
    def path_values(self) -> Mapping[str, str]:
        return self.request.uri_params or {}

    def header(self, name: str) -> str | None:
        """A header's value; names in any case."""
        value: str | None = self.request.headers.get(name)
        return value

    def idempotency_key(self) -> str | None:
        """The Idempotency-Key, if one was sent. Raises Invalid when it is unusable."""
        key = self.header(IDEMPOTENCY_KEY)
        if key is not None and not (1 <= len(key) <= MAX_KEY and key.isascii() and key.isprintable()):
            raise Invalid(fields={IDEMPOTENCY_KEY: f"must be 1 to {MAX_KEY} printable ASCII characters"})
        return key

    def query_values(self) -> dict[str, str]:
        """The query parameters; only a list's, `name[]`, may be given twice. Raises Invalid for another's."""
        values: dict[str, str] = {}
        for name, given in (self.request.to_original_event()["multiValueQueryStringParameters"] or {}).items():
            if len(given) != 1 and not name.endswith("[]"):
                raise Invalid(fields={wire.shown(name): "is given twice"})
            values[name] = ",".join(given)
        return values

    def raw_body(self) -> bytes:
        """The body as it came. Raises PayloadTooLarge above 256 KiB."""
        try:
            body = self.request.raw_body
            raw = body if isinstance(body, bytes) else body.encode()
        except ValueError:
            raise BadRequest("the body cannot be decoded") from None
        if len(raw) > MAX_BODY:
            raise PayloadTooLarge
        return raw

    def json_body(self) -> bytes:
        """The body, known to be strict JSON; none at all is {}. Raises 400, 413, 415, or 422 naming the field."""
        raw = self.raw_body()
        if not raw:
            return b"{}"
        media_type = (self.header("content-type") or "").partition(";")[0]
        if media_type.strip().lower() != "application/json":
            raise UnsupportedMediaType
        wire.check(raw)
        return raw

    def reply(self, result: object) -> Response:
        """The view's result, or 204 when there is none; a file as it is, or 304 to those who have it.

        HEAD has no result to wait for.
        """
        if result is None:
            return Response("", self._headers(), self.status if self.request.method == "HEAD" else 204)
        if isinstance(result, File):
            headers = self._headers(result.headers)
            if result.headers["ETag"] in (self.header("if-none-match") or ""):
                return Response("", headers, 304)
            return Response(result.text, headers, self.status)
        return Response(self.encode(result), self._headers({"Content-Type": "application/json"}), self.status)

    def encode(self, result: object) -> str:
        """The result as it is sent; made once, when an idempotency row keeps it too."""
        if self.encoded is None or self.encoded[0] is not result:
            self.encoded = result, wire.encode(result)
        return self.encoded[1]

    def replay(self, answer: db.Answer) -> Response:
        """The answer that an earlier request with the same key got."""
        if answer.body is None:
            return self.problem(AlreadyCreated())
        extra = {"Content-Type": "application/json", "Idempotency-Replayed": "true"}
        return Response(answer.body, self._headers(extra), answer.status)

    def problem(self, error: GigStreamError, extra: Mapping[str, str] | None = None) -> Response:
        """An error as RFC 9457 has it."""
        body = {
            "type": f"urn:gigstream:error:{error.code}",
            "title": type(error).__doc__,
            "status": error.status,
            "detail": str(error),
            "code": error.code,
            "request_id": self.id,
            "errors": [{"field": name, "message": message} for name, message in error.fields.items()],
        }
        headers = {"Content-Type": "application/problem+json", **(extra or {})}
        if error.retry_after is not None:
            headers["Retry-After"] = str(error.retry_after)
        # Whose request was counted is told by that; a rule of the route's own is no matter of his allowance.
        if isinstance(error, RateLimited) and self.session.limit is None:
            self.session.limit = db.Limit(self.allowance, 0, error.retry_after or 0)
        if error.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return Response(wire.encode(body), self._headers(headers), error.status)

    def _headers(self, extra: Mapping[str, str] | None = None) -> dict[str, Any]:
        headers = {"X-Request-Id": self.id, "GigStream-Version": VERSION, "Cache-Control": "no-store", **(extra or {})}
        if limit := self.session.limit:
            headers["RateLimit-Policy"] = f'"default";q={limit.limit};w=60'
            headers["RateLimit"] = f'"default";r={limit.remaining};t={limit.reset}'
        origin, allowed = self.header("origin"), settings().cors_origins
        if origin is not None and (origin in allowed or "*" in allowed):
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = EXPOSED
            headers["Vary"] = "Origin"
        return headers
