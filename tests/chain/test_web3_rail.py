"""Settlement through the jobs, on the local chain: a payout is paid once or comes back, whatever happens in between."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from tests.conftest import Api
from tests.infra.test_operator import operate
from tests.people import Caller, Wallet, new_payout, new_platform, new_worker

from devstack.chain import OWNER_KEY, Chain
from devstack.contracts import artifact
from gigstream import config
from gigstream_chain import contract, web3_rail
from gigstream_chain.evm import Account, web3
from gigstream_chain.web3_rail import Desk

Connect = Callable[[str], psycopg.Connection]
Job = Callable[..., Mapping[str, int]]
GWEI = 10**9


class Payday:
    """A platform, its workers with wallets, and the jobs that pay them."""

    def __init__(self, api: Api, connect: Connect, job: Job, chain: Chain, time: psycopg.Connection) -> None:
        self.connect, self.job, self.chain, self.time = connect, job, chain, time
        self.platform = new_platform(api)
        self.wallets: list[Wallet] = []
        self.workers: list[Caller] = []
        self.api = api

    def payouts(self, *amounts: str) -> list[str]:
        """One to a new worker each, in a settlement of their own."""
        made = []
        for amount in amounts:
            self.wallets.append(Wallet())
            self.workers.append(new_worker(self.api, self.platform, wallet=self.wallets[-1]))
            made.append(new_payout(self.connect, self.platform, self.workers[-1], amount))
        self.job("SettlePayouts")
        return made

    def submit(self) -> Mapping[str, int]:
        return _told(self.job("SubmitSettlements"))

    def confirm(self) -> Mapping[str, int]:
        return _told(self.job("ConfirmSettlements"))

    def paid(self) -> list[Any]:
        """What has come to each wallet, USDC."""
        return [self.chain.balance(wallet.address) for wallet in self.wallets]

    def row(self, sql: str, *values: Any) -> Any:
        return self.connect("auditor").execute(sql, values).fetchone()

    def states(self) -> list[str]:
        return [one for (one,) in self.connect("auditor").execute("SELECT state FROM ops.settlements ORDER BY id")]

    def statuses(self) -> list[str]:
        found = self.connect("auditor").execute("SELECT status FROM transactions WHERE tx_type = 'payout' ORDER BY id")
        return [one for (one,) in found]

    def attempts(self) -> list[Any]:
        found = self.connect("auditor").execute(
            "SELECT tx_hash, max_fee_per_gas, max_priority_fee_per_gas, broadcast_at IS NOT NULL, answer"
            " FROM ops.settlement_attempts ORDER BY stored_at"
        )
        return list(found)

    def later(self, seconds: int = 100) -> None:
        """As if so much time had passed since all was stored."""
        self.time.execute(
            "UPDATE ops.settlement_attempts SET stored_at = stored_at - %s * interval '1 second'", [seconds]
        )

    def send(self, key: str, to: str, data: str = "0x", *, nonce: int | None = None, value: int = 0) -> str:
        """A transaction of somebody's."""
        account = Account.from_key(key)
        used = int(self.chain.call("eth_getTransactionCount", account.address, "latest"), 16)
        signed = account.sign_transaction(
            {
                "type": 2,
                "chainId": self.chain.chain_id,
                "nonce": used if nonce is None else nonce,
                "to": to,
                "data": data,
                "value": value,
                "gas": 500_000 if data != "0x" else 21_000,
                "maxFeePerGas": 900 * GWEI,
                "maxPriorityFeePerGas": 900 * GWEI,
            }
        )
        tx_hash: str = self.chain.call("eth_sendRawTransaction", signed.raw_transaction.to_0x_hex())
        return tx_hash

    def as_owner(self, contract: str, function: str, *arguments: Any) -> None:
        address = self.chain.usdc if contract == "LocalUSDC" else self.chain.contract
        data = web3.Web3().eth.contract(abi=artifact(contract)["abi"]).encode_abi(function, arguments)
        self.send(OWNER_KEY, address, data)


def _told(counts: Mapping[str, int]) -> Mapping[str, int]:
    """What was counted and is not 0."""
    return {name: count for name, count in counts.items() if count}


