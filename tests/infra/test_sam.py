"""`sam local` does as the local gateway and scheduler do: functions in containers, on one database of this machine.

Unknown paths are left out: sam answers them by itself and does not read the template's GatewayResponses.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import boto3
import psycopg
import pytest
from botocore.config import Config
from standardwebhooks import Webhook
from tests.aws import aws_server
from tests.conftest import NO_LIMITS, Api, free_port
from tests.extension import TOKEN, Extension, serving
from tests.infra.test_readme import check, toured
from tests.people import Caller, Reporter, new_platform, new_stream, new_task, new_worker
from tests.receiver import Receiver, receiving

from cloud.secrets import HELD
from cloud.secrets import name as secret_name
from devstack import chain, local, migrate, sam, scheduler
from devstack.gateway import Answer
from devstack.postgres import Cluster
from devstack.template import Route, Template

pytestmark = [pytest.mark.sam, pytest.mark.timeout(900)]

EVERYWHERE = "0.0.0.0"
AT_ONCE = 3  # first calls, each of which starts a container
STACK = "local"  # what sam calls a stack that is not there
# What differs from one telling of a story to the next: ids, times, secrets, and who still may ask how often.
VARYING = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"
    r"|gs_test_\w+|[\w.-]{40,}|platform\d+@|r=\d+;t=\d+"
)


class Functions:
    """Functions called as AWS calls them, by their logical ids."""

    def __init__(self, url: str) -> None:
        patient = Config(read_timeout=sam.FUNCTION_SECONDS, retries={"max_attempts": 0})
        self._client = boto3.client("lambda", endpoint_url=url, config=patient)

    def call(self, name: str, event: Any) -> Any:
        """What it returns, or what Lambda says of its error, which sam does not always name as one."""
        return json.load(self._client.invoke(FunctionName=name, Payload=json.dumps(event))["Payload"])

    def tick(self, name: str, at: datetime | None = None) -> Any:
        """Call a job as its schedule does, now by default; its counts."""
        counts = self.call(name, scheduler.event(Template().functions[name], at or datetime.now(UTC)))
        assert all(isinstance(count, int) for count in counts.values()), counts
        return counts


@pytest.fixture(scope="module", autouse=True)
def engine() -> None:
    if not shutil.which("docker") or subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:
        pytest.skip("there is no Docker engine here")
    if not shutil.which("sam"):
        pytest.skip("there is no sam here: make .venv-sam/ready")


@pytest.fixture(scope="module")
def cluster(engine: None) -> Iterator[Cluster]:
    """A server that containers reach."""
    cluster = Cluster(f"scratch-{os.getpid()}-sam", listen=(EVERYWHERE, free_port()), hasty=True)
    try:
        with cluster.running():
            yield cluster
    finally:
        cluster.discard_if_unused()


@pytest.fixture(scope="module")
def database(cluster: Cluster) -> Iterator[str]:
    """One for all tests of this file, seeded: a container serves more than one of them, and knows one database."""
    cluster.create_database(local.DATABASE)
    migrate.migrate(cluster.url("owner", local.DATABASE))
    migrate.seed(cluster.url("owner", local.DATABASE))
    yield local.DATABASE
    with cluster.superuser(local.DATABASE) as conn:
        assert conn.execute("SELECT * FROM ops.check_invariants()").fetchall() == []


@pytest.fixture(scope="module")
def node(engine: None) -> Iterator[chain.Chain]:
    """A chain that containers reach."""
    with chain.running(listen=EVERYWHERE) as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sam")


@pytest.fixture(scope="module")
def receivers(folder: Path) -> Iterator[tuple[Receiver, dict[str, str]]]:
    """A platform's server that containers reach and trust, and the variables that let them."""
    with receiving(folder, sam.HOST, listen=EVERYWHERE) as (receiver, _, variables):
        yield receiver, variables | {"SSL_CERT_FILE": f"{sam.TASK}/authority.pem"}


@pytest.fixture(scope="module")
def aws(engine: None) -> Iterator[str]:
    """The URL of an AWS, where this process is led to as well."""
    with pytest.MonkeyPatch.context() as variables, aws_server(variables, EVERYWHERE) as url:
        variables.setenv("AWS_SESSION_TOKEN", TOKEN)
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="reports")
        s3.create_bucket(Bucket="anchors", ObjectLockEnabledForBucket=True)
        yield url


