"""What a platform sends about its API keys."""

from typing import Annotated

from pydantic import AfterValidator, Field

from gigstream.errors import Invalid
from gigstream.models.common import Body, Line, Timestamp
from gigstream.queries.keys import Scope


def _distinct(scopes: list[Scope]) -> list[Scope]:
    if len(set(scopes)) < len(scopes):
        raise Invalid("must not name a scope twice")
    return scopes


class NewKey(Body):
    """A key for one purpose: `scopes` are some of those that the calling key holds.

    It opens until `expires_at`, at most ten years from now; without that, until it is revoked.
    """

    name: Line
    scopes: Annotated[list[Scope], Field(min_length=1), AfterValidator(_distinct)]
    expires_at: Timestamp | None = None


class Rotation(Body):
    """For how many seconds the old key goes on beside the new one: a day, at most seven; 0 ends it at once."""

    overlap_seconds: Annotated[int, Field(ge=0, le=7 * 24 * 3600)] = 24 * 3600