@pytest.fixture
def payday(api: Api, connect: Connect, job: Job, chain: Chain, cluster: Any, database: str) -> Any:
    with cluster.superuser(database) as time:
        time.autocommit = True
        time.execute("SET session_replication_role = replica")
        yield Payday(api, connect, job, chain, time)


def test_a_batch_is_paid_on_chain_and_in_the_books(payday: Payday) -> None:
    first, _ = payday.payouts("12.5", "0.000001")
    before = payday.chain.balance(payday.chain.contract)
    assert payday.submit() == {"sent": 1}
    assert payday.states() == ["broadcast"]
    assert payday.confirm() == {"paid": 1}
    assert payday.paid() == [Decimal("12.5"), Decimal("0.000001")]
    assert payday.chain.balance(payday.chain.contract) == before - Decimal("12.500001")
    shown = payday.workers[0].get(f"/v1/transactions/{first}").json
    (attempt,) = payday.attempts()
    assert (shown["status"], shown["tx_hash"], shown["payment_no"]) == ("completed", attempt[0], 1)
    receipt = payday.chain.call("eth_getTransactionReceipt", attempt[0])
    assert payday.row("SELECT block_hash, block_number, gas_used FROM ops.settlements") == (
        receipt["blockHash"],
        int(receipt["blockNumber"], 16),
        int(receipt["gasUsed"], 16),
    )
    assert attempt[1:4] == (41 * GWEI, GWEI, True)
    assert (payday.submit(), payday.confirm()) == ({}, {})


def test_a_payee_who_cannot_be_paid_fails_alone(payday: Payday) -> None:
    payday.payouts("10", "20", "30")
    payday.as_owner("LocalUSDC", "block", payday.wallets[1].address)
    assert (payday.submit(), payday.confirm()) == ({"sent": 1}, {"paid": 1, "failed_payments": 1})
    assert payday.paid() == [10, 0, 30]
    assert payday.statuses() == ["completed", "failed", "completed"]
    assert payday.workers[1].get("/balance").json["available"] == "20.000000"


def test_what_the_chain_would_not_take_reserves_nothing(payday: Payday) -> None:
    payday.payouts("10")
    payday.as_owner("PaymentStreaming", "halt")
    assert payday.submit() == {"refused": 1}
    assert payday.row("SELECT state, nonce, error FROM ops.settlements") == (
        "queued",
        None,
        "execution reverted: halted",
    )
    assert payday.row("SELECT next_nonce, next_payment_no FROM ops.signers") == (0, 1)
    payday.as_owner("PaymentStreaming", "unhalt")
    assert (payday.submit(), payday.confirm()) == ({"sent": 1}, {"paid": 1})
    assert payday.row("SELECT state, error FROM ops.settlements") == ("final_ok", None)


def test_a_batch_that_is_reverted_gives_the_money_back(payday: Payday) -> None:
    payday.payouts("10")
    payday.chain.call("evm_setAutomine", False)
    assert payday.submit() == {"sent": 1}
    payday.as_owner("PaymentStreaming", "halt")
    payday.chain.call("evm_mine")  # the owner's goes first: it pays more
    assert payday.confirm() == {"reverted": 1}
    assert (payday.paid(), payday.statuses()) == ([0], ["failed"])
    assert payday.workers[0].get("/balance").json["available"] == "10.000000"


def test_what_is_not_taken_is_sent_again_then_replaced_by_the_same_nonce(payday: Payday) -> None:
    payday.payouts("10")
    payday.chain.call("evm_setAutomine", False)
    assert payday.submit() == {"sent": 1}
    assert payday.submit() == {"again": 1}
    assert payday.confirm() == {"open": 1}
    assert payday.attempts()[0][4] == "already known (-32000)"
    payday.later()
    assert payday.submit() == {"replaced": 1}
    first, second = payday.attempts()
    assert [fee * 9 for fee in first[1:3]] == [fee * 8 for fee in second[1:3]]
    payday.chain.call("evm_mine")
    assert payday.confirm() == {"paid": 1}
    assert payday.row("SELECT tx_hash FROM ops.settlements") == (second[0],)
    assert payday.paid() == [10]


