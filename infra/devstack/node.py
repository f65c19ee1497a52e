"""A node of an Ethereum chain in small: py-evm behind JSON-RPC, one block a transaction, as Arc's nodes answer.

Like Arc: a flat base fee, consecutive blocks that may share a timestamp, at most 10,000 blocks of logs a question, no
transaction above 16,777,216 gas, nothing pending to be seen. What is unlike: gas is not paid in the chain's USDC.
The chain lies in one SQLite file, committed a block at a time: whoever kills the process finds what was answered.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from eth import constants
from eth.abc import BlockHeaderAPI, ComputationAPI, LogAPI, ReceiptAPI, SignedTransactionAPI
from eth.chains.base import MiningChain
from eth.consensus import ConsensusApplier, NoProofConsensus
from eth.db.atomic import AtomicDB
from eth.db.backends.base import BaseDB
from eth.exceptions import CanonicalHeadNotFound, HeaderNotFound, TransactionNotFound
from eth.vm.forks import PragueVM
from eth.vm.spoof import SpoofTransaction
from eth_abi import abi
from eth_typing import Address
from eth_utils import ValidationError, encode_hex, keccak, to_canonical_address, to_checksum_address
from eth_utils import decode_hex as bytes_of

GWEI = 10**9
BASE_FEE = 20 * GWEI
BLOCK_GAS = 30_000_000
TRANSACTION_GAS = 16_777_216
LOG_BLOCKS = 10_000
BUMP = 8  # a replacement pays an eighth more, or is refused

REVERT = bytes_of("0x08c379a0")  # Error(string)


class RpcError(Exception):
    """What a JSON-RPC error says."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.body = {"code": code, "message": message} | ({"data": data} if data else {})


