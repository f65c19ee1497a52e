"""`gigstream branch` against Neon's API as documented, and a real Postgres behind it."""

import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import HTTPServer
from pathlib import Path
from threading import Thread
from unittest.mock import patch

import psycopg
import pytest
from tests.cloud.neon import KEY, PROJECT, Neon, handler
from tests.conftest import TEMPLATE_DATABASE

from cloud import neon as client
from cloud import roles
from cloud.stop import Stop
from devstack import cli, migrate
from devstack.postgres import Cluster

ROLES = ["api", "jobs", "signer", "operator"]
DIRECT = "postgresql://owner:secret@ep-dark-snowflake-942567.us-east-2.aws.neon.tech/gigstream?sslmode=require"
POOLED = "ep-dark-snowflake-942567-pooler.us-east-2.aws.neon.tech"


@pytest.fixture
def neon(direct: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Neon]:
    """A project of Neon's, and a folder of one's own to work in."""
    project = Neon(lambda: direct(TEMPLATE_DATABASE))
    server = HTTPServer(("127.0.0.1", 0), handler(project))
    thread = Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setattr(client, "API", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr(client, "PAUSE", 0.01)
    monkeypatch.setenv("NEON_API_KEY", KEY)
    monkeypatch.setenv("NEON_PROJECT_ID", PROJECT)
    monkeypatch.chdir(tmp_path)
    yield project
    server.shutdown()
    thread.join()
    server.server_close()


def gigstream(*arguments: str) -> int:
    with patch.object(sys, "argv", ["gigstream", *arguments]):
        return cli.main()


def variables(file: str) -> dict[str, str]:
    """As a shell reads them."""
    script = f"set -a; . ./{file}; set +a; env -0"
    read = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, env={}).stdout
    return dict(line.split("=", 1) for line in read.split("\0") if line)


def test_a_branch_is_made_migrated_and_opened_by_its_roles_alone(
    neon: Neon, direct: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    neon.url = direct  # empty
    assert gigstream("branch", "17") == 0
    (made,) = [branch for branch in neon.branches.values() if branch["name"] == "pr-17"]
    lives = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=13, hours=23) < lives <= timedelta(days=14)
    assert "parent_id" not in made

    assert stat.S_IMODE(Path(".env.pr-17").stat().st_mode) == 0o600
    given = variables(".env.pr-17")
    assert given["GIGSTREAM_MODE"] == "test"
    for role in ROLES:
        url = given[f"DATABASE_URL_{role.upper()}"]
        assert roles.opens(url, role)
        assert not roles.opens(re.sub(":[^:@]+@", ":guessed@", url), role)
    with psycopg.connect(given["DATABASE_URL_DIRECT"]) as conn:
        found = conn.execute("SELECT max(version) FROM ops.schema_migrations").fetchone()
    assert found == (max(migrate.SCHEMA.glob("migrations/*")).name[:4],)

    said = capsys.readouterr().out
    assert "pr-17 is made" in said
    assert not [value for name, value in given.items() if name.startswith("DATABASE_URL") and value in said]


def test_the_next_push_takes_the_branch_that_is_there(neon: Neon, capsys: pytest.CaptureFixture[str]) -> None:
    assert gigstream("branch", "17") == 0
    before = variables(".env.pr-17")
    assert gigstream("branch", "17") == 0
    after = variables(".env.pr-17")
    assert len(neon.branches) == 2
    assert before["DATABASE_URL_DIRECT"] == after["DATABASE_URL_DIRECT"]
    assert roles.opens(after["DATABASE_URL_API"], "api")
    assert not roles.opens(before["DATABASE_URL_API"], "api")
    assert "pr-17 is there" in capsys.readouterr().out


def test_a_name_that_only_contains_it_is_another_branch(neon: Neon) -> None:
    neon.branches["br-other"] = {"name": "pr-170"}
    assert gigstream("branch", "17", "--delete") == 0
    assert "br-other" in neon.branches


