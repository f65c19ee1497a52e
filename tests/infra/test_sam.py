"""`sam local` answers as the local gateway does: the same requests to both, on one database.

Unknown paths are left out: sam answers them by itself and does not read the template's GatewayResponses.
"""

import json
import os
import platform
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from tests.conftest import TEMPLATE_DATABASE, Api, free_port
from tests.extension import REGION, TOKEN, serving
from tests.people import Caller, new_platform, new_stream, new_task, new_worker

from cloud.secrets import HELD
from cloud.secrets import name as secret
from devstack import migrate, scheduler
from devstack.gateway import Answer
from devstack.postgres import CHECKOUT, Cluster
from devstack.template import Template

pytestmark = [pytest.mark.sam, pytest.mark.timeout(600)]

ARCHITECTURE = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
OPTIONS = ["--config-file", str(CHECKOUT / "samconfig.toml"), "--parameter-overrides", f"Architecture={ARCHITECTURE}"]
SESSION = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key", "AWS_SESSION_TOKEN": TOKEN}
ENVIRONMENT = {**os.environ, **SESSION, "ARCHITECTURE": ARCHITECTURE, "SAM_CLI_TELEMETRY": "0"}
SAM_STACK = "local"  # what sam calls a stack that is not there
HOST = "host.docker.internal"  # samconfig.toml has the containers call this machine so
START_SECONDS = 60
# What differs from one telling of a story to the next: ids, times, secrets, and who still may ask how often.
VARYING = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"
    r"|gs_test_\w+|[\w.-]{40,}|platform\d+@|r=\d+;t=\d+"
)


@pytest.fixture(scope="module", autouse=True)
def engine() -> None:
    if not shutil.which("docker") or subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:
        pytest.skip("there is no Docker engine here")
    if not shutil.which("sam"):
        pytest.skip("there is no sam here: make .venv-sam/ready")


@pytest.fixture(scope="module")
def cluster(engine: None) -> Iterator[Cluster]:
    """A server that containers reach, with a seeded database to copy."""
    cluster = Cluster(f"scratch-{os.getpid()}-sam", listen=("0.0.0.0", free_port()), hasty=True)
    try:
        with cluster.running():
            cluster.create_database(TEMPLATE_DATABASE)
            migrate.migrate(cluster.url("owner", TEMPLATE_DATABASE))
            migrate.seed(cluster.url("owner", TEMPLATE_DATABASE))
            yield cluster
    finally:
        cluster.discard_if_unused()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template that `sam build` wrote, beside what it built."""
    folder = tmp_path_factory.mktemp("built")
    sam("build", "--no-cached", "--build-dir", str(folder), *OPTIONS)
    template = folder / "template.yaml"
    # The first call of all makes the image. Only its base comes from elsewhere, and not even that when it is here.
    first = run(
        "local", "invoke", "ServiceHealth", "--no-event", "--skip-pull-image", "--template", str(template), *OPTIONS
    )
    if "Error building docker image" in first.stderr:
        pytest.skip("AWS's Lambda image is neither here nor to be had")
    return template


@pytest.fixture
def options(
    built: Path, cluster: Cluster, database: str, environment: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[list[str]]:
    """What `sam local` has to be told: what was built, this process's variables, and secrets that lead here."""
    urls = {f"DATABASE_URL_{role.upper()}": cluster.tcp_url(role, database, HOST) for role in ("api", "jobs")}
    variables = {name: os.environ[name] for name in Template().environment}
    with mock_aws(), serving("0.0.0.0") as extension:
        manager = boto3.client("secretsmanager", region_name=REGION)
        for kind, keys in HELD.items():
            held = {key: value for key, value in (os.environ | urls).items() if key in keys}
            manager.create_secret(Name=secret(SAM_STACK, kind), SecretString=json.dumps(held))
        variables["SECRETS_EXTENSION_URL"] = extension.url.replace("0.0.0.0", HOST)
        file = tmp_path / "variables.json"
        file.write_text(json.dumps({"Parameters": variables}))
        yield ["--template", str(built), "--env-vars", str(file), "--skip-pull-image", *OPTIONS]


