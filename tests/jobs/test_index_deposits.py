"""Deposits from the chain: each log credited once for ever, to whom it belongs, whatever the node and the run do."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb
from tests.books import Books, call, refused
from tests.conftest import Api
from tests.custody import NOBODY, Vault, configure, micro, vault
from tests.people import Wallet, new_platform

from gigstream.config import ConfigError
from gigstream.errors import Unavailable
from gigstream.job import Run
from gigstream_chain import deposits as indexing
from gigstream_chain import movements
from gigstream_chain.movements import STREAM_CREATED, STREAM_TOPPED_UP, TRANSFER, custody, read
from gigstream_chain.reader import Log, topic

__all__ = ["vault"]

Job = Callable[..., Any]
CHAINS = count(1)


def platform_with(books: Books, address: str) -> UUID:
    """A platform without funds, whose wallet this is."""
    platform = books.platform("0")
    books.plant("UPDATE platforms SET wallet_address = %s WHERE id = %s", address, platform)
    return platform


def credited(books: Books) -> list[Decimal]:
    """The deposits that came over the chain, in the order of their logs."""
    rows = books.rows("SELECT amount FROM ops.deposits WHERE tx_hash IS NOT NULL ORDER BY block_number, log_index")
    return [row["amount"] for row in rows]


def test_a_platform_is_credited_with_what_its_wallet_sends(job: Job, vault: Vault, books: Books) -> None:
    wallet = vault.account("100")
    platform = platform_with(books, wallet.address)
    receipt = vault.deposit(wallet, "12.500001")

    counts = job("IndexDeposits")

    assert counts == {"blocks": receipt["blockNumber"], "credited": 1, "suspended": 0}
    assert books.funds(platform) == (Decimal("12.500001"), 0)
    assert books.balance("custody") == Decimal("-12.500001")
    assert books.row(
        "SELECT platform_id, tx_hash, log_index, chain_id, block_number, from_address, to_address FROM ops.deposits"
    ) == {
        "platform_id": platform,
        "tx_hash": receipt["transactionHash"].to_0x_hex(),
        "log_index": 0,
        "chain_id": 5042002,
        "block_number": receipt["blockNumber"],
        "from_address": wallet.address,
        "to_address": vault.contract.address,
    }
    audit = books.row("SELECT action, resource_id, actor_type FROM audit_logs")
    assert audit == {"action": "platform.deposited", "resource_id": platform, "actor_type": "system"}
    assert job("IndexDeposits") == {"blocks": 0, "credited": 0, "suspended": 0}


def test_a_wallets_deposits_are_whose_it_has_signed_for(job: Job, vault: Vault, api: Api) -> None:
    account = vault.account("100")
    wallet, thief = Wallet(account), new_platform(api, funds=None)
    message = wallet.asked(api, "set_platform_wallet")["message"]
    assert thief.patch({"wallet": {"message": message, "signature": Wallet().sign(message)}}).status == 422
    vault.deposit(account, 1)
    assert job("IndexDeposits")["suspended"] == 1

    owner = new_platform(api, funds=None, wallet=wallet)
    vault.deposit(account, 2)
    assert job("IndexDeposits")["credited"] == 1
    available = [platform.get("/balance").json["available"] for platform in (owner, thief)]
    assert available == ["2.000000", "0.000000"]


def test_the_case_of_an_address_does_not_matter(job: Job, vault: Vault, books: Books) -> None:
    wallet = vault.account("100")
    platform = platform_with(books, wallet.address.lower())
    vault.deposit(wallet, 1)
    job("IndexDeposits")
    assert books.funds(platform) == (1, 0)


def test_a_closed_platforms_deposit_is_still_its_money(job: Job, vault: Vault, books: Books) -> None:
    wallet = vault.account("100")
    platform = platform_with(books, wallet.address)
    call(books.connection("operator"), "set_platform_active", platform, False)
    vault.deposit(wallet, 1)
    job("IndexDeposits")
    assert books.funds(platform) == (1, 0)


def test_an_unknown_senders_deposit_waits_in_suspense(job: Job, vault: Vault, books: Books) -> None:
    vault.deposit(vault.account("100"), "7")

    assert job("IndexDeposits")["suspended"] == 1

    assert books.balance("suspense") == 7
    assert books.row("SELECT platform_id, in_suspense FROM ops.deposits") == {"platform_id": None, "in_suspense": True}
    assert books.value("SELECT action FROM audit_logs") == "deposit.suspended"


def test_new_coins_and_custody_itself_are_no_platforms_wallet(job: Job, vault: Vault, books: Books) -> None:
    """Whoever claims the address that every new coin comes from gets none of them."""
    claimant = platform_with(books, NOBODY)
    vault.mint(vault.contract.address, 5)
    job("IndexDeposits")
    assert books.funds(claimant) == (0, 0)
    assert books.balance("suspense") == 5


def test_what_concerns_others_and_what_is_nothing_is_no_deposit(job: Job, vault: Vault, books: Books) -> None:
    wallet = vault.account("100")
    vault.do(wallet, vault.token.functions.transfer(vault.payer.address, micro(3)))
    vault.deposit(wallet, 0)
    vault.do(wallet, vault.token.functions.approve(vault.contract.address, micro(9)))
    assert job("IndexDeposits")["credited"] == 0


def test_another_token_is_no_money(job: Job, vault: Vault, books: Books) -> None:
    """As the 18-decimal view of the same movement is: only what the configured token logs counts."""
    other = vault.deployed("LocalUSDC")
    vault.do(vault.minter, other.functions.mint(vault.contract.address, 10**18))
    assert job("IndexDeposits")["credited"] == 0


def test_escrow_of_streams_is_no_deposit(job: Job, vault: Vault, books: Books) -> None:
    payer = vault.account("1000")
    one, _ = vault.escrow(payer, "10", "20")
    vault.do(payer, vault.contract.functions.top_up(one, micro(5), 0))
    vault.deposit(payer, "3")
    vault.do(payer, vault.contract.functions.release(one))
    vault.do(payer, vault.contract.functions.cancel(one))

    job("IndexDeposits")

    assert credited(books) == [3]


def test_deposits_and_escrow_of_one_transaction_are_told_apart(vault: Vault) -> None:
    """Logs as a wallet makes them that does several things at once."""
    logs = [
        (TRANSFER, 1), (TRANSFER, 2), (STREAM_CREATED, 1), (STREAM_CREATED, 1), (TRANSFER, 3), (TRANSFER, 4),
        (STREAM_TOPPED_UP, 4),
    ]  # fmt: skip
    told = read([log(number, event, amount) for number, (event, amount) in enumerate(logs)], custody())
    assert [one.amount for one in told.deposits] == [1, 3]
    assert told.escrow == {1, 5}


def log(number: int, event: str, amount: int) -> Log:
    """A log of custody's: USDC coming in, or something of a stream."""
    where = custody()
    parties = [topic(address) for address in ("0x" + "11" * 20, where.address)]
    source = where.token if event == TRANSFER else where.address
    return Log(source.lower(), (event, *parties), f"0x{amount:064x}", 1, f"0x{1:064x}", number)


