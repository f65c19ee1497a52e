"""The daily job counts whole UTC days, for every worker, whatever the batch."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from tests.conftest import Api
from tests.people import new_worker

from jobs import update_account_ages


def test_ages_every_worker(
    api: Api,
    job: Callable[..., Any],
    connect: Callable[[str], psycopg.Connection],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(update_account_ages, "BATCH", 2)
    workers = [new_worker(api) for _ in range(5)]
    # Time passes: only the owner can change when an account was opened.
    connect("owner").execute("UPDATE workers SET created_at = created_at - interval '3 days'")
    assert job("UpdateAccountAges") == {"seen": 5, "changed": 5}
    assert [worker.get().json["account_age_days"] for worker in workers] == [3] * 5
    assert job("UpdateAccountAges") == {"seen": 5, "changed": 0}
