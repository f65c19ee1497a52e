"""A client made from the served document, by a generator that knows nothing of GigStream, plays README's tour."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from devstack.server import serving

PACKAGE = "made_client"
SETTINGS = "post_hooks: []\n"  # no formatter runs over what was made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("client")


@pytest.fixture
def url(environment: pytest.MonkeyPatch) -> Iterator[str]:
    with serving("127.0.0.1", 0) as servers:
        yield servers.url


@pytest.fixture
def make(url: str, made: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`make("api.tasks.create_task")` is a module of the client that was made from the document served at `url`."""
    if not (made / PACKAGE).exists():
        connection = HTTPConnection(url.removeprefix("http://"))
        connection.request("GET", "/v1/openapi.json")
        (made / "openapi.json").write_bytes(connection.getresponse().read())
        connection.close()
        (made / "settings.yaml").write_text(SETTINGS)
        command = [str(Path(sys.executable).with_name("openapi-python-client")), "generate", "--fail-on-warning"]
        files = ["--path", "openapi.json", "--config", "settings.yaml", "--meta", "none", "--output-path", PACKAGE]
        done = subprocess.run([*command, *files], cwd=made, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        assert (done.returncode, "warning" in said.lower()) == (0, False), said
    monkeypatch.syspath_prepend(str(made))
    return lambda module: importlib.import_module(f"{PACKAGE}.{module}")


class Caller:
    """Calls an operation by its name: `caller.create_task(body={...})` answers its parsed reply and its status."""

    def __init__(self, make: Any, client: Any) -> None:
        self._make, self._client = make, client
        self.areas = {
            path.stem: path.parent.name
            for path in Path(make("api").__file__).parent.glob("*/*.py")
        }  # fmt: skip

    def __getattr__(self, name: str) -> Any:
        operation = self._make(f"api.{self.areas[name]}.{name}")

        def call(*ids: Any, body: tuple[str, dict[str, Any]] | None = None, **options: Any) -> Any:
            if body is not None:
                options["body"] = getattr(self._make("models"), body[0]).from_dict(body[1])
            return operation.sync_detailed(*ids, client=self._client, **options)

        return call


def test_a_client_made_from_the_document_plays_the_tour(url: str, make: Any) -> None:
    clients = make("client")

    def signed_in(**credentials: str) -> Caller:
        return Caller(make, clients.AuthenticatedClient(base_url=url, **credentials))

    anybody, me = Caller(make, clients.Client(base_url=url)), uuid4().hex[:8]
    new = {"name": "Corner Kitchen", "contact_email": f"ops-{me}@example.com"}
    platform = anybody.register_platform(body=("PlatformRegistration", new), idempotency_key=me).parsed
    kitchen = signed_in(token=platform.api_key, prefix="", auth_header_name="X-API-Key")

    def once() -> dict[str, str]:
        return {"idempotency_key": uuid4().hex}

    deposit = kitchen.create_platform_deposit(
        platform.platform.id, body=("PlatformNewDeposit", {"amount": "1000"}), **once()
    )
    assert (deposit.status_code, deposit.parsed.available) == (201, "1000.000000")
    email = {"email": f"nina-{me}@example.com"}
    invite = kitchen.invite_worker(body=("WorkerNewInvite", email | {"name": "Nina"}), **once()).parsed
    password = {"password": "correct horse battery"}
    nina = anybody.auth_register(
        body=("AuthRegistration", {"name": "Nina", "invite_token": invite.invite_token} | email | password)
    ).parsed

    priced = {"worker_id": str(nina.worker_id), "task_type": "fixed", "amount": "120.50", "title": "Cater for 40"}
    task = kitchen.create_task(body=("NewTask", priced), **once()).parsed
    assert kitchen.start_task(task.id, **once()).parsed.status == "active"
    done = kitchen.complete_task(task.id, body=("TaskCompletion", {"rating": 5}), **once()).parsed
    assert (done.status, done.paid_amount, done.rating) == ("completed", "120.500000", 5)

    shift = kitchen.create_task(body=("NewTask", priced | {"task_type": "streaming", "amount": "36"}), **once()).parsed
    hour = {"task_id": str(shift.id), "duration_seconds": 3600, "release_interval": 60}
    stream = kitchen.create_stream(body=("NewStream", hour), **once()).parsed
    accrual = kitchen.get_stream_accrual(stream.id).parsed
    assert (accrual.status, accrual.total, accrual.end_time) == ("active", "36.000000", stream.end_time)
    assert kitchen.pause_stream(stream.id, **once()).parsed.status == "paused"

    tokens = anybody.auth_login(body=("AuthLogin", email | password)).parsed
    worker = signed_in(token=tokens.access_token)
    assert worker.get_worker_balance("me").parsed.available.startswith("120.5")
    assert worker.list_worker_transactions("me", limit=5).parsed.next_cursor is None
    assert [one.id for one in worker.list_worker_tasks(nina.worker_id, limit=1).parsed.data] == [shift.id]

    wrong = kitchen.create_task(body=("NewTask", priced | {"amount": "0.0000001"}), **once())
    assert (wrong.status_code, wrong.parsed.code) == (422, "invalid")
    assert [error.field for error in wrong.parsed.errors] == ["amount"]
