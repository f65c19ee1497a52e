"""P11: how large the shared layer is when Lambda has unpacked it, its compiled files included."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.board import Line, row

from devstack import layers

LAMBDA = 250  # MB, a function with all its layers
TOY: dict[str, object] = {}


@row(11)
def layer() -> Iterator[Line]:
    """Built for either machine."""
    target = f"<= {layers.LIMIT / 1e6 / LAMBDA:.2f}"
    with tempfile.TemporaryDirectory() as folder:
        for (_, architecture), built in layers.build(Path(folder), "SharedLayer").items():
            yield Line(
                "P11", f"shared layer, {architecture}", layers.size(built) / 1e6, LAMBDA, "MB", target, "Lambda's limit"
            )
