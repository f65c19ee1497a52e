"""What an operator has to know of a settlement in conflict, or of a signer that is paused: what the chain says of it.

A person decides, and only what every node of ARC_RPC_URL bears out.
"""

from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from gigstream import db
from gigstream.config import settings
from gigstream.errors import Invalid, NotFound, Unavailable, WrongState
from gigstream.queries import settlements
from gigstream.queries.base import Query
from gigstream.queries.settlements import Payment, Settlement, Signer
from gigstream_chain import contract, rpc
from gigstream_chain.web3_rail import agree

Answer = TypeVar("Answer")


def clear(given: Namespace) -> Query[Settlement]:
    """The act that ends a conflict as paid or unpaid. WrongState when the chain says otherwise; Unavailable."""
    session = db.Session("operator")
    settlement = db.read(session, settlements.get(given.settlement_id))
    if settlement.state != "conflict" or settlement.rail != "web3":
        raise WrongState(
            f"the settlement is {settlement.state} on rail {settlement.rail}, not in conflict on the contract"
        )
    payments = db.read(session, settlements.payments(settlement.id))
    with chain() as nodes:
        _tell(settlement, payments, nodes)
        if given.paid is not None:
            return _paid(settlement, payments, nodes, given.paid)
        if given.unpaid:
            return _unpaid(settlement, payments, nodes)
    raise Invalid("nothing was done: say --paid HASH or --unpaid")


def resume(given: Namespace) -> Query[Signer]:
    """The act that lets a signer go on at the chain's nonce. NotFound, WrongState, Unavailable."""
    known = db.read(db.Session("operator"), settlements.paused_signers(settings().arc_chain_id))
    paused = [one for one in known if given.address is None or given.address.lower() == one.address.lower()]
    if len(paused) != 1:
        raise NotFound(f"{len(paused)} signers are paused on this chain: name one by --address")
    (signer,) = paused
    with chain() as nodes:
        nonce = _same(nodes, lambda node: node.nonce(signer.address), "its nonce")
    print(f"{signer.address} is paused since {signer.paused_at}: {signer.paused_reason}")
    print(f"its next nonce is {signer.next_nonce}; on the chain it has sent {nonce} transactions")
    if not given.yes:
        raise Invalid("nothing was done: say --yes when you know who sent what is not ours, and the key is safe")
    return settlements.resume_signer(signer.chain_id, signer.address, nonce)


@contextmanager
def chain() -> Iterator[list[rpc.Node]]:
    """Every node of ARC_RPC_URL. Unavailable when one does not answer."""
    try:
        configured = rpc.nodes()
        nodes = rpc.reachable(configured)
        if len(nodes) < len(configured):
            raise Unavailable("not every node of ARC_RPC_URL answers")
        yield nodes
    except rpc.RpcError as error:
        raise Unavailable(str(error)) from error


def _tell(settlement: Settlement, payments: list[Payment], nodes: list[rpc.Node]) -> None:
    print(f"settlement {settlement.id}: {settlement.payments} payments, {settlement.amount} USDC, {settlement.error}")
    used = [sum(_is_used(node, settlement, payment) for payment in payments) for node in nodes]
    for node, count in zip(nodes, used, strict=True):
        print(f"{node.name}: {count} of its payment numbers are used by the contract")


def _paid(settlement: Settlement, payments: list[Payment], nodes: list[rpc.Node], tx_hash: str) -> Query[Settlement]:
    """By a transaction that is no attempt of ours, and that the contract says has paid just this."""
    receipt = _same(nodes, lambda node: node.receipts([tx_hash]).get(tx_hash), "the receipt")
    paid = contract.paid(receipt, settlement.contract or "") if receipt and receipt.succeeded else None
    if receipt is None or paid is None or not agree(settlement, payments, paid):
        raise WrongState(f"{tx_hash} has not paid this settlement")
    return settlements.clear_conflict(
        settlement.id,
        "paid",
        tx_hash,
        block_number=receipt.block_number,
        block_hash=receipt.block_hash,
        gas_used=receipt.gas_used,
        gas_price=receipt.gas_price,
        failed=paid.failed,
    )


def _unpaid(settlement: Settlement, payments: list[Payment], nodes: list[rpc.Node]) -> Query[Settlement]:
    """When none of its numbers is used, and none ever can be: its nonce is gone."""
    for node in nodes:
        if node.nonce(settlement.signer or "") <= (settlement.nonce or 0):
            raise WrongState(f"nonce {settlement.nonce} is not used yet: what was sent may still be carried out")
        if any(_is_used(node, settlement, payment) for payment in payments):
            raise WrongState("the contract has used payment numbers of this settlement")
    return settlements.clear_conflict(settlement.id, "unpaid")


def _is_used(node: rpc.Node, settlement: Settlement, payment: Payment) -> bool:
    return contract.is_used(node, settlement.contract or "", payment.payment_no or 0)


def _same(nodes: list[rpc.Node], ask: Callable[[rpc.Node], Answer], what: str) -> Answer:
    """What all nodes say. Unavailable when they differ."""
    first, *others = map(ask, nodes)
    if any(other != first for other in others):
        raise Unavailable(f"the nodes do not agree on {what}")
    return first
