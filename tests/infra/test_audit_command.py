"""`gigstream audit verify` says whether the trail is what was sealed, in words and by its exit code."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.books import Books
from tests.tampering import FOUND, trail

from devstack.cli import main


@pytest.fixture
def verify(environment: pytest.MonkeyPatch) -> Callable[[], int]:
    environment.setattr("sys.argv", ["gigstream", "audit", "verify"])
    environment.setattr("signal.signal", lambda *_: None)
    return main


def test_an_honest_trail(books: Books, verify: Callable[[], int], job: Any, capsys: pytest.CaptureFixture[str]) -> None:
    trail(books)
    job("AnchorAudit")
    assert verify() == 0
    assert "3 seals and 1 anchors agree with the audit trail" in capsys.readouterr().out


def test_one_that_was_tampered_with(
    books: Books, verify: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    trail(books)
    FOUND["deleted"].do(books)
    assert verify() == 1
    assert "row deleted  2" in capsys.readouterr().out


def test_a_database_that_cannot_be_asked(
    environment: pytest.MonkeyPatch, verify: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("DATABASE_URL_OPERATOR", "postgresql://operator@127.0.0.1:1/none")
    assert verify() == 2
    assert "unavailable" in capsys.readouterr().err