def test_many_deposits_of_one_block_and_one_transaction(job: Job, vault: Vault, books: Books) -> None:
    wallets = [vault.account("100") for _ in range(3)]
    platforms = [platform_with(books, wallet.address) for wallet in wallets]
    vault.hold_blocks(True)
    for turn in (1, 2):
        for wallet in wallets:
            vault.send(wallet, vault.token.functions.transfer(vault.contract.address, turn), nonce=turn - 1)
    vault.hold_blocks(False)

    assert job("IndexDeposits")["credited"] == 6
    assert [books.funds(platform)[0] for platform in platforms] == [Decimal("0.000003")] * 3


# ------------------------------------------------------------------------------------------------- pages and the node


def test_a_long_way_is_read_in_pages(job: Job, vault: Vault, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "LOG_BLOCKS", 12)
    monkeypatch.setattr(indexing, "AGAIN", 2)
    wallet = vault.account("100")
    for amount in range(1, 8):
        vault.mine(amount)
        vault.deposit(wallet, amount)

    assert job("IndexDeposits")["credited"] == 7
    assert credited(books) == [1, 2, 3, 4, 5, 6, 7]
    assert vault.front.asked.count("eth_getLogs") > 3


def test_no_page_is_longer_than_the_chain_allows(job: Job, vault: Vault, books: Books) -> None:
    asked: list[int] = []

    def long_chain(method: str, params: list[Any]) -> Any:
        if method == "eth_getLogs":
            asked.append(int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16) + 1)
            return []
        return hex(35_000) if method == "eth_blockNumber" else None

    vault.front.rule = long_chain
    assert job("IndexDeposits")["blocks"] == 35_000
    assert max(asked) <= 9_999