@pytest.fixture(scope="module")
def extension(aws: str) -> Iterator[Extension]:
    """What gives functions their secrets."""
    with serving(EVERYWHERE) as extension:
        yield extension


@pytest.fixture(scope="module")
def variables(
    cluster: Cluster,
    database: str,
    node: chain.Chain,
    receivers: tuple[Receiver, dict[str, str]],
    aws: str,
    extension: Extension,
) -> dict[str, str]:
    """What functions are told, all of which leads to this machine; the secrets among it are where AWS keeps them."""
    settlement = node.environment | {"ARC_RPC_URL": from_container(node.url)}
    urls = {
        f"DATABASE_URL_{role.upper()}": cluster.tcp_url(role, database, sam.HOST) for role in ("api", "jobs", "signer")
    }
    elsewhere = {"AWS_ENDPOINT_URL": from_container(aws), "SECRETS_EXTENSION_URL": from_container(extension.url)}
    elsewhere |= {"REPORT_BUCKET": "reports", "AUDIT_ANCHOR_BUCKET": "anchors", "DUE_PARAMETERS": f"/{STACK}/due"}
    known = local.environment(cluster, database) | NO_LIMITS | settlement | urls | elsewhere | receivers[1]
    manager = boto3.client("secretsmanager")
    for kind, names in HELD.items():
        held = {name: known[name] for name in names & known.keys()}
        manager.create_secret(Name=secret_name(STACK, kind), SecretString=json.dumps(held))
    return {name: value for name, value in known.items() if not any(name in names for names in HELD.values())}


@pytest.fixture(scope="module")
def built(variables: dict[str, str], receivers: tuple[Receiver, dict[str, str]], folder: Path) -> Iterator[sam.Local]:
    """What `sam build` made, told of this machine."""
    with sam.built(folder, variables, [folder / "authority.pem"]) as built:
        # The first call of all makes the image. Only its base comes from elsewhere, and not even that when it is here.
        first = sam.run("local", "invoke", "ServiceHealth", "--no-event", *built.options())
        if "Error building docker image" in first.stderr:
            pytest.skip("AWS's Lambda image is neither here nor to be had")
        yield built


@pytest.fixture(scope="module")
def api_url(built: sam.Local) -> Iterator[str]:
    """Where `sam local start-api` serves."""
    with built.serving("start-api") as url:
        yield url


@pytest.fixture
def over_sam(api_url: str) -> Callable[..., Answer]:
    """The local gateway's `request`, to `sam local start-api`."""

    def request(method: str, target: str, *, headers: dict[str, str], body: bytes | str, ip: str) -> Answer:
        with closing(HTTPConnection(urlsplit(api_url).netloc)) as connection:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            return Answer(response.status, dict(response.headers), response.read())

    return request


@pytest.fixture(scope="module")
def functions(built: sam.Local) -> Iterator[Functions]:
    """Every function, called by `sam local start-lambda`."""
    with built.serving("start-lambda") as url:
        yield Functions(url)


def test_the_template_is_valid() -> None:
    done = sam.run("validate", "--lint")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_same_answers(api: Api, over_sam: Callable[..., Answer]) -> None:
    for expected, answer in zip(story(api.request), story(over_sam), strict=True):
        assert told(answer, expected) == told(expected, expected)


def test_no_function_is_left_out() -> None:
    template = Template()
    by_routes = {route.function.name for route in template.routes}
    by_schedules = {schedule.function.name for schedule in template.schedules}
    by_queues = {feed.function.name for feed in template.feeds}
    assert by_routes | by_schedules | by_queues == template.functions.keys()


def test_every_route_answers_a_stranger_the_same(api: Api, over_sam: Callable[..., Answer]) -> None:
    routes = Template().routes
    with ThreadPoolExecutor(AT_ONCE) as strangers:
        answers = list(strangers.map(lambda route: strange(Api(over_sam), route), routes))
    for route, answer in zip(routes, answers, strict=True):
        expected = strange(api, route)
        assert told(answer, expected) == told(expected, expected), route


def test_every_job_runs(functions: Functions) -> None:
    jobs = [schedule.function for schedule in Template().schedules]
    events = [scheduler.event(job, datetime.now(UTC)) for job in jobs]
    with ThreadPoolExecutor(AT_ONCE) as callers:
        answers = list(callers.map(functions.call, [job.name for job in jobs], events))
    assert [answer for answer in answers if "errorType" in answer] == []


