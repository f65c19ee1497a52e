"""Settlement through the contract: one transaction of our signer's pays a batch of payouts. Never twice, never lost.

A nonce is reserved in a committed transaction; what is signed for it is stored in a committed transaction; only then is
it broadcast. Whatever dies in between is taken up by the next run: what was reserved is signed, what was signed is sent
again, the same bytes, and after a while the same payment under the same nonce with a higher fee. A settlement never
gets a second nonce, so that of all that was ever signed for it the chain takes one.

What nodes answer is a hint. Only a receipt of one of our own hashes, in a block that is still there, moves money.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial

from gigstream import log
from gigstream.config import settings
from gigstream.errors import GigStreamError, SignerPaused, TooManyOpen
from gigstream.job import Counts, Run
from gigstream.queries import settlements
from gigstream.queries.settlements import Attempt, InFlight, Payment, Settlement
from gigstream_chain import contract, rpc
from gigstream_chain.rpc import AskAgain, Node, Receipt, Refused, RpcError
from gigstream_chain.signer import Signed, Signer, signer

GWEI = 10**9
LEAST_FEE = 20 * GWEI  # Arc takes no less
MOST_FEE = 1_000 * GWEI
TIP = GWEI
MOST_GAS = 16_777_216  # of one transaction (EIP-7825)
LITTLE_GAS_MONEY = 5 * 10**18  # wei: on Arc, what 5 USDC buy, some twenty full batches
PATIENCE = timedelta(seconds=90)  # after which the head of the line is replaced
SIGHTINGS = 3  # in a row, before a conflict is declared


@dataclass(frozen=True, slots=True)
class Fees:
    """Wei a unit of gas."""

    most: int
    tip: int


class NotReserved(Exception):
    """The settlement has no place on the chain yet."""


# Sending


def submit(run: Run) -> Counts:
    """Send again what is under way, then what is queued. Counts what was done, and what is in the way."""
    counts = Counter(sent=0, again=0, replaced=0, refused=0, troubled=0, paused=0, gas_low=0)
    desk = Desk(run, rpc.reachable(), signer(), counts)
    desk.look()
    under_way = [desk.carry_on(one) for one in desk.in_flight()]
    if all(under_way):
        desk.take_up()
    return counts


class Desk:
    """One run of the signer's, and what it sees of the chain."""

    def __init__(self, run: Run, nodes: Sequence[Node], key: Signer, counts: Counter[str]) -> None:
        self.run, self.nodes, self.key, self.counts = run, nodes, key, counts
        self.chain_id = settings().arc_chain_id

    def look(self) -> None:
        """The chain as it is now, as far as nodes say: where they differ, some are behind."""
        nonces = _answers(self.nodes, partial(Node.nonce, address=self.key.address))
        self.least_nonce, self.most_nonce = min(nonces), max(nonces)
        self.base_fee = max(_answers(self.nodes, Node.base_fee))
        self.gas_money = max(_answers(self.nodes, partial(Node.balance, address=self.key.address)))
        if self.gas_money < LITTLE_GAS_MONEY:
            self.counts["gas_low"] = 1
            log.info("gas money is low", signer=self.key.address, wei=self.gas_money)
        opened = settlements.open_signer(
            self.chain_id, self.key.address, settings().arc_contract_address, self.most_nonce
        )
        self.signer = self.run.write(opened)
        self.next_payment_no = self.signer.next_payment_no

    def in_flight(self) -> list[InFlight]:
        return self.run.read(settlements.in_flight(self.chain_id, self.key.address))

    def carry_on(self, one: InFlight) -> bool:
        """Take what is under way a step further; its trouble is not the others'. False when it has some."""
        if not self.run.more_time():
            return False
        try:
            self.send_again(one)
        except (GigStreamError, RpcError, NotReserved) as trouble:
            self.counts["troubled"] += 1
            log.error("not sent", trouble, settlement=one.settlement.id, nonce=one.settlement.nonce, said=str(trouble))
            return False
        return True

    def send_again(self, one: InFlight) -> None:
        """Sign what is only reserved; send what is stored, or replace what should have been taken by now."""
        settlement = one.settlement
        if settlement.state == "conflict" or _nonce(settlement) < self.most_nonce:
            return  # it is on the chain, or something else is: confirm() looks
        if not one.attempts:
            payments = self.run.read(settlements.payments(settlement.id))
            self.send_first(settlement, payments, self.gas(settlement, payments))
            return
        newest = one.attempts[-1]
        if not (self.is_late(settlement, newest) and self.replace(settlement, newest)):
            self.broadcast(settlement, Signed(bytes(newest.raw), newest.tx_hash), newest.max_fee_per_gas)
            self.counts["again"] += 1

    def take_up(self) -> None:
        """Reserve and send what is queued, each when the chain would take it now; what it refuses stays queued."""
        for settlement in self.run.read(settlements.queued("web3", self.chain_id)):
            if self.signer.paused_at is not None:
                self.counts["paused"] = 1
                log.info("signer is paused", signer=self.key.address, reason=self.signer.paused_reason)
                return
            try:
                if not self.run.more_time() or not self.send_queued(settlement):
                    return
            except Refused as refusal:
                self.counts["refused"] += 1
                log.error("refused", refusal, settlement=settlement.id, said=str(refusal))
                self.run.write(settlements.note_refusal(settlement.id, refusal.message))
            except (SignerPaused, TooManyOpen) as full:
                log.info("nothing more is reserved", reason=str(full))
                return
            except (GigStreamError, RpcError) as trouble:
                self.counts["troubled"] += 1
                log.error("not sent", trouble, settlement=settlement.id, said=str(trouble))
                return

    def send_queued(self, settlement: Settlement) -> bool:
        """Simulate, reserve, sign, store, broadcast. False when nothing more can be sent now; Refused by simulation."""
        payments = self.run.read(settlements.payments(settlement.id))
        gas = self.simulate(payments)
        if settlement.error is not None:
            self.run.write(settlements.note_refusal(settlement.id, None))
        if self.gas_money < gas * self.fees().most:
            self.counts["gas_low"] = 1
            log.info("gas money does not suffice", settlement=settlement.id, wei=self.gas_money)
            return False
        reserved = self.reserve(settlement)
        if reserved is None:
            return False
        self.gas_money -= gas * self.fees().most
        self.send_first(reserved, payments, gas)
        return True

    def simulate(self, payments: Sequence[Payment]) -> int:
        """The gas that it takes at the newest block, with a margin. Refused when it would revert."""
        data = _call(self.next_payment_no, payments)
        node = self.nodes[0]
        node.view(self.signer.contract, data, self.key.address)
        gas = node.estimate(self.signer.contract, data, self.key.address) * 5 // 4 + 25_000
        if gas > MOST_GAS:
            raise Refused(0, f"it takes {gas} gas, and {MOST_GAS} is all that a transaction may: lower SETTLE_BATCH")
        return gas

    def gas(self, settlement: Settlement, payments: Sequence[Payment]) -> int:
        """The same of a settlement that is reserved, and has to be sent though it may revert: its nonce is taken."""
        try:
            data = _call(_first(settlement), payments)
            gas = self.nodes[0].estimate(_contract(settlement), data, self.key.address) * 5 // 4 + 25_000
        except Refused:
            gas = 200_000 + 60_000 * len(payments)
        return min(gas, MOST_GAS)

    def fees(self) -> Fees:
        return Fees(min(MOST_FEE, max(LEAST_FEE, 2 * self.base_fee + TIP)), TIP)

    def is_late(self, settlement: Settlement, newest: Attempt) -> bool:
        """Whether it should have been taken by now: it is next, or its fee has become too low for a block."""
        is_next = settlement.nonce == self.most_nonce
        return newest.age >= PATIENCE and (is_next or newest.max_fee_per_gas < self.base_fee)

    def replace(self, settlement: Settlement, newest: Attempt) -> bool:
        """The same payment under the same nonce, for an eighth more or what blocks cost now. False when too dear."""
        fees, last = self.fees(), Fees(int(newest.max_fee_per_gas), int(newest.max_priority_fee_per_gas))
        fees = Fees(max(fees.most, _eighth_more(last.most)), _eighth_more(last.tip))
        if fees.most > MOST_FEE or self.gas_money < newest.gas * fees.most:
            self.counts["gas_low"] = 1
            log.info("not replaced: too dear", settlement=settlement.id, nonce=settlement.nonce, max_fee=fees.most)
            return False
        payments = self.run.read(settlements.payments(settlement.id))
        signed = self.sign(settlement, payments, newest.gas, fees)
        self.store(settlement, signed, newest.gas, fees)
        self.broadcast(settlement, signed, fees.most)
        self.counts["replaced"] += 1
        return True

    def send_first(self, settlement: Settlement, payments: Sequence[Payment], gas: int) -> None:
        fees = self.fees()
        signed = self.sign(settlement, payments, gas, fees)
        self.store(settlement, signed, gas, fees)
        self.broadcast(settlement, signed, fees.most)
        self.counts["sent"] += 1

    # The steps. Between two of them nothing is held that the next run could not read.

    def reserve(self, settlement: Settlement) -> Settlement | None:
        """Take the next nonce for it; None when the signer is paused now, because somebody else used the key."""
        reserved = self.run.write(settlements.reserve(settlement.id, self.least_nonce))
        if reserved.state == "queued":
            self.counts["paused"] = 1
            log.info("signer paused: the chain's nonce is past ours", signer=self.key.address, nonce=self.least_nonce)
            return None
        self.next_payment_no = _first(reserved) + reserved.payments
        return reserved

    def sign(self, settlement: Settlement, payments: Sequence[Payment], gas: int, fees: Fees) -> Signed:
        return self.key.sign(
            {
                "type": 2,
                "chainId": self.chain_id,
                "nonce": _nonce(settlement),
                "to": _contract(settlement),
                "value": 0,
                "data": _call(_first(settlement), payments),
                "gas": gas,
                "maxFeePerGas": fees.most,
                "maxPriorityFeePerGas": fees.tip,
            }
        )

    def store(self, settlement: Settlement, signed: Signed, gas: int, fees: Fees) -> None:
        self.run.write(
            settlements.store_attempt(
                settlement.id, signed.tx_hash, signed.raw, gas=gas, max_fee=fees.most, priority=fees.tip
            )
        )

    def broadcast(self, settlement: Settlement, signed: Signed, max_fee: int | Decimal) -> None:
        """Send what is stored, to one node after the other until one has it; and note what was said."""
        answers = []
        for node in self.nodes:
            said = node.send(signed.raw)
            answers.append(said.answer)
            facts = {"settlement": settlement.id, "nonce": settlement.nonce, "tx_hash": signed.tx_hash}
            log.info("broadcast", **facts, max_fee=int(max_fee), node=node.name, said=said.verdict, answer=said.answer)
            if said.poor:
                self.counts["gas_low"] = 1
            if said.verdict == "accepted":
                break
        self.run.write(settlements.note_broadcast(signed.tx_hash, answers[-1]))


