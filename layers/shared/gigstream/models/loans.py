"""What a worker sends about his advances."""

from typing import Literal
from uuid import UUID

from gigstream.models.common import Amount, Body


class NewQuote(Body):
    """The advance that a worker asks for, USDC: on pay that has accrued, or on pay that is predicted."""

    platform_id: UUID
    amount: Amount
    mode: Literal["earned", "predictive"] = "earned"


class Acceptance(Body):
    """The quote that he takes."""

    quote_id: UUID


class EarlyRepayment(Body):
    """USDC to pay back now, or all that is owed; out of what is available with the advance's platform or another."""

    amount: Amount | None = None
    platform_id: UUID | None = None
