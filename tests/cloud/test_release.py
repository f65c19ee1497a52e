"""`gigstream deploy`: from an empty stage on, again, and where it has to stop."""

import argparse
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import boto3
import psycopg
import pytest
from tests.cloud.stage import GIVEN, Stage

from cloud import parameters, person, roles, smoke, stack
from cloud.secrets import HELD, OPTIONAL
from cloud.stop import Stop
from devstack import migrate
from devstack.postgres import Cluster
from devstack.template import Template

Said = Callable[[], tuple[str, str]]


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Said:
    """What was printed since the last look: told, complained of."""

    def read() -> tuple[str, str]:
        told, complained = capfd.readouterr()
        return told, complained

    return read


def test_a_new_stage_is_deployed_and_the_next_deployment_changes_nothing_else(
    stage: Stage, said: Said, remote: Cluster
) -> None:
    commit = stage.commit()
    assert stage.first() == 0, said()
    told, _ = said()
    assert [line[:3] for line in told.splitlines() if re.match(r"\d/", line)] == [f"{n}/6" for n in range(1, 7)]

    # Every class of functions has what it needs, and nothing else; roles get in by what they were given.
    secrets = {kind: json.loads(text) for kind, text in stage.secrets().items()}
    assert {kind: set(values) for kind, values in secrets.items()} == {k: held - OPTIONAL for k, held in HELD.items()}
    values = {name: value for kept in secrets.values() for name, value in kept.items()}
    assert all(kept[name] == values[name] for kept in secrets.values() for name in kept)
    for role in ("api", "jobs", "signer"):
        assert roles.opens(values[f"DATABASE_URL_{role.upper()}"], role)
    assert all(len(values[name]) >= 32 for name in ("JWT_SECRET", "API_KEY_PEPPER", "WEBHOOK_ENCRYPTION_KEY"))
    assert not [name for name, value in values.items() if value in told]

    # sam was told what is the stage's own, and nothing that is secret.
    build, deploy = stage.sam()
    assert (build["arguments"], build["architecture"], build["folder"]) == (["build"], "arm64", str(stage.checkout))
    assert {f'{name}="{value}"' for name, value in GIVEN.items()} <= set(deploy["arguments"])
    assert not [name for name, value in values.items() if value in str(stage.sam())]
    assert not {*values, "DATABASE_URL_DIRECT"} & set(build["variables"] + deploy["variables"])
    assert stage.history() == [(commit, "migrated"), (commit, "deployed"), (commit, "passed")]
    assert f"{len(Template().schedules)} jobs have run" in told
    written = boto3.client("ssm").get_parameter(Name="/gigstream-trial/due/written")["Parameter"]["Value"]
    assert datetime.fromisoformat(written) > datetime.now(UTC)  # nobody sleeps through what a migration wrote

    # The stack keeps the parameters, the secrets stay; a password that somebody has changed is given anew.
    before = stage.secrets()
    with remote.superuser() as conn:
        conn.execute("ALTER ROLE jobs PASSWORD 'changed by hand'")
    assert stage.deploy() == 0, said()
    told, _ = said()
    assert "role jobs has a new password" in told
    assert "role api has" not in told
    after = stage.secrets()
    assert {kind for kind in after if after[kind] != before[kind]} == {"jobs"}
    assert roles.opens(json.loads(after["jobs"])["DATABASE_URL_JOBS"], "jobs")
    assert not set(stage.sam()[3]["arguments"]) & {f'{name}="{value}"' for name, value in GIVEN.items()}
    assert stage.deploy("--parameter", "Mode=live") == 1
    assert "Mode is test and stays so" in said()[1]


def test_a_release_that_is_not_the_one_that_answers_has_not_passed(stage: Stage, said: Said) -> None:
    document = stage.checkout / smoke.DOCUMENT
    document.write_text(document.read_text().replace('"openapi": "3.1.0"', '"openapi": "3.1.0", "x-else": 1'))
    commit = stage.commit()
    assert stage.first() == 1
    complained = said()[1]
    assert "it is another release that answers" in complained
    assert f"{commit[:12]} runs, and has not passed: gigstream rollback --stage trial" in complained
    assert stage.history()[-1] == (commit, "deployed")


def test_a_job_that_fails_is_named(stage: Stage, said: Said) -> None:
    stage.lambda_says("{}", "x" * 6_000_001)  # which Lambda makes an error of
    assert stage.first() == 1
    assert re.search("^The job [A-Z][A-Za-z]+ fails: {.*Function.ResponseSizeTooLarge", said()[1])
    assert stage.history()[-1][1] == "deployed"


