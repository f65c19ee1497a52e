"""HTTP for the gateway, and the scheduler beside it: a few processes that live as long as `serving` lasts.

Each worker process is an execution environment of Lambda: it serves one request at a time, and keeps its connections.
"""

import logging
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any

from devstack import downloads, scheduler
from devstack.gateway import BODY_LIMIT, Gateway
from devstack.template import Template
from gigstream.config import settings

WORKERS = 8
log = logging.getLogger(__name__)
# Children share the open port, and what the parent has set up.
forking = multiprocessing.get_context("fork")


class Servers:
    """The processes behind one open port."""

    def __init__(self, listener: socket.socket, *, schedules: bool, beside: Sequence[Callable[[], None]]) -> None:
        host, port = listener.getsockname()
        self.url = f"http://{host}:{port}"
        self._tasks: list[Callable[[], None]] = [*beside, *[lambda: _serve(listener)] * WORKERS]
        if schedules:
            self._tasks.append(lambda: scheduler.run(Template()))
        self._processes = [self._start(task) for task in self._tasks]

    def keep_alive(self) -> None:
        """Start again what dies, for ever."""
        while True:
            wait([process.sentinel for process in self._processes])
            time.sleep(0.5)  # whatever dies at its start does so at a bearable rate
            self._processes = [
                process if process.is_alive() else self._start(task)
                for process, task in zip(self._processes, self._tasks, strict=True)
            ]

    def stop(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()

    def _start(self, task: Callable[[], None]) -> BaseProcess:
        process = forking.Process(target=child, args=(task,))
        process.start()
        return process


@contextmanager
def serving(
    host: str, port: int, *, schedules: bool = False, beside: Sequence[Callable[[], None]] = ()
) -> Iterator[Servers]:
    """Serve the API of template.yaml with this process's environment, each task of `beside` in a process as well.

    OSError when the port is taken; port 0 is any.
    """
    with socket.create_server((host, port), backlog=128) as listener:
        servers = Servers(listener, schedules=schedules, beside=beside)
        try:
            yield servers
        finally:
            servers.stop()


def child(task: Callable[[], None]) -> None:
    """Do it as a process that ends with its parent, and by its parent's word."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches everybody; the parent decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Thread(target=_leave_with_parent, daemon=True).start()
    task()


def _leave_with_parent() -> None:
    """A parent that was killed stops nobody; its children see it go."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _serve(listener: socket.socket) -> None:
    handler = type("Handler", (_Handler,), {"gateway": Gateway()})
    host, port = listener.getsockname()
    os.environ["REPORT_URL"] = f"http://{host}:{port}{downloads.PATH}"
    settings.cache_clear()
    server = _Server(listener.getsockname(), handler, bind_and_activate=False)
    server.socket = listener
    server.serve_forever()


class _Server(HTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """A client that hangs up is no news."""
        log.debug("connection from %s broke", client_address)


class _Handler(BaseHTTPRequestHandler):
    """One request a connection: a worker that waited on an idle connection would serve nobody else."""

    gateway: Gateway
    protocol_version = "HTTP/1.1"
    timeout = 30  # seconds for a client to say what it wants

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Every method is the gateway's to judge: do_GET, do_POST, do_ANYTHING."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        given = self.headers.get("Content-Length", "0")
        length = int(given) if given.isdecimal() else 0
        # One byte too many is enough to be refused; the rest is read so that the client gets to see the answer.
        body = self.rfile.read(min(length, BODY_LIMIT + 1))
        for _ in range(len(body), length, BODY_LIMIT):
            self.rfile.read(min(length - len(body), BODY_LIMIT))
        headers = {name: self.headers[name] for name in self.headers}
        try:
            answer = self.gateway.request(
                self.command, self.path, headers=headers, body=body, ip=self.client_address[0]
            )
        except Exception:
            log.exception("%s %s failed", self.command, self.path)
            answer = self.gateway.crashed()
        self.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Length": str(len(answer.body)), "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Handlers log for themselves."""