# What became of it


def confirm(run: Run) -> Counts:
    """End what has a final receipt. Counts settlements by what became of them, and the payments that failed."""
    counts = Counter(paid=0, reverted=0, failed_payments=0, open=0, missing=0, conflicts=0, troubled=0)
    configured, chain_id = rpc.nodes(), settings().arc_chain_id
    nodes = rpc.reachable(configured)
    for known in run.read(settlements.signers(chain_id)):
        # Nonces first: a hash that is not there afterwards, though its nonce was used before, is not there.
        nonces = _answers(nodes, partial(Node.nonce, address=known.address))
        under_way = run.read(settlements.in_flight(chain_id, known.address))
        hashes = [attempt.tx_hash for one in under_way for attempt in one.attempts]
        told = [_receipts(node, hashes) for node in nodes]
        if len(nonces) < len(configured):
            nonces = []
        for one in under_way:
            if not run.more_time():
                return counts
            try:
                counts[_settle(run, one, told, nonces, counts)] += 1
            except GigStreamError as trouble:
                counts["troubled"] += 1
                log.error("not settled", trouble, settlement=one.settlement.id, said=str(trouble))
    return counts


def _settle(
    run: Run, one: InFlight, told: Sequence[dict[str, Receipt | None]], nonces: Sequence[int], counts: Counter[str]
) -> str:
    """End one settlement, or look on; under what it counts."""
    settlement, own = one.settlement, [attempt.tx_hash for attempt in one.attempts]
    receipt = next((found for answers in told for tx_hash in own if (found := answers.get(tx_hash))), None)
    if receipt is not None:
        return _end(run, settlement, receipt, counts)
    if settlement.state == "conflict":
        log.info("in conflict", settlement=settlement.id, nonce=settlement.nonce, reason=settlement.error)
        return "conflicts"
    # Without every node's word nobody knows. No nonces: one of them did not answer.
    if nonces and min(nonces) > _nonce(settlement) and all(tx_hash in answers for answers in told for tx_hash in own):
        observed = run.write(settlements.observe(settlement.id, is_missing=True)).observed
        log.info("nonce is used, hashes are not there", settlement=settlement.id, nonce=settlement.nonce, runs=observed)
        if observed < SIGHTINGS:
            return "missing"
        reason = f"nonce {settlement.nonce} is used by a transaction that is none of this settlement's"
        run.write(settlements.declare_conflict(settlement.id, reason))
        log.info("conflict", settlement=settlement.id, nonce=settlement.nonce, reason=reason)
        return "conflicts"
    if settlement.observed and nonces:
        run.write(settlements.observe(settlement.id, is_missing=False))
    return "open"


