"""What a month costs: pure arithmetic, reckoned here by hand for a few of its lines."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.bench.costs import PRICES, RELEASE, SIZES, Load, bill, columns, table, usage

from devstack.postgres import CHECKOUT

D = Decimal
README = (CHECKOUT / "README.md").read_text()


@pytest.mark.parametrize(
    ("millions", "usd"), [(0, "0"), (1, "3.5"), (333, "1165.5"), (334, "1168.3"), (1000, "3033.1"), (2000, "5413.1")]
)
def test_each_part_of_a_quantity_costs_what_its_tier_says(millions: int, usd: str) -> None:
    assert PRICES["API Gateway, REST"].of(D(millions) * 10**6) == D(usd)


def test_what_is_used_is_what_is_paid_for() -> None:
    assert list(usage(Load(1000))) == list(PRICES)
    assert all(price.source.startswith("https://") for price in PRICES.values())


def test_a_thousand_streams_by_hand() -> None:
    costs = bill(Load(1000, interval=3600, requests=24, writes=0, events=0, payouts=0))

    assert costs["API Gateway, REST"] == D("0.73") * D("3.5")  # 730,000 requests
    assert costs["Neon storage"] == 730_000 * RELEASE.stored / 10**9 * D("0.35")
    assert costs["Neon compute, Launch, to 16 CU"] == D("182.5") * D("0.106")  # a quarter of a CU, all month
    assert costs["Gas on Arc"] == costs["KMS signatures, elliptic"] == 0


@pytest.mark.parametrize(("streams", "gas"), [(1_000, 60_800), (100_000, 16_400), (10_000_000, 9_699)])
def test_the_more_are_paid_out_each_minute_the_less_gas_a_payout_costs(streams: int, gas: int) -> None:
    assert usage(Load(streams, payouts=1))["Gas on Arc"] == D(streams) * 730 / 24 * gas


def test_a_tick_that_releases_all_by_itself_hands_nothing_on() -> None:
    alone, shared = (usage(Load(streams, interval=60))["SQS"] for streams in (20_000, 25_000))
    assert shared - alone == 3 * 730 * 60  # one shard a minute: sent, received, deleted


@pytest.mark.parametrize("streams", SIZES)
def test_nothing_gets_cheaper_with_use(streams: int) -> None:
    load = Load(streams)
    more = [replace(load, interval=60), replace(load, requests=40), replace(load, events=8), replace(load, payouts=2)]
    for busier in [*more, replace(load, streams=2 * streams)]:
        assert sum(bill(busier).values()) > sum(bill(load).values())


def test_the_page_has_the_table_that_comes_out() -> None:
    """But for a cent here and there, as another alarm costs it."""
    page = figures((CHECKOUT / "infra" / "performance.md").read_text())
    for name, expected in figures(table()).items():
        assert page[name] == pytest.approx(expected, rel=D("0.02"), abs=D("0.5"))


def test_the_readme_has_the_sums_of_the_table() -> None:
    told = re.findall(r"^\| [\d,]+ \| (?:hourly|each minute) \| (.*) \|$", README, re.MULTILINE)
    for row, costs in zip(told, dict(columns()).values(), strict=True):
        neon = sum(usd for name, usd in costs.items() if name.startswith("Neon"))
        gas, whole = costs["Gas on Arc"], sum(costs.values())
        sums = [D(cell.replace(",", "")) for cell in row.split(" | ")]
        assert sums[:4] == pytest.approx([whole - neon - gas, neon, gas, whole], rel=D("0.02"), abs=D(1))


def figures(text: str) -> dict[str, list[Decimal]]:
    """The rows of tables whose other cells are numbers, by their first cell."""
    found = re.findall(r"^\| ([^|]+?) \|((?: \**[\d,.]+\** \|)+)$", text, re.MULTILINE)
    return {name: [D(cell) for cell in re.findall(r"[\d.]+", row.replace(",", ""))] for name, row in found}
