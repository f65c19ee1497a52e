"""The model behaves as a real node where settlement depends on it, and each fault of a hostile node is what it says."""

import random
from collections.abc import Iterator

import pytest
from eth_abi.abi import encode
from hexbytes import HexBytes
from tests import anvil
from tests.faults import chains
from tests.faults.chains import Chain
from tests.faults.hostile_rpc import MOST_BLOCKS_BEHIND, SEND, Fault, Hostile, Refusal, Silence
from tests.faults.model_chain import BATCH_PAID, FLOOR, GWEI, IS_USED, PAY_MANY, PAYMENT_FAILED, TRANSFER, address

ANN, BEN, EVE = map(address, ("Ann", "Ben", "Eve"))
SEED = 20261125


@pytest.fixture(params=["model", pytest.param("anvil", marks=pytest.mark.anvil)])
def chain(request: pytest.FixtureRequest) -> Iterator[Chain]:
    if request.param == "anvil" and anvil.program() is None:
        pytest.skip("there is no anvil, and npm cannot bring it; on Debian: apt-get install npm")
    with (chains.model if request.param == "model" else chains.on_anvil)(random.Random(SEED)) as chain:
        yield chain


def batch(first: int, **amounts: int) -> bytes:
    payees = [address(name) for name in amounts]
    return PAY_MANY + encode(["uint256", "address[]", "uint256[]"], [first, payees, [*amounts.values()]])


def signed(chain: Chain, nonce: int, data: bytes, max_fee: int = 2 * FLOOR, gas: int = 500_000) -> str:
    return chain.key.sign_transaction(
        {
            "type": 2,
            "chainId": anvil.CHAIN_ID,
            "nonce": nonce,
            "to": HexBytes(chain.contract),
            "value": 0,
            "data": data,
            "gas": gas,
            "maxFeePerGas": max_fee,
            "maxPriorityFeePerGas": max_fee // 20,
        }
    ).raw_transaction.to_0x_hex()


def sent(chain: Chain, nonce: int, data: bytes, max_fee: int = 2 * FLOOR) -> str:
    tx_hash: str = chain.node(SEND, [signed(chain, nonce, data, max_fee)])
    return tx_hash


def receipt(chain: Chain, tx_hash: str) -> dict[str, object] | None:
    found: dict[str, object] | None = chain.node("eth_getTransactionReceipt", [tx_hash])
    return found


def called(chain: Chain, data: bytes) -> str:
    call = {"from": chain.key.address, "to": chain.contract, "data": HexBytes(data).to_0x_hex()}
    answer: str = chain.node("eth_call", [call, "latest"])
    return answer


def is_used(chain: Chain, number: int) -> bool:
    return int(called(chain, IS_USED + encode(["uint256"], [number])), 16) == 1


def test_a_payment_is_mined_once(chain: Chain) -> None:
    raw = signed(chain, 0, batch(1, Ann=1, Ben=2))
    tx_hash = chain.node(SEND, [raw])
    assert (receipt(chain, tx_hash), chain.nonce()) == (None, 0)
    with pytest.raises(Refusal, match="already"):
        chain.node(SEND, [raw])
    chain.mine()
    found = receipt(chain, tx_hash)
    assert found
    assert found["status"] == "0x1"
    block = chain.node("eth_getBlockByNumber", [found["blockNumber"], False])
    assert (block["hash"], block["transactions"]) == (found["blockHash"], [tx_hash])
    assert (chain.nonce(), chain.received(ANN), chain.received(BEN)) == (1, 1, 2)
    with pytest.raises(Refusal, match="nonce too low"):
        chain.node(SEND, [raw])
    assert is_used(chain, 2)
    assert not is_used(chain, 3)


def test_a_used_number_reverts_the_whole_call(chain: Chain) -> None:
    sent(chain, 0, batch(1, Ann=1, Ben=2))
    chain.mine()
    with pytest.raises(Refusal, match="reverted"):
        called(chain, batch(2, Eve=3))
    tx_hash = sent(chain, 1, batch(2, Eve=3))
    chain.mine()
    found = receipt(chain, tx_hash)
    assert found
    assert (found["status"], found["logs"], chain.received(EVE), chain.nonce()) == ("0x0", [], 0, 2)


def test_more_than_custody_reverts(chain: Chain) -> None:
    with pytest.raises(Refusal, match="reverted"):
        called(chain, batch(1, Ann=chains.CUSTODY, Ben=1))
    assert called(chain, batch(1, Ann=chains.CUSTODY))


def test_a_blocked_payee_fails_alone(chain: Chain) -> None:
    chain.block(BEN)
    tx_hash = sent(chain, 0, batch(1, Ann=1, Ben=2, Eve=4))
    chain.mine()
    logs = chain.node("eth_getTransactionReceipt", [tx_hash])["logs"]
    told = [(log["address"].lower(), log["topics"][0], log["topics"][1:]) for log in logs]
    number, payee = (f"0x{value:064x}" for value in (2, int(BEN, 16)))
    assert [topic for _, topic, _ in told] == [TRANSFER, PAYMENT_FAILED, TRANSFER, BATCH_PAID]
    assert told[1] == (chain.contract.lower(), PAYMENT_FAILED, [number, payee])
    assert HexBytes(logs[3]["data"]) == encode(["uint256", "uint256"], [3, 5])
    assert [chain.received(payee) for payee in (ANN, BEN, EVE)] == [1, 0, 4]


