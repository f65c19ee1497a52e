"""Each row of `make bench` runs, at a toy's size; what it measures then means nothing, and is not looked at."""

import json
import math
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest
from tests.bench import board, fan_out, kept, stage
from tests.bench.board import Line

from devstack.postgres import CHECKOUT


def bench(**variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.bench.table"]
    environment = {**os.environ, **variables}
    return subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", board.load())
def test_a_row_runs(name: str) -> None:
    done = bench(ROWS=name, TOY="1")
    if "NoPythonError" in done.stderr:
        pytest.skip("there is no Python 3.13 here, and layers are built with it")
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines, done.stderr
    for line in lines:
        assert line["id"] == name
        assert all(math.isfinite(line[figure]) for figure in ("ours", "reference", "ratio"))
    assert done.returncode == (0 if all(line["ok"] for line in lines) else 1)


def test_a_row_that_does_not_exist_is_said_so() -> None:
    done = bench(ROWS="P0")
    assert done.returncode == 2
    assert "no such row: P0" in done.stderr


@pytest.mark.parametrize(
    ("target", "ours", "ok"),
    [("<= 1.5", 150, True), ("<= 1.5", 151, False), (">= 20", 2000, True), (">= 20", 1999, False), ("", 9e9, True)],
)
def test_a_target_is_held_against_the_ratio(target: str, ours: float, ok: bool) -> None:
    assert Line("P0", "a measure", ours, 100, "ms", target).ok is ok


def test_a_few_streams_in_shards_are_each_released_once_whoever_works() -> None:
    with stage.cluster() as cluster:
        crews = list(fan_out.simulate(cluster, due=300, platforms=8, workers=30, size=10, crews=(1, 2)))
    assert sum(crew.streams for crew in crews) == 300
    assert all(crew.shards and crew.cpu > 0 for crew in crews)


def test_a_million_releases_by_hand() -> None:
    crew = fan_out.projected(Decimal(100), 5000, 8)
    assert crew.messages == 200
    assert crew.seconds == (100 + Decimal("1.2") * 6) / 8  # of Postgres; 1000 batches and 200 rows of 6 ms
    assert crew.lambda_usd == Decimal("0.0000002") * 50 + Decimal("53.6") * Decimal("0.0000133334")
    assert crew.sqs_usd == Decimal("0.0000004") * (20 + 50 + 50)
    assert crew.neon_usd == Decimal(200) / 3600 * Decimal("0.106")


def test_more_workers_are_quicker_and_no_dearer_until_the_larger_plan() -> None:
    two, eight, many = (fan_out.projected(Decimal(100), 5000, workers) for workers in (2, 8, 32))
    assert two.seconds == 4 * eight.seconds == 16 * many.seconds
    assert two.usd == eight.usd < many.usd


def test_the_page_keeps_what_was_measured_and_the_rows_that_were_not() -> None:
    page = f"before\n\n{kept.HEAD}| P2 | old |\n| P3 | stays |\n| P10 | stays |\n\nafter\n"
    lines = [Line("P2", "a tick", 1500, 1000, "ms", "<= 1.5", "one"), Line("P2", "a miss", 2, 1, "", "<= 1", "one")]

    assert kept.keep(page, lines, date(2026, 11, 30)) == (
        f"before\n\n{kept.HEAD}"
        "| P2 | a tick | 1,500 ms | 1,000 ms | one | 1.50 | <= 1.5 | 2026-11-30 |\n"
        "| P2 | a miss | 2 | 1 | one | **2.00** | <= 1 | 2026-11-30 |\n"
        "| P3 | stays |\n| P10 | stays |\n\nafter\n"
    )


def test_the_page_has_a_table_to_keep() -> None:
    assert kept.HEAD in kept.PAGE.read_text()
