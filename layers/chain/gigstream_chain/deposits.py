"""Deposits: what the chain says came into custody, credited once, block after block.

Only the six-decimal Transfer logs of USDC's ERC-20 interface count. Arc logs each movement a second time at 18
decimals, from a system address of its own, which is never looked at.
"""

from collections import Counter
from collections.abc import Iterator

from gigstream import money
from gigstream.config import settings
from gigstream.job import Counts, Run
from gigstream.queries import chain
from gigstream_chain import movements
from gigstream_chain.reader import LOG_BLOCKS, Reader, ask, topic

# Read again in each run: a node behind a balancer may have left out the logs of blocks that it did not have yet, and
# what was credited is not credited again.
AGAIN = 120


def index(run: Run) -> Counts:
    """Credits what came in since the last run. Raises Unavailable when no node answers."""
    return ask(lambda reader: crediting(run, reader))


def crediting(run: Run, reader: Reader) -> Counts:
    """As a node has it: no block that it has not got, and nothing twice."""
    custody = movements.custody()
    at = run.read(chain.cursor(custody.chain_id, custody.address))
    seen = at.block if at else settings().arc_start_block - 1
    # This node's own head: what it has not got, it has not looked through.
    head = reader.head()
    counts = Counter(blocks=0, credited=0, suspended=0)
    while seen < head and run.more_time():
        block = min(head, seen + LOG_BLOCKS - AGAIN)
        found = list(deposits(reader, max(settings().arc_start_block, seen + 1 - AGAIN), block, custody))
        done = run.write(chain.credit(custody.chain_id, custody.address, seen, block, found))
        if done is None:  # another run was here before
            break
        counts.update(blocks=block - seen, credited=done.credited, suspended=done.suspended)
        seen = block
    run.note = seen
    return counts


def look(seen: int | None) -> int | None:
    """What the job does while it sleeps: the block that nothing has come in up to, since `seen`; None for work.

    Raises Unavailable when no node answers.
    """
    return None if seen is None else ask(lambda reader: looking(reader, seen))


def looking(reader: Reader, seen: int) -> int | None:
    """As a node has it. The block is moved on once in a while only, because that is written down."""
    custody, head = movements.custody(), reader.head()
    first = max(settings().arc_start_block, seen + 1 - AGAIN)
    if any(True for _ in reader.logs(first, head, custody.token, movements.TRANSFER, None, topic(custody.address))):
        return None
    return head if head - seen > LOG_BLOCKS // 2 else seen


def deposits(reader: Reader, first: int, last: int, custody: movements.Custody) -> Iterator[chain.Transfer]:
    """What came into custody in some blocks.

    What is escrow is told by a receipt, which has all the logs of its transaction or is not there at all.
    """
    incoming = reader.logs(first, last, custody.token, movements.TRANSFER, None, topic(custody.address))
    for tx_hash in dict.fromkeys(log.tx_hash for log in incoming):
        for one in movements.read(reader.receipt(tx_hash), custody).deposits:
            yield chain.Transfer(one.tx_hash, one.log_index, one.block, one.sender, money.of_micro(one.amount))
