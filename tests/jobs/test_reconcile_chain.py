"""Custody against the books: quiet while all is well, whatever is on its way; loud, and by name, when it is not."""

from collections.abc import Iterator

import pytest
from tests.books import Books
from tests.custody import Vault, vault
from tests.payday import Payday

from gigstream.errors import CustodyDiffers

__all__ = ["vault"]


@pytest.fixture
def payday(vault: Vault, books: Books) -> Payday:
    return Payday(vault, books)


def test_busy_books_agree_with_the_chain(payday: Payday, books: Books) -> None:
    payday.busy()
    payday.on_its_way()
    assert payday.reconcile()["breaks"] == 0

    run = books.row("SELECT chain_custody, book_custody, in_flight, difference, made_up FROM ops.reconciliations")
    assert run == {
        "chain_custody": payday.vault.custody(),
        "book_custody": payday.vault.custody() + 15 - 9.5,
        "in_flight": -5.5,
        "difference": 0,
        "made_up": 100000 - 12 + 50,
    }
