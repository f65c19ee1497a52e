"""The API held to its own document, by requests made from it: good ones, bad ones, one after the other.

schemathesis plays its phases (examples, coverage, fuzzing, stateful) as a platform and as a worker, in this process.
Red when an answer has a status, a media type, a header, a field or an error code that the document does not name, when
what the document forbids is taken, when a request without credentials is answered, and when something breaks.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any
from unittest.mock import patch
from uuid import UUID

import schemathesis
from schemathesis import engine
from schemathesis.engine import events
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.transport.wsgi import WSGITransport
from tests.faults.board import Arena, Outcome, row
from tests.faults.serving import called
from tests.faults.worlds import worlds
from tests.ready import CHANGING, Act, ready
from tests.world import World

from devstack.gateway import Gateway
from gigstream.tokens import access_token, read_access_token

# Off, because API Gateway answers an unknown method as it does an unknown path, with 404; because 422 also says what no
# schema can (a wallet's checksum, a time in the past, two fields that exclude each other); because ids are put in here.
OFF = [
    "unsupported_method",
    "allow_header_conformance",
    "positive_data_acceptance",
    "use_after_free",
    "ensure_resource_availability",
]
SIGNED_IN = {"platform": {"X-API-Key": "the platform's"}, "worker": {"Authorization": "Bearer the worker's"}}
ELSEWHERE = "0"  # a made up id with this last digit stays what it is: an id that nothing has


@row(17, "schemathesis, all phases, as platform and as worker, 200 cases an operation", full=200, short=2)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    outcome = Outcome()
    with called(arena) as api, worlds(arena, api, 1) as (world,):
        for kind in SIGNED_IN:
            client = Client(arena, world, kind)
            wrong = _played(client, cases, chance.randrange(10**6))
            outcome.violations += [f"as {kind}: {one}" for one in sorted(wrong)]
            outcome.cases += sum(client.answered.values())
            outcome.accepted += sum(number for status, number in client.answered.items() if status < 300)
    return outcome


class Client:
    """The gateway as a WSGI application.

    Signed in requests get the world's credentials, good whatever was done to them before. One that changes something of
    the world's is made to change something that is ready for it, or only the first would be accepted.
    """

    def __init__(self, arena: Arena, world: World, kind: str) -> None:
        self.gateway, self.arena, self.world, self.kind = Gateway(), arena, world, kind
        self.answered: Counter[int] = Counter()

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        headers = {name[5:].replace("_", "-"): text for name, text in environ.items() if name.startswith("HTTP_")}
        headers |= {"Content-Type": environ["CONTENT_TYPE"]} if environ.get("CONTENT_TYPE") else {}
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        method, path, query = (
            environ["REQUEST_METHOD"],
            environ["REQUEST_URI"].partition("?")[0],
            environ["QUERY_STRING"],
        )
        ours = {name.upper(): text for name, text in SIGNED_IN[self.kind].items()}
        signed, credentials = ours.items() <= headers.items(), self._credentials()
        if signed and (act := self._ready(method, path)):
            path, body, credentials = act.path, self._refilled(body, act), act.credentials
        headers |= _headers(credentials) if signed else {}
        target = f"{path}?{query}".rstrip("?")
        answer = self.gateway.request(method, target, headers=headers, body=body)
        if signed and answer.status == 401:  # it signed itself out before
            self._revive()
            headers |= _headers(self._credentials())
            answer = self.gateway.request(method, target, headers=headers, body=body)
        self.answered[answer.status] += 1
        start(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(answer.headers.items()))
        return [answer.body]

    def _ready(self, method: str, path: str) -> Act | None:
        """An acceptable request of the route, when this is a request about what the world has."""
        for name, rule in CHANGING.items():
            mine = (rule.scope is not None) if self.kind == "platform" else rule.worker
            if mine and method == rule.method and path == rule.path.format_map(self.world.ids):
                return ready(self.world, self.arena.books, name)
        return None

    def _refilled(self, body: bytes, act: Act) -> bytes:
        """The body with the ids that are ready instead of the world's."""
        for name, value in (act.body or {}).items():
            if name in self.world.ids:
                body = body.replace(self.world.ids[name].encode(), str(value).encode())
        return body

    def _credentials(self) -> dict[str, str]:
        who = self.world.platform if self.kind == "platform" else self.world.worker
        return who.credentials

    def _revive(self) -> None:
        self.arena.books.plant(
            "UPDATE ops.refresh_tokens SET revoked_at = NULL WHERE worker_id = %s", self.world.worker.id
        )
        self.arena.books.plant(
            "UPDATE ops.api_keys SET revoked_at = NULL WHERE platform_id = %s", self.world.platform.id
        )
        known = read_access_token(self.world.worker.credentials["token"])
        self.world.worker.credentials["token"] = access_token(known.id, known.session_id)


