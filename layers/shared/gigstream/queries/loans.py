"""Loans: advances on pay. A worker alone sees his."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from gigstream.queries.base import Query, many


@dataclass(frozen=True, slots=True)
class Loan:
    """Amounts in USDC; `total_due` is `amount` and `fee`."""

    id: UUID
    platform_id: UUID
    amount: Decimal
    fee: Decimal
    total_due: Decimal
    amount_repaid: Decimal
    status: Literal["pending", "approved", "disbursed", "repaying", "repaid", "defaulted"]
    mode: Literal["earned", "predictive"]
    disbursed_at: datetime | None
    repayment_due: datetime | None
    created_at: datetime


def open_loans(worker_id: UUID) -> Query[list[Loan]]:
    """What the worker still owes or is about to; nothing for anybody else."""
    return many(
        Loan,
        """
        SELECT
            l.id, l.platform_id, l.amount, l.fee, l.total_due, l.amount_repaid, l.status, l.mode, l.disbursed_at,
            l.repayment_due, l.created_at
        FROM loans AS l
        WHERE l.worker_id = %(worker_id)s AND l.status IN ('pending', 'approved', 'disbursed', 'repaying')
        ORDER BY l.id DESC
        """,
        worker_id=worker_id,
    )
