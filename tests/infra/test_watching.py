"""What is seen from outside: a log that reads like one, metrics that CloudWatch takes."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from eth_account import Account
from tests import emf
from tests.books import Books, books
from tests.conftest import Api
from tests.people import new_platform, new_stream, new_worker
from tests.settling import rich

from devstack.chain import Chain
from devstack.template import Template
from gigstream import config, errors, metrics

__all__ = ["books"]

Job = Callable[..., Any]
template = Template()
MODULES = {schedule.function.name: schedule.function.handler.split(".")[1] for schedule in template.schedules}
STACK, RELEASE, TRACE = "gigstream-live", "38f1f97", "1-5759e988-bd862e3fe1be46a994272793"
SECRETS = ("JWT_SECRET", "API_KEY_PEPPER", "WEBHOOK_ENCRYPTION_KEY", "ARC_SIGNER_KEY")


@pytest.fixture(autouse=True)
def deployed(environment: pytest.MonkeyPatch) -> None:
    """As in Lambda, which knows the call's trace, and in a stack."""
    environment.setenv("STACK_NAME", STACK)
    environment.setenv("RELEASE", RELEASE)
    environment.setenv("_X_AMZN_TRACE_ID", f"Root={TRACE};Parent=53995c3f42cd8ad8;Sampled=1")
    config.settings.cache_clear()


def counted(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """The metrics of the one run since the last look, by name."""
    (line,) = emf.metrics(capsys.readouterr().out)
    return {name: value for (_, _, name), value in line.items()}


def test_each_line_says_when_where_and_of_what(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    answer = api.get("/v1/health")
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert datetime.fromisoformat(line["timestamp"]).tzinfo
    assert [line[name] for name in ("level", "message", "function", "trace", "release", "status")] == [
        *["INFO", "request", "ServiceHealth", TRACE, RELEASE, 200],
    ]
    assert line["request_id"] == answer.header("X-Request-Id")


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_run_is_one_line_with_its_metrics_and_no_secret(
    name: str, chain: Chain, deployed: None, job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    job(name)
    printed = capsys.readouterr().out
    (line,) = emf.metrics(printed)
    dimensions = (("stack", STACK), ("job", MODULES[name]))
    assert set(line) == {("GigStream", dimensions, metric) for metric in emf.metrics_of(MODULES[name])}
    assert not any(config.settings().environment[secret] in printed for secret in SECRETS)


def test_what_is_counted_is_the_jobs() -> None:
    counted = {*metrics.COUNTED, *metrics.TIMED, *metrics.MOVING, *metrics.CHECKING}
    workers = {feed.function.handler.split(".")[1] for feed in template.feeds}
    assert counted <= {*MODULES.values(), *workers}


def test_money_that_moved_is_counted_in_micro_usdc(api: Api, job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    shop = new_platform(api)
    worker = new_worker(api, shop)
    # A micro-USDC in 100 seconds: halfway from the sixth to the seventh.
    start = datetime.now(UTC) - timedelta(seconds=650)
    new_stream(shop, worker, "0.000036", start_time=start.isoformat(), duration_seconds=3600, release_interval=60)
    capsys.readouterr()

    job("ReleaseStreams")

    assert counted(capsys) == {"failures": 0, "released": 1, "failed": 0, "moved_micro_usdc": 6, "lag_seconds": 0}


def test_pay_that_has_arrived_is_counted_so(
    chain: Chain, books: Books, job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    platform = books.platform()
    worker = rich(books, platform, "30.000001", wallet=False)
    books.plant("UPDATE workers SET wallet_address = %s WHERE id = %s", Account.create().address, worker)
    for name in ("SettlePayouts", "SubmitSettlements"):
        job(name)
    capsys.readouterr()

    job("ConfirmSettlements")

    paid = {"failures": 0, "paid": 1, "conflicts": 0, "lag_seconds": 0}
    assert counted(capsys) == paid | {"moved_micro_usdc": 30_000_001}


def test_a_run_that_fails_counts_its_failure_and_no_more(
    api: Api, job: Job, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("DATABASE_URL_JOBS", "postgresql://jobs@127.0.0.1:1/nowhere")
    with pytest.raises(errors.Unavailable):
        job("CheckLedger")
    assert counted(capsys) == {"failures": 1}


@pytest.mark.wrong_figures
def test_a_check_that_finds_something_says_so(books: Books, job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    platform = books.platform()
    books.completed(platform, books.worker(platform))
    books.plant("UPDATE workers SET total_tasks = total_tasks + 1", mute="workers")
    with pytest.raises(errors.InvariantViolated):
        job("CheckLedger")
    assert counted(capsys) == {"failures": 1, "findings": 1}


def test_on_ones_own_machine_nothing_is_counted(
    job: Job, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.delenv("STACK_NAME")
    config.settings.cache_clear()
    job("ReleaseStreams")
    printed = capsys.readouterr().out
    assert not re.search('"(_aws|stack)"', printed)
    assert json.loads(printed)["lag_seconds"] == 0
