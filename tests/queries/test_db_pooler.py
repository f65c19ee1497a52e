"""What the layer says to a pooler: nothing that takes a session for it when its transaction has ended."""

from pathlib import Path

from psycopg.pq import Trace
from tests.conftest import Api

from gigstream import db
from gigstream.queries import requests, service


def test_nothing_follows_a_sync(api: Api, tmp_path: Path) -> None:
    """A Flush there has no answer: whoever sends it late keeps a session of the pool until he speaks again."""
    nobody = db.Session("api", requests.act_as_nobody("192.0.2.7", None), requests.count("somebody", 100))
    connection = db._connection("api").pgconn  # noqa: SLF001 - nobody else can say what went over it
    wire = tmp_path / "wire"
    with wire.open("w") as file:
        connection.trace(file.fileno())
        connection.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        db.read(nobody, service.readiness())
        connection.untrace()
    messages = [line.split("\t") for line in wire.read_text().splitlines()]
    assert [kind for direction, _, kind, *_ in messages if direction == "F"][-1] == "Sync"
