"""The rails that settlements take, each its own: a settlement stays on the rail that it was made for."""

from gigstream.config import settings
from gigstream.job import Counts, Run
from gigstream.queries import settlements


def submit(run: Run) -> Counts:
    """Send what waits."""
    if not _is_open(run):
        return {}
    from gigstream_chain import web3_rail  # noqa: PLC0415 - most of a second, when there is something to send

    return web3_rail.submit(run)


def confirm(run: Run) -> Counts:
    """End what is through."""
    if not _is_open(run):
        return {}
    from gigstream_chain import web3_rail  # noqa: PLC0415 - as above

    return web3_rail.confirm(run)


def _is_open(run: Run) -> bool:
    return run.read(settlements.is_open("web3", settings().arc_chain_id)).is_open