@pytest.fixture
def over_sam(options: list[str], tmp_path: Path) -> Iterator[Callable[..., Answer]]:
    """The local gateway's `request`, to `sam local start-api`."""
    log, port = tmp_path / "log", free_port()
    command = ["sam", "local", "start-api", "--port", str(port), *options]
    with (
        log.open("w") as output,
        subprocess.Popen(command, cwd=CHECKOUT, env=ENVIRONMENT, stdout=output, stderr=output) as server,
    ):
        try:
            await_port(port, server)
            yield over_http(port)
        finally:
            server.terminate()
            print(log.read_text())


def test_the_template_is_valid() -> None:
    sam("validate", "--lint")


def test_the_same_answers(api: Api, over_sam: Callable[..., Answer]) -> None:
    for expected, answer in zip(story(api.request), story(over_sam), strict=True):
        assert told(answer, expected) == told(expected, expected)


def test_a_job_from_an_event_file(api: Api, options: list[str], job: Callable[..., Any], tmp_path: Path) -> None:
    shop = new_platform(api)
    start = datetime.now(UTC) - timedelta(minutes=30)
    stream = new_stream(shop, new_worker(api, shop), "360", start_time=start.isoformat(), release_interval=60)
    at = start + timedelta(minutes=10)
    event = tmp_path / "event.json"
    event.write_text(json.dumps(scheduler.event(Template().functions["ReleaseStreams"], at)))

    counts = json.loads(sam("local", "invoke", "ReleaseStreams", "--event", str(event), *options))

    assert counts["released"] >= 1
    assert shop.get(f"/v1/streams/{stream}").json["released_amount"] == "60.000000"
    assert job("ReleaseStreams", at=at) == {"due": 0, "released": 0, "failed": 0}


def story(served: Callable[..., Answer]) -> list[Answer]:
    """A platform signs up, gives Alice a task and a stream, and asks for one thing that cannot be."""
    answers: list[Answer] = []

    def recorded(*request: Any, **options: Any) -> Answer:
        answers.append(served(*request, **options))
        return answers[-1]

    api = Api(recorded)
    api.get("/v1/health")
    shop = new_platform(api)
    invite = shop.made("/v1/workers", {"email": "alice@example.com"})
    login = {"email": "alice@example.com", "password": "demo123", "invite_token": invite["invite_token"]}
    session = api.post("/v1/auth/login", login).json
    alice = Caller(api, f"/v1/workers/{session['worker_id']}", token=session["access_token"])
    alice.get("/v1/auth/me")

    new_task(shop, alice, "120.50")
    shop.post("/v1/tasks", {"worker_id": alice.id, "task_type": "fixed", "amount": "NaN", "title": "Deliver a parcel"})
    # A cent in a year is one unit in 53 minutes: half of them from the next unit, everybody who asks reads the same.
    start = datetime.now(UTC) - 10.5 * timedelta(days=365) / 10_000
    stream = new_stream(shop, alice, "0.01", start_time=start.isoformat(), duration_seconds=365 * 24 * 3600)
    assert alice.get(f"/v1/streams/{stream}/accrual").json["accrued"] == "0.000010"
    return answers


def told(answer: Answer, like: Answer) -> tuple[int, dict[str, str], str]:
    """An answer without what varies, and with those headers that `like` has: sam and its server add some."""
    headers = {name: VARYING.sub("?", answer.header(name) or "") for name in like.headers}
    return answer.status, headers, VARYING.sub("?", answer.body.decode())


def sam(*arguments: str) -> str:
    """What sam writes to its standard output."""
    done = run(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sam", *arguments], cwd=CHECKOUT, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )


def over_http(port: int) -> Callable[..., Answer]:
    def request(method: str, target: str, *, headers: dict[str, str], body: bytes | str, ip: str) -> Answer:
        with closing(HTTPConnection("127.0.0.1", port)) as connection:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            return Answer(response.status, dict(response.headers), response.read())

    return request


def await_port(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise AssertionError("sam local start-api does not listen")
