"""ops.check_invariants, run as the jobs role, is silent on a right book and names each figure that is planted wrong."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from psycopg.types.json import Jsonb
from tests.books import Books, acting, call

SOURCES = sorted((Path(__file__).parents[2] / "schema/functions/ops").glob("recount_*.sql"))
FIXED = "task_type = 'fixed' AND status"
ON_CANCELLED_STREAM = "WHERE task_type = 'streaming' AND status = 'cancelled'"

# figure, a statement that makes it wrong, the table whose rules must sleep meanwhile
PLANTED = [
    ("workers.total_tasks", "UPDATE workers SET total_tasks = total_tasks + 1", None),
    ("workers.total_earned", "UPDATE workers SET total_earned = total_earned + 0.000001", None),
    ("workers.completion_rate", "UPDATE workers SET completion_rate = 1", None),
    ("workers.dispute_rate", "UPDATE workers SET dispute_rate = 1", None),
    ("workers.average_rating", "UPDATE workers SET average_rating = 1", None),
    ("workers.reputation_score", "UPDATE workers SET reputation_score = 1", None),
    ("worker_counters.tasks", "UPDATE ops.worker_counters SET tasks = tasks + 1", None),
    ("worker_counters.completed", "UPDATE ops.worker_counters SET completed = completed + 1", None),
    ("worker_counters.cancelled", "UPDATE ops.worker_counters SET cancelled = cancelled + 1", None),
    ("worker_counters.disputed", "UPDATE ops.worker_counters SET disputed = disputed + 1", None),
    ("worker_counters.rated", "UPDATE ops.worker_counters SET rated = rated + 1", None),
    ("worker_counters.rating_sum", "UPDATE ops.worker_counters SET rating_sum = rating_sum + 1", None),
    ("worker_counters.earned", "UPDATE ops.worker_counters SET earned = earned + 1", None),
    ("platforms.total_tasks", "UPDATE platforms SET total_tasks = total_tasks + 1", None),
    ("platforms.active_workers", "UPDATE platforms SET active_workers = active_workers + 1", None),
    ("platforms.total_payouts", "UPDATE platforms SET total_payouts = total_payouts + 1", None),
    ("memberships.open_tasks", "UPDATE ops.memberships SET open_tasks = open_tasks + 1", None),
    ("memberships.open_tasks", "DELETE FROM ops.memberships", None),
    (
        "reputation_events.previous_score",
        "UPDATE reputation_events SET previous_score = 1 WHERE event_type = 'rating_received'",
        "reputation_events",
    ),
    ("reputation_events.new_score", "UPDATE reputation_events SET new_score = 1", "reputation_events"),
    ("streams.released_amount", "UPDATE streams SET released_amount = 0.5 WHERE status = 'active'", None),
    ("streams.remaining_amount", "UPDATE streams SET released_amount = 0.5 WHERE status = 'active'", None),
    ("streams.release_seq", "UPDATE streams SET release_seq = release_seq + 1", None),
    (
        "streams.release_seq contiguous",
        "UPDATE ledger.transfers SET source_seq = 9 WHERE reason = 'release'",
        "ledger.transfers",
    ),
    ("streams.total_amount held", "UPDATE streams SET total_amount = total_amount + 1", None),
    ("streams.refunded", "UPDATE ledger.transfers SET amount = 0.5 WHERE reason = 'refund'", "ledger.transfers"),
    (
        "streams.status of a disputed task",
        (
            "UPDATE streams SET status = 'active', paused_at = NULL, next_release_at = end_time"
            " WHERE task_id IN (SELECT id FROM tasks WHERE status = 'disputed')"
        ),
        None,
    ),
    ("due_streams.next_release_at", "DELETE FROM ops.due_streams", None),
    ("due_streams.next_release_at", "UPDATE ops.due_streams SET platform_id = ops.uuid_v7()", None),
    ("disputes.resolved_at", "UPDATE ops.disputes SET resolved_at = now(), to_worker = 0", None),
    ("appeals.status", "UPDATE ops.appeals SET status = 'open', decided_at = NULL", None),
    ("transactions.status", "DELETE FROM ops.transaction_states", None),
    ("tasks.amount of stream", "UPDATE tasks SET amount = amount + 1", None),
    ("tasks.paid_amount of stream", f"UPDATE tasks SET paid_amount = 0 {ON_CANCELLED_STREAM}", None),
    (
        "tasks.status of stream",
        f"UPDATE tasks SET status = 'active', cancelled_at = NULL, paid_amount = 0 {ON_CANCELLED_STREAM}",
        None,
    ),
    ("tasks.paid_amount", f"UPDATE tasks SET paid_amount = 0 WHERE {FIXED} = 'completed'", None),
    ("tasks.amount held", f"UPDATE tasks SET amount = amount + 1 WHERE {FIXED} = 'completed'", None),
    ("tasks.amount held", "DELETE FROM ledger.transfers WHERE reason = 'hold'", "ledger.transfers"),
    ("tasks.refunded", "DELETE FROM ledger.transfers WHERE reason = 'refund'", "ledger.transfers"),
    ("transactions.amount begun", "UPDATE transactions SET amount = amount + 1", None),
    ("transactions.amount settled", "DELETE FROM ledger.transfers WHERE reason = 'settle'", "ledger.transfers"),
    (
        "loans.amount advanced",
        (
            "INSERT INTO loans (worker_id, platform_id, amount, total_due, status, disbursed_at)"
            " SELECT worker_id, platform_id, 5, 5, 'disbursed', now() FROM tasks LIMIT 1"
        ),
        None,
    ),
    (
        "loans.amount_repaid",
        (
            "INSERT INTO loans (worker_id, platform_id, amount, total_due, status, amount_repaid)"
            " SELECT worker_id, platform_id, 5, 5, 'repaying', 1 FROM tasks LIMIT 1"
        ),
        None,
    ),
    (
        "loans.amount recovered",
        (
            "INSERT INTO loans (worker_id, platform_id, amount, total_due, status, amount_repaid)"
            " SELECT worker_id, platform_id, 5, 5, 'defaulted', 1 FROM tasks LIMIT 1"
        ),
        None,
    ),
    (
        "loans.fee collected",
        (
            "INSERT INTO loans (worker_id, platform_id, amount, fee, total_due, status, amount_repaid)"
            " SELECT worker_id, platform_id, 5, 1, 6, 'repaid', 6 FROM tasks LIMIT 1"
        ),
        None,
    ),
    ("loans.amount_repaid shown", "DELETE FROM transactions WHERE tx_type = 'repayment'", None),
    ("loans.fee shown", "DELETE FROM transactions WHERE tx_type = 'fee'", None),
    ("transactions.amount of advance", "UPDATE transactions SET amount = 9 WHERE tx_type = 'repayment'", None),
    ("transactions.fee of advance", "UPDATE transactions SET fee = 9 WHERE tx_type = 'advance'", None),
    (
        "accounts.balance gathered for open advances",
        "UPDATE ledger.accounts SET balance = balance + 1 WHERE kind = 'worker_advance'",
        None,
    ),
    ("task_days.created", "UPDATE ops.task_days SET created = created + 1", None),
    ("task_days.completed", "UPDATE ops.task_days SET completed = 0", None),
    ("task_days.cancelled", "DELETE FROM ops.task_days", None),
    ("earning_days.earned", "UPDATE ops.earning_days SET earned = earned + 0.000001", None),
    ("earning_days.released", "UPDATE ops.earning_days SET day = day - 1", None),
    ("earning_days.workers", "UPDATE ops.earning_days SET workers = 0", None),
    ("payout_days.paid_out", "DELETE FROM ledger.transfers WHERE reason = 'settle'", "ledger.transfers"),
    ("accounts.balance of worker_available", "UPDATE ledger.accounts SET balance = balance + 1", None),
    ("accounts.balance of custody", "DELETE FROM ledger.transfers WHERE reason = 'deposit'", "ledger.transfers"),
    ("accounts.balance in suspense", "UPDATE ledger.accounts SET balance = balance + 1 WHERE kind = 'suspense'", None),
    ("deposits.amount credited", "UPDATE ops.deposits SET amount = amount + 0.000001", None),
    ("deposits.in_suspense", "UPDATE ops.deposits SET in_suspense = FALSE", None),
    (
        "deposits.platform_id",
        "UPDATE ops.deposits SET platform_id = (SELECT max(id::text)::uuid FROM platforms) WHERE NOT in_suspense",
        None,
    ),
    ("chain_cursors.block", "UPDATE ops.chain_cursors SET block = 2", None),
    ("reconciliations.breaks", "DELETE FROM ops.chain_breaks", None),
    ("reconciliations.difference", "UPDATE ops.reconciliations SET chain_custody = 9", None),
    ("accounts.balance held for open tasks", "UPDATE ledger.accounts SET balance = balance + 1", None),
    ("event_counters.last", "UPDATE ops.event_counters SET last = last + 1", None),
    (
        "outbox.sequence contiguous",
        "UPDATE ops.outbox SET sequence = 7 WHERE event = 'stream.cancelled'",
        None,
    ),
    ("transactions.amount returned", "DELETE FROM ledger.transfers WHERE reason = 'return'", "ledger.transfers"),
    (
        "accounts.balance set aside for open payouts",
        "UPDATE transactions SET status = 'failed' WHERE status = 'processing'",
        "transactions",
    ),
    ("accounts.paid_out_at", "UPDATE ledger.accounts SET paid_out_at = now()", None),
    (
        "settlements.payments",
        "UPDATE ops.settlements SET payments = payments + 1 WHERE rail = 'web3'",
        "ops.settlements",
    ),
    ("settlements.amount", "UPDATE ops.settlements SET amount = amount + 0.000001", "ops.settlements"),
    (
        "settlements.first_payment_no",
        "UPDATE ops.settlements SET first_payment_no = first_payment_no + 1",
        "ops.settlements",
    ),
    (
        "settlements.state of payouts",
        "UPDATE transactions SET status = 'pending' WHERE status = 'processing'",
        "transactions",
    ),
    (
        "settlements.state of payouts",
        "UPDATE ops.settlement_payments SET to_address = '0x' || repeat('0', 40)",
        "ops.settlement_payments",
    ),
    ("settlements.state with attempts", "DELETE FROM ops.settlement_attempts", "ops.settlement_attempts"),
    (
        "settlements.state sent",
        "UPDATE ops.settlement_attempts SET broadcast_at = NULL",
        "ops.settlement_attempts",
    ),
    (
        "settlements.tx_hash",
        "UPDATE ops.settlements SET tx_hash = '0x' || repeat('9', 64) WHERE state = 'final_ok'",
        "ops.settlements",
    ),
    ("signers.next_nonce", "UPDATE ops.signers SET next_nonce = next_nonce + 1", None),
    (
        "signers.next_nonce",
        "UPDATE ops.settlements SET nonce = 99 WHERE state = 'final_ok'",
        "ops.settlements",
    ),
    ("signers.next_payment_no", "UPDATE ops.signers SET next_payment_no = next_payment_no + 1", None),
    ("told_releases.amount", "UPDATE ops.told_releases SET amount = amount + 1", "ops.told_releases"),
    (
        "told_releases.first_seq",
        "UPDATE ops.told_releases SET first_seq = first_seq + 1, last_seq = last_seq + 1",
        "ops.told_releases",
    ),
    ("settlements.circle asked for", "UPDATE ops.circle_polls SET asks = 0", None),
    ("wallet_orders.finished", "UPDATE ops.wallet_orders SET finished_at = NULL", None),
    ("workers.wallet_id", "UPDATE workers SET wallet_id = wallet_id || 'x' WHERE wallet_id IS NOT NULL", None),
    ("accounts.balance of everything", "UPDATE ledger.accounts SET balance = balance + 0.000001", None),
]


ADDRESS = "0x" + "ad" * 20


def settle(books: Books, tx_hash: str, *, is_final: bool) -> None:
    """What waits goes to the chain, and perhaps arrives."""
    books.job("queue_settlements", "web3", 1, None, ADDRESS, 100, 1)
    settlement = books.value("SELECT id FROM ops.settlements WHERE state = 'queued'")
    signer = books.connection("signer")
    call(signer, "open_signer", 1, ADDRESS, ADDRESS, 0)
    call(signer, "reserve_settlement", settlement, 0)
    call(signer, "store_attempt", settlement, tx_hash, b"raw", 1, 1, 1)
    call(signer, "note_broadcast", tx_hash)
    if is_final:
        books.job("finish_settlement", settlement, tx_hash, 1, tx_hash)


@pytest.fixture
def book(books: Books) -> None:
    """Something behind each figure."""
    platform = books.platform()
    worker = books.worker(platform)
    books.completed(platform, worker, "10", rating=4)
    books.act(platform, "cancel_task", books.task(platform, worker))
    books.task(platform, worker)
    books.stream(platform, worker, ago=600)
    cancelled = books.stream(platform, worker, ago=600)
    books.release()
    books.act(platform, "top_up_stream", cancelled, 1)
    books.act(platform, "cancel_stream", cancelled)
    disputed = books.stream(platform, worker, ago=600)
    task = books.value("SELECT task_id FROM streams WHERE id = %s", disputed)
    books.act(platform, "dispute_task", task, "why")
    loss = books.value(
        "INSERT INTO reputation_events (worker_id, event_type, delta) VALUES (%s, 'penalty', -1) RETURNING id", worker
    )
    with acting(books.connection("api"), "worker", worker) as api:
        appeal = call(api, "appeal_event", loss, "why")
    call(books.connection("operator"), "decide_appeal", appeal["id"], True)
    payout = books.job("process_payment", worker, platform, 5)
    books.job("complete_payment", payout["id"], "0x" + "1" * 64, 1)
    books.job("process_payment", worker, platform, 1)
    books.plant("UPDATE workers SET wallet_address = %s WHERE id = %s", ADDRESS, worker)
    for number in [1, 2]:
        settle(books, f"0x{number:064x}", is_final=number == 1)
        books.job("process_payment", worker, platform, "0.5")
    failed = books.job("process_payment", worker, platform, "0.1")
    books.job("fail_payment", failed["id"], "refused")
    call(books.connection("operator"), "fund_pool", 100)
    _deposits(books)
    debtor = books.worker(platform)
    books.stream(platform, debtor, ago=600, interval=3600)
    for repaid in ["10", "1"]:
        with acting(books.connection("api"), "worker", debtor) as connection:
            quote = call(connection, "quote_advance", platform, "earned", 2)
            call(connection, "accept_advance", quote["id"])
        books.completed(platform, debtor, repaid)
    _over_circle(books)


def _over_circle(books: Books) -> None:
    """Wallets for the workers, and what waits is on its way to them."""
    jobs, signer = books.connection("jobs"), books.connection("signer")
    ordered = books.rows("SELECT order_id, worker_id::text FROM order_wallets(10)")
    wallets = [
        {"worker_id": one["worker_id"], "wallet_id": f"wallet {number}", "wallet_address": f"0x{number:040}"}
        for number, one in enumerate(ordered)
    ]
    call(jobs, "keep_wallets", ordered[0]["order_id"], Jsonb(wallets))
    call(jobs, "queue_settlements", "circle", 5042002, None, None, 1, 10)
    settlement = books.value("SELECT id FROM ops.settlements WHERE rail = 'circle'")
    call(signer, "ask_circle", settlement)
    call(signer, "circle_submitted", settlement, "an id", "SENT")


def _deposits(books: Books) -> None:
    """From the chain: one of a platform's, one that is given to a platform, one in suspense; and a break with it."""
    wallet, custody = "0x" + "11" * 20, "0x" + "cc" * 20
    platform = books.platform()
    books.plant("UPDATE platforms SET wallet_address = %s WHERE id = %s", wallet, platform)
    logs = [
        {"tx_hash": f"0x{number:064x}", "log_index": 0, "block_number": 7, "from_address": sender, "amount": "2"}
        for number, sender in enumerate([wallet, custody, custody])
    ]
    books.job("credit_deposits", 1, custody, 0, 7, Jsonb(logs))
    waiting = books.value("SELECT id FROM ops.deposits WHERE in_suspense ORDER BY id LIMIT 1")
    call(books.connection("operator"), "assign_deposit", waiting, platform)
    found = {"kind": "deposit_not_on_chain", "subject": "d", "tx_hash": None, "chain_amount": "0", "book_amount": "2"}
    books.job(
        "record_reconciliation", 1, custody, 7, f"0x{7:064x}", Decimal(4), Decimal(6), Decimal(0), Decimal(0), [],
        Jsonb([found]),
    )  # fmt: skip


def test_a_right_book_has_no_difference(books: Books, book: None) -> None:
    assert books.differences() == []


@pytest.mark.wrong_figures
@pytest.mark.parametrize(("figure", "statement", "mute"), PLANTED)
def test_a_wrong_figure_is_seen(books: Books, book: None, figure: str, statement: str, mute: str | None) -> None:
    books.plant(statement, mute=mute)

    assert figure in {row["figure"] for row in books.differences()}


def test_a_wrong_figure_is_planted_for_each_line() -> None:
    lines = {line for source in SOURCES for line in re.findall(r"'([a-z_]+\.[a-z_ ]+)'", source.read_text())}

    assert {figure for figure, _, _ in PLANTED if not figure.startswith("accounts.balance of ")} == {
        line for line in lines if not line.startswith("accounts.balance of ")
    }
    assert {line for line in lines if line.startswith("accounts.balance of ")} == {
        "accounts.balance of ", "accounts.balance of everything",
    }  # fmt: skip