@pytest.mark.parametrize("fails", ["build", "deploy"])
def test_a_sam_that_fails_ends_it(stage: Stage, said: Said, monkeypatch: pytest.MonkeyPatch, fails: str) -> None:
    monkeypatch.setenv("SAM_FAILS", fails)
    assert stage.first() == 1
    assert f"sam {fails} has failed" in said()[1]
    assert [outcome for _, outcome in stage.history()] == ["migrated"]


def test_what_a_new_stage_has_to_be_told_is_named(stage: Stage, said: Said) -> None:
    assert stage.deploy() == 1
    complained = said()[1]
    assert complained.startswith("SecretsExtension is not known: --parameter SecretsExtension=... (The layer")
    assert stage.secrets() == {}
    assert stage.sam() == []


def test_nothing_is_done_unless_somebody_agrees(stage: Stage, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    given = [f"--parameter={name}={value}" for name, value in GIVEN.items()]
    assert stage.gigstream("deploy", "--stage", "trial", *given) == 1
    assert "Say --yes where nobody can be asked." in said()[1]
    asked = []

    def typed(question: str) -> str:
        asked.append(question)
        return "n"

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", typed)
    assert stage.gigstream("deploy", "--stage", "trial", *given) == 1
    assert said()[1] == "Nothing more was done.\n"
    assert re.fullmatch(r"Deploy [0-9a-f]{12} to gigstream-trial in 123456789012, us-east-1\? \[y/N\] ", asked[0])
    assert (stage.secrets(), stage.sam(), stage.history()) == ({}, [], [])


def test_a_person_is_asked_for_what_is_not_known(monkeypatch: pytest.MonkeyPatch, said: Said) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: " https://app.example.com ")
    monkeypatch.setattr("getpass.getpass", lambda _: "hidden")
    somebody = person.Person()
    declared = {"AppUri": {"Type": "String", "Description": "Where it is."}, "SettlementRail": {"Default": "web3"}}
    declared |= {
        "ArcKmsKey": {"Type": "String", "Default": "key"},
        "SettlementRail": {"Type": "String", "Default": "web3"},
    }
    chosen = parameters.choose(declared, {}, {}, somebody)
    assert chosen.said == {"AppUri": "https://app.example.com"}
    assert somebody.secret("ARC_RPC_URL", "") == "hidden"
    assert said()[0] == "Where it is.\n"


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (["Nonsense=1"], "template.yaml has no parameter Nonsense"),
        (["Mode"], "--parameter takes NAME=VALUE, and not Mode."),
        (["Mode=production"], "Mode is one of test, live, and not production."),
        (["AppUri=http://app.example.com"], "AppUri does not look like https://"),
        (["SettleBatch=251"], "SettleBatch is out of bounds: 251"),
        (["SettleBatch=many"], "SettleBatch is no whole number: many"),
        (["SecretsExtension="], "SecretsExtension must not be empty"),
        (["ArcKmsKey="], "With SettlementRail=web3 there must be ArcKmsKey."),
        (["SettlementRail=circle"], "there must be CircleWalletId and CircleWalletSetId and CircleWalletAddress."),
    ],
)
def test_what_cloudformation_would_refuse_is_refused_here(given: list[str], complaint: str) -> None:
    with pytest.raises(Stop) as stop:
        parameters.choose(
            Template().document["Parameters"], {}, GIVEN | parameters.pairs(given), person.Person(yes=True)
        )
    assert complaint in str(stop.value)


