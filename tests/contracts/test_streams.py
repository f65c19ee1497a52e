"""Streams on chain, leaf by leaf: given a stream, when somebody acts, it should pay to the unit or say why not."""

from collections.abc import Callable

import boa
import pytest
from tests.contracts.conftest import FUNDS, HOUR, Town, at
from tests.contracts.ghost import Manners
from tests.contracts.machine import START

TOTAL = 3_600_000
FAR = 2**36


class TestCreate:
    @pytest.mark.parametrize(
        ("total", "start", "end", "reason"),
        [
            (0, START, START + 1, "total is 0 or too much"),
            (2**60, START, START + 1, "total is 0 or too much"),
            (1, START + 5, START + 5, "end is not after start"),
            (1, START - 5, START, "end is not ahead"),
            (1, START, FAR, "end is too far"),
            (FUNDS + 1, START, START + 1, "balance is short"),
        ],
    )
    def test_given_wrong_terms_it_should_refuse(
        self, town: Town, total: int, start: int, end: int, reason: str
    ) -> None:
        with boa.reverts(reason):
            town.contract.create(town.worker, total, start, end, sender=town.payer)
        with boa.reverts(reason):
            town.contract.create_many([(town.worker, total, start, end)], sender=town.payer)

    @pytest.mark.parametrize("worker", ["nobody", "the contract"])
    def test_given_a_worker_who_cannot_be_paid_it_should_refuse(self, town: Town, worker: str) -> None:
        address = boa.eval("empty(address)") if worker == "nobody" else town.contract.address
        with boa.reverts("worker cannot be paid"):
            town.contract.create(address, 1, START, START + 1, sender=town.payer)

    def test_given_the_largest_terms_it_should_hold_them(self, town: Town) -> None:
        town.token.mint(town.payer, 2**60)
        stream = town.stream(2**60 - 1, FAR - 1 - START)
        found = town.contract.details(stream)
        assert (found.total, found.end_time, found.released, found.status) == (2**60 - 1, FAR - 1, 0, 0)
        assert (found.payer, found.worker) == (town.payer, town.worker)
        assert town.contract.escrowed() == 2**60 - 1

    def test_given_a_start_that_lies_behind_a_part_should_have_accrued(self, town: Town) -> None:
        stream = town.stream(start=START - 600)
        assert town.contract.claim(stream, sender=town.worker) == 600_000

    def test_given_many_it_should_pull_their_sum_once_and_then_log_each(self, town: Town) -> None:
        terms = [(town.worker, 10, START, START + 10), (town.other, 20, START, START + 20)]
        ids = town.contract.create_many(terms, sender=town.payer)
        logs = [log for log in town.contract.get_logs() if type(log).__name__ == "StreamCreated"]
        assert [(log.stream_id, log.payer, log.worker, log.total) for log in logs] == [
            (ids[0], town.payer, town.worker, 10),
            (ids[1], town.payer, town.other, 20),
        ]
        assert (town.balance(town.payer), town.contract.escrowed()) == (FUNDS - 30, 30)

    def test_given_two_payers_each_should_own_his_streams_alone(self, town: Town) -> None:
        town.token.mint(town.other, TOTAL)
        ours, theirs = town.stream(), town.contract.create(town.worker, 5, START, START + 5, sender=town.other)
        assert (town.contract.details(ours).payer, town.contract.details(theirs).payer) == (town.payer, town.other)
        with boa.reverts("not the stream's payer"):
            town.contract.cancel(theirs, sender=town.payer)


