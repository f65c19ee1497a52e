"""R20: sixteen at once on one advance: earnings, early repayments, a cancel, a write-off; and accepts against accepts.

Guards: the loan is locked before it is repaid, a stream's releases repay it whole and other pay by half at most, an
advance is paid out once, and on pay that nobody releases meanwhile. Whatever the order, the same is repaid: what is
owed, or these parts of each pay and what the worker added. Red when two payments read one debt, when pay is not asked
for its part, and when locks are not taken in one order.
"""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from unittest.mock import patch
from uuid import uuid4

import psycopg
from tests.books import Books
from tests.conftest import Api
from tests.faults.board import Arena, Outcome, row
from tests.faults.rows.r05_sixteen_workers import deadlocks
from tests.faults.serving import served
from tests.people import Caller, new_platform, new_stream, new_task, new_worker

from devstack import server
from devstack.gateway import Answer

RIVALS = 16
MICRO = Decimal("0.000001")
Act = Callable[[], Answer | None]


class Case:
    """A worker, what he earns with a platform, and his advance: `loan` is None until it is accepted."""

    def __init__(self, arena: Arena, api: Api, platform: Caller, chance: random.Random) -> None:
        self.arena, self.platform, self.chance = arena, platform, chance
        self.worker = new_worker(api, platform)
        start = datetime.now(UTC) - timedelta(seconds=600)
        self.stream = new_stream(platform, self.worker, "3600", start_time=start.isoformat(), release_interval=86_400)
        self.loan: str | None = None
        self.added: list[Decimal | None] = []  # by his own hand; None is all that he owed

    def amount(self, most: int) -> str:
        return str(Decimal(self.chance.randint(1, most * 10**6)) * MICRO)

    def quoted(self, amount: str) -> str:
        made = self.worker.made("/v1/loans/quote", {"platform_id": self.platform.id, "amount": amount})
        return str(made["id"])

    def lend(self) -> None:
        self.loan = self.worker.made("/v1/loans", {"quote_id": self.quoted(self.amount(400))})["id"]

    def earning(self) -> Act:
        """A task that is completed: now or never does it pay."""
        task = new_task(self.platform, self.worker, self.amount(100))
        self.platform.made(f"/v1/tasks/{task}/start")
        return lambda: _asked(self.platform, f"/v1/tasks/{task}/complete", {})

    def repayment(self) -> Act:
        amount = self.amount(1)
        return lambda: self.repay({"amount": amount}, Decimal(amount))

    def last_repayment(self) -> Act:
        return lambda: self.repay({}, None)

    def repay(self, body: dict[str, str], amount: Decimal | None) -> Answer:
        answer = _asked(self.worker, f"/v1/loans/{self.loan}/repay", body)
        if answer.status == 200:
            self.added.append(amount)
        return answer

    def cancel(self) -> Act:
        return lambda: _asked(self.platform, f"/v1/streams/{self.stream}/cancel")

    def release(self) -> Act:
        """The tick, in a session of its own."""
        self.arena.books.plant(
            "UPDATE streams SET next_release_at = now() - interval '1 minute' WHERE id = %s", self.stream
        )

        def tick() -> None:
            with psycopg.connect(self.arena.direct("jobs"), autocommit=True) as jobs:
                jobs.execute("SELECT release_due('infinity', 1000)")

        return tick

    def write_off(self) -> Act:
        self.arena.books.plant("UPDATE loans SET mode = 'predictive' WHERE id = %s", self.loan)

        def give_up() -> None:
            with psycopg.connect(self.arena.direct("operator"), autocommit=True) as operator:
                try:
                    operator.execute("SELECT write_off_advance(%s)", [self.loan])
                except psycopg.Error as error:
                    if error.sqlstate != "GS011":  # it was paid back before
                        raise

        return give_up


def _asked(caller: Caller, path: str, body: object = None) -> Answer:
    """The final answer; a lock that took too long is asked for again."""
    key = str(uuid4())
    while True:
        answer = caller.post(path, body, once=key)
        if answer.header("Retry-After") is None:
            return answer


def earnings(case: Case) -> list[Act]:
    case.lend()
    return [case.earning() for _ in range(RIVALS)]