def test_whoever_pays_less_than_the_base_fee_waits_until_he_is_replaced(chain: Chain) -> None:
    cheap = sent(chain, 0, batch(1, Ann=1))
    chain.base_fee = 5 * FLOOR
    chain.mine()
    assert (receipt(chain, cheap), chain.nonce()) == (None, 0)
    dear = sent(chain, 0, batch(1, Ann=1), 6 * FLOOR)
    chain.mine()
    assert receipt(chain, cheap) is None
    assert receipt(chain, dear)
    assert (chain.nonce(), chain.received(ANN)) == (1, 1)


def test_what_was_dropped_is_forgotten_and_may_come_again(chain: Chain) -> None:
    raw = signed(chain, 0, batch(1, Ann=1))
    chain.node("anvil_dropTransaction", [chain.node(SEND, [raw])])
    chain.mine()
    assert chain.nonce() == 0
    tx_hash = chain.node(SEND, [raw])
    chain.mine()
    assert receipt(chain, tx_hash)


def test_no_gas_money_no_transaction(chain: Chain) -> None:
    chain.set_gas_money(GWEI)
    with pytest.raises(Refusal, match=r"(?i)insufficient funds"):
        sent(chain, 0, batch(1, Ann=1))
    with pytest.raises(Refusal, match="gas"):
        chain.node(SEND, [signed(chain, 0, batch(1, Ann=1), gas=16_777_217)])


def test_a_nonce_ahead_waits_for_the_one_before(chain: Chain) -> None:
    ahead = sent(chain, 1, batch(2, Ben=1))
    chain.mine()
    assert receipt(chain, ahead) is None
    chain.use_key_elsewhere(0)
    chain.mine(2)
    assert receipt(chain, ahead)
    assert chain.nonce() == 2


def test_a_node_tells_of_earlier_blocks(chain: Chain) -> None:
    sent(chain, 0, batch(1, Ann=1))
    chain.mine(2)
    head = int(chain.node("eth_blockNumber", []), 16)
    counts = [chain.node("eth_getTransactionCount", [chain.key.address, hex(n)]) for n in range(head - 2, head + 1)]
    assert counts == ["0x0", "0x1", "0x1"]


def struck(chain: Chain, fault: Fault, method: str, *params: object) -> tuple[int, str]:
    """Status and body of an answer when a fault is certain."""
    body = f'{{"id": 1, "method": "{method}", "params": {list(params)}}}'.replace("'", '"').encode()
    status, answer = Hostile(chain.node, random.Random(SEED), {fault: 1}).exchange(body)
    return status, answer.decode()


def test_each_fault_of_a_send(chain: Chain) -> None:
    raws = [signed(chain, nonce, batch(nonce + 1, Ann=1)) for nonce in range(6)]
    with pytest.raises(Silence):
        struck(chain, Fault.REQUEST_LOST, SEND, raws[0])
    assert struck(chain, Fault.TOO_MANY, SEND, raws[0])[0] == 429
    assert "-32014" in struck(chain, Fault.ASK_AGAIN, SEND, raws[0])[1]
    assert "rejected" in struck(chain, Fault.REFUSED, SEND, raws[0])[1]
    assert "result" in struck(chain, Fault.FORGOTTEN, SEND, raws[0])[1]
    chain.mine()
    assert chain.nonce() == 0
    with pytest.raises(Silence):
        struck(chain, Fault.ANSWER_LOST, SEND, raws[0])
    assert "already" in struck(chain, Fault.TWICE, SEND, raws[1])[1]
    assert "nonce too low" in struck(chain, Fault.MINED_BETWEEN, SEND, raws[2])[1]
    assert chain.nonce() == 3


def test_each_fault_of_a_question(chain: Chain) -> None:
    first = sent(chain, 0, batch(1, Ann=1))
    chain.mine(1 + MOST_BLOCKS_BEHIND)
    second = sent(chain, 1, batch(2, Ben=1))
    chain.mine()
    assert chain.nonce() == 2
    assert '"0x1"' in struck(chain, Fault.BEHIND, "eth_getTransactionCount", chain.key.address, "latest")[1]
    assert "null" in struck(chain, Fault.BEHIND, "eth_getTransactionReceipt", second)[1]
    assert first in struck(chain, Fault.BEHIND, "eth_getTransactionReceipt", first)[1]
    hostile = Hostile(chain.node, random.Random(SEED))
    ask = b'{"id": 1, "method": "eth_getTransactionReceipt", "params": ["%b"]}'
    assert first in hostile.exchange(ask % first.encode())[1].decode()
    unknown = f"0x{7:064x}"
    hostile.weather = {Fault.ANOTHERS: 1}
    assert unknown not in hostile.exchange(ask % unknown.encode())[1].decode()
    hostile.weather = {Fault.UNSTABLE: 1}
    assert unknown in hostile.exchange(ask % unknown.encode())[1].decode()


def test_a_fault_may_strike_one_call_of_several(chain: Chain) -> None:
    hostile = Hostile(chain.node, random.Random(SEED), {Fault.ASK_AGAIN: 0.5})
    calls = ", ".join('{"id": %d, "method": "eth_chainId"}' % number for number in range(20))  # noqa: UP031
    status, answer = hostile.exchange(f"[{calls}]".encode())
    assert status == 200
    assert 0 < answer.count(b"-32014") < 20