class TestRelease:
    def test_given_time_it_should_pay_what_has_accrued_and_no_more(self, town: Town) -> None:
        stream = town.stream()
        at(1)
        assert town.contract.claim(stream, sender=town.worker) == 1000
        with boa.reverts("nothing to release"):
            town.contract.claim(stream, sender=town.worker)  # the next block may have the same time
        at(31)
        assert town.contract.release(stream, sender=town.other) == 30_000
        assert town.balance(town.worker) == 31_000

    def test_given_the_end_it_should_pay_the_rest_and_delete_the_stream(self, town: Town) -> None:
        stream = town.stream(total=10, seconds=3)
        at(1)
        assert town.contract.claim(stream, sender=town.worker) == 3
        at(HOUR)
        assert town.contract.claim(stream, sender=town.worker) == 7
        assert town.contract.escrowed() == 0
        with boa.reverts("no such stream"):
            town.contract.details(stream)

    def test_given_somebody_else_a_claim_should_be_refused(self, town: Town) -> None:
        stream = town.stream()
        at(1)
        for caller in (town.payer, town.owner, town.hot, town.other):
            with boa.reverts("not the worker"):
                town.contract.claim(stream, sender=caller)

    @pytest.mark.parametrize("manners", [Manners.RETURNS_FALSE, Manners.REVERTS])
    def test_given_a_worker_who_cannot_be_paid_it_should_revert_and_keep_his_pay(
        self, town: Town, manners: Manners
    ) -> None:
        stream = town.stream()
        at(1)
        town.token.behave(town.worker, manners)
        with boa.reverts():
            town.contract.release(stream, sender=town.other)
        town.token.behave(town.worker, Manners.PAYS)
        assert town.contract.release(stream, sender=town.other) == 1000

    def test_given_an_id_that_is_made_up_it_should_refuse(self, town: Town) -> None:
        stream = town.stream()
        at(1)
        for wrong in (0, stream + 2**192, stream ^ 2**160):
            with boa.reverts("no such stream"):
                town.contract.release(wrong, sender=town.worker)


class TestPauseAndResume:
    def test_given_a_pause_nothing_should_accrue_and_the_end_should_move(self, town: Town) -> None:
        stream = town.stream()
        at(600)
        town.contract.pause(stream, sender=town.payer)
        at(1600)
        assert town.contract.details(stream).accrued == 600_000
        assert town.contract.claim(stream, sender=town.worker) == 600_000
        town.contract.resume(stream, sender=town.payer)
        found = town.contract.details(stream)
        assert (found.anchor_time, found.anchor_amount) == (START + 1600, 600_000)
        assert found.end_time == START + HOUR + 1000
        at(HOUR + 1000)
        assert town.contract.claim(stream, sender=town.worker) == 3_000_000

    def test_given_a_pause_before_the_start_only_time_past_the_start_should_count(self, town: Town) -> None:
        stream = town.stream(start=START + 100)
        town.contract.pause(stream, sender=town.payer)
        at(150)
        town.contract.resume(stream, sender=town.payer)
        assert town.contract.details(stream).end_time == START + 100 + HOUR + 50

    def test_given_the_wrong_state_it_should_refuse(self, town: Town) -> None:
        stream = town.stream()
        with boa.reverts("not paused"):
            town.contract.resume(stream, sender=town.payer)
        town.contract.pause(stream, sender=town.payer)
        with boa.reverts("not active"):
            town.contract.pause(stream, sender=town.payer)
        ended = town.stream(seconds=10)
        at(10)
        with boa.reverts("stream is at its end"):
            town.contract.pause(ended, sender=town.payer)

    def test_given_a_pause_that_would_move_the_end_too_far_it_should_refuse(self, town: Town) -> None:
        stream = town.stream(seconds=FAR - 1 - START)
        town.contract.pause(stream, sender=town.payer)
        at(1)
        with boa.reverts("end is too far"):
            town.contract.resume(stream, sender=town.payer)
        assert town.contract.cancel(stream, sender=town.payer) == TOTAL


