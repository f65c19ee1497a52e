"""What a platform sends about its webhooks, what it reports to us, and what Circle notifies us of."""

import re
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from gigstream import wire
from gigstream.errors import Invalid
from gigstream.models.common import Body, Change, Id, Line, Timestamp
from gigstream.models.tasks import Completion
from gigstream.models.urls import HttpsUrl
from gigstream.queries.webhooks import EventType, Recovered


def _all_or_some(names: list[EventType]) -> list[EventType]:
    if "*" in names and len(names) > 1:
        raise Invalid("must be * alone, for all, or names of events")
    if len(set(names)) < len(names):
        raise Invalid("must not name an event twice")
    return names


def _microseconds(text: object) -> object:
    """Circle's clock counts nanoseconds."""
    return re.sub(r"(\.\d{6})\d+", r"\1", text) if isinstance(text, str) else text


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


class CircleNotification(Body):
    """Circle's envelope, of which a hint is all that is taken; what Circle adds to it one day is passed over."""

    model_config = ConfigDict(extra="ignore", alias_generator=to_camel, serialize_by_alias=True)

    notification_id: Id
    notification_type: Line
    timestamp: Annotated[Timestamp, BeforeValidator(_microseconds)]
    notification: dict[str, Any]

    @property
    def circle_tx_id(self) -> str | None:
        """The transaction that it is about, if it is about one."""
        found = self.notification.get("id") if self.notification_type.startswith("transactions.") else None
        return found if isinstance(found, str) and len(found) <= 100 else None

    @property
    def reference(self) -> UUID | None:
        """Our own id of that transaction, which Circle was given with it."""
        try:
            return wire.uuid(str(self.notification.get("refId")))
        except Invalid:
            return None

    @property
    def state(self) -> str | None:
        found = self.notification.get("state")
        return found if isinstance(found, str) and len(found) <= 100 else None
