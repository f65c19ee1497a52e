"""What the operator does: close a platform, fund the pool, write off an advance, resolve a dispute."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from tests.books import Books, Row, call, refused

ACTS = {
    "set_platform_active": "uuid, boolean",
    "fund_pool": "numeric",
    "assign_deposit": "uuid, uuid",
    "write_off_advance": "uuid",
    "resolve_dispute": "uuid, integer",
    "decide_appeal": "uuid, boolean, text",
}


def operate(books: Books, function: str, *values: object) -> Row:
    return call(books.connection("operator"), function, *values)


def advance(books: Books, platform: UUID, worker: UUID, repaid: str = "0", amount: str = "50") -> UUID:
    """An advance with a fee of one USDC, paid out of the pool and partly paid back."""
    operate(books, "fund_pool", Decimal(amount))
    loan: UUID = books.value(
        """
        INSERT INTO loans (worker_id, platform_id, amount, fee, total_due, amount_repaid, status, disbursed_at)
        VALUES (%s, %s, %s, 1, %s + 1, %s, CASE %s WHEN 0 THEN 'disbursed' ELSE 'repaying' END, now()) RETURNING id
        """,
        worker, platform, Decimal(amount), Decimal(amount), Decimal(repaid), Decimal(repaid),
    )  # fmt: skip
    books.rows(
        """
        INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, loan_id, event_at)
        SELECT m.debit, m.credit, m.amount, m.reason, l.id, now()
        FROM loans AS l
        CROSS JOIN LATERAL (
            VALUES
            (
                ledger.account('advance_pool'), ledger.account('worker_available', l.worker_id, l.platform_id),
                l.amount, 'advance'
            ),
            (
                ledger.account('worker_available', l.worker_id, l.platform_id),
                ledger.account('worker_advance', l.worker_id, l.platform_id), l.amount_repaid, 'repay'
            )
        ) AS m (debit, credit, amount, reason)
        WHERE l.id = %s AND m.amount > 0
        RETURNING id
        """,
        loan,
    )
    return loan


def dispute(books: Books, task: UUID) -> UUID:
    books.operate("UPDATE tasks SET status = 'disputed', disputed_at = now() WHERE id = %s", task)
    return task


def disputed_stream(books: Books, platform: UUID, worker: UUID) -> tuple[UUID, UUID]:
    """A stream of 36 USDC an hour, paused after ten minutes, and its task, which is disputed."""
    stream = books.stream(platform, worker, "36", ago=600)
    books.act(platform, "pause_stream", stream)
    return stream, dispute(books, books.value("SELECT task_id FROM streams WHERE id = %s", stream))


@pytest.mark.parametrize("role", ["api", "jobs", "signer", "auditor"])
def test_nobody_else_does_an_operators_work(books: Books, role: str) -> None:
    for name, types in ACTS.items():
        values = ", ".join(f"NULL::{kind}" for kind in types.split(", "))
        with refused("42501"):
            books.connection(role).execute(f"SELECT {name}({values})")


def test_his_acts_are_audited_as_the_systems(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    task, loan = books.task(platform, worker), advance(books, platform, worker)
    before = books.value("SELECT count(*) FROM audit_logs")
    funded = operate(books, "fund_pool", 5)
    operate(books, "set_platform_active", platform, False)
    operate(books, "set_platform_active", platform, True)
    operate(books, "write_off_advance", loan)
    operate(books, "resolve_dispute", dispute(books, task), 0)

    rows = books.rows("SELECT action, actor_type, actor_id, resource_id FROM audit_logs ORDER BY id OFFSET %s", before)
    assert [tuple(row.values()) for row in rows] == [
        ("pool.funded", "system", None, funded["id"]),
        ("platform.deactivated", "system", None, platform),
        ("platform.activated", "system", None, platform),
        ("loan.written_off", "system", None, loan),
        ("task.resolved", "system", None, task),
    ]


# ----------------------------------------------------------------------------------------------------------- platforms


def test_a_platform_is_closed_once_and_opened_again(books: Books) -> None:
    platform = books.platform()

    assert operate(books, "set_platform_active", platform, False) == {"id": platform, "name": "P", "is_active": False}
    with refused("GS011"):
        operate(books, "set_platform_active", platform, False)
    assert operate(books, "set_platform_active", platform, True)["is_active"]
    with refused("GS001"):
        operate(books, "set_platform_active", uuid4(), False)


def test_what_a_closed_platform_promised_goes_on(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    books.stream(platform, worker, "36", ago=600)
    operate(books, "set_platform_active", platform, False)

    books.release()

    assert books.balance("worker_available", worker, platform) >= 6


# ---------------------------------------------------------------------------------------------------------------- pool


def test_the_pool_is_funded_by_a_deposit_of_no_platforms(books: Books) -> None:
    assert operate(books, "fund_pool", 100)["pool"] == 100
    funded = operate(books, "fund_pool", Decimal("0.000001"))

    assert funded["pool"] == books.balance("advance_pool") == Decimal("100.000001")
    assert books.balance("custody") == -funded["pool"]
    assert books.row("SELECT platform_id, amount FROM ops.deposits WHERE id = %s", funded["id"]) == {
        "platform_id": None,
        "amount": Decimal("0.000001"),
    }
    assert books.differences() == []


@pytest.mark.parametrize("amount", ["0", "-1", "NaN"])
def test_the_pool_takes_amounts_only(books: Books, amount: str) -> None:
    with refused("23514"):
        operate(books, "fund_pool", Decimal(amount))


# ------------------------------------------------------------------------------------------------------------ advances


@pytest.mark.parametrize(
    ("repaid", "recovered", "lost", "fees"),
    [("0", "0", "50", "0"), ("20", "20", "30", "0"), ("50", "50", "0", "0"), ("50.4", "50", "0", "0.4")],
)
def test_what_was_paid_back_goes_to_the_pool_and_the_rest_is_its_loss(
    books: Books, repaid: str, recovered: str, lost: str, fees: str
) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    books.completed(platform, worker, "10")
    loan = advance(books, platform, worker, repaid)
    before = books.balance("worker_available", worker, platform)

    assert operate(books, "write_off_advance", loan) == {
        "id": loan, "worker_id": worker, "recovered": Decimal(recovered), "lost": Decimal(lost),
    }  # fmt: skip

    assert books.balance("advance_pool") == Decimal(recovered)
    assert books.balance("fees") == Decimal(fees)
    assert books.balance("worker_advance", worker, platform) == 0
    assert books.balance("worker_available", worker, platform) == before
    found = books.row("SELECT status, amount_repaid, defaulted_at IS NOT NULL AS dated FROM loans")
    assert found == {"status": "defaulted", "amount_repaid": Decimal(repaid), "dated": True}
    assert books.value("SELECT count(*) FROM ops.outbox WHERE event = 'loan.defaulted' AND object_id = %s", loan) == 1
    assert books.differences() == []


@pytest.mark.parametrize(("mode", "penalties"), [("earned", []), ("predictive", [-100])])
def test_only_a_predictive_advance_costs_reputation(books: Books, mode: str, penalties: list[int]) -> None:
    platform = books.platform()
    loan = advance(books, platform, books.worker(platform), "20")
    books.plant("UPDATE loans SET mode = %s", mode)

    operate(books, "write_off_advance", loan)

    events = books.rows("SELECT delta FROM reputation_events WHERE event_type = 'penalty' AND related_id = %s", loan)
    assert [event["delta"] for event in events] == penalties


def test_an_advance_is_written_off_once_and_only_when_it_was_paid_out(books: Books) -> None:
    platform = books.platform()
    worker, other = books.worker(platform), books.worker(platform)
    loan = advance(books, platform, worker, "20")
    operate(books, "write_off_advance", loan)
    pending = books.value(
        "INSERT INTO loans (worker_id, platform_id, amount, total_due) VALUES (%s, %s, 5, 5) RETURNING id",
        other, platform,
    )  # fmt: skip

    for wrong in [loan, pending]:
        with refused("GS011"):
            operate(books, "write_off_advance", wrong)
    with refused("GS001"):
        operate(books, "write_off_advance", uuid4())
    assert books.balance("advance_pool") == 20


# ------------------------------------------------------------------------------------------------------------ disputes


@pytest.mark.parametrize(
    ("price", "to_worker", "paid", "status", "delta"),
    [
        ("10", 10000, "10", "completed", 0),
        ("10", 2500, "2.5", "cancelled", -15),
        ("10", 0, "0", "cancelled", -20),
        ("0.000001", 9999, "0", "cancelled", 0),
        ("0.000003", 5000, "0.000001", "cancelled", -10),
        ("999999.999999", 3333, "333299.999999", "cancelled", -13),
    ],
)
def test_a_price_is_split_to_the_micro(
    books: Books, price: str, to_worker: int, paid: str, status: str, delta: int
) -> None:
    platform = books.platform("1000000")
    worker = books.worker(platform)
    task = dispute(books, books.task(platform, worker, price))

    rest = Decimal(price) - Decimal(paid)
    assert operate(books, "resolve_dispute", task, to_worker) == {
        "id": task, "status": status, "paid": Decimal(paid), "refunded": rest,
    }  # fmt: skip

    assert books.row("SELECT status, paid_amount FROM tasks") == {"status": status, "paid_amount": Decimal(paid)}
    assert books.balance("worker_available", worker, platform) == Decimal(paid)
    assert books.funds(platform) == (1000000 - Decimal(paid), 0)
    events = books.rows("SELECT event_type, delta FROM reputation_events ORDER BY id")
    finished = [{"event_type": "task_completed", "delta": 5}] if status == "completed" else []
    assert events == [{"event_type": "dispute_resolved", "delta": delta}, *finished]
    assert books.differences() == []


@pytest.mark.parametrize(
    ("to_worker", "paid", "status"), [(0, 6, "cancelled"), (5000, 21, "cancelled"), (10000, 36, "completed")]
)
def test_of_a_stream_what_was_not_released_is_split(books: Books, to_worker: int, paid: int, status: str) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    stream, task = disputed_stream(books, platform, worker)
    released = books.value("SELECT released_amount FROM streams WHERE id = %s", stream)

    resolved = operate(books, "resolve_dispute", task, to_worker)

    assert resolved["status"] == status
    assert resolved["paid"] == released + (36 - released) * to_worker / 10000
    assert round(resolved["paid"]) == paid
    assert resolved["paid"] + resolved["refunded"] == 36
    ended = books.row("SELECT status, released_amount FROM streams WHERE id = %s", stream)
    assert ended == {"status": status, "released_amount": resolved["paid"]}
    assert books.balance("worker_available", worker, platform) == resolved["paid"]
    assert books.funds(platform) == (1000 - resolved["paid"], 0)
    assert books.differences() == []


def test_a_resolved_stream_pays_nothing_more(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    stream, task = disputed_stream(books, platform, worker)
    paid = operate(books, "resolve_dispute", task, 5000)["paid"]

    books.pass_time(stream, 7200)
    books.release()

    assert books.balance("worker_available", worker, platform) == paid


def test_the_platform_is_told(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    task = dispute(books, books.task(platform, worker, "10"))
    operate(books, "resolve_dispute", task, 2500)

    told = books.row("SELECT platform_id, worker_id, object_id, payload FROM ops.outbox WHERE event = 'task.resolved'")
    assert told == {
        "platform_id": platform,
        "worker_id": worker,
        "object_id": task,
        "payload": {
            "to_worker": 2500, "status": "cancelled", "paid_amount": "2.500000", "refunded_amount": "7.500000",
        },
    }  # fmt: skip


def test_a_dispute_is_resolved_once_and_by_a_share(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    task, quiet = dispute(books, books.task(platform, worker)), books.task(platform, worker)

    for wrong in [-1, 10001]:
        with refused("GS015", column="to_worker"):
            operate(books, "resolve_dispute", task, wrong)
    operate(books, "resolve_dispute", task, 5000)
    for settled in [task, quiet]:
        with refused("GS011"):
            operate(books, "resolve_dispute", settled, 5000)
    with refused("GS001"):
        operate(books, "resolve_dispute", uuid4(), 5000)
    assert books.balance("worker_available", worker, platform) == 5
