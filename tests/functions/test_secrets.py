"""Secrets from Secrets Manager, through the extension: read once, replaced without a deployment, told to nobody."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import jwt
import pytest
from moto import mock_aws
from psycopg import sql
from tests.conftest import Api, free_port
from tests.extension import REGION, TOKEN, Extension, serving
from tests.people import new_platform, new_worker

from cloud.secrets import HELD, name
from devstack.chain import Chain
from devstack.postgres import Cluster
from devstack.template import Template
from gigstream import clock, config, db, secrets

ANOTHER = "another secret of 32 bytes and more"
STACK = "gigstream"
API = name(STACK, "api")


class Vault:
    """Secrets Manager, with a secret a class, and the environment of one function that reads them."""

    def __init__(self, environment: pytest.MonkeyPatch, extension: Extension) -> None:
        self._manager = boto3.client("secretsmanager", region_name=REGION)
        self._environment = environment
        self.extension = extension
        self.held = {kind: {key: os.environ[key] for key in keys & os.environ.keys()} for kind, keys in HELD.items()}
        for kind, values in self.held.items():
            self._manager.create_secret(Name=name(STACK, kind), SecretString=json.dumps(values))

    def put(self, kind: str, text: str | None = None, **changes: str) -> None:
        """A new version: the text, or what was held with these changes."""
        self.held[kind] |= changes
        self._manager.put_secret_value(SecretId=name(STACK, kind), SecretString=text or json.dumps(self.held[kind]))

    def start(self, kind: str) -> None:
        """A new execution environment, of a function of this class."""
        self._environment.setenv("SECRET_ID", name(STACK, kind))
        db.close()
        secrets.forget()
        config.settings.cache_clear()


@pytest.fixture
def vault(environment: pytest.MonkeyPatch) -> Iterator[Vault]:
    """Of class api; no variable is a secret any more."""
    with mock_aws(), serving() as extension:
        vault = Vault(environment, extension)
        for key in frozenset[str]().union(*HELD.values()) & os.environ.keys():
            environment.delenv(key)
        environment.setenv("SECRETS_EXTENSION_URL", extension.url)
        environment.setenv("AWS_SESSION_TOKEN", TOKEN)
        vault.start("api")
        yield vault
        db.close()
        secrets.forget()


@pytest.fixture
def later(environment: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let so many seconds go by, for secrets alone."""
    passed = timedelta()

    def wait(seconds: float) -> None:
        nonlocal passed
        passed += timedelta(seconds=seconds)
        environment.setattr(secrets, "clock", SimpleNamespace(now=lambda: clock.now() + passed))

    return wait


@pytest.fixture
def guarded(cluster: Cluster, database: str, url: Callable[[str], str]) -> Iterator[Callable[[str], str]]:
    """Role api has to give a password here: `guarded("new one")` replaces it and gives the URL."""
    access = cluster.data / "pg_hba.conf"
    open_to_all = access.read_text()

    def replace(password: str) -> str:
        with cluster.superuser() as conn:
            conn.execute(sql.SQL("ALTER ROLE api PASSWORD {}").format(sql.Literal(password)))
            conn.execute("SELECT pg_reload_conf()")
        return url("api").replace("api@", f"api:{password}@")

    access.write_text(f"local {database} api scram-sha-256\n{open_to_all}")
    yield replace
    access.write_text(open_to_all)
    with cluster.superuser() as conn:
        conn.execute("SELECT pg_reload_conf()")


def test_requests_are_answered_with_one_look_at_the_secret(api: Api, vault: Vault) -> None:
    shop = new_platform(api)
    worker = new_worker(api, shop)
    assert worker.get("/v1/auth/me").status == 200
    assert vault.extension.asked == [API]


def test_five_minutes_later_it_is_read_anew(api: Api, vault: Vault, later: Callable[[float], None]) -> None:
    assert api.get("/v1/ready").status == 200
    vault.put("api", JWT_SECRET=ANOTHER)
    later(secrets.KEPT_SECONDS - 1)
    assert config.settings().jwt_secret != ANOTHER.encode()
    later(1)
    assert config.settings().jwt_secret == ANOTHER.encode()
    assert vault.extension.asked == [API, API]


def test_a_replaced_database_password_is_found_by_whoever_is_refused(
    api: Api, vault: Vault, guarded: Callable[[str], str], later: Callable[[float], None]
) -> None:
    vault.put("api", DATABASE_URL_API=guarded("before"))
    assert api.get("/v1/ready").status == 200
    vault.put("api", DATABASE_URL_API=guarded("after"))
    later(secrets.RENEWED_SECONDS)
    assert api.get("/v1/ready").status == 200  # a connection that is open goes on
    assert vault.extension.asked == [API]
    db.close()
    assert api.get("/v1/ready").status == 200
    assert vault.extension.asked == [API, API]


def test_a_database_that_refuses_us_all_the_same_is_unavailable_and_secrets_manager_is_left_alone(
    api: Api, vault: Vault, guarded: Callable[[str], str], later: Callable[[float], None]
) -> None:
    vault.put("api", DATABASE_URL_API=guarded("right").replace("right", "wrong"))
    for _ in range(3):
        assert api.get("/v1/ready").status == 503
    assert vault.extension.asked == [API]
    later(secrets.RENEWED_SECONDS)
    for _ in range(3):
        assert api.get("/v1/ready").status == 503
    assert vault.extension.asked == [API, API]


