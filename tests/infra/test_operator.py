"""gigstream operator: what is typed, what is shown, how it ends."""

from argparse import ArgumentParser
from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb
from tests.conftest import Api
from tests.people import Caller, new_event, new_platform, new_task, new_worker

from devstack import operator
from gigstream import config


def operate(*words: str) -> int:
    """Run one act as the command line does; how it ended."""
    parser = ArgumentParser(prog="gigstream")
    operator.add_to(parser.add_subparsers())
    try:
        arguments = parser.parse_args(["operator", *words])
    except SystemExit as ended:
        return int(ended.code or 0)
    return int(arguments.run(arguments))


@pytest.fixture
def platform(api: Api) -> Caller:
    return new_platform(api)


def test_a_platform_is_locked_out_and_let_in_again(platform: Caller, capsys: pytest.CaptureFixture[str]) -> None:
    assert operate("deactivate-platform", platform.id) == 0
    assert capsys.readouterr().out.splitlines()[-1].split() == ["is", "active", "no"]
    answer = platform.get()
    assert (answer.status, answer.json["detail"]) == (403, "the platform is deactivated")

    assert operate("activate-platform", platform.id) == 0
    assert platform.get().status == 200


def test_a_dispute_is_resolved(api: Api, platform: Caller, capsys: pytest.CaptureFixture[str]) -> None:
    worker = new_worker(api, platform)
    task_id = new_task(platform, worker, "10")
    worker.made(f"/v1/tasks/{task_id}/dispute", {"reason": "nobody opened"})

    assert operate("resolve-dispute", task_id, "--to-worker", "2500") == 0

    shown = [line.split() for line in capsys.readouterr().out.splitlines() if not line.startswith("{")]
    assert shown == [
        ["id", task_id], ["status", "cancelled"], ["paid", "2.500000", "USDC"], ["refunded", "7.500000", "USDC"],
    ]  # fmt: skip
    assert Decimal(worker.get("/balance").json["available"]) == Decimal("2.5")


@pytest.mark.parametrize(("how", "status", "points"), [("--grant", "granted", 10), ("--refuse", "refused", 0)])
def test_an_appeal_is_decided(
    api: Api, platform: Caller, capsys: pytest.CaptureFixture[str], how: str, status: str, points: int
) -> None:
    worker = new_worker(api, platform)
    event = f"{worker.path}/reputation/events/{new_event(platform, worker)}"
    appeal_id = worker.made(f"{event}/appeal", {"reason": "it rained"})["id"]

    assert operate("decide-appeal", appeal_id, how, "--reason", "the forecast") == 0

    shown = dict(line.rsplit(maxsplit=1) for line in capsys.readouterr().out.splitlines() if not line.startswith("{"))
    score = 495 + points
    assert shown == {
        "id": appeal_id, "status": status, "worker id": worker.id, "points": str(points), "score": str(score),
    }  # fmt: skip
    newest = worker.get("/reputation/events").json["data"][0]
    decided = {"event_type": "appeal", "delta": points, "reason": f"appeal {status}: the forecast"}
    assert newest.items() >= decided.items()
    assert operate("decide-appeal", appeal_id, how) == 2


def test_the_pool_is_funded(platform: Caller, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert operate("fund-pool", "12.50") == 0
    assert capsys.readouterr().out.splitlines()[-1].split() == ["pool", "25.000000", "USDC"]


def stray(connect: Callable[[str], psycopg.Connection], number: int) -> str:
    """The id of a deposit of 7.5 USDC that came over the chain, nobody knows from whom."""
    log = {
        "tx_hash": f"0x{number:064x}", "log_index": 0, "block_number": number, "from_address": "0x" + "11" * 20,
        "amount": "7.5",
    }  # fmt: skip
    connect("jobs").execute(
        "SELECT credit_deposits(1, %s, %s, %s, %s)", ["0x" + "cc" * 20, number - 1, number, Jsonb([log])]
    )
    (found,) = connect("auditor").execute("SELECT id FROM ops.deposits WHERE in_suspense").fetchall()
    return str(found[0])


def test_a_deposit_in_suspense_is_given_to_its_platform_or_to_the_pool(
    platform: Caller, connect: Callable[[str], psycopg.Connection], capsys: pytest.CaptureFixture[str]
) -> None:
    deposit = stray(connect, 1)
    assert operate("assign-deposit", deposit, platform.id) == 0
    shown = [line.split() for line in capsys.readouterr().out.splitlines() if not line.startswith("{")]
    assert shown == [["id", deposit], ["amount", "7.500000", "USDC"], ["available", "10007.500000", "USDC"]]
    assert Decimal(platform.get("/balance").json["available"]) == Decimal("10007.5")
    assert operate("assign-deposit", deposit, platform.id) == 2
    assert "not in suspense" in capsys.readouterr().err

    assert operate("fund-pool", "--deposit", stray(connect, 2)) == 0
    assert capsys.readouterr().out.splitlines()[-1].split() == ["pool", "7.500000", "USDC"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["fund-pool"], "one of the arguments AMOUNT --deposit is required"),
        (["fund-pool", "5", "--deposit", str(uuid4())], "not allowed with argument"),
        (["fund-pool", "--deposit", str(uuid4())], "no deposit"),
        (["assign-deposit", str(uuid4()), str(uuid4())], "no deposit"),
        (["assign-deposit", str(uuid4())], "PLATFORM"),
        (["fund-pool", "0"], "must be more than 0"),
        (["fund-pool", "1.0000001"], "must be a decimal string"),
        (["fund-pool", "NaN"], "must be a decimal string"),
        (["fund-pool", "--", "-1"], "must be a decimal string"),
        (["write-off", "7"], "invalid UUID value: '7'"),
        (["write-off", str(uuid4())], "no loan"),
        (["resolve-dispute", str(uuid4()), "--to-worker", "half"], "invalid int value: 'half'"),
        (["resolve-dispute", str(uuid4()), "--to-worker", "10001"], "between 0 and 10000 basis points"),
        (["resolve-dispute", str(uuid4())], "--to-worker"),
        (["decide-appeal", str(uuid4()), "--grant"], "no appeal"),
        (["decide-appeal", str(uuid4())], "one of the arguments --grant --refuse is required"),
        (["decide-appeal", str(uuid4()), "--grant", "--refuse"], "not allowed with argument"),
        (["deactivate-platform", str(uuid4())], "no platform"),
        (["activate-platform", "PLATFORM"], "the platform is active already"),
        ([], "ACT"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    platform: Caller, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert operate(*[platform.id if word == "PLATFORM" else word for word in words]) == 2
    assert said in capsys.readouterr().err


def test_a_database_that_fails_is_another_matter(
    environment: pytest.MonkeyPatch, url: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("DATABASE_URL_OPERATOR", url("api"))
    assert operate("fund-pool", "1") == 1
    assert "permission denied" in capsys.readouterr().err

    environment.setenv("GIGSTREAM_MODE", "neither")
    config.settings.cache_clear()
    assert operate("fund-pool", "1") == 1
    assert "GIGSTREAM_MODE" in capsys.readouterr().err


@pytest.mark.parametrize(
    "act",
    ["", "deactivate-platform", "assign-deposit", "fund-pool", "write-off", "resolve-dispute", "decide-appeal"],
)
def test_every_act_explains_itself(act: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert operate(*filter(None, [act, "--help"])) == 0
    assert "usage: gigstream operator" in capsys.readouterr().out
