"""What a platform sends about its streams."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from gigstream.errors import Invalid
from gigstream.models.common import Amount, Body, Id, Timestamp

YEAR = 366 * 24 * 3600


class NewStream(Body):
    """How a streaming task's price accrues: from `start_time` (now) to `end_time`, or for `duration_seconds`.

    What has accrued is released every `release_interval` seconds.
    """

    task_id: Id
    start_time: Timestamp | None = None
    end_time: Timestamp | None = None
    duration_seconds: Annotated[int, Field(ge=60, le=YEAR)] | None = None
    release_interval: Annotated[int, Field(ge=60, le=30 * 24 * 3600)] = 3600

    @model_validator(mode="after")
    def _ends_once(self) -> Self:
        if (self.end_time is None) == (self.duration_seconds is None):
            raise Invalid("needs either end_time or duration_seconds")
        return self


class TopUp(Body):
    """What is added to a stream's total, USDC; with a new end, or it accrues faster to the same one."""

    amount: Amount
    end_time: Timestamp | None = None
