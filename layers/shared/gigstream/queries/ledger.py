"""The books as a whole."""

from dataclasses import dataclass
from uuid import UUID

from gigstream.queries.base import Query, many


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored figure of a row that is not what the rows behind it say."""

    figure: str
    subject: UUID | None
    stored: str | None
    recounted: str | None


def differences() -> Query[list[Difference]]:
    """None is what right looks like. A full pass over the books."""
    return many(Difference, "SELECT figure, subject, stored, recounted FROM ops.check_invariants()")
