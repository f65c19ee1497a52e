"""The life of an advance against a model in whole micro-USDC: whatever happens in whatever order, they agree."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.books import Books, acting, call, refused

POOL = 10**15

micros = st.one_of(st.integers(1, 10), st.integers(1, 10**7), st.integers(1, 10**9))
acts = st.one_of(
    st.tuples(st.just("lend"), micros),
    st.tuples(st.just("pay"), micros),
    st.tuples(st.just("pay elsewhere"), micros),
    st.tuples(st.just("repay"), st.one_of(st.none(), micros)),
    st.tuples(st.just("repay from elsewhere"), st.one_of(st.none(), micros)),
    st.tuples(st.just("write off"), st.none()),
)


def usdc(amount: int) -> Decimal:
    return Decimal(amount).scaleb(-6)


@dataclass
class Model:
    """Whole micro-USDC. `lent`, `due` and `repaid` are of the advance that is open; `due` is 0 when none is."""

    here: int = 0
    elsewhere: int = 0
    pool: int = POOL
    fees: int = 0
    lent: int = 0
    due: int = 0
    repaid: int = 0

    def lend(self, amount: int) -> None:
        self.lent, self.due, self.repaid = amount, amount + amount * 200 // 10_000, 0
        self.pool -= amount
        self.here += amount

    def pay(self, amount: int) -> None:
        self.here += amount
        part = min(amount // 2, self.due - self.repaid)
        self.here -= part
        self.add(part)

    def add(self, amount: int) -> None:
        self.repaid += amount
        if self.due and self.repaid == self.due:
            self.close()

    def close(self) -> None:
        back = min(self.lent, self.repaid)
        self.pool += back
        self.fees += self.repaid - back
        self.lent = self.due = self.repaid = 0


class Life:
    """A worker of two platforms; with one of them he has pay that accrues, and advances on it."""

    def __init__(self, books: Books) -> None:
        self.books, self.model = books, Model()
        self.platform, self.other = books.platform("1000000"), books.platform("1000000")
        self.worker = books.worker(self.platform, self.other)
        books.stream(self.platform, self.worker, "100000", ago=6000, seconds=6060, interval=86_400)
        self.pool_before, self.fees_before = books.balance("advance_pool"), books.balance("fees")
        self.loan: UUID | None = None

    def act(self, kind: str, amount: int | None) -> None:
        getattr(self, kind.replace(" ", "_"))(amount)

    def asks(self, function: str, *values: object) -> Any:
        with acting(self.books.connection("api"), "worker", self.worker) as connection:
            return call(connection, function, *values)

    def lend(self, amount: int) -> None:
        if self.model.due:
            with refused("GS050"):
                self.asks("quote_advance", self.platform, "earned", usdc(amount))
        else:
            quote = self.asks("quote_advance", self.platform, "earned", usdc(amount))
            self.loan = self.asks("accept_advance", quote["id"])["id"]
            self.model.lend(amount)

    def pay(self, amount: int) -> None:
        self.books.completed(self.platform, self.worker, str(usdc(amount)))
        self.model.pay(amount)

    def pay_elsewhere(self, amount: int) -> None:
        self.books.completed(self.other, self.worker, str(usdc(amount)))
        self.model.elsewhere += amount

    def repay(self, amount: int | None) -> None:
        self.model.here -= self._repay(amount, self.platform, self.model.here)

    def repay_from_elsewhere(self, amount: int | None) -> None:
        self.model.elsewhere -= self._repay(amount, self.other, self.model.elsewhere)

    def _repay(self, amount: int | None, platform: UUID, available: int) -> int:
        """How much it took."""
        if self.loan is None:
            return 0
        part = min(self.model.due - self.model.repaid, self.model.due if amount is None else amount)
        values = [self.loan, None if amount is None else usdc(amount), platform]
        if self.model.due == 0:
            with refused("GS011"):
                self.asks("repay_advance", *values)
            return 0
        account = "SELECT count(*) FROM ledger.accounts WHERE owner_id = %s AND platform_id = %s"
        if part > available:
            opened = self.books.value(account, self.worker, platform)
            with refused(*(("23514", "accounts_balance_floor") if opened else ("GS001",))):
                self.asks("repay_advance", *values)
            return 0
        self.asks("repay_advance", *values)
        self.model.add(part)
        return part

    def write_off(self, _: None) -> None:
        if self.model.due:
            call(self.books.connection("operator"), "write_off_advance", self.loan)
            self.model.close()

    def check(self) -> None:
        model, books = self.model, self.books
        assert books.balance("worker_available", self.worker, self.platform) == usdc(model.here)
        assert books.balance("worker_available", self.worker, self.other) == usdc(model.elsewhere)
        assert books.balance("worker_advance", self.worker, self.platform) == usdc(model.repaid)
        assert books.balance("advance_pool") - self.pool_before == usdc(model.pool - POOL)
        assert books.balance("fees") - self.fees_before == usdc(model.fees)
        owed = books.value(
            "SELECT coalesce(sum(total_due - amount_repaid), 0) FROM loans"
            " WHERE worker_id = %s AND status IN ('disbursed', 'repaying')",
            self.worker,
        )
        assert owed == usdc(model.due - model.repaid)


# All examples share a database, each with a worker of its own.
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(life=st.lists(acts, max_size=25))
def test_an_advance_is_what_the_model_says(books: Books, life: list[tuple[str, int | None]]) -> None:
    call(books.connection("operator"), "fund_pool", 100_000)
    worker = Life(books)
    for kind, amount in life:
        worker.act(kind, amount)
        worker.check()
    assert books.differences() == []
