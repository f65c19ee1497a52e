"""The wire between the layer and Postgres: how often a call waits for an answer."""

import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devstack.postgres import Cluster
from gigstream import db
from gigstream.queries import service

Trips = Callable[[Callable[[], object]], int]


def last_message(data: bytes) -> bytes:
    """The type of the last of some messages from Postgres."""
    kind, place = b"", 0
    while place < len(data):
        kind = data[place : place + 1]
        place += 1 + int.from_bytes(data[place + 1 : place + 5], "big")
    return kind


class Wire:
    """Stands between the layer and Postgres, and counts how often the layer speaks after it was answered.

    Each of these trips takes `delay` seconds longer.
    """

    def __init__(self, name: Path, server: Path) -> None:
        self.trips = 0
        self.delay = 0.0
        self._name, self._server = name, server
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(name))
        self._listener.listen()
        self._ends: dict[socket.socket, socket.socket] = {}  # each end of a connection, and its other
        self._layers: dict[socket.socket, bool] = {}  # the layer's ends, and whether it was answered
        self._closing, self._closed = socket.socketpair()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._closing.close()
        self._thread.join()
        for one in [self._closed, self._listener, *self._ends]:
            one.close()
        self._name.unlink()

    def _serve(self) -> None:
        """One connection a role, and a new one for each that the layer gave up."""
        while True:
            readable, _, _ = select.select([self._closed, self._listener, *self._ends], [], [])
            end = readable[0]
            if end is self._closed:
                return
            if end is self._listener:
                layer, server = self._listener.accept()[0], socket.socket(socket.AF_UNIX)
                server.connect(str(self._server))
                self._ends |= {layer: server, server: layer}
                self._layers[layer] = True
            else:
                self._pass_on(end)

    def _pass_on(self, end: socket.socket) -> None:
        other = self._ends[end]
        data = end.recv(65536)
        if not data:
            for one in (end, other):
                del self._ends[one]
                self._layers.pop(one, None)
                one.close()
            return
        if end in self._layers:
            if self._layers[end]:
                self.trips += 1
                time.sleep(self.delay)
            self._layers[end] = False
        else:
            # Postgres tells of an error at once, in the midst of a pipeline; nobody waits for that.
            self._layers[other] = last_message(data) != b"E"
        other.sendall(data)


@contextmanager
def tapped(cluster: Cluster, database: str, folder: Path) -> Iterator[tuple[Wire, str]]:
    """A wire, and the URL of role api that leads through it. What is connected is closed before it."""
    name = f".s.PGSQL.{cluster.port}"
    wire = Wire(folder / name, cluster.socket / name)
    yield wire, f"postgresql://api@/{database}?host={folder}&port={cluster.port}"
    wire.close()


@pytest.fixture
def wire(environment: pytest.MonkeyPatch, cluster: Cluster, database: str, tmp_path: Path) -> Iterator[Wire]:
    """Warm: the layer is connected through it."""
    with tapped(cluster, database, tmp_path) as (wire, url):
        environment.setenv("DATABASE_URL_API", url)
        db.read(db.Session("api"), service.readiness())
        yield wire
        db.close()


@pytest.fixture
def trips(wire: Wire) -> Trips:
    """How many round trips a call takes."""

    def count(call: Callable[[], object]) -> int:
        before = wire.trips
        call()
        return wire.trips - before

    return count