def test_a_job_does_its_work_and_finds_it_done(over_sam: Callable[..., Answer], functions: Functions) -> None:
    shop, stream, at = ten_minutes_of_a_stream(Api(over_sam))
    assert functions.tick("ReleaseStreams", at)["released"] >= 1
    assert shop.get(stream).json["released_amount"] == "60.000000"
    assert functions.tick("ReleaseStreams", at).get("released", 0) == 0


def test_a_worker_names_the_message_that_is_to_come_again(
    over_sam: Callable[..., Answer], functions: Functions
) -> None:
    shop, stream, at = ten_minutes_of_a_stream(Api(over_sam))
    (feed,) = Template().feeds
    bodies = {"shard": {"time": at.isoformat(), "platforms": [shop.id], "due": 1}, "nonsense": []}
    records = [{"messageId": name, "body": json.dumps(body)} for name, body in bodies.items()]
    again = functions.call(feed.function.name, {"Records": records})
    assert again == {"batchItemFailures": [{"itemIdentifier": "nonsense"}]}
    assert shop.get(stream).json["released_amount"] == "60.000000"


def test_a_webhook_out(
    over_sam: Callable[..., Answer], functions: Functions, receivers: tuple[Receiver, dict[str, str]]
) -> None:
    receiver, _ = receivers
    shop = new_platform(Api(over_sam), funds=None)
    form = {"url": receiver.url(host=sam.HOST), "event_types": ["task.completed"]}
    endpoint = shop.made("/v1/webhook-endpoints", form)
    shop.made(f"/v1/webhook-endpoints/{endpoint['endpoint']['id']}/test")

    assert functions.tick("DeliverWebhooks") == {"succeeded": 1, "failed": 0, "disabled": 0}

    (request,) = receiver.received
    event = Webhook(endpoint["secret"]).verify(request.body, request.headers)
    assert (event["type"], event["id"]) == ("webhook_endpoint.test", request.headers["webhook-id"])


def test_a_webhook_in(api: Api, over_sam: Callable[..., Answer]) -> None:
    shop = new_platform(api)
    worker = new_worker(api, shop)
    task = new_task(shop, worker, "12.50", external_id="order-7")
    shop.made(f"/v1/tasks/{task}/start")

    answer = Reporter(Caller(Api(over_sam), shop.path, **shop.credentials)).report(
        {"external_id": "order-7", "rating": 4}
    )

    assert (answer.status, answer.json["id"], answer.json["status"]) == (200, task, "completed")
    assert worker.get("/balance").json["available"] == "12.500000"


def test_the_readmes_tour(
    api_url: str, functions: Functions, connect: Callable[[str], psycopg.Connection], tmp_path: Path
) -> None:
    # A link to a report is the containers': here the same server has another name.
    (tmp_path / ".curlrc").write_text(f'connect-to = "{sam.HOST}::127.0.0.1:"\n')
    (tour,) = toured(1, connect, functions.tick, API=api_url, CURL_HOME=str(tmp_path))
    check(tour)


def ten_minutes_of_a_stream(api: Api) -> tuple[Caller, str, datetime]:
    """A platform, the path of its stream of 360 USDC an hour, and ten minutes after that began."""
    shop = new_platform(api)
    start = datetime.now(UTC) - timedelta(minutes=30)
    stream = new_stream(shop, new_worker(api, shop), "360", start_time=start.isoformat(), release_interval=60)
    return shop, f"/v1/streams/{stream}", start + timedelta(minutes=10)


def from_container(url: str) -> str:
    """The URL by which a container reaches what listens on this machine."""
    return f"http://{sam.HOST}:{urlsplit(url).port}"


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


def strange(api: Api, route: Route) -> Answer:
    """What somebody gets who has no credentials, and nothing to say."""
    path = re.sub(r"{\w+}", str(UUID(int=0)), route.path)
    body: Any = {} if route.method in {"POST", "PATCH"} else None
    return api.send(route.method, path, body, headers={"Idempotency-Key": "once"})


def told(answer: Answer, like: Answer) -> tuple[int, dict[str, str], str]:
    """An answer without what varies, and with those headers that `like` has: sam and its server add some."""
    headers = {name: VARYING.sub("?", answer.header(name) or "") for name in like.headers}
    return answer.status, headers, VARYING.sub("?", answer.body.decode())
