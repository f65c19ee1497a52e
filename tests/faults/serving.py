"""The API and the jobs on an arena: called in this process, or over HTTP in processes of their own."""

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from unittest.mock import patch

from tests.conftest import Api
from tests.faults.board import Arena

from devstack.gateway import Answer
from devstack.server import serving
from gigstream import config, db


@contextmanager
def called(arena: Arena, **variables: str) -> Iterator[Api]:
    """Handlers and jobs run in this process, told what the arena tells them; `variables` say otherwise."""
    db.close()
    with patch.dict(os.environ, {**arena.environment(), **variables}):
        config.settings.cache_clear()
        try:
            yield Api()
        finally:
            db.close()
    config.settings.cache_clear()


@contextmanager
def served(arena: Arena, **variables: str) -> Iterator[Api]:
    """Several processes serve the API; enter before any thread begins, because they are forked."""
    with called(arena, **variables), serving("127.0.0.1", 0) as servers:
        host = servers.url.removeprefix("http://")

        def request(method: str, path: str, *, headers: Mapping[str, str], body: bytes | str, ip: str) -> Answer:
            with closing(HTTPConnection(host, timeout=60)) as connection:
                connection.request(method, path, body or None, dict(headers))
                reply = connection.getresponse()
                return Answer(reply.status, dict(reply.headers), reply.read())

        yield Api(request)
