"""Reports: a platform orders one, a job reads its lines as the platform may see them and makes the file."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, Literal, LiteralString
from uuid import UUID

from gigstream.queries.base import Page, Query, Slice, many, one, optional, page
from gigstream.structs import struct

Kind = Literal["payouts", "earnings", "fees", "loans", "ledger"]
Format = Literal["csv", "jsonl"]
Status = Literal["queued", "running", "done", "failed"]

_SELECT: Final = """
    SELECT
        r.id, r.platform_id, r.kind, r.format, r.from_date, r.to_date, r.status, r.attempts, r.rows, r.bytes, r.sha256,
        r.created_at, r.finished_at, r.expires_at
    FROM """


@struct
class Report:
    """A file on the UTC days from `from_date` to `to_date`, both included, as they stood at `created_at`.

    `rows`, `bytes` and `sha256` are those of the file, once it is done; it is deleted after `expires_at`. `attempts`
    is how often its making was begun: it fails after the third.
    """

    id: UUID
    platform_id: UUID
    kind: Kind
    format: Format
    from_date: date
    to_date: date
    status: Status
    attempts: int
    rows: int | None
    bytes: int | None
    sha256: str | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None

    def is_kept(self, at: datetime) -> bool:
        """Whether there is a file to be had at a moment."""
        return self.expires_at is not None and at < self.expires_at


@struct
class Download(Report):
    """A report and, while its file is kept, a link to it that is good until `download_expires_at`."""

    download_url: str | None
    download_expires_at: datetime | None


@struct
class Finished:
    """Whether the run was still the one to finish its report."""

    finished: bool


@struct
class Line:
    """What every line of a report has: its order is that of `created_at` and `id`."""

    id: UUID
    created_at: datetime


@struct
class Payout(Line):
    """A payout to a worker, USDC."""

    worker_id: UUID
    worker_name: str | None
    task_id: UUID | None
    amount: Decimal
    fee: Decimal
    status: str
    tx_hash: str | None
    payment_no: int | None
    to_address: str | None
    processed_at: datetime | None


@struct
class Earning(Line):
    """What a worker was credited, USDC: the price of a task (`pay`) or a part of a stream's (`release`)."""

    worker_id: UUID
    worker_name: str | None
    reason: str
    amount: Decimal
    task_id: UUID
    task_title: str
    external_id: str | None
    stream_id: UUID | None
    event_at: datetime


@struct
class Fee(Line):
    """A transaction that cost a fee, USDC."""

    worker_id: UUID
    worker_name: str | None
    tx_type: str
    amount: Decimal
    fee: Decimal
    status: str


@struct
class Loan(Line):
    """An advance, USDC. Row security shows a platform none: they are between the worker and us."""

    worker_id: UUID
    amount: Decimal
    fee: Decimal
    total_due: Decimal
    amount_repaid: Decimal
    status: str


@struct
class Posting(Line):
    """One side of a transfer, USDC: what came into an account (`credit`) or left it (`debit`). Account by account."""

    account_id: UUID
    account_kind: str
    worker_id: UUID | None
    direction: str
    amount: Decimal
    reason: str
    task_id: UUID | None
    stream_id: UUID | None
    transaction_id: UUID | None
    deposit_id: UUID | None
    event_at: datetime


LINES: Final[dict[Kind, type[Line]]] = {
    "payouts": Payout,
    "earnings": Earning,
    "fees": Fee,
    "loans": Loan,
    "ledger": Posting,
}

