"""The smoke test, against the API itself: it passes, and it fails where something is wrong."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from cloud import smoke
from cloud.stop import Stop
from devstack.postgres import CHECKOUT
from devstack.server import serving

RIGHT = {"Mode": "test", "CorsOrigins": "*"}


@pytest.fixture
def api_url(environment: pytest.MonkeyPatch) -> Iterator[str]:
    environment.setattr(smoke, "PATIENCE", 0.0)
    with serving("127.0.0.1", 0) as servers:
        yield servers.url


def test_in_live_mode_it_leaves_nothing_behind(api_url: str, url: Callable[[str], str]) -> None:
    assert len(list(smoke.smoke(api_url, CHECKOUT, RIGHT | {"Mode": "live"}))) == 5
    with psycopg.connect(url("owner")) as conn:
        assert conn.execute("SELECT count(*) FROM platforms").fetchone() == (0,)
    assert len(list(smoke.smoke(api_url, CHECKOUT, RIGHT))) == 6
    with psycopg.connect(url("owner")) as conn:
        assert conn.execute("SELECT name FROM platforms").fetchall() == [("Smoke test",)]


def test_an_origin_that_is_not_let_in_is_found(api_url: str) -> None:
    with pytest.raises(Stop, match=r"OPTIONS /v1/tasks: \* may call from a browser, and not https://app\."):
        list(smoke.smoke(api_url, CHECKOUT, RIGHT | {"CorsOrigins": "https://app.example.com"}))


def test_a_database_that_is_behind_is_found(api_url: str, tmp_path: Path) -> None:
    shutil.copytree(CHECKOUT / "schema", tmp_path / "schema")
    (tmp_path / "schema" / "migrations" / "9999_more.sql").touch()
    with pytest.raises(Stop, match=r"GET /v1/ready: the database is at migration \d{4}, and not at 9999\."):
        list(smoke.smoke(api_url, tmp_path, RIGHT))


def test_a_database_that_is_not_there_is_found(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_URL_API", "postgresql://api@127.0.0.1:9/none")
    environment.setattr(smoke, "PATIENCE", 0.0)
    with serving("127.0.0.1", 0) as servers, pytest.raises(Stop, match=re.escape("GET /v1/ready: 503 {")):
        list(smoke.smoke(servers.url, CHECKOUT, RIGHT))


def test_an_api_that_is_not_there_is_waited_for_and_then_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke, "PATIENCE", 0.05)
    monkeypatch.setattr(smoke, "PAUSE", 0.01)
    with pytest.raises(Stop, match=r"GET http://127\.0\.0\.1:9/v1/health: no answer"):
        list(smoke.smoke("http://127.0.0.1:9", CHECKOUT, RIGHT))
