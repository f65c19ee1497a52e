"""A chain in memory that speaks JSON-RPC as Arc does: accounts, a mempool, blocks when told, one payment contract.

It takes Anvil's controls, and keeps the protocol's rules and no more: a nonce is used once and in order, a replacement
costs a tenth more, a transaction below the base fee waits, pending state is hidden, a block once made stays. `pay_many`
is the contract's.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import decode, encode
from eth_account import Account
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hexbytes import HexBytes
from tests.faults.hostile_rpc import Refusal

GWEI = 10**9
FLOOR = 20 * GWEI  # Arc's least base fee
BLOCK_GAS = 30_000_000
TRANSACTION_GAS = 16_777_216
BLOOM = "0x" + "00" * 256
EMPTY_HASH = "0x" + "00" * 32


def selector(signature: str) -> bytes:
    return keccak(text=signature)[:4]


PAY_MANY = selector("pay_many(uint256,address[],uint256[])")
IS_USED = selector("is_used(uint256)")
CUSTODY = selector("custody()")
ESCROWED = selector("escrowed()")
BALANCE_OF = selector("balanceOf(address)")
TRANSFER = HexBytes(keccak(text="Transfer(address,address,uint256)")).to_0x_hex()
BATCH_PAID = HexBytes(keccak(text="BatchPaid(uint256,uint256,uint256)")).to_0x_hex()
PAYMENT_FAILED = HexBytes(keccak(text="PaymentFailed(uint256,address,uint256)")).to_0x_hex()


class Reverted(Exception):
    """The contract refuses."""


@dataclass(frozen=True)
class Transaction:
    """A signed one; addresses in lower case, fees in wei."""

    hash: str
    sender: str
    nonce: int
    to: str
    data: bytes
    gas: int
    max_fee: int
    priority: int

    @classmethod
    def of(cls, raw: str) -> "Transaction":
        said = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()
        return cls(
            hash=HexBytes(keccak(hexstr=raw)).to_0x_hex(),
            sender=Account.recover_transaction(raw).lower(),
            nonce=said["nonce"],
            to=HexBytes(said["to"]).to_0x_hex(),
            data=bytes(said["data"]),
            gas=said["gas"],
            max_fee=said["maxFeePerGas"],
            priority=said["maxPriorityFeePerGas"],
        )


@dataclass(frozen=True)
class Payment:
    """What the contract paid, micro-USDC, in block number `block`."""

    number: int
    to: str
    amount: int
    block: int


@dataclass
class Block:
    number: int
    hash: str
    parent: str
    base_fee: int
    hashes: list[str] = field(default_factory=list)


class ModelChain:
    """`payer` alone may call the contract; `custody` is what it may pay out, micro-USDC."""

    def __init__(self, chain_id: int, token: str, contract: str, payer: str, custody: int) -> None:
        self.chain_id = chain_id
        self.token, self.contract, self.payer = token.lower(), contract.lower(), payer.lower()
        self.custody = custody
        self.base_fee = FLOOR
        self.gas_money: dict[str, int] = {}  # wei by address
        self.blocked: set[str] = set()
        self.paid: list[Payment] = []
        self.used: set[int] = set()
        self.mempool: dict[str, Transaction] = {}
        self.transactions: dict[str, Transaction] = {}  # mined
        self.receipts: dict[str, dict[str, Any]] = {}
        self.spent: dict[str, list[int]] = {}  # by sender, the block of each nonce
        self.blocks = [Block(0, _block_hash(0), EMPTY_HASH, FLOOR)]
        self._asked: dict[str, Callable[..., Any]] = {
            "eth_chainId": lambda: hex(chain_id),
            "net_version": lambda: str(chain_id),
            "eth_blockNumber": lambda: hex(self.head),
            "eth_gasPrice": lambda: hex(self.base_fee + GWEI),
            "eth_maxPriorityFeePerGas": lambda: hex(GWEI),
            "eth_feeHistory": self._fee_history,
            "eth_getBlockByNumber": lambda number, _full: self._block(self._number(number)),
            "eth_getBlockByHash": self._block_by_hash,
            "eth_getBalance": lambda address, _block: hex(self.gas_money.get(address.lower(), 0)),
            "eth_getCode": lambda address, _block: "0x60" if address.lower() in (self.token, self.contract) else "0x",
            "eth_getTransactionCount": lambda address, block: hex(self.nonce(address, self._number(block))),
            "eth_getTransactionReceipt": self.receipts.get,
            "eth_getTransactionByHash": self._transaction,
            "eth_estimateGas": self._estimate,
            "eth_call": self._call,
            "eth_sendRawTransaction": self.send,
            "evm_mine": self.mine,
            "anvil_dropTransaction": self.drop,
            "anvil_setBalance": lambda address, wei: self.gas_money.update({address.lower(): int(wei, 16)}),
            "anvil_setNextBlockBaseFeePerGas": lambda wei: setattr(self, "base_fee", int(wei, 16)),
        }

    @property
    def head(self) -> int:
        return self.blocks[-1].number

    def answer(self, method: str, params: list[Any]) -> Any:
        """The result; Refusal is the error object."""
        if method not in self._asked:
            raise Refusal(-32601, f"the method {method} does not exist/is not available")
        return self._asked[method](*params)

    def nonce(self, address: str, block: int) -> int:
        """How many transactions of an address stand in blocks up to this one."""
        return sum(mined <= block for mined in self.spent.get(address.lower(), []))

    def send(self, raw: str) -> str:
        sent = Transaction.of(raw)
        nonce = self.nonce(sent.sender, self.head)
        rival = next((t for t in self.mempool.values() if (t.sender, t.nonce) == (sent.sender, sent.nonce)), None)
        if sent.hash in self.mempool:
            raise Refusal(-32000, "already known")
        if sent.nonce < nonce:
            raise Refusal(-32000, f"nonce too low: next nonce {nonce}, tx nonce {sent.nonce}")
        if sent.gas > TRANSACTION_GAS:
            raise Refusal(-32000, "transaction gas limit too high")
        if sent.max_fee < FLOOR:
            raise Refusal(-32000, "transaction underpriced")
        if self.gas_money.get(sent.sender, 0) < sent.gas * sent.max_fee:
            raise Refusal(-32000, "insufficient funds for gas * price + value")
        if rival:
            if min(sent.max_fee / rival.max_fee, sent.priority / rival.priority) < 1.1:
                raise Refusal(-32000, "replacement transaction underpriced")
            del self.mempool[rival.hash]
        self.mempool[sent.hash] = sent
        return sent.hash

    def drop(self, tx_hash: str) -> None:
        """The mempool forgets one."""
        self.mempool.pop(tx_hash, None)

    def mine(self) -> None:
        """One block of whatever is next by nonce and pays the base fee."""
        number = self.head + 1
        block = Block(number, _block_hash(number), self.blocks[-1].hash, self.base_fee)
        self.blocks.append(block)
        gas_left = BLOCK_GAS
        for sent in self._executable():
            if sent.gas > gas_left:
                break
            receipt = self._execute(sent, block)
            gas_left -= int(receipt["gasUsed"], 16)
            del self.mempool[sent.hash]
            block.hashes.append(sent.hash)
            self.transactions[sent.hash], self.receipts[sent.hash] = sent, receipt
            self.spent.setdefault(sent.sender, []).append(number)

    def _executable(self) -> Iterator[Transaction]:
        """Each sender's, in the order of nonces, up to the first that is missing or cannot pay."""
        stuck = set()
        for sent in sorted(self.mempool.values(), key=lambda t: (t.sender, t.nonce)):
            next_one = sent.nonce == len(self.spent.get(sent.sender, []))
            pays = sent.max_fee >= self.base_fee and self.gas_money.get(sent.sender, 0) >= sent.gas * sent.max_fee
            if not (next_one and pays):
                stuck.add(sent.sender)
            if sent.sender not in stuck:
                yield sent

    def _execute(self, sent: Transaction, block: Block) -> dict[str, Any]:
        logs: list[tuple[str, list[str], bytes]] = []
        gas, status = self._gas(sent.data), 1
        try:
            if sent.to == self.contract:
                logs = self._pay_many(sent, block.number)
        except Reverted:
            gas, status = min(gas, sent.gas), 0
        price = min(sent.max_fee, block.base_fee + sent.priority)
        self.gas_money[sent.sender] -= gas * price
        place = {
            "transactionHash": sent.hash,
            "transactionIndex": hex(len(block.hashes)),
            "blockNumber": hex(block.number),
            "blockHash": block.hash,
        }
        return place | {
            "from": sent.sender,
            "to": sent.to,
            "type": "0x2",
            "status": hex(status),
            "contractAddress": None,
            "gasUsed": hex(gas),
            "cumulativeGasUsed": hex(gas),
            "effectiveGasPrice": hex(price),
            "logsBloom": BLOOM,
            "logs": [
                place | {"address": emitter, "topics": topics, "data": HexBytes(data).to_0x_hex(),
                         "logIndex": hex(index), "removed": False}
                for index, (emitter, topics, data) in enumerate(logs)
            ],
        }  # fmt: skip

    def _pay_many(self, sent: Transaction, block: int) -> list[tuple[str, list[str], bytes]]:
        """The logs, as (emitter, topics, data)."""
        first, payees, amounts = self._checked(sent.sender, sent.data)
        if self._gas(sent.data) > sent.gas:
            raise Reverted
        logs, paid = [], 0
        for number, payee, amount in zip(range(first, first + len(payees)), payees, amounts, strict=True):
            self.used.add(number)
            if payee in self.blocked:
                topics = [PAYMENT_FAILED, _topic(number), _topic(payee)]
                logs.append((self.contract, topics, encode(["uint256"], [amount])))
                continue
            self.custody -= amount
            paid += amount
            self.paid.append(Payment(number, payee, amount, block))
            topics = [TRANSFER, _topic(self.contract), _topic(payee)]
            logs.append((self.token, topics, encode(["uint256"], [amount])))
        logs.append((self.contract, [BATCH_PAID, _topic(first)], encode(["uint256", "uint256"], [len(payees), paid])))
        return logs

    def _checked(self, sender: str, data: bytes) -> tuple[int, list[str], list[int]]:
        """The call's first number, payees and amounts; Reverted where the contract would."""
        if data[:4] != PAY_MANY or sender != self.payer:
            raise Reverted
        first, payees, amounts = decode(["uint256", "address[]", "uint256[]"], data[4:])
        numbers = range(first, first + len(payees))
        if len(payees) != len(amounts) or not self.used.isdisjoint(numbers) or sum(amounts) > self.custody:
            raise Reverted
        return first, [payee.lower() for payee in payees], list(amounts)

    def _gas(self, data: bytes) -> int:
        return 21_000 + 16 * len(data) + (len(data) // 64) * 35_000

    def _estimate(self, call: dict[str, Any], *_block: Any) -> str:
        self._call(call)
        return hex(self._gas(bytes(HexBytes(call.get("data") or call.get("input") or "0x"))))

    def _call(self, call: dict[str, Any], *_block: Any) -> str:
        data = bytes(HexBytes(call.get("data") or call.get("input") or "0x"))
        views: dict[bytes, Callable[[], int]] = {
            CUSTODY: lambda: self.custody,
            ESCROWED: lambda: 0,
            IS_USED: lambda: decode(["uint256"], data[4:])[0] in self.used,
            BALANCE_OF: lambda: self._balance(decode(["address"], data[4:])[0]),
        }
        if data[:4] in views:
            return HexBytes(int(views[data[:4]]()).to_bytes(32, "big")).to_0x_hex()
        try:
            if call["to"].lower() == self.contract:
                self._checked(call.get("from", "0x").lower(), data)
        except Reverted:
            raise Refusal(3, "execution reverted", "0x") from None
        return "0x"

    def _balance(self, address: str) -> int:
        if address.lower() == self.contract:
            return self.custody
        return sum(payment.amount for payment in self.paid if payment.to == address.lower())

    def _number(self, block: str) -> int:
        # Pending state is hidden: asked for it, a node tells the latest.
        return self.head if block in ("latest", "pending", "safe", "finalized") else int(block, 16)

    def _block(self, number: int) -> dict[str, Any] | None:
        if not 0 <= number <= self.head:
            return None
        block = self.blocks[number]
        return {
            "number": hex(number),
            "hash": block.hash,
            "parentHash": block.parent,
            "baseFeePerGas": hex(block.base_fee),
            "timestamp": hex(1_790_000_000 + number // 2),  # half-second blocks share a timestamp
            "gasLimit": hex(BLOCK_GAS),
            "gasUsed": hex(sum(int(self.receipts[mined]["gasUsed"], 16) for mined in block.hashes)),
            "transactions": block.hashes,
            "logsBloom": BLOOM,
            "extraData": "0x",
        }

    def _block_by_hash(self, block_hash: str, _full: bool) -> dict[str, Any] | None:
        return next((self._block(block.number) for block in self.blocks if block.hash == block_hash), None)

    def _transaction(self, tx_hash: str) -> dict[str, Any] | None:
        """A mined one; pending ones are not told."""
        if tx_hash not in self.transactions:
            return None
        sent, receipt = self.transactions[tx_hash], self.receipts[tx_hash]
        said = {name: receipt[name] for name in ("blockHash", "blockNumber", "transactionIndex", "from", "to", "type")}
        return said | {
            "hash": tx_hash,
            "nonce": hex(sent.nonce),
            "input": HexBytes(sent.data).to_0x_hex(),
            "gas": hex(sent.gas),
            "maxFeePerGas": hex(sent.max_fee),
            "maxPriorityFeePerGas": hex(sent.priority),
            "value": "0x0",
            "chainId": hex(self.chain_id),
        }

    def _fee_history(self, count: str | int, newest: str, _percentiles: Any = None) -> dict[str, Any]:
        number, last = int(str(count), 16) if isinstance(count, str) else count, self._number(newest)
        told = self.blocks[max(0, last - number + 1) : last + 1]
        return {
            "oldestBlock": hex(told[0].number),
            "baseFeePerGas": [hex(block.base_fee) for block in told] + [hex(self.base_fee)],
            "gasUsedRatio": [0.5] * len(told),
            "reward": [[hex(GWEI)] * len(_percentiles or [50])] * len(told),
        }


def _topic(value: int | str) -> str:
    number = value if isinstance(value, int) else int(value, 16)
    return HexBytes(number.to_bytes(32, "big")).to_0x_hex()


def _block_hash(number: int) -> str:
    return HexBytes(keccak(text=f"block {number}")).to_0x_hex()


def address(name: str) -> str:
    """An address for a name, with its checksum."""
    return to_checksum_address(keccak(text=name)[-20:])
