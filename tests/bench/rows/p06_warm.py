"""P6: what a warm handler does beside the database, guard, validation and encoding, beside other frameworks' routes.

Each gets the same event and answers with the same task. Ours also signs the caller in, claims the Idempotency-Key and
writes its line to the log; what the database answers is recorded, and given without asking.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import nullcontext, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any, cast
from unittest.mock import patch
from uuid import UUID

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.openapi.params import Body
from chalice.app import Chalice, Response
from psycopg.pq import TransactionStatus
from tests.bench.board import Line, in_turn, row
from tests.bench.service import Service, service
from tests.conftest import Api

from devstack.gateway import Context, Gateway
from devstack.template import Function
from gigstream import config, db
from gigstream.models.tasks import NewTask
from gigstream.web import Rule

TIMES = 2_000
RUNS = 9
TOY = {"TIMES": 2, "RUNS": 1}
Handler = Callable[[dict[str, Any], Any], Any]
CONNECTIONS = db._connections  # noqa: SLF001 - the seam between queries and the driver
CONTEXT = Context("Bench", 10)


@dataclass
class Recording:
    """A connection that keeps the cursors it gave out."""

    real: Any
    cursors: list[Any] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def cursor(self, **options: Any) -> Any:
        self.cursors.append(self.real.cursor(**options))
        return self.cursors[-1]


class Recorded:
    """A connection, and each of its cursors, that has its answers already and begins again behind the last."""

    closed = False
    info = SimpleNamespace(transaction_status=TransactionStatus.IDLE)

    def __init__(self, cursors: list[Any]) -> None:
        self._answers = [_Answer(cursor) for cursor in cursors]
        self._next = 0

    def pipeline(self) -> Any:
        return nullcontext()

    def cursor(self, **_: Any) -> "_Answer":
        self._next += 1
        return self._answers[(self._next - 1) % len(self._answers)]


class _Answer:
    def __init__(self, cursor: Any) -> None:
        self.description, self.rowcount, self._rows = cursor.description, cursor.rowcount, []
        if self.description and self.rowcount:
            cursor.scroll(0, "absolute")
            self._rows = cursor.fetchall()

    def execute(self, *_: Any) -> None:
        """It was."""

    def fetchall(self) -> list[Any]:
        return self._rows


@row(6)
def warm() -> Iterator[Line]:
    """By turns, TIMES calls each."""
    with service() as served:
        os.environ["LOG_LEVEL"] = "INFO"
        config.settings.cache_clear()
        for title, name in (("read", "GET /v1/tasks/{task_id}"), ("write", "POST /v1/tasks")):
            with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
                mine, bare, checked = _microseconds(served, name)
            yield Line("P6", f"a warm {title}", mine, bare, "us", "<= 3", "a bare Chalice route")
            yield Line("P6", f"a warm {title}", mine, checked, "us", "<= 1", "Powertools with validation")


def _microseconds(served: Service, name: str) -> list[float]:
    """A call of ours, of a bare Chalice route, of one of Powertools."""
    calls: list[tuple[Function, dict[str, Any]]] = []

    def call(function: Function, event: dict[str, Any]) -> Any:
        calls.append((function, event))
        return function.load()(event, CONTEXT)

    act = served.act(name)
    conn, used = CONNECTIONS["api"]
    recording = Recording(conn)
    with patch.dict(CONNECTIONS, {"api": (recording, used)}):
        answer = act.send(Api(Gateway(call=call).request)).json
    ((function, event),) = calls
    ours, others = function.load(), [_chalice(act.rule, answer), _powertools(act.rule, answer)]
    with patch.dict(CONNECTIONS, {"api": (Recorded(recording.cursors), used)}):
        for handler in (ours, *others):
            told = json.loads(handler(event, CONTEXT)["body"])
            if told != answer:
                raise RuntimeError(f"{name}: {told}")
        taken = in_turn(*(_times(handler, event) for handler in (ours, *others)), runs=RUNS)
    return [1e6 * seconds / TIMES for seconds in taken]


def _times(handler: Handler, event: dict[str, Any]) -> Callable[[], None]:
    def work() -> None:
        for _ in range(TIMES):
            handler(event, CONTEXT)

    return work


def _chalice(rule: Rule, answer: dict[str, Any]) -> Handler:
    app = Chalice("bare", configure_logs=False)

    @app.route(rule.path, methods=[rule.method])
    def view(**_: str) -> Any:
        request = app.current_request
        return Response(answer, status_code=201) if request and request.json_body else answer

    return cast("Handler", app)


def _powertools(rule: Rule, answer: dict[str, Any]) -> Handler:
    app = APIGatewayRestResolver(enable_validation=True)

    def read(task_id: UUID) -> dict[str, Any]:
        return answer

    def write(task: Annotated[NewTask, Body()]) -> dict[str, Any]:
        return answer

    app.route(rule.path.replace("{", "<").replace("}", ">"), method=rule.method)(write if rule.writes else read)
    return app.resolve
