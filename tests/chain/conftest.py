"""The fixtures `books`, and `circle`: a stand-in for Circle whose treasury pays on the local chain."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from eth_account import Account
from tests.books import books
from tests.circle import Circle, Data, standing_in

from devstack.chain import Chain
from gigstream import config
from gigstream_chain import circle as client

__all__ = ["books"]

TRANSFER = "0xa9059cbb"
GAS_PRICE = 40 * 10**9


@pytest.fixture
def circle(chain: Chain, environment: pytest.MonkeyPatch, url: Callable[[str], str]) -> Iterator[Circle]:
    """The treasury is the local chain's signer, with USDC of its own; Circle calls the chain Arc's testnet."""
    with standing_in(lambda to, amount: pay(chain, to, amount)) as circle:
        told = {
            "CIRCLE_WALLET_ADDRESS": chain.signer,
            "ARC_CHAIN_ID": "5042002",
            "DATABASE_URL_SIGNER": url("signer"),
        }
        for name, value in (circle.environment | told).items():
            environment.setenv(name, value)
        # Turns have tests of their own; and nobody here has so much time to wait.
        environment.setattr(client, "POSTS", ("circle_post", timedelta(0)))
        environment.setattr(client, "GETS", ("circle_get", timedelta(0)))
        environment.setattr(client, "SECONDS", 1)
        config.settings.cache_clear()
        chain.faucet(chain.signer, Decimal(100_000))
        yield circle


def pay(chain: Chain, to: str, amount: Decimal) -> Data:
    """What becomes of a transfer on the chain: its receipt; one that the token refuses is reverted."""
    data = f"{TRANSFER}{to[2:].lower():0>64}{int(amount.scaleb(6)):064x}"
    transaction: dict[str, Any] = {
        "chainId": chain.chain_id,
        "nonce": int(chain.call("eth_getTransactionCount", chain.signer, "latest"), 16),
        "to": chain.usdc,
        "data": data,
        "value": 0,
        "gas": 100_000,
        "maxFeePerGas": GAS_PRICE,
        "maxPriorityFeePerGas": 1,
    }
    raw = Account.sign_transaction(transaction, chain.signer_key).raw_transaction
    tx_hash = chain.call("eth_sendRawTransaction", "0x" + bytes(raw).hex())
    receipt = chain.call("eth_getTransactionReceipt", tx_hash)
    found = {
        "txHash": tx_hash, "blockHash": receipt["blockHash"], "blockHeight": int(receipt["blockNumber"], 16),
        "networkFee": "0.000612345678901234",
    }  # fmt: skip
    reverted = {"state": "FAILED", "errorReason": "FAILED_ON_CHAIN", "errorDetails": "execution reverted"}
    return found | (reverted if int(receipt["status"], 16) == 0 else {})
