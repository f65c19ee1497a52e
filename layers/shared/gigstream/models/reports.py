"""What a platform sends to order a report."""

from datetime import date
from typing import Literal

from pydantic import ValidationInfo, field_validator

from gigstream.errors import Invalid
from gigstream.models.common import Body, Day

MAX_DAYS = 366


class NewReport(Body):
    """What to report on, of which UTC days, both included: at most 366.

    `loans` and `fees` are between workers and GigStream: a platform's have their columns, and no line of an advance.
    """

    kind: Literal["payouts", "earnings", "fees", "loans", "ledger"]
    format: Literal["csv", "jsonl"] = "csv"
    from_date: Day
    to_date: Day

    @field_validator("to_date")
    @classmethod
    def _ends_a_span(cls, to_date: date, info: ValidationInfo) -> date:
        from_date = info.data.get("from_date", to_date)
        if not 0 <= (to_date - from_date).days < MAX_DAYS:
            raise Invalid(f"must be from_date or at most {MAX_DAYS - 1} days later")
        return to_date
