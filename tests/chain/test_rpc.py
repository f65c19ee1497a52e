"""A node's answers, sorted: refused, not known, perhaps sent. And each question is asked once."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from gigstream.config import ConfigError, settings
from gigstream_chain.reader import LOG_BLOCKS, Reader
from gigstream_chain.rpc import AskAgain, Node, Refused, reachable

HASH = "0x" + "ab" * 32
BLOCK = "0x" + "cd" * 32


class Script:
    """What a node on this machine says, and what it was asked. `reply` makes an answer of a call: status and body."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Any] = []
        self.reply: Callable[[Any], tuple[int, Any] | None] = lambda _: (200, result(None))


def result(value: Any, call_id: int = 0) -> Any:
    return {"jsonrpc": "2.0", "id": call_id, "result": value}


def error(code: int, message: str = "no", call_id: int = 0) -> Any:
    return {"jsonrpc": "2.0", "id": call_id, "error": {"code": code, "message": message}}


@pytest.fixture
def script() -> Iterator[Script]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.asked.append(call)
            said = told.reply(call)
            if said is None:  # the answer is lost
                self.connection.close()
                return
            body = said[1] if isinstance(said[1], bytes) else json.dumps(said[1]).encode()
            self.send_response(said[0])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    told = Script(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


SILENCES: list[Any] = [
    *[(429, b"slow down"), (502, b"<html>"), (500, b""), (200, b"not JSON"), (200, []), (200, {"id": 1})],
    *[(200, error(code)) for code in (-32014, -32011, -32005, -32603, 429)],
    *[(200, {"error": "text"}), (200, {"error": {"message": "no code"}}), None],
]


@pytest.mark.parametrize("said", SILENCES, ids=str)
def test_what_nobody_knows_is_asked_about_again_by_whoever_asked(script: Script, said: Any) -> None:
    script.reply = lambda _: said
    with pytest.raises(AskAgain):
        Node(script.url).head()
    assert len(script.asked) == 1


@pytest.mark.parametrize("said", SILENCES, ids=str)
def test_a_raw_transaction_is_sent_once_and_may_be_there(script: Script, said: Any) -> None:
    script.reply = lambda _: said
    sending = Node(script.url).send(b"\x02raw")
    assert sending.verdict == "maybe"
    assert [(call["method"], call["params"]) for call in script.asked] == [("eth_sendRawTransaction", ["0x02726177"])]


@pytest.mark.parametrize(
    ("code", "message", "verdict"),
    [
        (-32000, "already known", "maybe"),
        (-32003, "transaction already imported", "maybe"),
        (-32000, "nonce too low: next nonce 3, tx nonce 2", "maybe"),
        (-32003, "max fee per gas less than block base fee", "maybe"),
        (-32014, "block is not imported yet", "maybe"),
        (-32000, "insufficient funds for gas * price + value", "refused"),
        (-32000, "replacement transaction underpriced", "refused"),
        (-32003, "transaction rejected", "refused"),
        (-32602, "failed to decode", "refused"),
    ],
)
def test_what_a_node_says_to_a_transaction(script: Script, code: int, message: str, verdict: str) -> None:
    script.reply = lambda _: (200, error(code, message))
    sending = Node(script.url).send(b"raw")
    assert (sending.verdict, sending.poor) == (verdict, "insufficient" in message)


def test_a_node_that_is_not_there_may_have_got_it_too() -> None:
    assert Node("http://127.0.0.1:1").send(b"raw").verdict == "maybe"


def test_a_call_that_reverts_is_refused_with_its_reason(script: Script) -> None:
    script.reply = lambda _: (200, error(3, "execution reverted: halted"))
    with pytest.raises(Refused) as refusal:
        Node(script.url).view("0x" + "11" * 20, "0x")
    assert (refusal.value.code, refusal.value.message) == (3, "execution reverted: halted")


def test_errors_are_looked_for_in_each_item_of_a_batch(script: Script) -> None:
    script.reply = lambda calls: (
        200,
        [result("0x1", calls[0]["id"]), error(-32011, "limit", calls[1]["id"]), error(-32000, "no", calls[2]["id"])],
    )
    one, two, three = Node(script.url).batch([("eth_a", []), ("eth_b", []), ("eth_c", [])])
    assert (one, type(two), type(three)) == ("0x1", AskAgain, Refused)


@pytest.mark.parametrize("said", [[], [result("0x1")] * 3, error(-32600, "batch too large")], ids=str)
def test_a_batch_that_comes_back_in_part_says_nothing(script: Script, said: Any) -> None:
    script.reply = lambda _: (200, said)
    with pytest.raises((AskAgain, Refused)):
        Node(script.url).batch([("eth_a", []), ("eth_b", [])])


def test_batches_are_a_hundred_calls_and_logs_9999_blocks(script: Script) -> None:
    script.reply = lambda calls: (
        200,
        [result("0x1", call["id"]) for call in calls] if isinstance(calls, list) else result([]),
    )
    assert Node(script.url).batch([("eth_a", [])] * 250) == ["0x1"] * 250
    assert [len(calls) for calls in script.asked] == [100, 100, 50]
    script.asked.clear()
    list(Reader(Node(script.url)).logs(5, 5 + 2 * LOG_BLOCKS, "0x" + "11" * 20))
    pages = [(int(call["params"][0]["fromBlock"], 16), int(call["params"][0]["toBlock"], 16)) for call in script.asked]
    assert pages == [(5, 10_003), (10_004, 20_002), (20_003, 20_003)]


def mined(**changes: Any) -> Any:
    facts = {"transactionHash": HASH, "blockNumber": "0x7", "blockHash": BLOCK, "status": "0x1", "gasUsed": "0x5208"}
    return facts | {"effectiveGasPrice": "0x4a817c800", "logs": []} | changes


@pytest.mark.parametrize(
    ("receipt", "block", "counts"),
    [
        (mined(), {"hash": BLOCK, "transactions": [HASH]}, True),
        (mined(transactionHash="0x" + "ee" * 32), {"hash": BLOCK, "transactions": [HASH]}, False),
        (mined(), {"hash": "0x" + "ee" * 32, "transactions": [HASH]}, False),
        (mined(), {"hash": BLOCK, "transactions": []}, False),
        (mined(), None, False),
    ],
    ids=["there", "another's", "block replaced", "not in the block", "block gone"],
)
def test_a_receipt_counts_when_its_block_bears_it_out(script: Script, receipt: Any, block: Any, counts: bool) -> None:
    answers = {"eth_getTransactionReceipt": receipt, "eth_getBlockByNumber": block}
    script.reply = lambda calls: (200, [result(answers[call["method"]], call["id"]) for call in calls])
    assert (HASH in Node(script.url).receipts([HASH])) == counts


def test_a_node_that_says_nothing_of_a_hash_does_not_say_that_it_is_not_there(script: Script) -> None:
    script.reply = lambda calls: (200, [error(-32014, "behind", call["id"]) for call in calls])
    assert Node(script.url).receipts([HASH]) == {}
    script.reply = lambda calls: (200, [result(None, call["id"]) for call in calls])
    assert Node(script.url).receipts([HASH]) == {HASH: None}


def test_a_node_of_another_chain_is_not_spoken_to(script: Script, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ARC_RPC_URL", f"http://127.0.0.1:1, {script.url}")
    settings.cache_clear()
    script.reply = lambda _: (200, result(hex(5042002)))
    assert [node.name for node in reachable()] == ["127.0.0.1"]
    script.reply = lambda _: (200, result("0x1"))
    with pytest.raises(ConfigError, match="ARC_CHAIN_ID is 5042002"):
        reachable()
    script.reply = lambda _: (429, b"")
    with pytest.raises(AskAgain):
        reachable()
