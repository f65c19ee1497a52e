"""Signs of life, and what a function's start costs."""

import hashlib
import re
import subprocess
import sys
from base64 import b64encode

import pytest
from tests.conftest import Api

from gigstream import config


def test_health_needs_no_database(api: Api, environment: pytest.MonkeyPatch) -> None:
    environment.delenv("DATABASE_URL_API")
    answer = api.get("/v1/health")
    assert (answer.status, answer.json) == (200, {"status": "ok"})


def test_ready_names_the_newest_migration(api: Api) -> None:
    answer = api.get("/v1/ready")
    assert answer.status == 200
    assert answer.json == {"status": "ready", "database": "up", "migration": answer.json["migration"]}
    assert answer.json["migration"] >= "0005"


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/ready"), ("POST", "/v1/auth/refresh")])
def test_a_database_that_is_down_is_503(api: Api, environment: pytest.MonkeyPatch, method: str, path: str) -> None:
    environment.setenv("DATABASE_URL_API", "postgresql://api@127.0.0.1:1/nowhere")
    answer = api.send(method, path, {"refresh_token": "x"} if method == "POST" else None)
    assert (answer.status, answer.json["code"]) == (503, "unavailable")
    assert answer.header("Retry-After") == "1"


def test_a_missing_variable_is_named_in_the_log_alone(
    api: Api, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.delenv("DATABASE_URL_API")
    answer = api.get("/v1/ready")
    assert answer.status == 500
    assert b"DATABASE_URL_API" not in answer.body
    assert "DATABASE_URL_API is not set" in capsys.readouterr().out


def test_a_short_secret_is_refused(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("JWT_SECRET", "too short")
    with pytest.raises(config.ConfigError, match=r"^JWT_SECRET is shorter than 32 bytes$"):
        _ = config.settings().jwt_secret


def test_the_mode_is_live_unless_told_otherwise(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("GIGSTREAM_MODE")
    assert config.settings().mode == "live"
    config.settings.cache_clear()
    environment.setenv("GIGSTREAM_MODE", "staging")
    with pytest.raises(config.ConfigError):
        config.settings()


def test_each_answer_tells_what_is_left_of_the_minute(api: Api, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("RATE_LIMIT_SIGN_IN", "1")
    answers = [api.post("/v1/auth/refresh", {"refresh_token": "x"}) for _ in range(3)]
    refused = next(answer for answer in answers if answer.status == 429)
    assert refused.json["code"] == "rate_limited"
    assert refused.header("RateLimit-Policy") == '"default";q=1;w=60'
    assert refused.header("RateLimit") == f'"default";r=0;t={refused.header("Retry-After")}'
    assert answers[0].header("RateLimit-Policy") == '"default";q=1;w=60'


def test_the_document_is_sent_once_and_then_asked_for_by_its_tag(api: Api) -> None:
    answer = api.get("/v1/openapi.json")
    assert (answer.status, answer.header("Content-Type")) == (200, "application/json")
    assert answer.json["openapi"].startswith("3.1")
    assert answer.header("Cache-Control") == "public, max-age=300"
    tag = answer.header("ETag") or ""
    again = api.send("GET", "/v1/openapi.json", headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status, again.body, again.header("ETag")) == (304, b"", tag)
    assert api.send("GET", "/v1/openapi.json", headers={"If-None-Match": '"other"'}).status == 200


def test_the_page_may_show_itself_and_nothing_else(api: Api) -> None:
    answer = api.get("/docs")
    assert (answer.status, answer.header("Content-Type")) == (200, "text/html; charset=utf-8")
    policy = answer.header("Content-Security-Policy") or ""
    (style,) = re.findall(rb"<style>(.*?)</style>", answer.body, re.DOTALL)
    digest = b64encode(hashlib.sha256(style).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; ")
    assert "unsafe" not in policy
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert api.get("/docs?page=2").status == 422


@pytest.mark.parametrize("module", ["api.auth.me", "api.service.ready", "api.service.openapi", "api.service.docs"])
def test_a_read_starts_without_what_only_writes_need(module: str) -> None:
    heavy = "{'pydantic', 'argon2', 'boto3', 'botocore', 'web3'}"
    program = f"import sys, {module}; print(*sys.modules.keys() & {heavy})"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []
