"""USDC: a Decimal with at most six decimals inside, a string with exactly six outside. Nothing is ever rounded."""

import re
from decimal import Decimal

from gigstream.errors import Invalid

# numeric(18,6): twelve digits before the point.
_USDC = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)


def parse(text: object) -> Decimal:
    """An amount of USDC from a string such as "12.5".

    Raises Invalid for all but plain digits: a number, a sign, an exponent, NaN, a seventh decimal, a thirteenth digit.
    """
    if not isinstance(text, str) or not _USDC.fullmatch(text):
        raise Invalid('must be a decimal string such as "12.50": at most 12 digits and 6 decimals, not negative')
    return Decimal(text)


def text(amount: Decimal) -> str:
    """The amount with six decimals, or with all it has when it has more: "12.500000". Raises ValueError for NaN."""
    if not amount.is_finite():
        raise ValueError(f"{amount} is no amount")
    whole, point, decimals = f"{amount:f}".partition(".")
    return whole + (point or ".") + decimals.ljust(6, "0")


def micro(amount: Decimal) -> int:
    """USDC as its contract counts it. ValueError when there is a part of a micro-USDC."""
    whole = int(amount.scaleb(6))
    if of_micro(whole) != amount:
        raise ValueError(f"{amount} has more than six decimals")
    return whole


def of_micro(count: int) -> Decimal:
    """What so many micro-USDC are."""
    return Decimal(count).scaleb(-6)
