"""A planted fault whose place is gone shows nothing: each still finds the text that it changes."""

import pytest
from tests.faults.mutations import MUTATIONS, Mutation

from devstack.postgres import CHECKOUT


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_what_it_changes_is_there(mutation: Mutation) -> None:
    for edit in mutation.edits:
        assert edit.was in (CHECKOUT / edit.file).read_text(), edit.file
        assert edit.was != edit.becomes
