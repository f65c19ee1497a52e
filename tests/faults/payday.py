"""Payouts on their way to a chain, and what must be true of them afterwards, there and in the books."""

import random
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from tests import anvil
from tests.books import Money, Row, call
from tests.faults.board import Arena
from tests.faults.chains import Chain
from tests.faults.dooming import Death
from tests.faults.model_chain import TRANSFER, Transaction, address
from tests.faults.serving import called

from devstack import scheduler
from gigstream import db
from gigstream_chain.rpc import RpcError

PAYMENTS = 20
QUEUE, SUBMIT, CONFIRM = "SettlePayouts", "SubmitSettlements", "ConfirmSettlements"
BATCH = 4  # payments a settlement, so that several are under way at once
MINUTE = 60
MICRO = 10**6
OPEN = ("queued", "reserved", "signed", "broadcast", "conflict")


class Crew:
    """A platform's workers, each with a wallet and money enough for many paydays; and the time that passes for them."""

    def __init__(self, arena: Arena, time: psycopg.Connection) -> None:
        self.arena, self.books, self.time = arena, arena.books, time
        self.platform = self.books.platform(str(2 * PAYMENTS * MICRO))
        self.workers = [self.books.worker(self.platform) for _ in range(PAYMENTS)]
        for worker in self.workers:
            self.books.plant("UPDATE workers SET wallet_address = %s WHERE id = %s", address(str(worker)), worker)
            self.books.completed(self.platform, worker, str(MICRO))

    def pass_time(self, seconds: int) -> None:
        """As if so many seconds had passed: what is under way becomes so much older."""
        past = {"seconds": seconds, "open": list(OPEN)}
        with self.time.transaction():
            self.time.execute(
                """
                UPDATE ops.settlement_attempts AS a SET
                    stored_at = a.stored_at - n.past, broadcast_at = a.broadcast_at - n.past
                FROM ops.settlements AS s, (SELECT %(seconds)s * interval '1 second' AS past) AS n
                WHERE s.id = a.settlement_id AND s.state = ANY(%(open)s)
                """,
                past,
            )
            self.time.execute(
                """
                UPDATE ops.settlements AS s SET created_at = s.created_at - n.past, updated_at = s.updated_at - n.past
                FROM (SELECT %(seconds)s * interval '1 second' AS past) AS n
                WHERE s.state = ANY(%(open)s)
                """,
                past,
            )


@contextmanager
def hired(arena: Arena) -> Iterator[Crew]:
    """A crew. No trigger minds when its time passes."""
    with arena.cluster.superuser(arena.database) as time:
        time.execute("SET session_replication_role = replica")
        yield Crew(arena, time)