class Store(BaseDB):
    """What py-evm keeps, in SQLite; nothing stays that was not committed."""

    def __init__(self, file: Path | None) -> None:
        self._db = sqlite3.connect(file or ":memory:", check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")

    def __getitem__(self, key: bytes) -> bytes:
        found = self._db.execute("SELECT value FROM entries WHERE key = ?", [key]).fetchone()
        if found is None:
            raise KeyError(key)
        return bytes(found[0])

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO entries VALUES (?, ?)", [key, value])

    def __delitem__(self, key: bytes) -> None:
        self._db.execute("DELETE FROM entries WHERE key = ?", [key])

    def _exists(self, key: bytes) -> bool:
        return self._db.execute("SELECT 1 FROM entries WHERE key = ?", [key]).fetchone() is not None

    def commit(self) -> None:
        self._db.commit()


class Machine(PragueVM):
    """Blocks of ours, so nobody checks them: the fee stays where it is and times may repeat."""

    def validate_block(self, block: Any) -> None:
        pass


class Chain(MiningChain):
    """A chain of such blocks."""

    vm_configuration = ConsensusApplier(NoProofConsensus).amend_vm_configuration(
        ((constants.GENESIS_BLOCK_NUMBER, Machine),)
    )

    def create_header_from_parent(self, parent_header: BlockHeaderAPI, **params: Any) -> BlockHeaderAPI:
        params |= {"gas_limit": BLOCK_GAS, "timestamp": max(parent_header.timestamp, int(time.time()))}
        return super().create_header_from_parent(parent_header, **params).copy(base_fee_per_gas=BASE_FEE)

    def validate_block(self, block: Any) -> None:
        pass


class Node:
    """`answer` is what the node says to a call; calls take turns.

    A chain that is new begins with gas for `funded` and what `set_up` does, all of it or, when that is interrupted,
    none. `extra` adds methods.
    """

    def __init__(
        self,
        chain_id: int,
        funded: str,
        file: Path | None = None,
        set_up: Callable[["Node"], None] = lambda _: None,
        **extra: Callable[..., Any],
    ) -> None:
        self._chain_id = chain_id
        self._begin = (funded, file, set_up)
        self._turn = threading.Lock()
        self._mining = True
        self._settled = True
        # By sender and nonce: what waits for its turn, or for mining to go on.
        self._pool: dict[tuple[Address, int], SignedTransactionAPI] = {}
        self._calls: dict[str, Callable[..., Any]] = {
            "web3_clientVersion": lambda: "gigstream/local",
            "net_version": lambda: str(chain_id),
            "eth_chainId": lambda: hex(chain_id),
            "eth_syncing": lambda: False,
            "eth_accounts": list,
            "eth_blockNumber": lambda: hex(self._head().block_number),
            "eth_gasPrice": lambda: hex(BASE_FEE),
            "eth_maxPriorityFeePerGas": lambda: hex(1),
            "eth_feeHistory": self._fee_history,
            "eth_getBlockByNumber": lambda at, full=False: self._block(self._header(at), full),
            "eth_getBlockByHash": lambda block_hash, full=False: self._block(self._by_hash(block_hash), full),
            "eth_getBalance": lambda who, at="latest": hex(self._state(at).get_balance(bytes_of(who))),
            "eth_getTransactionCount": lambda who, at="latest": hex(self._state(at).get_nonce(bytes_of(who))),
            "eth_getCode": lambda who, at="latest": encode_hex(self._state(at).get_code(bytes_of(who))),
            "eth_getStorageAt": lambda who, slot, at="latest": _word(
                self._state(at).get_storage(bytes_of(who), int(slot, 16))
            ),
            "eth_getTransactionByHash": self._transaction,
            "eth_getTransactionReceipt": self._receipt,
            "eth_getLogs": self._logs,
            "eth_call": self._call,
            "eth_estimateGas": self._estimate,
            "eth_sendRawTransaction": self._send,
            # As Hardhat and Anvil have them: hold blocks back, make one, lose what waits.
            "evm_setAutomine": self._automine,
            "evm_mine": self._mine,
            "anvil_dropAllTransactions": self._pool.clear,
            **extra,
        }
        self.begin()

    def begin(self) -> None:
        """Go on with the chain in the file; a chain in memory, or in a file that is not there yet, begins."""
        funded, file, set_up = self._begin
        self._pool.clear()
        self._mining = True
        self._store = Store(file)
        db = AtomicDB(self._store)
        kind = type("LocalChain", (Chain,), {"chain_id": self._chain_id})
        try:
            self._chain: Chain = kind(db)
        except CanonicalHeadNotFound:
            rich = {"balance": 10**30, "nonce": 0, "code": b"", "storage": {}}
            genesis = {"difficulty": 0, "gas_limit": BLOCK_GAS, "timestamp": int(time.time())}
            self._chain = kind.from_genesis(db, genesis, {to_canonical_address(funded): rich})  # type: ignore[attr-defined]
            self._settled = False
            set_up(self)
            self._settled = True
            self._store.commit()

    def answer(self, call: Any) -> Any:
        """The answer to one call, or to a list of them."""
        if isinstance(call, list):
            return [self.answer(one) for one in call] or _failed(None, RpcError(-32600, "invalid request: empty batch"))
        if not isinstance(call, dict) or not isinstance(call.get("method"), str):
            return _failed(None, RpcError(-32600, "invalid request"))
        try:
            with self._turn:
                result = self._answer(call["method"], call.get("params") or [])
        except RpcError as error:
            return _failed(call.get("id"), error)
        return {"jsonrpc": "2.0", "id": call.get("id"), "result": result}

    def result(self, method: str, *params: Any) -> Any:
        """The result of a call, for the node's own methods. RpcError."""
        return self._answer(method, params)

    def _answer(self, method: str, params: Any) -> Any:
        if method not in self._calls:
            raise RpcError(-32601, f"the method {method} does not exist/is not available")
        try:
            return self._calls[method](*params)
        except (TypeError, ValueError, ValidationError) as error:
            raise RpcError(-32602, f"invalid argument: {error}") from error

    # Blocks

    def _head(self) -> BlockHeaderAPI:
        return self._chain.get_canonical_head()

    def _header(self, at: str) -> BlockHeaderAPI | None:
        """The header by number or name; None when there is no such block."""
        if at in {"latest", "pending", "safe", "finalized"}:
            return self._head()
        number = 0 if at == "earliest" else int(at, 16)
        if number > self._head().block_number:
            return None
        return self._chain.get_canonical_block_header_by_number(constants.BlockNumber(number))

    def _by_hash(self, block_hash: str) -> BlockHeaderAPI | None:
        try:
            return self._chain.get_block_header_by_hash(bytes_of(block_hash))  # type: ignore[arg-type]
        except HeaderNotFound:
            return None

    def _state(self, at: str) -> Any:
        return self._chain.get_vm(self._known(at)).state

    def _known(self, at: str) -> BlockHeaderAPI:
        if (header := self._header(at)) is None:
            raise RpcError(-32014, "block is not imported yet")
        return header

    def _block(self, header: BlockHeaderAPI | None, full: bool) -> dict[str, Any] | None:
        if header is None:
            return None
        transactions = self._chain.get_block_by_header(header).transactions
        return {
            "number": hex(header.block_number),
            "hash": encode_hex(header.hash),
            "parentHash": encode_hex(header.parent_hash),
            "timestamp": hex(header.timestamp),
            "gasLimit": hex(header.gas_limit),
            "gasUsed": hex(header.gas_used),
            "baseFeePerGas": hex(BASE_FEE),
            "difficulty": "0x0",
            "extraData": "0x",
            "logsBloom": f"0x{header.bloom:0512x}",
            "miner": encode_hex(header.coinbase),
            "mixHash": encode_hex(header.mix_hash),
            "nonce": encode_hex(header.nonce),
            "receiptsRoot": encode_hex(header.receipt_root),
            "stateRoot": encode_hex(header.state_root),
            "transactionsRoot": encode_hex(header.transaction_root),
            "transactions": [
                self._shown(header, index, one) if full else encode_hex(one.hash)
                for index, one in enumerate(transactions)
            ],
            "uncles": [],
        }

    def _fee_history(self, count: str | int, newest: str, _percentiles: Any = None) -> dict[str, Any]:
        blocks = count if isinstance(count, int) else int(count, 16)
        last = self._known(newest).block_number
        numbers = range(max(0, last - blocks + 1), last + 1)
        return {
            "oldestBlock": hex(numbers[0]),
            "baseFeePerGas": [hex(BASE_FEE)] * (len(numbers) + 1),
            "gasUsedRatio": [self._known(hex(number)).gas_used / BLOCK_GAS for number in numbers],
            "reward": [["0x1"]] * len(numbers),
        }

    # Transactions

    def _found(self, tx_hash: str) -> tuple[BlockHeaderAPI, int] | None:
        try:
            number, index = self._chain.chaindb.get_transaction_index(bytes_of(tx_hash))  # type: ignore[arg-type]
        except TransactionNotFound:
            return None
        return self._known(hex(number)), index

    def _transaction(self, tx_hash: str) -> dict[str, Any] | None:
        if (found := self._found(tx_hash)) is None:
            return None
        header, index = found
        return self._shown(header, index, self._chain.get_block_by_header(header).transactions[index])

    def _shown(self, header: BlockHeaderAPI, index: int, one: SignedTransactionAPI) -> dict[str, Any]:
        return {
            "hash": encode_hex(one.hash),
            "blockHash": encode_hex(header.hash),
            "blockNumber": hex(header.block_number),
            "transactionIndex": hex(index),
            "type": hex(one.type_id or 0),
            "chainId": hex(self._chain_id),
            "from": _address(one.sender),
            "to": _address(one.to),
            "nonce": hex(one.nonce),
            "value": hex(one.value),
            "input": encode_hex(one.data),
            "gas": hex(one.gas),
            "gasPrice": hex(_price(one)),
            "maxFeePerGas": hex(one.max_fee_per_gas),
            "maxPriorityFeePerGas": hex(one.max_priority_fee_per_gas),
            "v": hex(one.y_parity),
            "r": hex(one.r),
            "s": hex(one.s),
        }

    def _receipt(self, tx_hash: str) -> dict[str, Any] | None:
        if (found := self._found(tx_hash)) is None:
            return None
        header, index = found
        block = self._chain.get_block_by_header(header)
        receipts, one = block.get_receipts(self._chain.chaindb), block.transactions[index]
        before = receipts[index - 1].gas_used if index else 0
        first = sum(len(receipt.logs) for receipt in receipts[:index])
        created = None if one.to else _created(one.sender, one.nonce)
        return {
            "transactionHash": encode_hex(one.hash),
            "transactionIndex": hex(index),
            "blockHash": encode_hex(header.hash),
            "blockNumber": hex(header.block_number),
            "from": _address(one.sender),
            "to": _address(one.to),
            "contractAddress": created,
            "status": "0x1" if receipts[index].state_root == b"\x01" else "0x0",
            "type": hex(one.type_id or 0),
            "gasUsed": hex(receipts[index].gas_used - before),
            "cumulativeGasUsed": hex(receipts[index].gas_used),
            "effectiveGasPrice": hex(_price(one)),
            "logs": [
                _log(header, encode_hex(one.hash), index, first + place, entry)
                for place, entry in enumerate(receipts[index].logs)
            ],
            "logsBloom": f"0x{receipts[index].bloom:0512x}",
        }

    def _logs(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        if "blockHash" in wanted:
            header = self._by_hash(wanted["blockHash"])
            headers = [header] if header else []
        else:
            first, last = (
                self._known(wanted.get(name, "latest")).block_number
                if wanted.get(name, "latest").isalpha()
                else int(wanted[name], 16)
                for name in ("fromBlock", "toBlock")
            )
            if last - first >= LOG_BLOCKS:
                raise RpcError(-32614, f"eth_getLogs is limited to a {LOG_BLOCKS} range")
            last = min(last, self._head().block_number)
            headers = [self._known(hex(number)) for number in range(first, last + 1)]
        addresses = _choices(wanted.get("address"))
        topics = [_choices(one) for one in wanted.get("topics") or []]
        return [
            log
            for header in headers
            if header.bloom
            for log in self._logs_of(header)
            if (not addresses or log["address"].lower() in addresses)
            and len(log["topics"]) >= len(topics)
            and all(not some or has in some for some, has in zip(topics, log["topics"], strict=False))
        ]

    def _logs_of(self, header: BlockHeaderAPI) -> Iterator[dict[str, Any]]:
        place = 0
        block = self._chain.get_block_by_header(header)
        receipts: tuple[ReceiptAPI, ...] = block.get_receipts(self._chain.chaindb)
        for index, (one, receipt) in enumerate(zip(block.transactions, receipts, strict=True)):
            for entry in receipt.logs:
                yield _log(header, encode_hex(one.hash), index, place, entry)
                place += 1

    # Execution

    def _call(self, call: dict[str, Any], at: str = "latest") -> str:
        return encode_hex(self._ran(call, at, TRANSACTION_GAS).output)

    def _estimate(self, call: dict[str, Any], at: str = "latest") -> str:
        """The gas that it takes, and half as much again: a callee gets 63 of 64 parts, and refunds come at the end."""
        used = self._ran(call, at, TRANSACTION_GAS).get_gas_used() + 21_000
        data = bytes_of(call.get("data") or call.get("input") or "0x")
        used += sum(16 if byte else 4 for byte in data)
        return hex(min(used * 3 // 2, TRANSACTION_GAS))

    def _ran(self, call: dict[str, Any], at: str, gas: int) -> ComputationAPI:
        header = self._known(at)
        vm = self._chain.get_vm(header)
        sender = bytes_of(call.get("from") or "0x" + "00" * 20)
        with vm.in_costless_state() as state:
            unsigned = vm.create_unsigned_transaction(
                nonce=state.get_nonce(sender),  # type: ignore[arg-type]
                gas_price=0,
                gas=min(int(call["gas"], 16), gas) if call.get("gas") else gas,
                to=bytes_of(call.get("to") or "0x"),  # type: ignore[arg-type]
                value=int(call.get("value") or "0x0", 16),
                data=bytes_of(call.get("data") or call.get("input") or "0x"),
            )
            spoof: Any = SpoofTransaction(unsigned, from_=sender, gas_price=0)
            computation = state.costless_execute_transaction(spoof)
        if computation.is_error:
            output = computation.output
            if not output:
                raise RpcError(3, "execution reverted", "0x")
            reason = abi.decode(["string"], output[4:])[0] if output[:4] == REVERT else None
            raise RpcError(3, f"execution reverted: {reason}" if reason else "execution reverted", encode_hex(output))
        return computation

    def _send(self, raw: str) -> str:
        """Take a transaction, and make a block of it when its turn has come."""
        try:
            one = self._chain.get_vm(self._head()).get_transaction_builder().decode(bytes_of(raw))
            sender = one.sender
        except Exception as error:
            raise RpcError(-32602, f"failed to decode signed transaction: {error}") from error
        waiting = self._pool.get((sender, one.nonce))
        self._check(one, waiting)
        self._pool[sender, one.nonce] = one
        if self._mining:
            self._mine()
        return encode_hex(one.hash)

    def _check(self, one: SignedTransactionAPI, waiting: SignedTransactionAPI | None) -> None:
        state = self._state("latest")
        nonce, balance = state.get_nonce(one.sender), state.get_balance(one.sender)
        cost = one.gas * one.max_fee_per_gas + one.value
        if self._found(encode_hex(one.hash)) or (waiting and waiting.hash == one.hash):
            raise RpcError(-32000, "already known")
        if getattr(one, "chain_id", None) != self._chain_id:
            raise RpcError(-32000, f"invalid chain id for signer: have {one.chain_id} want {self._chain_id}")
        if one.nonce < nonce:
            raise RpcError(-32000, f"nonce too low: next nonce {nonce}, tx nonce {one.nonce}")
        if one.gas > TRANSACTION_GAS:
            raise RpcError(-32000, f"transaction gas limit too high (cap: {TRANSACTION_GAS}, tx: {one.gas})")
        if one.gas < one.intrinsic_gas:
            raise RpcError(-32000, f"intrinsic gas too low: gas {one.gas}, minimum needed {one.intrinsic_gas}")
        if one.max_fee_per_gas < BASE_FEE:
            raise RpcError(-32000, f"max fee per gas less than block base fee: {one.max_fee_per_gas} < {BASE_FEE}")
        if balance < cost:
            raise RpcError(-32000, f"insufficient funds for gas * price + value: balance {balance}, tx cost {cost}")
        if waiting and one.max_fee_per_gas < waiting.max_fee_per_gas + -(-waiting.max_fee_per_gas // BUMP):
            raise RpcError(-32000, "replacement transaction underpriced")

    def _automine(self, on: bool) -> bool:
        self._mining = on
        if on and self._pool:
            self._mine()
        return True

    def _mine(self) -> str:
        """A block of what may go in: of each sender the next nonces, who pays most first, as far as its gas goes."""
        head = self._head()
        self._chain.header = self._chain.create_header_from_parent(head)
        first = {sender: self._pool[sender, nonce] for sender, nonce in sorted(self._pool, reverse=True)}
        for sender, nonce in sorted(self._pool, key=lambda place: (-_price(first[place[0]]), *place)):
            expected = self._chain.get_vm(self._chain.header).state.get_nonce(sender)
            one = self._pool[sender, nonce]
            if nonce < expected:
                del self._pool[sender, nonce]
            elif nonce == expected and self._chain.header.gas_used + one.gas <= BLOCK_GAS:
                del self._pool[sender, nonce]
                self._chain.apply_transaction(one)
        self._chain.mine_block(blob_gas_used=0)
        if self._settled:
            self._store.commit()
        return hex(self._head().block_number)


def _failed(call_id: Any, error: RpcError) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": call_id, "error": error.body}


def _address(raw: bytes) -> str | None:
    return to_checksum_address(raw) if raw else None


def _created(sender: bytes, nonce: int) -> str:
    """Where a contract comes to lie that this transaction makes: RLP of the two, hashed."""
    number = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    item = number if len(number) == 1 and number[0] < 0x80 else bytes([0x80 + len(number)]) + number
    inner = b"\x94" + sender + item
    return to_checksum_address(keccak(bytes([0xC0 + len(inner)]) + inner)[12:])


def _price(one: SignedTransactionAPI) -> int:
    return min(one.max_fee_per_gas, BASE_FEE + one.max_priority_fee_per_gas)


def _word(value: int) -> str:
    return f"0x{value:064x}"


def _choices(given: str | list[str] | None) -> set[str]:
    """What a filter's place allows; nothing stands for anything."""
    return {one.lower() for one in ([given] if isinstance(given, str) else given or [])}


def _log(header: BlockHeaderAPI, tx_hash: str, index: int, place: int, entry: LogAPI) -> dict[str, Any]:
    return {
        "address": to_checksum_address(entry.address),
        "topics": [_word(topic) for topic in entry.topics],
        "data": encode_hex(entry.data),
        "blockNumber": hex(header.block_number),
        "blockHash": encode_hex(header.hash),
        "blockTimestamp": hex(header.timestamp),
        "transactionHash": tx_hash,
        "transactionIndex": hex(index),
        "logIndex": hex(place),
        "removed": False,
    }