def test_a_branch_comes_of_the_parent_that_was_named(neon: Neon, capsys: pytest.CaptureFixture[str]) -> None:
    neon.branches["br-staging"] = {"name": "staging"}
    assert gigstream("branch", "3", "--parent", "staging", "--days", "2", "--env", "here") == 0
    (made,) = [branch for branch in neon.branches.values() if branch["name"] == "pr-3"]
    assert made["parent_id"] == "br-staging"
    assert Path("here").exists()
    assert gigstream("branch", "4", "--parent", "stagign") == 1
    assert "has no branch stagign" in capsys.readouterr().err


def test_a_deleted_branch_takes_its_file_along_and_deleting_it_again_is_no_error(
    neon: Neon, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gigstream("branch", "17") == 0
    assert gigstream("branch", "17", "--delete") == 0
    assert list(neon.branches) == ["br-main"]
    assert not Path(".env.pr-17").exists()
    assert gigstream("branch", "17", "--delete") == 0
    assert capsys.readouterr().out.endswith("there is no branch pr-17\n")


def test_a_project_that_is_busy_is_waited_for(neon: Neon) -> None:
    neon.busy = 3
    assert gigstream("branch", "17") == 0
    assert set(neon.looks.values()) == {3}  # until the operations were finished


def test_waiting_has_an_end(neon: Neon, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PATIENCE", 0.05)
    neon.endings = ["running"]
    assert gigstream("branch", "17") == 1
    assert "the operation create_branch. Try again." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"NEON_API_KEY": "wrong"}, "Neon answers GET /branches with 401"),
        ({"NEON_API_KEY": ""}, "NEON_API_KEY is not set"),
        ({"NEON_PROJECT_ID": ""}, "NEON_PROJECT_ID is not set"),
    ],
)
def test_what_is_wrong_with_the_account_is_said(
    neon: Neon,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, str],
    said: str,
) -> None:
    for name, value in change.items():
        monkeypatch.setenv(name, value)
    assert gigstream("branch", "17") == 1
    assert said in capsys.readouterr().err


def test_a_cancelled_operation_ends_it(neon: Neon, capsys: pytest.CaptureFixture[str]) -> None:
    neon.endings = ["cancelled"]
    assert gigstream("branch", "17") == 1
    assert "Neon has cancelled the operation" in capsys.readouterr().err


def test_of_two_databases_none_is_guessed(neon: Neon, capsys: pytest.CaptureFixture[str]) -> None:
    neon.databases = 2
    assert gigstream("branch", "17") == 1
    assert "has one database; this one has: gigstream, gigstream1." in capsys.readouterr().err


def test_a_neon_that_is_not_there_is_said(
    neon: Neon, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "API", "http://127.0.0.1:9")
    assert gigstream("branch", "17") == 1
    assert "Neon cannot be reached: " in capsys.readouterr().err


@pytest.mark.parametrize("number", ["0", "-1", "main", "17;"])
def test_a_pull_request_is_a_number(number: str) -> None:
    with pytest.raises(SystemExit):
        gigstream("branch", number)


def test_neons_pooler_is_the_same_host_by_another_name() -> None:
    url = roles.pooled(roles.of_role(DIRECT, "api", "a/b"))
    assert url == f"postgresql://api:a%2Fb@{POOLED}/gigstream?sslmode=require"
    assert roles.pooled(url) == url
    assert roles.place(url) == roles.place(DIRECT)
    other = "postgresql://owner:secret@db.example.com:6432/gigstream"
    assert roles.pooled(roles.of_role(other, "api", "x")) == "postgresql://api:x@db.example.com:6432/gigstream"


def test_a_password_that_does_not_open_is_no_success(
    remote: Cluster, direct: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roles, "PATIENCE", 0.0)
    url = direct(TEMPLATE_DATABASE)
    with remote.superuser() as conn:
        conn.execute("ALTER ROLE signer VALID UNTIL '2020-01-01'")
    try:
        with pytest.raises(Stop, match="does not let signer in by the password that it was just given"):
            roles.give_password(url, "signer")
    finally:
        with remote.superuser() as conn:
            conn.execute("ALTER ROLE signer VALID UNTIL 'infinity'")


@pytest.mark.parametrize("url", [roles.pooled(DIRECT), "https://x.neon.tech/a", "gigstream", ""])
def test_a_url_that_cannot_migrate_is_refused(url: str) -> None:
    with pytest.raises(Stop, match="DATABASE_URL_DIRECT"):
        roles.check_direct(url)
