"""Each row of `make bench` runs, at a toy's size; what it measures then means nothing, and is not looked at."""

import json
import math
import os
import subprocess
import sys

import pytest
from tests.bench import board
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