def test_a_page_that_is_refused_is_read_in_halves(job: Job, vault: Vault, books: Books) -> None:
    def narrow(method: str, params: list[Any]) -> None:
        if method == "eth_getLogs" and int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16) >= 3:
            raise KeyError(-32614)

    wallet = vault.account("100")
    for amount in (1, 2, 3):
        vault.mine(5)
        vault.deposit(wallet, amount)
    vault.front.rule = narrow
    assert job("IndexDeposits")["credited"] == 3
    assert credited(books) == [1, 2, 3]


def test_a_node_that_gives_no_answer_credits_nothing(job: Job, vault: Vault, books: Books) -> None:
    def limited(method: str, _params: list[Any]) -> None:
        if method == "eth_getLogs":
            raise KeyError(-32011)

    vault.deposit(vault.account("100"), 1)
    vault.front.rule = limited
    with pytest.raises(Unavailable):
        job("IndexDeposits")
    assert vault.front.asked.count("eth_getLogs") == 1  # less of what was too much already is no way out
    vault.front.rule = lambda _method, _params: None
    assert job("IndexDeposits")["credited"] == 1


def test_the_next_node_is_asked_when_one_is_down(
    job: Job, vault: Vault, books: Books, environment: pytest.MonkeyPatch
) -> None:
    vault.deposit(vault.account("100"), 1)
    with vault.front.serving() as url:
        configure(environment, vault, "http://127.0.0.1:9", url)
        assert job("IndexDeposits")["credited"] == 1


def test_a_node_of_another_chain_is_refused(job: Job, vault: Vault, environment: pytest.MonkeyPatch) -> None:
    vault.front.rule = lambda method, _params: "0x1" if method == "eth_chainId" else None
    with pytest.raises(ConfigError, match="leads to chain 1"):
        job("IndexDeposits")


def test_a_node_that_lags_behind_is_no_news(job: Job, vault: Vault, books: Books) -> None:
    wallet = vault.account("100")
    receipt = vault.deposit(wallet, 1)
    job("IndexDeposits")
    vault.front.rule = lambda method, _params: "0x2" if method == "eth_blockNumber" else None
    assert job("IndexDeposits") == {"blocks": 0, "credited": 0, "suspended": 0}
    assert books.value("SELECT block FROM ops.chain_cursors") == receipt["blockNumber"]


def test_what_a_node_has_not_got_is_credited_when_it_has(job: Job, vault: Vault, books: Books) -> None:
    """The logs are there, the receipt is not: a balancer with two nodes behind it."""
    vault.deposit(vault.account("100"), 1)

    def blind(method: str, params: list[Any]) -> None:
        if method == "eth_getTransactionReceipt":
            raise KeyError(-32014)

    vault.front.rule = blind
    with pytest.raises(Unavailable):
        job("IndexDeposits")
    assert credited(books) == []
    vault.front.rule = lambda _method, _params: None
    job("IndexDeposits")
    assert credited(books) == [1]


def test_a_log_that_a_node_left_out_is_found_again(job: Job, vault: Vault, books: Books) -> None:
    """The head came from one node behind a balancer, the logs from another that was not so far yet."""
    vault.deposit(vault.account("100"), 1)
    vault.front.rule = lambda method, _params: [] if method == "eth_getLogs" else None
    job("IndexDeposits")
    assert credited(books) == []
    vault.front.rule = lambda _method, _params: None
    vault.mine(1)
    job("IndexDeposits")
    assert credited(books) == [1]


# ---------------------------------------------------------------------------------------------------- twice and crashes


def test_two_runs_at_once_credit_once(job: Job, vault: Vault, books: Books) -> None:
    wallet = vault.account("100")
    platform = platform_with(books, wallet.address)
    logs = [
        {"tx_hash": f"0x{n:064x}", "log_index": 0, "block_number": n, "from_address": wallet.address, "amount": "1"}
        for n in range(1, 51)
    ]
    answers: list[Any] = []

    def run() -> None:
        with psycopg.connect(books.url("jobs"), autocommit=True) as connection:
            for block in range(10, 51, 10):
                part = [log for log in logs if block - 10 < int(log["block_number"]) <= block]  # type: ignore[call-overload]
                answers.append(credit(connection, vault, block - 10, block, part))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert books.funds(platform) == (50, 0)
    assert len(answers) == 20
    assert sum(row[0] for answer in answers for row in answer) == 50


