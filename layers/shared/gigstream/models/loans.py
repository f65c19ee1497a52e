"""What a worker sends about his advances."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator

from gigstream.errors import Invalid
from gigstream.models.common import Amount, Body, Id

LEAST = Decimal("0.01")  # USDC: below, two percent are hardly a price


def _worth_it(amount: Decimal) -> Decimal:
    if amount < LEAST:
        raise Invalid(f"must be at least {LEAST}")
    return amount


class NewQuote(Body):
    """The advance that a worker asks for, USDC: on pay that has accrued, or on pay that is predicted."""

    platform_id: Id
    amount: Annotated[Amount, AfterValidator(_worth_it)]
    mode: Literal["earned", "predictive"] = "earned"


class Acceptance(Body):
    """The quote that he takes."""

    quote_id: Id


class EarlyRepayment(Body):
    """USDC to pay back now, or all that is owed; out of what is available with the advance's platform or another."""

    amount: Amount | None = None
    platform_id: Id | None = None
