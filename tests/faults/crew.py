"""Release workers as processes of their own: each runs the job as Lambda would, and may be killed at any moment."""

import os
import random
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from typing import Any
from unittest.mock import patch

import psycopg
from psycopg import Cursor
from tests.faults.minute import MINUTE

from devstack import scheduler
from devstack.server import forking
from gigstream import db

WORKERS = 16
BATCH = 4  # streams a transaction: many transactions meet, and some of them finish no stream


def start(doom: random.Random | None = None) -> BaseProcess:
    """A worker that releases until nothing is due; with a `doom` half of its transactions kill it before COMMIT."""
    db.close()  # or the child would speak on this process's connection
    process = forking.Process(target=_release, args=(doom,), daemon=True)
    process.start()
    return process


def _release(doom: random.Random | None) -> None:
    with patch("gigstream.releases.BATCH", BATCH), _doomed(doom):
        scheduler.call("ReleaseStreams", MINUTE)


@contextmanager
def _doomed(doom: random.Random | None) -> Iterator[None]:
    """COMMIT travels alone, after what it commits was answered; that is where kill -9 strikes."""
    if doom is None:
        yield
        return
    send = vars(db)["_send"]

    def strike(conn: psycopg.Connection[Any], queries: Sequence[db.Query[Any]]) -> list[Cursor[Any]]:
        cursors: list[Cursor[Any]] = send(conn, queries[:-1])
        if doom.random() < 0.5:
            os.kill(os.getpid(), signal.SIGKILL)
        cursors += send(conn, queries[-1:])
        return cursors

    with patch.object(db, "_send", strike):
        yield