class Payday:
    """One payout to each of a crew, settled by the jobs as they are, on a chain of its own."""

    def __init__(self, crew: Crew, chain: Chain, chance: random.Random) -> None:
        self.crew, self.books, self.chain = crew, crew.books, chain
        self.heard: dict[int, int] = {}  # the nonce that each batch was sent with
        self.overheard: list[str] = []
        chain.hear = self._hear
        self.payouts = self.pay([chance.randint(1, 50 * MICRO) for _ in crew.workers])

    def pay(self, amounts: list[int]) -> list[UUID]:
        """Begin a payout to each worker, micro-USDC."""
        begun = self.books.rows(
            "SELECT (process_payment(w, %s, 0.000001 * a)).id FROM unnest(%s::uuid [], %s::bigint []) AS t (w, a)",
            self.crew.platform, self.crew.workers, amounts,
        )  # fmt: skip
        return [row["id"] for row in begun]

    def queue(self) -> Mapping[str, int] | None:
        return self.run(QUEUE)

    def submit(self) -> Mapping[str, int] | None:
        return self.run(SUBMIT)

    def confirm(self) -> Mapping[str, int] | None:
        return self.run(CONFIRM)

    def run(self, job: str) -> Mapping[str, int] | None:
        """What it counted; None when it died, or found no node that answers."""
        try:
            counts: Mapping[str, int] = scheduler.call(job, datetime.now(UTC))
        except RpcError:
            return None
        except Death:
            db.close()
            return None
        return counts

    def tick(self) -> None:
        """A minute of the schedule, and of the chain."""
        self.queue()
        self.submit()
        self.chain.mine()
        self.confirm()
        self.crew.pass_time(MINUTE)

    def rows(self) -> list[Row]:
        return self.books.rows(
            "SELECT id, worker_id, status, amount, to_address, tx_hash, payment_no FROM transactions"
            " WHERE id = ANY(%s) ORDER BY id",
            self.payouts,
        )

    def settlements(self) -> list[Row]:
        """Those of this chain's contract, with the hashes that were stored for each."""
        return self.books.rows(
            """
            SELECT s.*, ARRAY(SELECT a.tx_hash FROM ops.settlement_attempts AS a WHERE a.settlement_id = s.id) AS hashes
            FROM ops.settlements AS s WHERE lower(s.contract) = lower(%s) ORDER BY s.nonce
            """,
            self.chain.contract,
        )

    def waiting(self) -> int:
        """How many payouts have come to no end."""
        return sum(row["status"] in ("pending", "processing") for row in self.rows())

    def available(self, worker: UUID) -> Money:
        return self.books.balance("worker_available", worker, self.crew.platform)

    def is_paused(self) -> bool:
        paused: bool = self.books.value(
            "SELECT paused_at IS NOT NULL FROM ops.signers WHERE lower(address) = lower(%s)", self.chain.key.address
        )
        return paused

    def resume(self) -> None:
        """A person has looked, and lets the wallet go on from where the chain is."""
        values = [anvil.CHAIN_ID, self.chain.key.address, self.chain.nonce()]
        call(self.books.connection("operator"), "resume_signer", *values)

    def clear_conflicts(self) -> set[UUID]:
        """A person has looked: these settlements were not paid. Their payouts."""
        in_conflict = [row["id"] for row in self.settlements() if row["state"] == "conflict"]
        for settlement in in_conflict:
            call(self.books.connection("operator"), "clear_conflict", settlement, "unpaid")
        found = self.books.rows(
            "SELECT transaction_id FROM ops.settlement_payments WHERE settlement_id = ANY(%s)", in_conflict
        )
        return {row["transaction_id"] for row in found}

    def retry(self, failed: Iterable[UUID]) -> list[UUID]:
        """The platform tries them again, as new payouts."""
        return [self.books.act(self.crew.platform, "retry_payment", payout)["id"] for payout in failed]

    def wrong(self) -> list[str]:
        """Where the chain and the books do not say the same: paid twice, not paid, paid and not noted, or otherwise."""
        found = []
        owed: dict[str, int] = {}
        for row in self.rows():
            settled = int(row["amount"] * MICRO) if row["status"] == "completed" else 0
            owed[row["to_address"]] = owed.get(row["to_address"], 0) + settled
            if settled and not self._paid_by(row["tx_hash"], row["to_address"], settled):
                found.append(f"{row['tx_hash']} does not pay {settled} to {row['to_address']}")
        for payee, settled in owed.items():
            if (received := self.chain.received(payee)) != settled:
                found.append(f"{payee} has received {received}, settled are {settled}")
        return found + self.overheard + list(self._odd_settlements())

    def _odd_settlements(self) -> Iterator[str]:
        for row in self.settlements():
            if row["state"] not in ("final_ok", "final_reverted"):
                yield f"settlement {row['id']} of nonce {row['nonce']} is {row['state']}"
            elif row["tx_hash"] is not None:
                receipt = self.chain.node("eth_getTransactionReceipt", [row["tx_hash"]])
                block = (row["block_hash"], row["block_number"], row["gas_used"])
                if row["tx_hash"] not in row["hashes"] or receipt is None:
                    yield f"settlement {row['id']} is final by {row['tx_hash']}, which is not its own or not there"
                elif block != (receipt["blockHash"], int(receipt["blockNumber"], 16), int(receipt["gasUsed"], 16)):
                    yield f"settlement {row['id']} is final in {block}, its receipt says otherwise"

    def _hear(self, raw: str) -> None:
        """What reaches a node was stored before, and a batch has one nonce for ever."""
        sent = Transaction.of(raw)
        stored = "SELECT count(*) FROM ops.settlement_attempts WHERE tx_hash = %s"
        if not self.books.value(stored, sent.hash):
            self.overheard.append(f"{sent.hash} is sent and not stored")
        batch = int.from_bytes(sent.data[4:36], "big")
        if self.heard.setdefault(batch, sent.nonce) != sent.nonce:
            self.overheard.append(f"batch {batch} is sent with nonces {self.heard[batch]} and {sent.nonce}")

    def _paid_by(self, tx_hash: str, payee: str, amount: int) -> bool:
        """Whether a transaction moved so much to an address."""
        receipt: Mapping[str, Any] = self.chain.node("eth_getTransactionReceipt", [tx_hash]) or {"logs": []}
        return any(
            log["topics"][0] == TRANSFER
            and int(log["topics"][2], 16) == int(payee, 16)
            and int(log["data"], 16) == amount
            for log in receipt["logs"]
        )


@contextmanager
def open_for(arena: Arena, chain: Chain) -> Iterator[None]:
    """The jobs run in this process and are told of this chain."""
    # Nobody is paid out but those whose payouts a payday begins.
    settings = {"SETTLE_BATCH": str(BATCH), "SETTLE_THRESHOLD": str(100 * MICRO), "SETTLE_MINIMUM": str(100 * MICRO)}
    with called(arena, **settings, **chain.environment()):
        yield
