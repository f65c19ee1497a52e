"""What a stream earns by the second: the same formula as schema/functions/public/stream_accrued.sql, equal to the unit.

Amounts are USDC and turned into whole micro-USDC, times into whole seconds: integers neither round nor drift.
"""

from datetime import datetime, timedelta
from decimal import Decimal

SECOND = timedelta(seconds=1)


def accrued(total: Decimal, anchor_amount: Decimal, anchor_time: datetime, end_time: datetime, at: datetime) -> Decimal:
    """USDC earned by the moment `at`: the anchor's amount before it, the total from the end on."""
    elapsed = max(0, (min(at, end_time) - anchor_time) // SECOND)
    rest = _micros(total - anchor_amount) * elapsed // ((end_time - anchor_time) // SECOND)
    return anchor_amount + Decimal(rest).scaleb(-6)


def rate_per_second(total: Decimal, anchor_amount: Decimal, anchor_time: datetime, end_time: datetime) -> str:
    """USDC a second from the anchor to the end, cut to 18 decimals: to draw with, never to pay by."""
    rate = _micros(total - anchor_amount) * 10**12 // ((end_time - anchor_time) // SECOND)
    whole, fraction = divmod(rate, 10**18)
    return f"{whole}.{fraction:018}"


def _micros(amount: Decimal) -> int:
    return int(amount.scaleb(6))
