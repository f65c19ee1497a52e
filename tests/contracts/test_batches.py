"""Numbered batches, the emergency and the keys, leaf by leaf."""

import boa
import pytest
from eth.exceptions import Revert
from tests.contracts.conftest import FUNDS, HOUR, Town, at
from tests.contracts.ghost import Manners
from tests.contracts.machine import START


class TestPayMany:
    def test_given_custody_it_should_pay_all_and_use_their_numbers(self, town: Town) -> None:
        (batch,) = [log for log in town.pay(255, {town.a: 5, town.b: 7}) if type(log).__name__ == "BatchPaid"]
        assert (batch.first_payment_no, batch.payments, batch.paid) == (255, 2, 12)
        assert (town.balance(town.a), town.balance(town.b), town.contract.custody()) == (5, 7, FUNDS - 12)
        assert [town.contract.is_used(number) for number in (254, 255, 256, 257)] == [False, True, True, False]

    @pytest.mark.parametrize("first", [98, 99, 100, 101])
    def test_given_one_used_number_it_should_refuse_all(self, town: Town, first: int) -> None:
        town.pay(100, {town.a: 1, town.b: 1})
        with boa.reverts("payment number is used"):
            town.pay(first, {town.c: 1, town.d: 1, town.e: 1})
        assert town.balance(town.c) == 0

    def test_given_five_hundred_it_should_pay_them_across_slots(self, town: Town) -> None:
        payees = [boa.env.generate_address() for _ in range(500)]
        town.contract.pay_many(200, payees, list(range(1, 501)), sender=town.hot)
        assert [town.balance(str(payee)) for payee in payees] == list(range(1, 501))
        assert [town.contract.is_used(number) for number in (199, 200, 512, 699, 700)] == [0, 1, 1, 1, 0]

    def test_given_the_last_numbers_it_should_take_them_and_none_beyond(self, town: Town) -> None:
        town.pay(2**256 - 2, {town.a: 1, town.b: 1})
        assert town.contract.is_used(2**256 - 1)
        with boa.reverts():
            town.pay(2**256 - 1, {town.a: 1, town.b: 1})

    @pytest.mark.parametrize("manners", [manners for manners in Manners if manners is not Manners.PAYS])
    def test_given_a_payee_who_cannot_be_paid_it_should_pay_the_others(self, town: Town, manners: Manners) -> None:
        town.token.behave(town.b, manners)
        logs = town.pay(1, {town.a: 5, town.b: 7, town.c: 9})
        (failed,) = [log for log in logs if type(log).__name__ == "PaymentFailed"]
        (batch,) = [log for log in logs if type(log).__name__ == "BatchPaid"]
        assert (failed.payment_no, failed.payee, failed.amount, batch.paid) == (2, town.b, 7, 14)
        assert (town.balance(town.b), town.balance(town.c), town.contract.custody()) == (0, 9, FUNDS - 14)
        assert town.contract.is_used(2)

    def test_given_the_contract_as_payee_it_should_log_a_failure(self, town: Town) -> None:
        logs = town.pay(1, {town.contract.address: 7})
        assert [type(log).__name__ for log in logs] == ["PaymentFailed", "BatchPaid"]

    def test_given_streams_it_should_never_reach_their_escrow(self, town: Town) -> None:
        town.stream(total=1000)
        with boa.reverts("custody is short"):
            town.pay(1, {town.a: FUNDS, town.b: 1})
        town.pay(1, {town.a: FUNDS})
        assert (town.contract.custody(), town.contract.escrowed()) == (0, 1000)

    def test_given_too_little_gas_it_should_revert_and_not_fail_the_payee(self, town: Town) -> None:
        town.token.behave(town.b, Manners.BURNS_GAS)
        with boa.reverts("too little gas"):
            town.contract.pay_many(1, [town.a, town.b], [1, 1], sender=town.hot, gas=280_000)
        assert not town.contract.is_used(1)

    def test_given_wrong_lists_it_should_refuse(self, town: Town) -> None:
        for payees, amounts in (([], []), ([town.a], []), ([town.a], [1, 2])):
            with boa.reverts("lengths differ or are 0"):
                town.contract.pay_many(1, payees, amounts, sender=town.hot)
        with boa.reverts():
            town.pay(1, {town.a: 2**255, town.b: 2**255})

    def test_given_anybody_else_it_should_refuse(self, town: Town) -> None:
        for caller in (town.owner, town.payer, town.other):
            with boa.reverts("not the payer"):
                town.contract.pay_many(1, [town.a], [1], sender=caller)