def test_what_a_node_forgot_is_sent_again(payday: Payday) -> None:
    payday.payouts("10")
    payday.chain.call("evm_setAutomine", False)
    payday.submit()
    payday.chain.call("anvil_dropAllTransactions")
    payday.chain.call("evm_setAutomine", True)
    assert (payday.submit(), payday.confirm()) == ({"again": 1}, {"paid": 1})
    assert (len(payday.attempts()), payday.paid()) == (1, [10])


def test_a_wallet_without_gas_money_sends_nothing_until_it_has_some(payday: Payday) -> None:
    payday.payouts("10")
    signer = payday.chain.signer
    balance = int(payday.chain.call("eth_getBalance", signer, "latest"), 16)
    payday.send(payday.chain.signer_key, Account.from_key(OWNER_KEY).address, value=balance - 22_000 * 900 * GWEI)
    assert payday.submit() == {"gas_low": 1}
    assert payday.states() == ["queued"]
    payday.send(OWNER_KEY, signer, value=10**20)
    assert (payday.submit(), payday.confirm()) == ({"sent": 1}, {"paid": 1})


def test_a_foreign_nonce_pauses_an_idle_signer(payday: Payday) -> None:
    payday.payouts("10")
    assert (payday.submit(), payday.confirm()) == ({"sent": 1}, {"paid": 1})
    payday.send(payday.chain.signer_key, payday.chain.signer)
    payday.payouts("20")
    assert payday.submit() == {"paused": 1}
    assert payday.states() == ["final_ok", "queued"]
    assert payday.row("SELECT paused_reason FROM ops.signers") == ("the chain's nonce is 2, past ours, 1",)
    assert payday.submit() == {"paused": 1}
    assert operate("resume-signer", "--yes", "--address", payday.chain.signer.lower()) == 0
    assert (payday.submit(), payday.confirm()) == ({"sent": 1}, {"paid": 1})


def test_a_foreign_nonce_in_flight_becomes_a_conflict(payday: Payday) -> None:
    payday.payouts("10")
    payday.chain.call("evm_setAutomine", False)
    payday.submit()
    payday.send(payday.chain.signer_key, payday.chain.signer, nonce=0)
    payday.chain.call("evm_mine")
    assert [payday.confirm() for _ in range(4)] == [{"missing": 1}, {"missing": 1}, {"conflicts": 1}, {"conflicts": 1}]
    assert payday.row("SELECT paused_at IS NULL FROM ops.signers") == (False,)
    assert (payday.submit(), payday.states(), payday.statuses()) == ({}, ["conflict"], ["processing"])


def test_a_good_receipt_of_another_contract_pays_nobody(payday: Payday, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ARC_CONTRACT_ADDRESS", "0x3535353535353535353535353535353535353535")
    config.settings.cache_clear()
    payday.payouts("10")
    assert payday.submit() == {"sent": 1}
    assert (payday.confirm(), payday.states()) == ({"conflicts": 1}, ["conflict"])
    assert operate("clear-conflict", payday.row("SELECT id::text FROM ops.settlements")[0], "--unpaid") == 0
    assert operate("resume-signer", "--yes") == 0
    environment.setenv("ARC_CONTRACT_ADDRESS", payday.chain.contract)
    config.settings.cache_clear()
    payday.payouts("20")
    assert (payday.submit(), payday.confirm()) == ({"sent": 1}, {"paid": 1})
    assert payday.paid() == [0, 20]


def test_what_the_chain_never_takes_is_in_nobodys_way_and_is_given_back(
    payday: Payday, environment: pytest.MonkeyPatch
) -> None:
    environment.setattr(web3_rail, "MOST_GAS", 215_000)
    environment.setenv("SETTLE_BATCH", "2")
    config.settings.cache_clear()
    payday.payouts(*["1"] * 32)
    environment.setenv("SETTLE_BATCH", "1")
    config.settings.cache_clear()
    payday.payouts("1")
    assert payday.submit() == {"refused": 16}
    assert payday.submit() == {"refused": 15, "sent": 1}
    assert payday.confirm() == {"paid": 1}
    given_back = payday.row("SELECT id::text FROM ops.settlements ORDER BY id")[0]
    assert operate("give-back-settlement", given_back) == 0
    assert operate("give-back-settlement", given_back) == 2
    assert sorted(payday.statuses()) == ["completed"] + ["failed"] * 2 + ["pending"] * 30


class Killed(BaseException):
    """The process ends."""


@pytest.mark.parametrize("step", ["reserve", "sign", "store", "broadcast"])
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_run_that_dies_is_taken_up_by_the_next(
    payday: Payday, monkeypatch: pytest.MonkeyPatch, step: str, before: bool
) -> None:
    payday.payouts("10", "20")
    whole = getattr(Desk, step)

    def die(*arguments: Any) -> None:
        if not before:
            whole(*arguments)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Desk, step, die)
        with pytest.raises(Killed):
            payday.submit()
    payday.submit()
    assert payday.confirm() == {"paid": 1}
    assert payday.paid() == [10, 20]
    assert payday.row("SELECT next_nonce, next_payment_no FROM ops.signers") == (1, 3)


