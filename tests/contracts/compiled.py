"""The contract as the tests want it: with the compiler's lock or without it, which it must not need, and its layout."""

from functools import cache
from pathlib import Path
from typing import Any

import boa

from devstack.contracts import SOURCES

LOCK = "# pragma nonreentrancy on\n"


def source() -> str:
    return (SOURCES / "PaymentStreaming.vy").read_text()


@cache
def deployer(*, locked: bool = True, more: str = "") -> Any:
    """What deploys PaymentStreaming; `more` is Vyper to put behind it."""
    text = source()
    if not locked:
        text = text.replace(LOCK, "")
        assert LOCK not in text != source()
    return boa.loads_partial(text + more)


@cache
def hostile_usdc() -> Any:
    """What deploys the token."""
    return boa.load_partial(str(Path(__file__).parent / "HostileUSDC.vy"))


def packed(total: int, released: int, anchor_amount: int, anchor_time: int, end_time: int, state: int) -> int:
    """A stream's terms as the contract's head describes them."""
    return total | released << 60 | anchor_amount << 120 | anchor_time << 180 | end_time << 216 | state << 252
