"""A settlement's way from the queue to its end: nothing paid twice, nothing lost, nothing out of order."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from tests.books import Books, call, refused
from tests.settling import BLOCK, CHAIN, CONTRACT, SIGNER, hash_of, queue, rich, sent, signer


@pytest.fixture
def platform(books: Books) -> UUID:
    return books.platform("1000")


def test_a_batch_is_paid_but_for_whom_cannot_be(books: Books, platform: UUID) -> None:
    workers = [rich(books, platform) for _ in range(3)]
    queued = books.job("queue_payouts", datetime.now(UTC), 1, 20, timedelta(hours=24), 100)
    assert (queued["queued"], queued["amount"]) == (3, 90)
    (settlement,) = queue(books)
    sent(books, settlement, hash_of(1))

    done = books.job("finish_settlement", settlement, hash_of(1), 7, BLOCK, 100, 20, [2])

    assert (done["state"], done["first_payment_no"], done["payments"], done["amount"]) == ("final_ok", 1, 3, 90)
    assert books.balance("custody") == -940
    states = books.rows("SELECT status, payment_no, error_message FROM transactions ORDER BY payment_no")
    assert [row["status"] for row in states] == ["completed", "failed", "completed"]
    assert sorted(books.balance("worker_available", worker, platform) for worker in workers) == [0, 0, 30]
    assert books.job("finish_settlement", settlement, hash_of(1), 7, BLOCK, 100, 20, [2]) == done
    with refused("GS011"):
        books.job("revert_settlement", settlement, hash_of(1), 7, BLOCK, 100, 20, "no")


def test_what_a_reverted_batch_would_have_paid_is_available_again(books: Books, platform: UUID) -> None:
    worker = rich(books, platform)
    payout = books.job("process_payment", worker, platform, 12)
    (settlement,) = queue(books)
    with refused("GS094"):
        books.job("revert_settlement", settlement, hash_of(1), 7, BLOCK, 100, 20, "out of gas")
    sent(books, settlement, hash_of(1))

    for _ in range(2):
        done = books.job("revert_settlement", settlement, hash_of(1), 7, BLOCK, 100, 20, "out of gas")
        assert (done["state"], done["error"]) == ("final_reverted", "out of gas")

    assert books.balance("worker_available", worker, platform) == 30
    event = books.row("SELECT payload FROM ops.outbox WHERE event = 'payout.failed'")["payload"]
    assert event == {"amount": "12.000000", "error": "out of gas", "tx_hash": hash_of(1)}
    audited = books.value(
        "SELECT count(*) FROM audit_logs WHERE action = 'payout.failed' AND resource_id = %s", payout["id"]
    )
    assert audited == 1


def test_only_a_receipt_of_one_of_its_own_hashes_ends_it(books: Books, platform: UUID) -> None:
    for _ in range(2):
        books.job("process_payment", rich(books, platform), platform, 1)
    first, second = queue(books, batch=1)
    for number, settlement in enumerate([first, second], 1):
        sent(books, settlement, hash_of(number))
    signer(books, "store_attempt", first, hash_of(10), b"dearer", 100000, 23, 1)

    for foreign in [hash_of(2), hash_of(3)]:
        with refused("GS094"):
            books.job("finish_settlement", first, foreign, 7, BLOCK)
    with refused("GS094"):
        signer(books, "store_attempt", second, hash_of(10), b"dearer", 100000, 23, 1)
    with refused("GS015", column="failed"):
        books.job("finish_settlement", first, hash_of(10), 7, BLOCK, failed=[2])

    assert books.job("finish_settlement", first, hash_of(10), 7, BLOCK)["tx_hash"] == hash_of(10)
    assert books.value("SELECT state FROM ops.settlements WHERE id = %s", second) == "broadcast"


def test_what_is_final_is_what_was_stored_even_when_the_sending_was_not_noted(books: Books, platform: UUID) -> None:
    books.job("process_payment", rich(books, platform), platform, 1)
    (settlement,) = queue(books)
    signer(books, "open_signer", CHAIN, SIGNER, CONTRACT, 5)
    signer(books, "reserve_settlement", settlement, 5)
    with refused("GS094"):
        signer(books, "note_broadcast", hash_of(1))
    for _ in range(2):
        stored = signer(books, "store_attempt", settlement, hash_of(1), b"raw", 100000, 20, 1)
        assert (stored["state"], stored["nonce"]) == ("signed", 5)

    assert books.job("finish_settlement", settlement, hash_of(1), 7, BLOCK)["state"] == "final_ok"
    signer(books, "note_broadcast", hash_of(1), "late")
    assert books.value("SELECT answer FROM ops.settlement_attempts") == "late"


def test_nonces_and_payment_numbers_are_given_once_and_without_gaps(books: Books, platform: UUID) -> None:
    for _ in range(5):
        books.job("process_payment", rich(books, platform), platform, 1)
    settlements = queue(books, batch=2)
    signer(books, "open_signer", CHAIN, SIGNER, CONTRACT, 7)
    given = [signer(books, "reserve_settlement", settlement, 7) for settlement in settlements]

    assert [(row["nonce"], row["first_payment_no"], row["payments"]) for row in given] == [
        (7, 1, 2), (8, 3, 2), (9, 5, 1),
    ]  # fmt: skip
    with refused("GS011"):
        signer(books, "reserve_settlement", settlements[0], 7)
    assert (
        books.value("SELECT count(*) FROM transactions WHERE status = 'processing' AND from_address = %s", CONTRACT)
        == 5
    )


def test_at_most_sixteen_are_on_their_way(books: Books, platform: UUID) -> None:
    worker = rich(books, platform)
    for _ in range(17):
        books.job("process_payment", worker, platform, 1)
    settlements = queue(books, batch=1)
    signer(books, "open_signer", CHAIN, SIGNER, CONTRACT, 0)
    for settlement in settlements[:16]:
        signer(books, "reserve_settlement", settlement, 0)

    with refused("GS091"):
        signer(books, "reserve_settlement", settlements[16], 0)


def test_a_foreign_nonce_pauses_the_signer_until_a_person_resumes_it(books: Books, platform: UUID) -> None:
    books.job("process_payment", rich(books, platform), platform, 1)
    (settlement,) = queue(books)
    signer(books, "open_signer", CHAIN, SIGNER, CONTRACT, 3)

    assert signer(books, "reserve_settlement", settlement, 5)["state"] == "queued"
    with refused("GS090"):
        signer(books, "reserve_settlement", settlement, 5)
    operator = books.connection("operator")
    with refused("GS011"):
        call(operator, "resume_signer", CHAIN, SIGNER, 2)
    resumed = call(operator, "resume_signer", CHAIN, SIGNER, 5)
    assert (resumed["next_nonce"], resumed["skipped_nonces"], resumed["paused_at"]) == (5, 2, None)

    assert signer(books, "reserve_settlement", settlement, 5)["nonce"] == 5
    with refused("GS011"):
        call(operator, "resume_signer", CHAIN, SIGNER, 6)
    with refused("GS001"):
        call(operator, "resume_signer", CHAIN, CONTRACT, 6)


@pytest.mark.parametrize("outcome", ["paid", "unpaid", "ours after all"])
def test_a_conflict_pauses_and_ends_by_a_person_or_by_a_receipt_of_ours(
    books: Books, platform: UUID, outcome: str
) -> None:
    worker = rich(books, platform)
    books.job("process_payment", worker, platform, 30)
    (settlement,) = queue(books)
    sent(books, settlement, hash_of(1))
    seen = [books.job("observe_settlement", settlement, missing) for missing in [True, True, False, True]]
    assert [row["observe_settlement"] for row in seen] == [1, 2, 0, 1]
    for _ in range(2):
        assert books.job("declare_conflict", settlement, "the nonce is taken")["state"] == "conflict"
    assert books.balance("worker_settling", worker, platform) == 30
    operator = books.connection("operator")
    with refused("GS011"):
        call(operator, "resume_signer", CHAIN, SIGNER, 1)
    with refused("GS011"):
        signer(books, "store_attempt", settlement, hash_of(2), b"again", 100000, 23, 1)

    if outcome == "ours after all":
        done = books.job("finish_settlement", settlement, hash_of(1), 7, BLOCK)
    else:
        with refused("GS015", column="outcome"):
            call(operator, "clear_conflict", settlement, "perhaps")
        with refused("GS015", column="tx_hash"):
            call(operator, "clear_conflict", settlement, "paid")
        facts = [hash_of(9), 7, BLOCK] if outcome == "paid" else []
        done = call(operator, "clear_conflict", settlement, outcome, *facts)
        with refused("GS011"):
            call(operator, "clear_conflict", settlement, outcome, *facts)

    assert done["state"] == ("final_reverted" if outcome == "unpaid" else "final_ok")
    assert books.balance("worker_available", worker, platform) == (30 if outcome == "unpaid" else 0)
    assert call(operator, "resume_signer", CHAIN, SIGNER, 1)["paused_at"] is None


def test_another_key_or_contract_takes_over_what_is_queued_and_goes_on_with_the_numbers(
    books: Books, platform: UUID
) -> None:
    worker = rich(books, platform)
    for _ in range(4):
        books.job("process_payment", worker, platform, 1)
    settlements = queue(books, batch=1)
    other = "0x" + "52" * 20
    sent(books, settlements[0], hash_of(1))
    with refused("GS011"):
        signer(books, "open_signer", CHAIN, SIGNER, other, 1)
    signer(books, "open_signer", CHAIN, other, CONTRACT, 40)

    taken = signer(books, "reserve_settlement", settlements[1], 40)
    assert (taken["signer"], taken["nonce"], taken["first_payment_no"]) == (other, 40, 2)

    books.job("finish_settlement", settlements[0], hash_of(1), 7, BLOCK)
    signer(books, "open_signer", CHAIN, SIGNER, other, 1)
    taken = signer(books, "reserve_settlement", settlements[2], 1)
    assert (taken["contract"], taken["nonce"], taken["first_payment_no"]) == (other, 1, 1)


def test_a_key_that_comes_back_goes_on_behind_the_numbers_that_another_has_used(books: Books, platform: UUID) -> None:
    worker = rich(books, platform)
    for _ in range(3):
        books.job("process_payment", worker, platform, 1)
    settlements = queue(books, batch=1)
    other = "0x" + "52" * 20
    taken = []
    for settlement, address in zip(settlements, [SIGNER, other, SIGNER], strict=True):
        signer(books, "open_signer", CHAIN, address, CONTRACT, 0)
        taken.append(signer(books, "reserve_settlement", settlement, 0))
    assert [row["first_payment_no"] for row in taken] == [1, 2, 3]
    opened = signer(books, "open_signer", CHAIN, other, CONTRACT, 1)
    assert (opened["next_nonce"], opened["next_payment_no"]) == (1, 4)


def test_circle_pays_one_by_one_and_needs_no_nonce(books: Books, platform: UUID) -> None:
    workers = [rich(books, platform) for _ in range(3)]
    for worker in workers:
        books.job("process_payment", worker, platform, 30)
    paid, denied, refused_at_once = queue(books, rail="circle")
    signer(books, "ask_circle", paid)
    for state in ["INITIATED", "SENT"]:
        row = signer(books, "circle_submitted", paid, "c-1", state)
        assert (row["state"], row["circle_state"], row["nonce"]) == ("broadcast", state, None)
    with refused("GS011"):
        signer(books, "circle_submitted", paid, "c-2", "SENT")
    assert signer(books, "reserve_settlement", denied)["state"] == "reserved"
    signer(books, "ask_circle", denied)
    signer(books, "circle_submitted", denied, "c-2", "INITIATED")

    books.job("finish_settlement", paid, hash_of(1), 7, BLOCK)
    for settlement in [denied, refused_at_once]:
        books.job("revert_settlement", settlement, None, None, None, None, None, "DENIED")

    assert [books.balance("worker_available", worker, platform) for worker in workers] == [0, 30, 30]
    assert books.value("SELECT circle_tx_id FROM transactions WHERE status = 'completed'") == "c-1"


def test_a_payout_goes_where_its_worker_was_paid_to_when_it_began(books: Books, platform: UUID) -> None:
    worker, without = rich(books, platform), rich(books, platform, wallet=False)
    first = books.value("SELECT wallet_address FROM workers WHERE id = %s", worker)
    for one in [worker, without]:
        books.job("process_payment", one, platform, 1)
    books.plant("UPDATE workers SET wallet_address = %s WHERE id = %s", "0x" + "aa" * 20, worker)
    (settlement,) = queue(books)
    assert books.value("SELECT to_address FROM ops.settlement_payments") == first

    books.plant("UPDATE workers SET wallet_address = %s WHERE id = %s", "0x" + "bb" * 20, without)
    _, later = queue(books)
    assert settlement != later
    assert (
        books.value("SELECT to_address FROM ops.settlement_payments WHERE settlement_id = %s", later)
        == "0x" + "bb" * 20
    )


def test_what_is_in_a_settlement_ends_with_it_alone(books: Books, platform: UUID) -> None:
    payout = books.job("process_payment", rich(books, platform), platform, 1)["id"]
    (settlement,) = queue(books)

    assert queue(books) == [settlement]
    with refused("GS011"):
        books.job("complete_payment", payout, hash_of(1), 1)
    with refused("GS011"):
        books.job("fail_payment", payout, "why")
    with refused("23505", "settlement_payments_pkey"):
        books.plant(
            "INSERT INTO ops.settlement_payments SELECT settlement_id, transaction_id, NULL, NULL, NULL, to_address,"
            " amount FROM ops.settlement_payments"
        )


def test_the_tables_refuse_what_the_functions_never_do(books: Books, platform: UUID) -> None:
    books.job("process_payment", rich(books, platform), platform, 1)
    (settlement,) = queue(books)
    for skipped in ["signed", "broadcast", "final_ok", "conflict"]:
        with refused("GS011"):
            books.plant("UPDATE ops.settlements SET state = %s WHERE id = %s", skipped, settlement)
    sent(books, settlement, hash_of(1))
    for change in ["nonce = nonce + 1", "amount = amount + 1", "state = 'queued'", "contract = signer"]:
        with refused("GS011"):
            books.connection("owner").execute(f"UPDATE ops.settlements SET {change}")
    for change in ["raw = 'x'", "max_fee_per_gas = 99", "broadcast_at = now() + interval '1 day'"]:
        with refused("GS014"):
            books.connection("owner").execute(f"UPDATE ops.settlement_attempts SET {change}")
    for change in ["amount = 99", "to_address = contract", "payment_no = 99"]:
        with refused("GS014"):
            books.connection("owner").execute(f"UPDATE ops.settlement_payments SET {change}")
    books.job("finish_settlement", settlement, hash_of(1), 7, BLOCK)
    with refused("GS011"):
        books.plant("UPDATE ops.settlements SET error = 'x'")
    for table in ["settlements", "settlement_attempts", "settlement_payments", "signers"]:
        with refused("GS014"):
            books.connection("owner").execute(f"DELETE FROM ops.{table}")


def test_unknown_ids(books: Books) -> None:
    for function, rest in {
        "finish_settlement": (hash_of(1), 1, BLOCK), "declare_conflict": ("why",), "observe_settlement": (True,),
        "fail_payment": ("why",),
    }.items():  # fmt: skip
        with refused("GS001"):
            books.job(function, uuid4(), *rest)


def test_only_what_nothing_was_signed_for_is_given_back(books: Books, platform: UUID) -> None:
    worker = rich(books, platform)
    for _ in range(2):
        books.job("process_payment", worker, platform, 10)
    kept, given_back = queue(books, batch=1)
    signer(books, "open_signer", CHAIN, SIGNER, CONTRACT, 0)
    signer(books, "reserve_settlement", kept, 0)
    operator = books.connection("operator")
    with refused("GS011"):
        call(operator, "give_back_settlement", kept)
    done = call(operator, "give_back_settlement", given_back)
    assert (done["state"], done["nonce"], done["first_payment_no"]) == ("final_reverted", None, None)
    with refused("GS011"):
        signer(books, "reserve_settlement", given_back, 0)
    assert books.balance("worker_available", worker, platform) == 20
    assert books.balance("worker_settling", worker, platform) == 10
