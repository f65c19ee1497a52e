"""What a platform sends about its tasks."""

from typing import Annotated, Literal

from pydantic import Field

from gigstream.models.common import Amount, Body, Id, Line, Metadata, Text, Timestamp


class NewTask(Body):
    """A task for one worker; `amount`, USDC, is its price, paid at once or by a stream."""

    worker_id: Id
    task_type: Literal["fixed", "streaming"]
    amount: Amount
    title: Line
    description: Annotated[str, Field(max_length=5000)] | None = None
    metadata: Metadata = Field(default_factory=dict)
    external_id: Line | None = None
    scheduled_at: Timestamp | None = None


class NewTasks(Body):
    """1 to 100 tasks."""

    tasks: Annotated[list[NewTask], Field(min_length=1, max_length=100)]


class Completion(Body):
    """What shows that a task was done, and how well: `rating` is 1 to 5."""

    rating: Annotated[int, Field(ge=1, le=5)] | None = None
    completion_proof: Annotated[str, Field(max_length=2000)] | None = None
    verification_data: Metadata | None = None


class Rating(Body):
    """How well a completed task was done: `rating` is 1 to 5."""

    rating: Annotated[int, Field(ge=1, le=5)]


class NewDispute(Body):
    """What is wrong with a task; the other party and the operator read it."""

    reason: Text
