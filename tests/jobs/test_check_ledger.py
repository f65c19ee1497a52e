"""The hourly recount: silent while the books are right, loud about each figure that is not."""

import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from tests.conftest import Api
from tests.people import new_platform, new_task, new_worker

from gigstream.errors import InvariantViolated


def test_right_books_pass(api: Api, job: Callable[..., Any]) -> None:
    platform = new_platform(api)
    new_task(platform, new_worker(api, platform))
    assert job("CheckLedger") == {"differences": 0}


@pytest.mark.wrong_figures
def test_a_wrong_figure_is_named_and_fails_the_run(
    api: Api,
    job: Callable[..., Any],
    connect: Callable[[str], psycopg.Connection],
    capsys: pytest.CaptureFixture[str],
) -> None:
    platform = new_platform(api)
    # No role of the service could do this.
    connect("owner").execute("UPDATE platforms SET total_tasks = 7 WHERE id = %s", [platform.id])
    with pytest.raises(InvariantViolated):
        job("CheckLedger")

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (named,) = [line for line in lines if line["message"] == "figure differs"]
    expected = {
        "level": "ERROR",
        "figure": "platforms.total_tasks",
        "subject": platform.id,
        "stored": "7",
        "recounted": "0",
    }
    assert {name: named[name] for name in expected} == expected
    runs = connect("auditor").execute("SELECT job, error FROM ops.job_runs").fetchall()
    assert runs == [("check_ledger", "InvariantViolated")]