def repayments(case: Case) -> list[Act]:
    case.lend()
    return [case.earning() for _ in range(RIVALS // 2)] + [case.repayment() for _ in range(RIVALS // 2)]


def last_repayments(case: Case) -> list[Act]:
    """All of it, by several at once who can pay it."""
    case.lend()
    case.platform.made(f"/v1/streams/{case.stream}/cancel")
    return [case.earning() for _ in range(RIVALS // 2)] + [case.last_repayment() for _ in range(RIVALS // 2)]


def a_cancel(case: Case) -> list[Act]:
    case.lend()
    return [case.cancel(), *(case.repayment() for _ in range(3)), *(case.earning() for _ in range(RIVALS - 4))]


def a_write_off(case: Case) -> list[Act]:
    case.lend()
    return [*(case.earning() for _ in range(RIVALS - 3)), case.write_off(), case.repayment(), case.release()]


def accepts(case: Case) -> list[Act]:
    quotes = [case.quoted(case.amount(400)) for _ in range(RIVALS - 1)]
    return [*(_accept(case, quote) for quote in quotes), case.release()]


def _accept(case: Case, quote: str) -> Act:
    return lambda: _asked(case.worker, "/v1/loans", {"quote_id": quote})


RACES = [earnings, last_repayments, accepts, repayments, a_cancel, a_write_off]


@row(
    20,
    "16 earnings, repayments, cancels or write-offs on one advance at once; accepts against accepts",
    full=150,
    short=12,
)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    outcome = Outcome()
    with (
        patch.object(server, "WORKERS", RIVALS),  # a process for each rival, or they would stand in line
        served(arena) as api,
        ThreadPoolExecutor(RIVALS) as clients,
    ):
        arena.books.rows("SELECT fund_pool(1000000)", role="operator")
        platform = new_platform(api, "10000000")
        while outcome.cases < cases:
            race = RACES[outcome.cases % len(RACES)]
            case = Case(arena, api, platform, chance)
            acts = race(case)
            chance.shuffle(acts)
            answers = [answer for answer in clients.map(lambda act: act(), acts) if answer is not None]
            outcome.cases += 1
            outcome.accepted += sum(answer.status < 300 for answer in answers)
            found = [f"answered {one.body!r}" for one in answers if one.status >= 300 and one.status != 409]
            found += _accepted(case, answers) if race is accepts else _repaid(case)
            outcome.violations += [f"{race.__name__}: {wrong}" for wrong in found]
    if deadlocks(arena):
        outcome.violations.append(f"{deadlocks(arena)} deadlocks")
    return outcome


def _pay(books: Books, case: Case) -> dict[str, list[Decimal]]:
    """By reason: what tasks paid, and what streams released."""
    rows = books.rows(
        "SELECT x.reason, x.amount FROM ledger.transfers AS x INNER JOIN ledger.accounts AS a"
        " ON x.credit_account = a.id WHERE a.owner_id = %s AND x.reason IN ('pay', 'release')",
        case.worker.id,
    )
    return {reason: [row["amount"] for row in rows if row["reason"] == reason] for reason in ("pay", "release")}


def _repaid(case: Case) -> list[str]:
    """All of what is owed, or half of each pay, what was released, and what he added; to the micro-USDC."""
    books = case.arena.books
    loan = books.row("SELECT status, mode, total_due, amount_repaid FROM loans WHERE id = %s", case.loan)
    pay = _pay(books, case)
    halved, whole = (pay["pay"], pay["release"]) if loan["mode"] == "earned" else (pay["pay"] + pay["release"], [])
    most = sum((amount / 2 // MICRO * MICRO for amount in halved), sum(whole, Decimal(0)))
    right = min(loan["total_due"], most + sum(loan["total_due"] if one is None else one for one in case.added))
    # Who wrote both in one transaction took this part of this pay.
    greedy = books.value(
        "SELECT count(*) FROM ledger.transfers AS x INNER JOIN ledger.transfers AS r ON x.xmin = r.xmin"
        " WHERE r.loan_id = %s AND r.reason = 'repay' AND x.reason IN ('pay', 'release') AND r.amount > x.amount / "
        " CASE WHEN x.reason = 'release' AND %s = 'earned' THEN 1 ELSE 2 END",
        case.loan, loan["mode"],
    )  # fmt: skip
    if greedy:
        return [f"{greedy} payments gave more than their part"]
    if loan["status"] == "defaulted":  # what was paid after that was his in full
        return [] if loan["amount_repaid"] <= right else [f"{loan['amount_repaid']} repaid of at most {right}"]
    status = "repaid" if right == loan["total_due"] else "repaying"
    if (loan["amount_repaid"], loan["status"]) != (right, status):
        return [f"{loan['amount_repaid']} repaid and {loan['status']}, where {right} and {status} are right"]
    return []


def _accepted(case: Case, answers: list[Answer]) -> list[str]:
    """One, or none when the pay was released first; and never on pay that was."""
    books = case.arena.books
    codes = {answer.json["code"] for answer in answers if answer.status == 409}
    done = [answer.json for answer in answers if answer.status == 201]
    wrong = [f"refused as {codes}"] if codes - {"advance_open", "over_limit"} else []
    if len(done) > 1:
        wrong.append(f"{len(done)} advances at once")
    for loan in done:
        repaid = books.value(
            "SELECT count(*) FROM ledger.transfers WHERE loan_id = %s AND reason = 'repay'", loan["id"]
        )
        if any(_pay(books, case).values()) and not repaid:
            wrong.append("an advance on pay that was released before it, or pay that was not asked for its part")
    return wrong