def test_circles_keys_are_wanted_on_circles_rail_alone(
    stage: Stage, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    rail = {"SettlementRail": "circle", "CircleWalletId": "w", "CircleWalletSetId": "s"}
    rail["CircleWalletAddress"] = "0x" + 40 * "b"
    given = [f"--parameter={name}={value}" for name, value in rail.items()]
    assert stage.first(*given) == 1
    assert "CIRCLE_API_KEY is not known: set it in the environment." in said()[1]
    monkeypatch.setenv("CIRCLE_API_KEY", "TEST_API_KEY:1:2")
    monkeypatch.setenv("CIRCLE_ENTITY_SECRET", 64 * "c")
    monkeypatch.setenv("SAM_FAILS", "build")
    assert stage.first(*given) == 1
    secrets = {kind: json.loads(text) for kind, text in stage.secrets().items()}
    assert {kind for kind in secrets if "CIRCLE_API_KEY" in secrets[kind]} == {"api", "jobs", "signer"}


def test_another_database_than_the_stages_is_not_migrated(
    stage: Stage, said: Said, direct: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAM_FAILS", "build")
    assert stage.first() == 1
    other = direct()
    monkeypatch.setenv("DATABASE_URL_DIRECT", other)
    said()
    assert stage.first() == 1
    assert (
        "DATABASE_URL_DIRECT is another database than DATABASE_URL_API in the secret gigstream-trial/api" in said()[1]
    )
    with psycopg.connect(other) as conn:
        assert conn.execute("SELECT FROM pg_namespace WHERE nspname = 'ops'").rowcount == 0


def test_migrations_that_are_to_come_are_shown_and_applied(
    stage: Stage, said: Said, direct: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAM_FAILS", "build")
    empty = direct()
    monkeypatch.setenv("DATABASE_URL_DIRECT", empty)
    assert stage.first() == 1
    newest = max(migrate.SCHEMA.glob("migrations/*")).name
    assert re.search(rf"0 migrations are applied, to come: 0001_base.sql, .*{newest}\n", said()[0])
    assert stage.first() == 1
    assert "to come: none" in said()[0]
    with psycopg.connect(empty, autocommit=True) as conn:
        conn.execute("INSERT INTO ops.schema_migrations VALUES ('9999')")
    assert stage.first() == 1
    assert "The database has migration 9999, which this commit does not know" in said()[1]


def test_a_database_that_lets_nobody_in_is_said_without_its_password(
    stage: Stage, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL_DIRECT", "postgresql://owner:hunter2@127.0.0.1:9/gigstream")
    assert stage.first() == 1
    told, complained = said()
    assert complained.startswith("gigstream on 127.0.0.1 does not let the owner in: ")
    assert "hunter2" not in told + complained


def test_secrets_that_disagree_are_not_guessed_at(stage: Stage, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAM_FAILS", "build")
    assert stage.first() == 1
    client = boto3.client("secretsmanager")
    jobs = json.loads(stage.secrets()["jobs"]) | {"WEBHOOK_ENCRYPTION_KEY": 32 * "x", "JWT_SECRET": "not theirs"}
    client.put_secret_value(SecretId="gigstream-trial/jobs", SecretString=json.dumps(jobs))
    said()
    assert stage.first() == 1
    assert "WEBHOOK_ENCRYPTION_KEY is not the same in the secrets of api and jobs" in said()[1]
    jobs["WEBHOOK_ENCRYPTION_KEY"] = json.loads(stage.secrets()["api"])["WEBHOOK_ENCRYPTION_KEY"]
    client.put_secret_value(SecretId="gigstream-trial/jobs", SecretString=json.dumps(jobs))
    assert stage.first() == 1
    assert "gigstream-trial/jobs holds what no function asks of it: JWT_SECRET" in said()[0]
    client.put_secret_value(SecretId="gigstream-trial/jobs", SecretString="no JSON")
    assert stage.first() == 1
    assert "The secret gigstream-trial/jobs is no JSON object of texts." in said()[1]


def test_a_release_is_a_commit(stage: Stage, said: Said) -> None:
    (stage.checkout / "schema" / "roles.sql").write_text("-- changed")
    assert stage.first() == 1
    assert "A release is a commit, and 1 files are not as committed: M schema/roles.sql ..." in said()[1]


def test_a_stack_that_is_not_settled_is_left_alone(stage: Stage, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})
    boto3.client("cloudformation").create_stack(StackName="gigstream-trial", TemplateBody=body)
    monkeypatch.setattr("cloud.deploy.SETTLED", stack.SETTLED - {"CREATE_COMPLETE"})
    assert stage.first() == 1
    assert "The stack gigstream-trial is in CREATE_COMPLETE: wait until it is settled" in said()[1]


def test_an_aws_that_refuses_is_a_sentence(stage: Stage, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    assert stage.first() == 1
    assert said()[1] == "AWS: Unable to locate credentials\n"
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    assert stage.first() == 1
    assert said()[1].startswith("No region is chosen")


def test_a_tool_that_is_missing_is_named(
    stage: Stage, said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin" / "sam").unlink()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert stage.first() == 1
    assert said()[1] == "sam is not on the path: make tools brings what deploying needs.\n"


@pytest.mark.parametrize("name", ["Live", "a b", "-x", "", "a_b"])
def test_a_stage_has_a_name_that_aws_takes(name: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        stack.stage(name)
