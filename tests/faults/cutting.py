"""A wire to the database that is cut at a COMMIT: before it, as it is sent, or after it took place, the answer lost."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from threading import Thread
from typing import IO

SAYS_COMMIT = b"\0COMMIT\0"  # a Parse message: no name, the statement
COMMITTED = b"C\0\0\0\x0bCOMMIT\0"
SYNC = b"S"


class Cut(Enum):
    NONE = auto()
    BEFORE = auto()
    SENT = auto()
    ANSWERED = auto()


class Wire:
    """One connection; `plan` is asked at each COMMIT."""

    def __init__(self, client: socket.socket, server: socket.socket, plan: Callable[[], Cut]) -> None:
        self.client, self.server, self.plan = client, server, plan
        self.asked = self.answered = 0
        self.withheld: int | None = None  # the COMMIT whose answer is lost, by number
        for end in (client, server):  # messages are passed on one by one, and none waits for the next
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for direction in (self.forth, self.back):
            Thread(target=direction, daemon=True).start()

    def forth(self) -> None:
        sent = False
        with suppress(OSError), self.client.makefile("rb") as said:
            length = said.read(4)  # the first message alone has no type
            self.server.sendall(length + said.read(int.from_bytes(length, "big") - 4))
            for message in messages(said):
                if message[5:].startswith(SAYS_COMMIT):
                    self.asked += 1
                    cut = self.plan()
                    if cut is Cut.BEFORE:
                        break
                    if cut is Cut.ANSWERED:
                        self.withheld = self.asked
                    sent = sent or cut is Cut.SENT
                self.server.sendall(message)
                if sent and message[:1] == SYNC:
                    break
        self.cut()

    def back(self) -> None:
        with suppress(OSError), self.server.makefile("rb") as said:
            for message in messages(said):
                self.answered += message == COMMITTED
                if self.answered == self.withheld:
                    break
                self.client.sendall(message)
        self.cut()

    def cut(self) -> None:
        for end in (self.client, self.server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def messages(said: IO[bytes]) -> Iterator[bytes]:
    """Postgres's: a letter, a length that counts itself, the rest."""
    while head := said.read(5):
        yield head + said.read(int.from_bytes(head[1:], "big") - 4)


@contextmanager
def cutting(port: int, plan: Callable[[], Cut]) -> Iterator[int]:
    """The port of a proxy to the one given."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    Wire(client, socket.create_connection(("127.0.0.1", port)), plan)

        Thread(target=accept, daemon=True).start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
