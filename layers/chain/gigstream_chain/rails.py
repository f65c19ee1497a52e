"""The rails that settlements take, each its own: a settlement stays on the rail that it was made for."""

from collections import Counter

from gigstream.config import Rail, settings
from gigstream.job import Counts, Run
from gigstream.queries import settlements


def submit(run: Run) -> Counts:
    """Send what waits."""
    counts: Counter[str] = Counter()
    if _is_open(run, "web3"):
        from gigstream_chain import web3_rail  # noqa: PLC0415 - most of a second, when there is something to send

        counts.update(web3_rail.submit(run))
    if _is_open(run, "circle"):
        from gigstream_chain import circle_rail  # noqa: PLC0415 - its SDK is no trifle either

        counts.update(circle_rail.submit(run))
    return counts


def confirm(run: Run) -> Counts:
    """End what is through."""
    counts: Counter[str] = Counter()
    if _is_open(run, "web3"):
        from gigstream_chain import web3_rail  # noqa: PLC0415 - as above

        counts.update(web3_rail.confirm(run))
    if _is_open(run, "circle"):
        from gigstream_chain import circle_rail  # noqa: PLC0415 - as above

        counts.update(circle_rail.confirm(run))
    return counts


def _is_open(run: Run, rail: Rail) -> bool:
    return run.read(settlements.is_open(rail, settings().arc_chain_id)).is_open
