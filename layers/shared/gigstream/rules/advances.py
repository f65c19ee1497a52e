"""What an advance costs and how much of it there can be: the same rules as advance_fee and advance_limit in SQL.

Amounts are USDC and turned into whole micro-USDC, shares and fees are whole percent or basis points: integers only.
"""

from decimal import Decimal
from typing import Final, Literal, Protocol

from gigstream.structs import struct

Mode = Literal["earned", "predictive"]

EARNED_SHARE = 80  # percent of accrued pay
PREDICTIVE_CAP = Decimal(500)
PREDICTIVE_DAYS = 30
MIN_RISK_SCORE = 600
MIN_AGE_DAYS = 7
MIN_COMPLETION_RATE = 80

REPAYMENT: Final[dict[Mode, str]] = {
    "earned": "from pay alone: what your streams there release, and half of other pay there, until it is whole",
    "predictive": "at most half of each pay from this platform, until it is whole; what is missing is due in 30 days",
}

_BASIS_POINTS = 10_000
_DAYS_A_YEAR = 365


@struct
class Check:
    """One rule: what it asks for, what is the case, and whether that will do."""

    rule: Literal[
        "no_open_advance", "accrued_pay", "platform_offers", "predicted_earnings", "risk_score", "account_age_days",
        "completion_rate", "no_default",
    ]  # fmt: skip
    required: str
    actual: str
    passed: bool


@struct
class Allowance:
    """Up to `limit` USDC if `eligible`, which all checks decide: `share_percent` of `basis`, USDC.

    The basis is the accrued pay, or the earnings predicted for seven days.
    """

    eligible: bool
    limit: Decimal
    basis: Decimal
    share_percent: int
    fee_percent: str
    checks: list[Check]


class Record(Protocol):
    """What is known of a worker: `completion_rate` in percent, `risk_score` 0..1000."""

    @property
    def loans_open(self) -> int: ...
    @property
    def loans_defaulted(self) -> int: ...
    @property
    def risk_score(self) -> int: ...
    @property
    def account_age_days(self) -> int: ...
    @property
    def completion_rate(self) -> str: ...


def earned(accrued: Decimal, record: Record) -> Allowance:
    """On pay that has accrued and was not released, USDC."""
    checks = [
        _no_open_advance(record),
        Check("accrued_pay", "more than 0", _shown(accrued), accrued > 0),
    ]
    return _allowance("earned", accrued, EARNED_SHARE, None, checks)


def predictive(predicted: Decimal, share_percent: int | None, record: Record) -> Allowance:
    """On what he will earn in seven days, USDC; no share where the platform does not offer it."""
    score, age, completion = record.risk_score, record.account_age_days, record.completion_rate
    checks = [
        Check("platform_offers", "yes", "no" if share_percent is None else "yes", share_percent is not None),
        _no_open_advance(record),
        Check("no_default", "0", str(record.loans_defaulted), record.loans_defaulted == 0),
        Check("risk_score", f"at least {MIN_RISK_SCORE}", str(score), score >= MIN_RISK_SCORE),
        Check("account_age_days", f"at least {MIN_AGE_DAYS}", str(age), age >= MIN_AGE_DAYS),
        Check(
            "completion_rate",
            f"at least {MIN_COMPLETION_RATE}",
            completion,
            Decimal(completion) >= MIN_COMPLETION_RATE,
        ),
        Check("predicted_earnings", "more than 0", _shown(predicted), predicted > 0),
    ]
    return _allowance("predictive", predicted, share_percent or 0, score, checks)


def fee_basis_points(mode: Mode, risk_score: int | None) -> int:
    """Of the amount: 200 for an earned advance; 200, 350 or 500 for a predictive one, by risk score."""
    if mode == "earned":
        return 200
    score = risk_score or 0
    return 200 if score >= 800 else 350 if score >= 700 else 500


def fee(mode: Mode, amount: Decimal, risk_score: int | None) -> Decimal:
    """USDC, cut to the micro-USDC in the worker's favour."""
    return _share(amount, fee_basis_points(mode, risk_score), _BASIS_POINTS)


def limit(mode: Mode, basis: Decimal, share_percent: int) -> Decimal:
    """USDC, cut to the micro-USDC: of accrued pay 80 %, of predicted earnings the platform's share, at most 500."""
    if mode == "earned":
        return _share(basis, EARNED_SHARE, 100)
    return min(PREDICTIVE_CAP, _share(basis, share_percent, 100))


def percent(basis_points: int) -> str:
    """Basis points as percent: "3.50"."""
    return f"{basis_points // 100}.{basis_points % 100:02}"


def disclosures(mode: Mode, amount: Decimal, charge: Decimal, risk_score: int | None) -> list[str]:
    """What a worker has to know before he takes it, in plain words."""
    rate = fee_basis_points(mode, risk_score)
    told = [
        f"You get {_shown(amount)} USDC now and pay back {_shown(amount + charge)} USDC.",
        f"The fee is {_shown(charge)} USDC, {percent(rate)} % of what you get. That is the whole price: no interest.",
        "You may pay back early, in part or in full. The fee stays the same.",
    ]
    if mode == "earned":
        return [
            *told,
            "It is an advance on pay that you have earned already, and it is repaid from pay alone.",
            "What your streams with this platform release repays it first; of its other pay at most half does.",
            "There is no due date: you cannot default, and it never costs you reputation.",
        ]
    yearly = rate * _DAYS_A_YEAR // PREDICTIVE_DAYS
    return [
        *told,
        "It is an advance on pay that is predicted and not earned yet.",
        "Of each pay from this platform at most half repays the advance, until it is whole; the rest is yours at once.",
        f"What is not paid back after {PREDICTIVE_DAYS} days is in default. That costs you 100 points of reputation.",
        "After a default there is no further advance on predicted pay.",
        f"Over {PREDICTIVE_DAYS} days the fee amounts to {percent(yearly)} % a year.",
    ]


def _no_open_advance(record: Record) -> Check:
    return Check("no_open_advance", "0", str(record.loans_open), record.loans_open == 0)


def _allowance(mode: Mode, basis: Decimal, share: int, risk_score: int | None, checks: list[Check]) -> Allowance:
    eligible = all(check.passed for check in checks)
    return Allowance(
        eligible=eligible,
        limit=limit(mode, basis, share) if eligible else Decimal(0),
        basis=basis,
        share_percent=share,
        fee_percent=percent(fee_basis_points(mode, risk_score)),
        checks=checks,
    )


def _shown(amount: Decimal) -> str:
    """With two decimals, or as many as it takes."""
    whole, _, decimals = f"{amount:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def _share(amount: Decimal, part: int, whole: int) -> Decimal:
    return Decimal(int(amount.scaleb(6)) * part // whole).scaleb(-6)