def _end(run: Run, settlement: Settlement, receipt: Receipt, counts: Counter[str]) -> str:
    """By a receipt of its own."""
    facts = {"settlement": settlement.id, "nonce": settlement.nonce, "tx_hash": receipt.tx_hash}
    if not receipt.succeeded:
        run.write(
            settlements.revert(
                settlement.id,
                "the transaction was reverted",
                tx_hash=receipt.tx_hash,
                block_number=receipt.block_number,
                block_hash=receipt.block_hash,
                gas_used=receipt.gas_used,
                gas_price=receipt.gas_price,
            )
        )
        log.info("reverted", block=receipt.block_number, **facts)
        return "reverted"
    paid = contract.paid(receipt, _contract(settlement))
    payments = run.read(settlements.payments(settlement.id))
    if paid is None or not agree(settlement, payments, paid):
        # Good, and not what was asked for: no contract at the address, or another one.
        run.write(settlements.declare_conflict(settlement.id, f"{receipt.tx_hash} did not pay what was asked for"))
        log.info("conflict", reason="receipt says otherwise", **facts)
        return "conflicts"
    run.write(
        settlements.finish(
            settlement.id,
            receipt.tx_hash,
            block_number=receipt.block_number,
            block_hash=receipt.block_hash,
            gas_used=receipt.gas_used,
            gas_price=receipt.gas_price,
            failed=paid.failed,
        )
    )
    counts["failed_payments"] += len(paid.failed)
    run.moved += paid.amount
    fee = Decimal(receipt.gas_used * receipt.gas_price).scaleb(-18)
    log.info("paid", block=receipt.block_number, payments=paid.payments, failed=len(paid.failed), fee=fee, **facts)
    return "paid"


