"""Death at the boundaries of what settlement keeps: before a step's transaction, before its COMMIT, and after it.

Between two steps nothing is kept, so these are all the moments that differ; the one after a broadcast and before it is
noted is `note_broadcast` BEFORE.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum, auto
from typing import Any
from unittest.mock import patch

import psycopg
from psycopg import Cursor

from gigstream import db


class Moment(StrEnum):
    BEFORE = auto()
    UNCOMMITTED = auto()
    AFTER = auto()


STEPS = ("queue_settlements", "reserve_settlement", "store_attempt", "note_broadcast", "finish_settlement")
BOUNDARIES = [(step, moment) for step in STEPS for moment in Moment]


class Death(BaseException):
    """A process ends; nothing catches this."""


@contextmanager
def doomed(strike: Callable[[str, Moment], None]) -> Iterator[None]:
    """`strike` is told of each boundary that a job comes to, and may end it there."""
    send = vars(db)["_send"]

    def step_by_step(
        conn: psycopg.Connection[Any], queries: Sequence[db.Query[Any]], cursors: list[Cursor[Any]] | None = None
    ) -> list[Cursor[Any]]:
        step = next((step for step in STEPS for query in queries if step in query.sql), None)
        if step is None:
            done: list[Cursor[Any]] = send(conn, queries, cursors)
            return done
        strike(step, Moment.BEFORE)
        done = send(conn, queries[:-1], cursors)
        strike(step, Moment.UNCOMMITTED)
        done += send(conn, queries[-1:])
        strike(step, Moment.AFTER)
        return done

    with patch.object(db, "_send", step_by_step):
        yield
