"""What a platform sends about its webhooks, and what it reports to us."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from gigstream.errors import Invalid
from gigstream.models.common import Body, Change, HttpsUrl, Id, Line, Timestamp
from gigstream.models.tasks import Completion
from gigstream.queries.webhooks import EventType, Recovered


def _all_or_some(names: list[EventType]) -> list[EventType]:
    if "*" in names and len(names) > 1:
        raise Invalid("must be * alone, for all, or names of events")
    if len(set(names)) < len(names):
        raise Invalid("must not name an event twice")
    return names


EventTypes = Annotated[list[EventType], Field(min_length=1, max_length=100), AfterValidator(_all_or_some)]


class NewWebhookEndpoint(Body):
    """A place to be told of events at, by default of all of them."""

    url: HttpsUrl
    event_types: EventTypes = Field(default=["*"])
    description: Line | None = None


class WebhookEndpointChange(Change):
    """What changes about it; one that is enabled again is taken for a new one."""

    url: HttpsUrl | None = None
    event_types: EventTypes | None = None
    description: Line | None = None
    is_enabled: bool | None = None


class Recovery(Body):
    """Which events since a moment are delivered again: those that the endpoint has missed, or all."""

    since: Timestamp
    events: Recovered = "missed"


class TaskReport(Completion):
    """A fixed task that is done: by `task_id`, or by the `external_id` that it was created with."""

    task_id: Id | None = None
    external_id: Line | None = None

    @model_validator(mode="after")
    def _names_one_task(self) -> Self:
        if (self.task_id is None) == (self.external_id is None):
            raise Invalid("needs either task_id or external_id")
        return self