_PAYOUTS: Final = """
    SELECT
        x.id, x.created_at, x.worker_id, w.name AS worker_name, x.task_id, x.amount, x.fee, x.status, x.tx_hash,
        x.payment_no, x.to_address, x.processed_at
    FROM transactions AS x
    LEFT JOIN workers AS w ON x.worker_id = w.id
    WHERE x.platform_id = ops.tenant() AND x.tx_type = 'payout'
        AND (x.created_at, x.id) > (%(at)s, %(id)s) AND x.created_at < %(until)s
    ORDER BY x.created_at, x.id
    LIMIT %(limit)s
"""
_FEES: Final = """
    SELECT x.id, x.created_at, x.worker_id, w.name AS worker_name, x.tx_type, x.amount, x.fee, x.status
    FROM transactions AS x
    LEFT JOIN workers AS w ON x.worker_id = w.id
    WHERE x.platform_id = ops.tenant() AND x.fee > 0
        AND (x.created_at, x.id) > (%(at)s, %(id)s) AND x.created_at < %(until)s
    ORDER BY x.created_at, x.id
    LIMIT %(limit)s
"""
_LOANS: Final = """
    SELECT l.id, l.created_at, l.worker_id, l.amount, l.fee, l.total_due, l.amount_repaid, l.status
    FROM loans AS l
    WHERE l.platform_id = ops.tenant()
        AND (l.created_at, l.id) > (%(at)s, %(id)s) AND l.created_at < %(until)s
    ORDER BY l.created_at, l.id
    LIMIT %(limit)s
"""
# Everything that workers are credited leaves the one account of what is held for them.
_EARNINGS: Final = """
    SELECT
        x.id, x.created_at, a.owner_id AS worker_id, w.name AS worker_name, x.reason, x.amount, t.id AS task_id,
        t.title AS task_title, t.external_id, x.stream_id, x.event_at
    FROM (
        SELECT x.* FROM ledger.transfers AS x
        WHERE x.debit_account = (
            SELECT h.id FROM ledger.accounts AS h WHERE h.owner_id = ops.tenant() AND h.kind = 'platform_held'
        )
            AND x.reason IN ('pay', 'release')
            AND (x.created_at, x.id) > (%(at)s, %(id)s) AND x.created_at < %(until)s
        ORDER BY x.created_at, x.id
        LIMIT %(limit)s
    ) AS x
    INNER JOIN ledger.accounts AS a ON x.credit_account = a.id
    LEFT JOIN streams AS s ON x.stream_id = s.id
    INNER JOIN tasks AS t ON coalesce(x.task_id, s.task_id) = t.id
    LEFT JOIN workers AS w ON a.owner_id = w.id
    ORDER BY x.created_at, x.id
"""
# One account after the other, each side along its own index, and of each no more than is wanted in all.
_LEDGER: Final = """
    SELECT
        x.id, x.created_at, a.id AS account_id, a.kind AS account_kind,
        CASE WHEN a.owner_id <> a.platform_id THEN a.owner_id END AS worker_id, x.direction, x.amount, x.reason,
        x.task_id, x.stream_id, x.transaction_id, x.deposit_id, x.event_at
    FROM ledger.accounts AS a
    CROSS JOIN LATERAL (
        SELECT CASE WHEN a.id = %(account)s THEN %(at)s ELSE %(start)s END AS at,
            CASE WHEN a.id = %(account)s THEN %(id)s ELSE %(first)s END AS id
    ) AS p
    CROSS JOIN LATERAL (
        SELECT b.* FROM (
            (
                SELECT c.*, 'credit' AS direction FROM ledger.transfers AS c
                WHERE c.credit_account = a.id AND c.loan_id IS NULL
                    AND (c.created_at, c.id) > (p.at, p.id) AND c.created_at < %(until)s
                ORDER BY c.created_at, c.id
                LIMIT %(limit)s
            )
            UNION ALL
            (
                SELECT d.*, 'debit' AS direction FROM ledger.transfers AS d
                WHERE d.debit_account = a.id AND d.loan_id IS NULL
                    AND (d.created_at, d.id) > (p.at, p.id) AND d.created_at < %(until)s
                ORDER BY d.created_at, d.id
                LIMIT %(limit)s
            )
        ) AS b
        ORDER BY b.created_at, b.id
        LIMIT %(limit)s
    ) AS x
    WHERE a.platform_id = ops.tenant() AND a.kind <> 'worker_advance' AND a.id >= %(account)s
    ORDER BY a.id, x.created_at, x.id
    LIMIT %(limit)s
"""
_LINES: Final[dict[Kind, LiteralString]] = {
    "payouts": _PAYOUTS,
    "earnings": _EARNINGS,
    "fees": _FEES,
    "loans": _LOANS,
    "ledger": _LEDGER,
}

FIRST_ID = UUID(int=0)


def key(report: Report) -> str:
    """The name of a report's file; each attempt has its own, so that none writes over another."""
    return f"reports/{report.platform_id}/{report.id}-{report.attempts}.{report.format}"


def order(*, kind: Kind, format: Format, from_date: date, to_date: date) -> Query[Report]:  # noqa: A002
    """Order a report. Invalid when it ends in the future, TooManyReports when ten are open."""
    return one(
        Report,
        _SELECT + "order_report(%(kind)s, %(format)s, %(from_date)s, %(to_date)s) AS r",
        kind=kind,
        format=format,
        from_date=from_date,
        to_date=to_date,
    )


def get(report_id: UUID) -> Query[Report]:
    """NotFound unless it is the calling platform's."""
    return one(Report, _SELECT + "ops.reports AS r WHERE r.id = %(report_id)s", report_id=report_id)


def mine(part: Slice) -> Query[Page[Report]]:
    """The calling platform's reports, newest first."""
    return page(
        Report,
        _SELECT
        + """ops.reports AS r
        WHERE r.platform_id = ops.tenant() AND r.id < %(after)s
        ORDER BY r.id DESC
        LIMIT %(limit)s
        """,
        part,
    )


def claim(seconds: int) -> Query[Report | None]:
    """Take the oldest report that waits for a run, for so long."""
    return optional(Report, _SELECT + "claim_report(%(seconds)s) AS r", seconds=seconds)


def finish(report: Report, *, rows: int, size: int, sha256: str, days: int) -> Query[Finished]:
    """Mark a report as done, its file kept for `days`."""
    return one(
        Finished,
        "SELECT finish_report(%(id)s, %(attempt)s, %(rows)s, %(size)s, %(sha256)s, %(days)s) AS finished",
        id=report.id,
        attempt=report.attempts,
        rows=rows,
        size=size,
        sha256=sha256,
        days=days,
    )


def lines(report: Report, last: Line | None, limit: int) -> Query[list[Any]]:
    """The lines that follow `last`, as the calling platform sees them."""
    start = datetime.combine(report.from_date, time(), UTC)
    end = datetime.combine(report.to_date, time(), UTC) + timedelta(days=1)
    return many(
        LINES[report.kind],
        _LINES[report.kind],
        start=start,
        until=min(end, report.created_at),
        account=last.account_id if isinstance(last, Posting) else FIRST_ID,
        at=last.created_at if last else start,
        id=last.id if last else FIRST_ID,
        first=FIRST_ID,
        limit=limit,
    )
