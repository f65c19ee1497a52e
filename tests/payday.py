"""Custody, busy: a chain and books that pay and are paid, step by step as the service does it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from eth_account.signers.local import LocalAccount
from psycopg.types.json import Jsonb
from tests.books import Books, Row, call
from tests.custody import CHAIN_ID, Vault

from devstack import scheduler
from gigstream_chain.evm import web3

BLOCK_HASH = "0x" + "b1" * 32


class Payday:
    """One custody, its chain and its books."""

    def __init__(self, vault: Vault, books: Books) -> None:
        self.vault = vault
        self.books = books
        self.custody = vault.contract.address
        self.wallet = vault.account(1_000_000)
        self.platform = self.platform_with(self.wallet)
        self.made_up = books.platform("100000")
        self.waiting: list[tuple[Row, dict[str, Any]]] = []  # paid on the chain, and not in the books yet

    # What happens on the chain, in the books, or in both

    def platform_with(self, wallet: LocalAccount) -> UUID:
        """A platform without funds, whose deposits come from this wallet."""
        platform = self.books.platform("0")
        self.books.plant("UPDATE platforms SET wallet_address = %s WHERE id = %s", wallet.address, platform)
        return platform

    def deposit(self, usdc: Decimal | int | str) -> dict[str, Any]:
        return self.vault.deposit(self.wallet, usdc)

    def index(self) -> Any:
        return scheduler.call("IndexDeposits", datetime.now(UTC))

    def reconcile(self) -> Any:
        return scheduler.call("ReconcileChain", datetime.now(UTC))

    def worker(self, address: str) -> UUID:
        worker = self.books.worker(self.made_up)
        self.books.plant("UPDATE workers SET wallet_address = %s WHERE id = %s", address, worker)
        return worker

    def payout(self, usdc: Decimal | int | str, address: str | None = None) -> UUID:
        """A payout to an address, or to a new one, set aside for settlement."""
        worker = self.worker(address or self.vault.nobody())
        self.books.completed(self.made_up, worker, str(usdc))
        payout: UUID = self.books.job("process_payment", worker, self.made_up, Decimal(usdc))["id"]
        return payout

    def settle_without_chain(self, usdc: Decimal | int | str) -> None:
        """As the seed's payouts and test mode's are: completed without a settlement."""
        payout = self.payout(usdc)
        number = int(payout.int % 10**9)
        self.books.job("complete_payment", payout, f"0x{number:064x}", number)

    def reserve(self, *usdc: Decimal | int | str, to: list[str] | None = None) -> Row:
        """A settlement of new payouts, its numbers given."""
        for place, amount in enumerate(usdc):
            self.payout(amount, to[place] if to else None)
        self.books.job("queue_settlements", "web3", CHAIN_ID, None, self.custody, 200, 1)
        payer = self.vault.payer.address
        self._signer("open_signer", CHAIN_ID, payer, self.custody, 0)
        (queued,) = self.books.rows("SELECT id FROM ops.settlements WHERE state = 'queued'")
        return self._signer("reserve_settlement", queued["id"], 0)

    def pay(self, settlement: Row, **different: Any) -> dict[str, Any]:
        """Pay it on the chain, as the books say or differently; its receipt."""
        payments = self.payments(settlement)
        payees = different.get("payees", [row["to_address"] for row in payments])
        amounts = different.get("amounts", [row["amount"] for row in payments])
        receipt = self.vault.pay(settlement["first_payment_no"], payees, amounts)
        self.sent(settlement, receipt["transactionHash"].to_0x_hex())
        return receipt

    def sent(self, settlement: Row, tx_hash: str) -> None:
        """What it was sent as, to the books."""
        self._signer("store_attempt", settlement["id"], tx_hash, tx_hash.encode(), 100_000, 20, 1)
        self._signer("note_broadcast", tx_hash, None)

    def finish(self, settlement: Row, receipt: dict[str, Any]) -> None:
        """Into the books what the receipt says."""
        failed = [event["args"]["payment_no"] for event in self.vault.events("PaymentFailed", receipt)]
        self.books.job(
            "finish_settlement", settlement["id"], receipt["transactionHash"].to_0x_hex(), receipt["blockNumber"],
            receipt["blockHash"].to_0x_hex(), 100_000, 20, failed,
        )  # fmt: skip

    def payments(self, settlement: Row) -> list[Row]:
        return self.books.rows(
            "SELECT to_address, amount FROM ops.settlement_payments WHERE settlement_id = %s ORDER BY payment_no",
            settlement["id"],
        )

    def credit(self, receipt: dict[str, Any], **different: Any) -> None:
        """Credit a deposit by hand, as the chain has it or differently, as far as its block."""
        (event,) = self.vault.token.events.Transfer().process_receipt(receipt, web3.logs.DISCARD)
        block = receipt["blockNumber"]
        log = {
            "tx_hash": receipt["transactionHash"].to_0x_hex(), "log_index": event["logIndex"], "block_number": block,
            "from_address": event["args"]["sender"], "amount": str(Decimal(event["args"]["value"]).scaleb(-6)),
        } | different  # fmt: skip
        self.credit_log(log, block)

    def credit_log(self, log: dict[str, Any] | None, block: int) -> None:
        seen = self.books.value("SELECT block FROM ops.chain_cursors")
        self.books.job("credit_deposits", CHAIN_ID, self.custody, seen, block, Jsonb([log] if log else []))

    def open_breaks(self) -> list[str]:
        rows = self.books.rows("SELECT kind FROM ops.chain_breaks WHERE closed_by IS NULL ORDER BY id")
        return [row["kind"] for row in rows]

    def busy(self) -> None:
        """Everything that goes on while nothing is wrong, some of it on its way."""
        vault = self.vault
        self.deposit("5000.000001")
        vault.deposit(vault.account("70"), "70")
        vault.mint(self.custody, "20")
        payer = vault.account("1000")
        one, two, _ = vault.escrow(payer, "100", "200", "300")
        vault.do(payer, vault.contract.functions.top_up(one, 5_000_000, 0))
        vault.do(payer, vault.contract.functions.release(one))
        self.index()
        blocked = vault.nobody()
        vault.do(vault.minter, vault.token.functions.block(blocked))
        settlement = self.reserve("10", "20.000001", "30", to=[vault.nobody(), blocked, vault.nobody()])
        self.finish(settlement, self.pay(settlement))
        self.settle_without_chain("12")
        vault.do(payer, vault.contract.functions.cancel(two))
        call(self.books.connection("operator"), "fund_pool", 50)

    def on_its_way(self) -> None:
        """Final on the chain and not in the books yet."""
        self.start("7", "8")
        self.deposit("9.5")

    def start(self, *usdc: Decimal | int | str) -> None:
        """A settlement that is paid on the chain alone."""
        settlement = self.reserve(*usdc)
        self.waiting.append((settlement, self.pay(settlement)))

    def catch_up(self) -> None:
        """Bring the books to where the chain is."""
        self.index()
        while self.waiting:
            self.finish(*self.waiting.pop())

    def _signer(self, function: str, *values: object) -> Row:
        return call(self.books.connection("signer"), function, *values)