@pytest.mark.parametrize("step", ["reserve", "sign", "store", "broadcast"])
def test_two_runs_at_once_pay_once(payday: Payday, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    payday.payouts("10", "20")
    whole = getattr(Desk, step)

    def meanwhile(*arguments: Any) -> Any:
        monkeypatch.setattr(Desk, step, whole)
        payday.submit()
        return whole(*arguments)

    monkeypatch.setattr(Desk, step, meanwhile)
    payday.submit()
    assert payday.confirm() == {"paid": 1}
    assert payday.paid() == [10, 20]
    assert payday.row("SELECT next_nonce, next_payment_no FROM ops.signers") == (1, 3)


def test_settlements_follow_each_other_and_sixteen_are_under_way_at_most(
    payday: Payday, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("SETTLE_BATCH", "1")
    config.settings.cache_clear()
    payday.payouts(*["1"] * 18)
    payday.chain.call("evm_setAutomine", False)
    assert payday.submit() == {"sent": 16}
    assert payday.submit() == {"again": 16}
    payday.chain.call("evm_setAutomine", True)
    assert payday.confirm() == {"paid": 16}
    assert (payday.submit(), payday.confirm()) == ({"sent": 2}, {"paid": 2})
    assert payday.paid() == [1] * 18


def conflict(payday: Payday) -> str:
    """A settlement of 10 USDC that somebody else's transaction has come before; its id."""
    payday.payouts("10")
    payday.chain.call("evm_setAutomine", False)
    payday.submit()
    payday.send(payday.chain.signer_key, payday.chain.signer, nonce=0)
    payday.chain.call("evm_setAutomine", True)
    for _ in range(3):
        payday.confirm()
    assert payday.states() == ["conflict"]
    return str(payday.row("SELECT id FROM ops.settlements")[0])


def test_an_operator_clears_a_conflict_as_the_chain_says(payday: Payday) -> None:
    settlement = conflict(payday)
    assert operate("clear-conflict", settlement) == 2
    assert operate("clear-conflict", settlement, "--paid", "0x" + "11" * 32) == 2
    assert operate("resume-signer", "--yes") == 2  # first the conflict
    assert payday.states() == ["conflict"]
    assert operate("clear-conflict", settlement, "--unpaid") == 0
    assert payday.workers[0].get("/balance").json["available"] == "10.000000"
    payday.payouts("20")
    assert payday.submit() == {"paused": 1}
    assert operate("resume-signer") == 2
    assert operate("resume-signer", "--yes") == 0
    assert (payday.submit(), payday.confirm()) == ({"sent": 1}, {"paid": 1})
    assert payday.paid() == [0, 20]


def test_a_conflict_that_was_paid_after_all_is_not_paid_again(payday: Payday) -> None:
    payday.payouts("10")
    payday.chain.call("evm_setAutomine", False)
    payday.submit()
    # The key's other holder has paid the same under the same number.
    data = contract.pay_many(1, [payday.wallets[0].address], [Decimal(10)])
    tx_hash = payday.send(payday.chain.signer_key, payday.chain.contract, data, nonce=0)
    payday.chain.call("evm_setAutomine", True)
    for _ in range(3):
        payday.confirm()
    settlement = str(payday.row("SELECT id FROM ops.settlements")[0])
    assert operate("clear-conflict", settlement, "--unpaid") == 2
    assert operate("clear-conflict", settlement, "--paid", tx_hash) == 0
    assert (payday.paid(), payday.statuses()) == ([10], ["completed"])
