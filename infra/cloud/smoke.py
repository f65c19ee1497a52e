"""The smoke test: whether what was deployed answers, and is this release."""

import json
import time
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

from cloud.stop import Stop

ANSWER_SECONDS = 30
PATIENCE = 60.0  # seconds in which a new deployment may still answer with 5xx, or not at all
PAUSE = 1.0
DOCUMENT = "functions/api/service/openapi.json"


@dataclass(frozen=True)
class Answer:
    """Header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def smoke(url: str, release: Path, values: dict[str, str]) -> Iterator[str]:
    """Ask the API as its callers do; `release` is the checkout it was built of, `values` the stack's parameters.

    Tells what was right. Stop at the first that is not. In test mode it leaves a platform behind, in live mode nothing.
    """
    _expect("GET /v1/health", _ask("GET", f"{url}/v1/health"), 200, {"status": "ok"})
    yield "GET /v1/health: it runs"

    newest = max(path.name.partition("_")[0] for path in (release / "schema" / "migrations").glob("*.sql"))
    ready = _expect("GET /v1/ready", _ask("GET", f"{url}/v1/ready"), 200, {"status": "ready", "database": "up"})
    if ready.json["migration"] < newest:
        raise Stop(f"GET /v1/ready: the database is at migration {ready.json['migration']}, and not at {newest}.")
    yield f"GET /v1/ready: the database answers, at migration {ready.json['migration']}"

    document = _expect("GET /v1/openapi.json", _ask("GET", f"{url}/v1/openapi.json"), 200, {"openapi": "3.1.0"})
    if document.json != json.loads((release / DOCUMENT).read_text()):
        raise Stop("GET /v1/openapi.json: it is another release that answers.")
    yield "GET /v1/openapi.json: it is this release"

    unknown = _ask("GET", f"{url}/v1/no-such-path")
    _expect("GET /v1/no-such-path", unknown, 404, {"code": "not_found", "status": 404})
    if unknown.headers.get("content-type") != "application/problem+json":
        raise Stop(f"GET /v1/no-such-path: it is {unknown.headers.get('content-type')} and no problem+json.")
    yield "GET /v1/no-such-path: API Gateway's own errors are problem+json too"

    allowed = _ask("OPTIONS", f"{url}/v1/tasks").headers.get("access-control-allow-origin")
    if allowed != values["CorsOrigins"]:
        raise Stop(f"OPTIONS /v1/tasks: {allowed} may call from a browser, and not {values['CorsOrigins']}.")
    yield f"OPTIONS /v1/tasks: {allowed} may call from a browser"

    if values["Mode"] == "test":
        mail = f"smoke-{uuid.uuid4()}@example.com"
        made = _ask("POST", f"{url}/v1/platforms/register", {"name": "Smoke test", "contact_email": mail})
        _expect("POST /v1/platforms/register", made, 201, {})
        tasks = _ask("GET", f"{url}/v1/tasks", key=made.json["api_key"])
        _expect("GET /v1/tasks", tasks, 200, {"data": []})
        yield "POST /v1/platforms/register: a platform registers, and its key is good"


def _ask(method: str, url: str, body: Any = None, key: str | None = None) -> Answer:
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
    if key:
        headers["X-API-Key"] = key
    sent = None if body is None else json.dumps(body).encode()
    deadline = time.monotonic() + PATIENCE
    while True:
        request = urllib.request.Request(url, sent, headers, method=method)  # noqa: S310 - the stack's own address
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
                return _answer(answer)
        except HTTPError as error:
            with error:
                if error.code < 500 or time.monotonic() > deadline:
                    return _answer(error)
        except (URLError, TimeoutError) as error:
            if time.monotonic() > deadline:
                raise Stop(f"{method} {url}: no answer ({error}).") from None
        time.sleep(PAUSE)


def _answer(given: Any) -> Answer:
    return Answer(given.status, {name.lower(): value for name, value in given.headers.items()}, given.read())


def _expect(what: str, answer: Answer, status: int, said: dict[str, Any]) -> Answer:
    """The answer, when it has the status and, in its JSON, what is named."""
    found = answer.json if isinstance(answer.json, dict) else {}
    if answer.status != status or any(found.get(name) != value for name, value in said.items()):
        raise Stop(f"{what}: {answer.status} {answer.body[:300].decode(errors='replace')}")
    return answer