def test_tokens_outlive_the_secret_that_signed_them(api: Api, vault: Vault, later: Callable[[float], None]) -> None:
    old = new_worker(api).credentials["token"]
    vault.put("api", JWT_SECRET=ANOTHER, JWT_SECRET_PREVIOUS=vault.held["api"]["JWT_SECRET"])
    later(secrets.KEPT_SECONDS)
    new = new_worker(api).credentials["token"]
    jwt.decode(new, ANOTHER, ["HS256"], audience="gigstream-api")
    assert [api.get("/v1/auth/me", token=token).status for token in (old, new)] == [200, 200]
    vault.put("api", JWT_SECRET_PREVIOUS="")
    later(secrets.KEPT_SECONDS)
    assert [api.get("/v1/auth/me", token=token).status for token in (old, new)] == [401, 200]


def test_a_token_of_a_function_that_has_the_new_secret_already_is_good_at_once(
    api: Api, vault: Vault, later: Callable[[float], None]
) -> None:
    token = new_worker(api).credentials["token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    vault.put("api", JWT_SECRET=ANOTHER, JWT_SECRET_PREVIOUS=vault.held["api"]["JWT_SECRET"])
    later(secrets.RENEWED_SECONDS)
    assert api.get("/v1/auth/me", token=jwt.encode(claims, ANOTHER)).status == 200
    assert api.get("/v1/auth/me", token=token).status == 200
    for _ in range(3):
        assert api.get("/v1/auth/me", token=jwt.encode(claims, ANOTHER + "!")).status == 401
    assert vault.extension.asked == [API, API]


def test_an_api_key_is_good_with_the_pepper_in_force(api: Api, vault: Vault, later: Callable[[float], None]) -> None:
    shop, pepper = new_platform(api), vault.held["api"]["API_KEY_PEPPER"]
    for held, status in ((ANOTHER, 401), (pepper, 200)):
        vault.put("api", API_KEY_PEPPER=held)
        later(secrets.KEPT_SECONDS)
        assert shop.get("/v1/auth/me").status == status


def test_an_extension_that_still_starts_is_waited_for(api: Api, vault: Vault) -> None:
    vault.extension.not_ready = 3
    assert api.get("/v1/ready").status == 200


def test_without_the_extension_a_first_request_is_unavailable_and_later_ones_go_on(
    api: Api,
    vault: Vault,
    environment: pytest.MonkeyPatch,
    later: Callable[[float], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    environment.setattr(secrets, "START_SECONDS", 0.2)
    vault.extension.not_ready = 10**9
    answer = api.get("/v1/ready")
    assert (answer.status, answer.json["code"], answer.header("Retry-After")) == (503, "unavailable", "1")
    assert API.encode() not in answer.body
    assert f"the secret {API} cannot be read for now" in capsys.readouterr().out
    vault.extension.not_ready = 0
    assert api.get("/v1/ready").status == 200
    vault.extension.not_ready = 10**9
    later(secrets.KEPT_SECONDS)
    assert api.get("/v1/ready").status == 200


def test_where_nobody_listens_it_is_the_same(api: Api, vault: Vault, environment: pytest.MonkeyPatch) -> None:
    environment.setattr(secrets, "START_SECONDS", 0.2)
    environment.setenv("SECRETS_EXTENSION_URL", f"http://127.0.0.1:{free_port()}")
    vault.start("api")
    assert api.get("/v1/ready").status == 503


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("xyzzy", f"the secret {API} is not a JSON object of texts"),
        ('["xyzzy"]', f"the secret {API} is not a JSON object of texts"),
        ('{"DATABASE_URL_API": 1}', f"the secret {API} is not a JSON object of texts"),
        ('{"JWT_SECRET": "xyzzy"}', f"DATABASE_URL_API is not in the secret {API}"),
    ],
)
def test_a_secret_of_no_use_is_named_and_not_shown(
    api: Api, vault: Vault, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    vault.put("api", text)
    answer = api.get("/v1/ready")
    logged = capsys.readouterr().out
    assert (answer.status, answer.json["code"]) == (500, "internal_error")
    assert said in logged
    assert "xyzzy" not in answer.body.decode() + logged


def test_a_secret_that_is_not_there_or_not_ours_is_a_matter_of_configuration(
    api: Api, vault: Vault, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    vault.start("nobody")
    assert api.get("/v1/ready").status == 500
    assert "the secret gigstream/nobody is not given out: the extension answers 4" in capsys.readouterr().out
    environment.setenv("AWS_SESSION_TOKEN", "another")
    vault.start("api")
    assert api.get("/v1/ready").status == 500
    assert "the extension answers 401" in capsys.readouterr().out


def test_jobs_find_all_that_they_need_in_the_secret_of_their_class(
    api: Api, job: Callable[..., Any], chain: Chain, vault: Vault
) -> None:
    day = f"{clock.now():%Y-%m-%d}"
    new_platform(api).made("/v1/reports", {"kind": "ledger", "from_date": day, "to_date": day})
    counts = {}
    for schedule in Template().schedules:
        kind = "signer" if schedule.function.name == "SubmitSettlements" else "jobs"
        vault.start(kind)
        counts[schedule.function.name] = job(schedule.function.name)
        assert vault.extension.asked.pop() == name(STACK, kind)
    assert counts["RunReports"]["done"] == 1
