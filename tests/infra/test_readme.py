"""The README's commands work as printed, and what it names is there."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from devstack import migrate, scheduler
from devstack.chain import Chain
from devstack.cli import CURLS
from devstack.postgres import CHECKOUT
from devstack.server import serving

README = (CHECKOUT / "README.md").read_text()
SECONDS = 600  # for a script: one that waits for a job that has failed would never end


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def shell(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env=os.environ | environment | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def tours(number: int, connect: Callable[[str], psycopg.Connection]) -> list[subprocess.CompletedProcess[str]]:
    """The tour with curl, by so many readers at once."""
    with serving("127.0.0.1", 0) as servers:
        return toured(number, connect, lambda job: scheduler.call(job, datetime.now(UTC)), API=servers.url)


def toured(
    number: int, connect: Callable[[str], psycopg.Connection], tick: Callable[[str], Any], **environment: str
) -> list[subprocess.CompletedProcess[str]]:
    """The same, of an API that is served elsewhere, with `tick` for the jobs that readers wait for."""
    connect("operator").execute("SELECT fund_pool(1000)")  # as the demo data do
    with ThreadPoolExecutor(number) as readers:
        reading = [readers.submit(shell, "\n".join(blocks("bash")), **environment) for _ in range(number)]
        while not all(one.done() for one in reading):
            for job in ("RunReports", "SettlePayouts", "SubmitSettlements", "ConfirmSettlements"):
                tick(job)
            time.sleep(0.5)
        return [one.result() for one in reading]


def test_the_tour_with_curl_works_as_printed(
    environment: pytest.MonkeyPatch, chain: Chain, connect: Callable[[str], psycopg.Connection]
) -> None:
    (tour,) = tours(1, connect)
    check(tour)


def check(tour: subprocess.CompletedProcess[str]) -> None:
    """It ended well, and said what the README says of it."""
    assert tour.returncode == 0, tour.stderr
    assert '"available":"120.5' in tour.stdout.replace(" ", "")  # the fixed task's price, and two seconds of the shift
    assert re.search('"tx_hash":"0x[0-9a-f]{64}"', tour.stdout.replace(" ", ""))  # his pay, on chain
    assert '"tx_type":"repayment"' in tour.stdout.replace(" ", "")
    assert "platform_held" in tour.stdout  # a line of the report
    assert '"field":"amount"' in tour.stdout.replace(" ", "")  # what is wrong with 0.0000001


def test_what_make_dev_prints_works_as_printed(environment: pytest.MonkeyPatch, url: Callable[[str], str]) -> None:
    migrate.seed(url("owner"))
    with serving("127.0.0.1", 0) as servers:
        said = shell(CURLS.format(url=servers.url))
    for part in ('"status":"ok"', '"access_token":', '"api_key":"gs_test_'):
        assert part in said.stdout


def test_the_demo_ends_with_right_books_and_leaves_nothing_running() -> None:
    demo = shell("gigstream demo")
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert "invariants: 0" in demo.stdout
    assert re.search(r"^ +0x[0-9a-f]{64}$", demo.stdout, re.MULTILINE)
    assert re.search(r"her wallet, on chain: 0\.000000 -> [1-9][\d.,]* USDC", demo.stdout)
    assert re.search(r"transactions compared: [1-9]\d*, breaks: 0$", demo.stdout, re.MULTILINE)
    left = [process.info["cmdline"] for process in psutil.process_iter(["cmdline"])]
    assert not [command for command in left if command and command[-1] == "demo" and "gigstream" in command[-2]]


def test_the_books_can_be_asked_with_psql() -> None:
    (command,) = [line for block in blocks("sh") for line in block.splitlines() if "psql" in line]
    asked = shell(command)
    assert asked.returncode == 0, asked.stderr
    assert "(0 rows)" in asked.stdout


def test_every_make_target_named_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE)) <= targets


def test_everything_in_the_tree_is_there() -> None:
    (tree,) = blocks("text")
    folder = ""
    for line in tree.splitlines():
        name = line.split()[0]
        folder = folder if line.startswith(" ") else name
        path = CHECKOUT / (folder + name if line.startswith(" ") and folder.endswith("/") else name)
        assert path.exists(), line


def test_every_variable_of_the_example_is_explained() -> None:
    example = (CHECKOUT / ".env.example").read_text()
    for name in re.findall(r"^([A-Z_]+)=", example, re.MULTILINE):
        assert f"`{name}`" in README, name