def test_a_run_that_dies_leaves_nothing(vault: Vault, books: Books) -> None:
    log = {"tx_hash": f"0x{1:064x}", "log_index": 0, "block_number": 1, "from_address": NOBODY, "amount": "1"}
    jobs = books.connection("jobs")
    with jobs.transaction(force_rollback=True):
        assert credit(jobs, vault, 0, 1, [log]) == [{"credited": 1, "suspended": 1}]
    assert credited(books) == []
    assert books.rows("SELECT block FROM ops.chain_cursors") == []
    assert credit(jobs, vault, 0, 1, [log]) == [{"credited": 1, "suspended": 1}]
    assert credit(jobs, vault, 0, 1, [log]) == []


def test_the_cursor_goes_nowhere_else(vault: Vault, books: Books) -> None:
    jobs = books.connection("jobs")
    log = {"tx_hash": f"0x{1:064x}", "log_index": 0, "block_number": 9, "from_address": NOBODY, "amount": "1"}
    for block, logs in [(4, []), (8, [log])]:
        with refused("GS095"):
            credit(jobs, vault, 5, block, logs)


def credit(connection: Any, vault: Vault, seen: int, block: int, logs: list[dict[str, Any]]) -> list[Any]:
    found = connection.execute(
        "SELECT credited, suspended FROM credit_deposits(5042002, %s, %s, %s, %s)",
        [vault.contract.address, seen, block, Jsonb(logs)],
    ).fetchall()
    return list(found)


# ------------------------------------------------------------------------------------------------------- whatever comes


class Script:
    """A node as a list of blocks, each the amounts that came in; it may be behind, and its run may die."""

    def __init__(self, chain_id: int, blocks: list[list[int]]) -> None:
        self.chain_id = chain_id
        self.blocks = blocks
        self.known = 0

    def head(self) -> int:
        return self.known

    def logs(self, first: int, last: int, *_: object) -> Iterator[Log]:
        for block in range(first, min(last, self.known) + 1):
            for number, amount in enumerate(self.blocks[block - 1]):
                yield replace(log(number, TRANSFER, amount), block=block, tx_hash=f"0x{self.chain_id:032x}{block:032x}")

    def receipt(self, tx_hash: str) -> list[Log]:
        block = int(tx_hash[-32:], 16)
        return list(self.logs(block, block))


class Dying:
    """A run whose database goes away before the n-th write, or after it."""

    def __init__(self, at: int, after: bool) -> None:
        self._run = Run({"time": "2026-11-25T00:00:00Z"}, Time())
        self._at, self._after = at, after
        self.read, self.more_time = self._run.read, self._run.more_time

    def write(self, query: Any) -> Any:
        self._at -= 1
        if self._at == 0 and not self._after:
            raise Unavailable
        done = self._run.write(query)
        if self._at == 0:
            raise Unavailable
        return done


class Time:
    def get_remaining_time_in_millis(self) -> int:
        return 50_000


runs = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 9), st.integers(0, 4), st.integers(0, 5), st.booleans()), max_size=12
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blocks=st.lists(st.lists(st.integers(1, 10**9), max_size=3), min_size=1, max_size=30), runs=runs)
def test_whatever_happens_each_log_is_credited_once(
    vault: Vault, books: Books, blocks: list[list[int]], runs: list[tuple[int, int, int, int, bool]]
) -> None:
    chain_id = next(CHAINS)  # its own cursor; the deposits of an example are told by their chain
    script = Script(chain_id, blocks)
    where = replace(custody(), chain_id=chain_id)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(movements, "custody", lambda: where)
        for head, page, again, dies, after in [*runs, (30, 9, 0, 0, False)]:
            script.known = min(head, len(blocks))
            patch.setattr(indexing, "LOG_BLOCKS", page + again)
            patch.setattr(indexing, "AGAIN", again)
            with suppress(Unavailable):
                indexing.crediting(Dying(dies, after), script)  # type: ignore[arg-type]
    found = books.rows(
        "SELECT (amount * 1000000)::bigint AS amount FROM ops.deposits WHERE chain_id = %s"
        " ORDER BY block_number, log_index",
        chain_id,
    )
    assert [row["amount"] for row in found] == [amount for amounts in blocks for amount in amounts]
    assert books.value("SELECT block FROM ops.chain_cursors WHERE chain_id = %s", chain_id) == len(blocks)
