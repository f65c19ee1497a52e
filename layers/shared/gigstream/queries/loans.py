"""Loans: advances on pay. A worker alone sees his."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from gigstream.queries.base import Page, Query, Slice, Together, many, one, page
from gigstream.structs import struct

Mode = Literal["earned", "predictive"]
Status = Literal["pending", "approved", "disbursed", "repaying", "repaid", "defaulted"]

_SELECT: Final = """
    SELECT
        l.id, l.platform_id, l.amount, l.fee, l.total_due, l.amount_repaid,
        CASE WHEN l.status IN ('disbursed', 'repaying') THEN l.total_due - l.amount_repaid ELSE 0 END AS owed,
        l.status, l.mode, l.risk_score, l.predicted_earnings, l.disbursed_at, l.repayment_due, l.repaid_at,
        l.defaulted_at, l.created_at
    FROM """


@struct
class Loan:
    """Amounts in USDC; `total_due` is `amount` and `fee`; `owed` is what is still to be paid back.

    `risk_score` and `predicted_earnings`, of seven days, are what a predictive advance was given on; it alone has a
    `repayment_due`. What is missing of a defaulted one is not owed any more.
    """

    id: UUID
    platform_id: UUID
    amount: Decimal
    fee: Decimal
    total_due: Decimal
    amount_repaid: Decimal
    owed: Decimal
    status: Status
    mode: Mode
    risk_score: int | None
    predicted_earnings: Decimal | None
    disbursed_at: datetime | None
    repayment_due: datetime | None
    repaid_at: datetime | None
    defaulted_at: datetime | None
    created_at: datetime


@struct
class Repayment:
    """USDC that went from pay, or by the worker's own hand, into his advance; numbered from 1 without gaps."""

    id: UUID
    number: int
    amount: Decimal
    repaid_at: datetime


@struct
class RepaidLoan(Loan):
    """A loan with its repayments, newest first."""

    repayments: Page[Repayment]


@struct
class Quote:
    """Amounts in USDC; `limit` is the most that can be had now. A predictive advance would fall due at `repayment_due`.

    `risk_score` and `predicted_earnings`, of seven days, stand behind a predictive one.
    """

    id: UUID
    platform_id: UUID
    mode: Mode
    amount: Decimal
    fee: Decimal
    total_due: Decimal
    limit: Decimal
    risk_score: int | None
    predicted_earnings: Decimal | None
    repayment_due: datetime | None
    expires_at: datetime


@struct
class Offer(Quote):
    """A quote in full: what arrives, the fee in percent, how it is repaid, and what the worker has to know of it."""

    you_receive: Decimal
    fee_percent: str
    repayment: str
    disclosures: list[str]


@struct
class Overdue:
    """A predictive advance that was not paid back in time."""

    id: UUID


@struct
class Default:
    """Whether it was given up; no when it was paid back at the last moment."""

    defaulted: bool


def open_loans(worker_id: UUID) -> Query[list[Loan]]:
    """What the worker still owes or is about to; nothing for anybody else."""
    return many(
        Loan,
        _SELECT
        + """
        loans AS l
        WHERE l.worker_id = %(worker_id)s AND l.status IN ('pending', 'approved', 'disbursed', 'repaying')
        ORDER BY l.id DESC
        """,
        worker_id=worker_id,
    )


def mine(part: Slice, status: Status | None) -> Query[Page[Loan]]:
    """The calling worker's loans, newest first."""
    return page(
        Loan,
        _SELECT
        + """
        loans AS l
        WHERE l.worker_id = ops.tenant() AND l.id < %(after)s
            AND (%(status)s::text IS NULL OR l.status = %(status)s)
        ORDER BY l.id DESC
        LIMIT %(limit)s
        """,
        part,
        status=status,
    )


def get(loan_id: UUID) -> Query[Loan]:
    """NotFound unless it is the caller's."""
    return one(Loan, _SELECT + "loans AS l WHERE l.id = %(loan_id)s AND l.worker_id = ops.tenant()", loan_id=loan_id)


def with_repayments(loan_id: UUID, part: Slice) -> Together[RepaidLoan]:
    """NotFound unless it is the caller's."""
    # By number, because that is what the index on a loan's transfers is sorted by.
    repayments = page(
        Repayment,
        """
        SELECT x.id, x.source_seq + 1 AS number, x.amount, x.event_at AS repaid_at
        FROM ledger.transfers AS x
        WHERE x.loan_id = %(loan_id)s AND x.reason = 'repay' AND x.source_seq < coalesce(
            (SELECT l.source_seq FROM ledger.transfers AS l WHERE l.id = %(after)s AND l.loan_id = %(loan_id)s),
            2147483647
        )
        ORDER BY x.source_seq DESC
        LIMIT %(limit)s
        """,
        part,
        loan_id=loan_id,
    )

    def make(loan: Loan, paid: Page[Repayment]) -> RepaidLoan:
        return RepaidLoan(**asdict(loan), repayments=paid)

    return Together((get(loan_id), repayments), make)


def quote(platform_id: UUID, mode: Mode, amount: Decimal, predicted: Decimal | None) -> Query[Quote]:
    """What an advance would cost; `predicted` is what the worker will earn in seven days, for a predictive one.

    NotFound unless he works for the platform; AdvanceOpen, NotEligible, OverLimit.
    """
    return one(
        Quote,
        """
        SELECT
            q.id, q.platform_id, q.mode, q.amount, q.fee, q.amount + q.fee AS total_due, q.limit_amount AS limit,
            q.risk_score, q.predicted_earnings,
            CASE q.mode WHEN 'predictive' THEN q.created_at + interval '30 days' END AS repayment_due, q.expires_at
        FROM quote_advance(%(platform_id)s, %(mode)s, %(amount)s, %(predicted)s) AS q
        """,
        platform_id=platform_id,
        mode=mode,
        amount=amount,
        predicted=predicted,
    )


def accept(quote_id: UUID) -> Query[Loan]:
    """Pay it out. NotFound unless the quote is the caller's; QuoteUsed, QuoteExpired, PoolShort, and as for `quote`."""
    return one(Loan, _SELECT + "accept_advance(%(quote_id)s) AS l", quote_id=quote_id)


def repay(loan_id: UUID, amount: Decimal | None, platform_id: UUID | None) -> Query[Loan]:
    """Pay `amount` USDC of it back, or all that is owed, out of what is available with its platform or another one.

    NotFound unless it is the caller's; WrongState when it is not open; InsufficientFunds.
    """
    return one(
        Loan,
        _SELECT + "repay_advance(%(loan_id)s, %(amount)s, %(platform_id)s) AS l",
        loan_id=loan_id,
        amount=amount,
        platform_id=platform_id,
    )


def overdue(as_of: datetime, limit: int) -> Query[list[Overdue]]:
    """The predictive advances that were due by `as_of`, at most `limit`, the longest overdue first."""
    return many(
        Overdue,
        """
        SELECT l.id
        FROM loans AS l
        WHERE l.mode = 'predictive' AND l.status IN ('disbursed', 'repaying') AND l.repayment_due <= %(as_of)s
        ORDER BY l.repayment_due
        LIMIT %(limit)s
        """,
        as_of=as_of,
        limit=limit,
    )


def default(loan_id: UUID, as_of: datetime) -> Query[Default]:
    """Give up on an overdue advance; its worker's reputation falls by 100."""
    return one(Default, "SELECT defaulted FROM default_advance(%(loan_id)s, %(as_of)s)", loan_id=loan_id, as_of=as_of)