class TestHalt:
    def test_given_an_emergency_no_money_should_come_in_and_no_batch_go_out(self, town: Town) -> None:
        stream = town.stream()
        town.contract.halt(sender=town.owner)
        assert town.contract.halted()
        with boa.reverts("halted"):
            town.stream()
        with boa.reverts("halted"):
            town.contract.create_many([(town.worker, 1, START, START + 1)], sender=town.payer)
        with boa.reverts("halted"):
            town.contract.top_up(stream, 1, 0, sender=town.payer)
        with boa.reverts("halted"):
            town.pay(1, {town.a: 1})
        with boa.reverts("halted"):
            town.contract.halt(sender=town.owner)

    def test_given_an_emergency_what_is_owed_should_go_out(self, town: Town) -> None:
        streams = [town.stream() for _ in range(3)]
        town.contract.halt(sender=town.owner)
        at(10)
        assert town.contract.claim(streams[0], sender=town.worker) == 10_000
        assert town.contract.release(streams[1], sender=town.other) == 10_000
        town.contract.pause(streams[1], sender=town.payer)
        town.contract.resume(streams[1], sender=town.payer)
        assert town.contract.cancel(streams[2], sender=town.payer) == 3_590_000

    def test_given_its_end_all_should_go_on(self, town: Town) -> None:
        town.contract.halt(sender=town.owner)
        town.contract.unhalt(sender=town.owner)
        town.stream()
        town.pay(1, {town.a: 1})
        with boa.reverts("not halted"):
            town.contract.unhalt(sender=town.owner)


class TestKeys:
    def test_given_anybody_but_the_owner_it_should_refuse(self, town: Town) -> None:
        for caller in (town.hot, town.payer, town.other):
            for name, arguments in {
                "halt": (),
                "unhalt": (),
                "set_payer": (town.other,),
                "transfer_ownership": (town.other,),
            }.items():
                with boa.reverts("not the owner"):
                    getattr(town.contract, name)(*arguments, sender=caller)

    def test_given_a_new_payer_only_he_should_pay(self, town: Town) -> None:
        town.contract.set_payer(town.other, sender=town.owner)
        with boa.reverts("not the payer"):
            town.pay(1, {town.a: 1})
        town.contract.pay_many(1, [town.a], [1], sender=town.other)
        nobody = boa.eval("empty(address)")
        for wrong, reason in ((nobody, "payer is nobody"), (town.owner, "owner and payer are one")):
            with boa.reverts(reason):
                town.contract.set_payer(wrong, sender=town.owner)

    def test_given_an_offer_the_ownership_should_move_when_it_is_taken(self, town: Town) -> None:
        town.contract.transfer_ownership(town.heir, sender=town.owner)
        assert (town.contract.owner(), town.contract.pending_owner()) == (town.owner, town.heir)
        with boa.reverts("not the pending owner"):
            town.contract.accept_ownership(sender=town.other)
        town.contract.accept_ownership(sender=town.heir)
        assert town.contract.owner() == town.heir
        with boa.reverts("not the owner"):
            town.contract.halt(sender=town.owner)

    def test_given_the_payer_as_heir_it_should_refuse_him(self, town: Town) -> None:
        town.contract.transfer_ownership(town.hot, sender=town.owner)
        with boa.reverts("owner and payer are one"):
            town.contract.accept_ownership(sender=town.hot)


def test_native_value_is_refused_everywhere(town: Town) -> None:
    boa.env.set_balance(town.other, 10)
    stream = town.stream()
    for message in (b"", town.contract.claim.prepare_calldata(stream), b"\x01\x02\x03\x04"):
        with pytest.raises(Revert):
            boa.env.raw_call(town.contract.address, sender=town.other, value=1, data=message)


@pytest.mark.parametrize("act", ["claim", "cancel"])
def test_nothing_can_be_entered_while_something_runs(town: Town, act: str) -> None:
    stream, another = town.stream(), town.stream()
    at(HOUR // 2)
    town.token.arm(town.worker, town.contract, town.contract.release.prepare_calldata(another))
    getattr(town.contract, act)(stream, sender=town.worker if act == "claim" else town.payer)
    assert town.token.entered(0) is False
    assert town.contract.details(another).released == 0