def agree(settlement: Settlement, payments: Sequence[Payment], paid: contract.Paid) -> bool:
    """Whether the contract says that it paid just this."""
    amounts = {payment.payment_no: payment.amount for payment in payments}
    return (
        (paid.first_payment_no, paid.payments) == (settlement.first_payment_no, settlement.payments)
        and set(paid.failed) <= set(amounts)
        and paid.amount == settlement.amount - sum(amounts[number] for number in paid.failed)
    )


def _receipts(node: Node, hashes: Sequence[str]) -> dict[str, Receipt | None]:
    try:
        return node.receipts(hashes)
    except RpcError as error:
        log.error("node does not answer", error, node=node.name)
        return {}


def _answers(nodes: Sequence[Node], ask: Callable[[Node], int]) -> list[int]:
    """What those say that say something. AskAgain when none does."""
    found = []
    for node in nodes:
        try:
            found.append(ask(node))
        except RpcError as error:
            log.error("node does not answer", error, node=node.name)
    if not found:
        raise AskAgain("no node answers")
    return found


def _call(first_payment_no: int, payments: Sequence[Payment]) -> str:
    return contract.pay_many(first_payment_no, [one.to_address for one in payments], [one.amount for one in payments])


def _eighth_more(fee: int) -> int:
    """12.5 % more, rounded up: what a node wants of a replacement."""
    return -(-fee * 9 // 8)


# A constraint of the table says that a settlement which is reserved has all three.


def _nonce(settlement: Settlement) -> int:
    if settlement.nonce is None:
        raise NotReserved
    return settlement.nonce


def _first(settlement: Settlement) -> int:
    if settlement.first_payment_no is None:
        raise NotReserved
    return settlement.first_payment_no


def _contract(settlement: Settlement) -> str:
    if settlement.contract is None:
        raise NotReserved
    return settlement.contract
