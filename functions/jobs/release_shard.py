"""From the queue that release_streams fills: release a shard of what was due. Late or twice, it pays nothing twice."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from gigstream.job import Counts, Run, fed_by_queue
from gigstream.queries import streams
from gigstream.releases import release


@fed_by_queue
def handler(run: Run, shard: Mapping[str, Any]) -> Counts:
    """Counts as release_streams does. What time was too short for is due at the next tick."""
    platforms = [UUID(platform) for platform in shard["platforms"]]
    return release(run, partial(streams.release_shard, run.as_of, platforms), shard["due"]).counts
