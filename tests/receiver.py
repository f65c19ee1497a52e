"""A platform's own server, over TLS on loopback: it notes what it is sent and answers as the path says."""

import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import trustme

GIGABYTE = 10**9


@dataclass(frozen=True)
class Received:
    """A request that came in whole; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """`received` grows; `down` makes it hang up on everybody; `statuses` says what a path answers, 200 by default."""

    def __init__(self, context: ssl.SSLContext | None, listen: str = "127.0.0.1") -> None:
        self.received: list[Received] = []
        self.connections = 0
        self.statuses: dict[str, int] = {}
        self.down = False
        self.under_way: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.hold = Event()
        self.hold.set()
        self._context = context
        self._listener = socket.create_server((listen, 0), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        self._thread = Thread(target=self._accept, daemon=True)
        self._thread.start()

    def url(self, path: str = "/ok", host: str = "localhost") -> str:
        return f"https://{host}:{self.port}{path}"

    def sent(self, path: str) -> list[Received]:
        return [one for one in self.received if one.path == path]

    def close(self) -> None:
        self.hold.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                plain, _ = self._listener.accept()
                self.connections += 1
                Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with plain, suppress(OSError, ValueError):
            if self.down or self._context is None:
                return
            with self._context.wrap_socket(plain, server_side=True) as connection:
                request = _read(connection)
                path = request.path
                self.under_way[path] += 1
                self.most[path] = max(self.most[path], self.under_way[path])
                self.received.append(request)
                try:
                    self._answer(connection, path)
                finally:
                    self.under_way[path] -= 1

    def _answer(self, connection: socket.socket, path: str) -> None:
        special = _ANSWERS.get(path)
        if path == "/held":
            self.hold.wait(60)
        if special:
            special(connection)
            return
        status = self.statuses.get(path, 200)
        body = b"thank you\x00" + b"x" * 5000
        connection.sendall(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body))


def _read(connection: socket.socket) -> Received:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    line, *fields = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    while len(body) < int(headers.get("content-length", "0")):
        body += _some(connection)
    return Received(line.split(" ")[1], headers, body)


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise OSError
    return data


def _drip(connection: socket.socket) -> None:
    """A byte a second, and never a whole head."""
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 600:
        connection.sendall(bytes([byte]))
        time.sleep(1)


def _huge(connection: socket.socket) -> None:
    """Of which only the beginning is ever read."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % GIGABYTE)
    for _ in range(GIGABYTE // 65536):
        connection.sendall(b"x" * 65536)


_ANSWERS: dict[str, Callable[[socket.socket], None]] = {
    "/drip": _drip,
    "/huge": _huge,
    "/garbage": lambda connection: connection.sendall(b"\x00\x01 nonsense \r\n\r\n" * 20),
    "/redirect": lambda connection: connection.sendall(
        b"HTTP/1.1 302 Found\r\nLocation: https://localhost/ok\r\nContent-Length: 0\r\n\r\n"
    ),
    "/busy": lambda connection: connection.sendall(
        b"HTTP/1.1 429 Slow Down\r\nRetry-After: 1000\r\nContent-Length: 0\r\n\r\n"
    ),
}


@contextmanager
def receiving(
    folder: Path, *names: str, listen: str = "127.0.0.1"
) -> Iterator[tuple[Receiver, Receiver, dict[str, str]]]:
    """A receiver that is trusted, one whose certificate is not, and the variables that lead a sender to them.

    `names` are further ones by which a sender elsewhere calls this machine, which then has to `listen` to others.
    """
    known, unknown = trustme.CA(), trustme.CA()
    known.cert_pem.write_to_path(str(folder / "authority.pem"))
    receivers = []
    for authority in (known, unknown):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("localhost", "hooks.example.com", *names).configure_cert(context)
        receivers.append(Receiver(context, listen))
    trusted, stranger = receivers
    hosts = [f"{host}:{one.port}" for one in receivers for host in ("localhost", "127.0.0.1", *names)]
    try:
        yield (
            trusted,
            stranger,
            {
                "SSL_CERT_FILE": str(folder / "authority.pem"),
                "WEBHOOK_ALLOWED_TARGETS": ",".join(hosts),
                "WEBHOOK_CONNECT_SECONDS": "1",
                "WEBHOOK_TOTAL_SECONDS": "2",
            },
        )
    finally:
        for receiver in receivers:
            receiver.close()