def _headers(credentials: Mapping[str, str]) -> dict[str, str]:
    if "key" in credentials:
        return {"X-API-KEY": credentials["key"]}
    return {"AUTHORIZATION": f"Bearer {credentials['token']}"}


def _played(client: Client, cases: int, seed: int) -> set[str]:
    """Each thing that is wrong, once."""
    config = schemathesis.Config.from_dict(
        {
            "seed": seed,
            "headers": dict(SIGNED_IN[client.kind]),
            "continue-on-failure": True,
            "cache": {"enabled": False},
            "auth": {"auto-signup": False},
            "generation": {
                "max-examples": cases,
                "database": "none",
                "no-shrink": True,
                "with-security-parameters": False,
            },
            "checks": {name: {"enabled": False} for name in OFF},
            "phases": {"coverage": {"unexpected-methods": []}, "stateful": {"max-steps": 6}},
        }
    )
    schema: Any = schemathesis.openapi.from_wsgi("/v1/openapi.json", client, config=config)
    schema = schema.include(lambda context: _is_for(client.kind, context.operation.definition.raw["security"]))
    _bring_ids(schema, client.world)
    wrong = set[str]()
    with patch.object(WSGITransport, "send", _send_in_process):
        for event in engine.from_schema(schema).execute():
            if isinstance(event, events.ScenarioFinished):
                wrong |= set(_failures(event.recorder))
            elif isinstance(event, events.NonFatalError):
                wrong.add(f"{event.label}: {event.value!r}")
            elif isinstance(event, events.FatalError):
                wrong.add(repr(event.exception))
    return wrong


def _is_for(kind: str, security: list[Mapping[str, list[str]]]) -> bool:
    """Public operations are played once, as a platform; that each refuses the other kind is R16's to show."""
    named = {name for scheme in security for name in scheme}
    return "AccessToken" in named if kind == "worker" else "ApiKey" in named or not named


def _send_in_process(transport: Any, case: Any, **settings: Any) -> Any:
    """A check hands on the settings of a network to where there is none."""
    return _SEND(transport, case, **{name: one for name, one in settings.items() if name not in _NETWORK})


_SEND = WSGITransport.send
_NETWORK = ("max_redirects", "verify", "cert")


def _bring_ids(schema: Any, world: World) -> None:
    """Where an id is asked for and made up, most requests ask for one that is there."""

    def real(context: Any, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {name: world.ids[name] if _is_made_up(name, value, world) else value for name, value in values.items()}

    for hook in ("map_path_parameters", "map_query", "map_body"):
        schema.hooks.hook(hook)(real)


def _is_made_up(name: str, value: Any, world: World) -> bool:
    try:
        return name in world.ids and UUID(value) is not None and not value.endswith(ELSEWHERE)
    except (ValueError, AttributeError, TypeError):
        return False


def _failures(recorder: ScenarioRecorder) -> Iterator[str]:
    for case, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                yield f"{recorder.cases[case].value.operation.label}: {check.name}: {failure.title}: {failure.message}"
    for case, interaction in recorder.interactions.items():
        operation, response = recorder.cases[case].value.operation, interaction.response
        if response is not None and response.status_code >= 400:
            code, status = response.json()["code"], str(response.status_code)
            documented = operation.schema.raw_schema["paths"][operation.path][operation.method]["responses"]
            if code not in _codes(operation.schema.raw_schema, documented.get(status, {})):
                yield f"{operation.label}: {status} {code} is not documented"


def _codes(document: Mapping[str, Any], response: Mapping[str, Any]) -> set[str]:
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return set(response.get("content", {}).get("application/problem+json", {}).get("examples", {}))
