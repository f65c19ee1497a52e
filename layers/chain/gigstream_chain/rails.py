"""The rails that settlements take, each its own: a settlement stays on the rail that it was made for."""

from collections import Counter
from collections.abc import Callable
from importlib import import_module

from gigstream import log
from gigstream.config import Rail, settings
from gigstream.job import Counts, Run
from gigstream.queries import settlements

RAILS: tuple[Rail, ...] = ("web3", "circle")


def submit(run: Run) -> Counts:
    """Send what waits."""
    return _on_each(run, lambda rail: rail.submit(run))


def confirm(run: Run) -> Counts:
    """End what is through."""
    return _on_each(run, lambda rail: rail.confirm(run))


def _on_each(run: Run, work: Callable[..., Counts]) -> Counts:
    """The counts of all rails on which something is open. What one fails with is raised when the other had its turn."""
    counts: Counter[str] = Counter()
    failures: list[Exception] = []
    for rail in RAILS:
        if not run.read(settlements.is_open(rail, settings().arc_chain_id)).is_open:
            continue
        try:
            # Most of a second, when there is something to do.
            counts.update(work(import_module(f"gigstream_chain.{rail}_rail")))
        except Exception as failure:  # noqa: BLE001 - raised below
            log.error("rail failed", failure, rail=rail)
            failures.append(failure)
    if failures:
        raise failures[0]
    return counts
