"""One formula, three languages: SQL, Python and the contract agree to the micro-USDC."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
from tests.contracts.compiled import deployer, packed
from tests.contracts.conftest import Town

from gigstream.rules.accrual import accrued

CASES = 10_000
SEED = 20_251_125
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST = 10**18 - 1  # the books' numeric(18,6)
LAST = 4_102_444_800  # the year 2100

# The contract's own formula, for many cases in one call.
MANY = """

@external
@view
def accrued_many(cases: DynArray[uint256[2], 1000]) -> DynArray[uint256, 1000]:
    found: DynArray[uint256, 1000] = []
    for case: uint256[2] in cases:
        found.append(self._accrued(case[0], case[1]))
    return found
"""


def test_ten_thousand_random_cases_agree(town: Town, connect: Callable[[str], psycopg.Connection]) -> None:
    chance = random.Random(SEED)
    cases = [_case(chance) for _ in range(CASES)]
    contract = deployer(more=MANY).deploy(town.token, town.owner, town.hot)
    on_chain = list[int]()
    for start in range(0, CASES, 1000):
        asked = [(packed(total, 0, done, anchor, end, 0), at) for total, done, anchor, end, at in cases[start:][:1000]]
        on_chain += contract.accrued_many(asked)
    in_python = [_micros(accrued(*_told(*case))) for case in cases]
    rows = connect("auditor").execute(
        """
        SELECT stream_accrued(c.total, c.anchor_amount, c.anchor_time, c.end_time, c.at)
        FROM unnest(%s::numeric[], %s::numeric[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
            WITH ORDINALITY AS c (total, anchor_amount, anchor_time, end_time, at, number)
        ORDER BY c.number
        """,
        [list(column) for column in zip(*(_told(*case) for case in cases), strict=True)],
    )
    assert on_chain == in_python == [_micros(amount) for (amount,) in rows]
    assert len({amount - case[1] for amount, case in zip(on_chain, cases, strict=True)}) > CASES // 2


def _case(chance: random.Random) -> tuple[int, int, int, int, int]:
    """Total, anchor amount, anchor time, end, moment: of every size, at the edges more often than chance would."""
    total = min(MOST, 1 + int(2 ** (chance.random() * 60)))
    anchor_amount = chance.choice([0, total, chance.randint(0, total), chance.randint(0, total)])
    anchor = chance.randint(0, LAST - 2)
    end = min(LAST, anchor + 1 + int(2 ** (chance.random() * 30)))
    at = chance.choice(
        [anchor, end, end - 1, anchor + 1, end + 7, max(0, anchor - 7), *(6 * [chance.randint(anchor, end)])]
    )
    return total, anchor_amount, anchor, end, at


def _told(
    total: int, done: int, anchor: int, end: int, at: int
) -> tuple[Decimal, Decimal, datetime, datetime, datetime]:
    times = [EPOCH + timedelta(seconds=seconds) for seconds in (anchor, end, at)]
    return Decimal(total).scaleb(-6), Decimal(done).scaleb(-6), times[0], times[1], times[2]


def _micros(amount: Decimal) -> int:
    micros = amount.scaleb(6)
    assert micros == int(micros)
    return int(micros)