class TestTopUp:
    def test_given_more_it_should_keep_what_accrued_and_spread_the_rest(self, town: Town) -> None:
        stream = town.stream()
        at(1800)
        town.contract.top_up(stream, 1_800_000, 0, sender=town.payer)
        found = town.contract.details(stream)
        assert (found.accrued, found.total, found.end_time) == (1_800_000, 5_400_000, START + HOUR)
        at(1801)
        assert town.contract.claim(stream, sender=town.worker) == 1_802_000

    def test_given_a_new_end_it_should_accrue_until_then(self, town: Town) -> None:
        stream = town.stream()
        town.contract.top_up(stream, TOTAL, START + 4 * HOUR, sender=town.payer)
        (log,) = [log for log in town.contract.get_logs() if type(log).__name__ == "StreamToppedUp"]
        assert (log.stream_id, log.payer, log.amount, log.end_time) == (stream, town.payer, TOTAL, START + 4 * HOUR)
        at(2 * HOUR)
        assert town.contract.details(stream).accrued == TOTAL

    def test_given_a_paused_stream_it_should_stay_paused(self, town: Town) -> None:
        stream = town.stream()
        at(600)
        town.contract.pause(stream, sender=town.payer)
        at(2 * HOUR)
        town.contract.top_up(stream, 600_000, 0, sender=town.payer)
        found = town.contract.details(stream)
        assert (found.status, found.accrued, found.anchor_time) == (1, 600_000, START + 600)

    def test_given_wrong_terms_it_should_refuse(self, town: Town) -> None:
        stream = town.stream()
        at(10)
        for amount in (0, 2**60 - TOTAL):
            with boa.reverts("amount is 0 or too much"):
                town.contract.top_up(stream, amount, 0, sender=town.payer)
        with boa.reverts("end is not ahead"):
            town.contract.top_up(stream, 1, START + 10, sender=town.payer)
        with boa.reverts("end is too far"):
            town.contract.top_up(stream, 1, FAR, sender=town.payer)
        with boa.reverts("end is not after start"):
            town.contract.top_up(town.stream(start=START + 100), 1, START + 50, sender=town.payer)
        at(HOUR)
        with boa.reverts("stream is at its end"):
            town.contract.top_up(stream, 1, 0, sender=town.payer)


class TestCancel:
    def test_given_a_running_stream_it_should_pay_both_to_the_unit(self, town: Town) -> None:
        stream = town.stream(total=1_000_003, seconds=7)
        at(2)
        town.contract.claim(stream, sender=town.worker)
        at(3)
        assert town.contract.cancel(stream, sender=town.payer) == 1_000_003 - 428_572
        assert town.balance(town.worker) == 428_572
        assert town.balance(town.payer) == FUNDS - 428_572
        assert (town.contract.escrowed(), town.contract.custody()) == (0, FUNDS)
        with boa.reverts("no such stream"):
            town.contract.cancel(stream, sender=town.payer)

    def test_given_a_worker_who_cannot_be_paid_it_should_refund_and_keep_his_pay(self, town: Town) -> None:
        stream = town.stream()
        at(600)
        town.token.behave(town.worker, Manners.REVERTS)
        assert town.contract.cancel(stream, sender=town.payer) == 3_000_000
        assert (town.contract.details(stream).status, town.contract.escrowed()) == (2, 600_000)
        acts: list[Callable[[], object]] = [
            lambda: town.contract.cancel(stream, sender=town.payer),
            lambda: town.contract.top_up(stream, 1, 0, sender=town.payer),
            lambda: town.contract.pause(stream, sender=town.payer),
            lambda: town.contract.resume(stream, sender=town.payer),
        ]
        for act, reason in zip(
            acts, ["nothing to refund", "stream is cancelled", "not active", "not paused"], strict=True
        ):
            with boa.reverts(reason):
                act()
        at(HOUR)
        town.token.behave(town.worker, Manners.PAYS)
        assert town.contract.claim(stream, sender=town.worker) == 600_000
        assert town.contract.escrowed() == 0

    def test_given_a_stream_at_its_end_it_should_refuse(self, town: Town) -> None:
        stream = town.stream()
        at(HOUR)
        with boa.reverts("nothing to refund"):
            town.contract.cancel(stream, sender=town.payer)

    @pytest.mark.parametrize("act", ["pause", "resume", "cancel"])
    def test_given_somebody_else_it_should_refuse(self, town: Town, act: str) -> None:
        stream = town.stream()
        for caller in (town.worker, town.owner, town.hot, town.other):
            with boa.reverts("not the stream's payer"):
                getattr(town.contract, act)(stream, sender=caller)
            with boa.reverts("not the stream's payer"):
                town.contract.top_up(stream, 1, 0, sender=caller)
