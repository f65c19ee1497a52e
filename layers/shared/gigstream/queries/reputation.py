"""A worker's reputation: his score, what moved it, and what he says against that."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from gigstream.queries import workers
from gigstream.queries.base import Page, Query, Slice, Together, behind, fields_of, one, page
from gigstream.structs import struct

AppealStatus = Literal["open", "granted", "refused"]


@struct
class ScoreFactor:
    """What `events` events made of the score: `points`, as far as its bounds of 0 and 1000 let them.

    One event brings or takes `weight` points at most, and as many as it says itself where that is null. The opening
    score is the first factor.
    """

    name: Literal["opening", "tasks", "ratings", "disputes", "appeals", "others"]
    events: int
    weight: int | None
    points: int


@struct
class _Points:
    """The score and the points that events brought."""

    worker_id: UUID
    score: int
    rank: Literal["excellent", "very good", "good", "fair", "poor"]
    completion_rate: str
    average_rating: str
    dispute_rate: str
    points_from_tasks: int
    points_from_ratings: int
    points_from_disputes: int
    points_from_others: int


@struct
class _Events(_Points):
    points_from_appeals: int
    tasks: int
    ratings: int
    disputes: int
    appeals: int
    others: int


@struct
class Reputation(_Points):
    """The score, 0..1000, and its factors: rates in percent, the rating 0..5, and the points that events brought.

    The points of `factors` add up to the score. `points_from_others` holds what appeals gave back too.
    """

    factors: list[ScoreFactor]


@struct
class ReputationEvent:
    """A change of the score by `delta`, clamped to 0..1000; `task_id` is the task behind it, if the caller sees it.

    A platform reads the `reason` where it sees the task.

    `appeal` is how the latest appeal against it stands; an event of type appeal decides on `appealed_event_id`.
    """

    id: UUID
    event_type: Literal[
        "task_completed", "rating_received", "dispute_filed", "dispute_resolved", "bonus", "penalty", "appeal"
    ]
    delta: int
    previous_score: int
    new_score: int
    reason: str | None
    task_id: UUID | None
    appeal: AppealStatus | None
    appealed_event_id: UUID | None
    created_at: datetime


@struct
class Appeal:
    """What a worker says against an event that took points; an operator grants or refuses it."""

    id: UUID
    event_id: UUID
    reason: str
    status: AppealStatus
    created_at: datetime
    decided_at: datetime | None


def score(worker_id: UUID) -> Together[Reputation]:
    """NotFound as for `workers.get`."""
    query = one(
        _Events,
        """
        SELECT
            w.id AS worker_id,
            w.reputation_score AS score,
            CASE
                WHEN w.reputation_score >= 900 THEN 'excellent'
                WHEN w.reputation_score >= 750 THEN 'very good'
                WHEN w.reputation_score >= 600 THEN 'good'
                WHEN w.reputation_score >= 400 THEN 'fair'
                ELSE 'poor'
            END AS rank,
            w.completion_rate::text,
            w.average_rating::text,
            w.dispute_rate::text,
            e.points_from_tasks,
            e.points_from_ratings,
            e.points_from_disputes,
            e.points - e.points_from_tasks - e.points_from_ratings - e.points_from_disputes AS points_from_others,
            e.points_from_appeals,
            e.tasks,
            e.ratings,
            e.disputes,
            e.appeals,
            e.events - e.tasks - e.ratings - e.disputes - e.appeals AS others
        FROM workers AS w
        CROSS JOIN LATERAL (
            SELECT
                coalesce(sum(p.points), 0) AS points,
                coalesce(sum(p.points) FILTER (WHERE p.event_type = 'task_completed'), 0) AS points_from_tasks,
                coalesce(sum(p.points) FILTER (WHERE p.event_type = 'rating_received'), 0) AS points_from_ratings,
                coalesce(sum(p.points) FILTER (WHERE p.event_type LIKE 'dispute%%'), 0) AS points_from_disputes,
                coalesce(sum(p.points) FILTER (WHERE p.event_type = 'appeal'), 0) AS points_from_appeals,
                count(*) AS events,
                count(*) FILTER (WHERE p.event_type = 'task_completed') AS tasks,
                count(*) FILTER (WHERE p.event_type = 'rating_received') AS ratings,
                count(*) FILTER (WHERE p.event_type LIKE 'dispute%%') AS disputes,
                count(*) FILTER (WHERE p.event_type = 'appeal') AS appeals
            FROM (
                SELECT v.event_type, v.new_score - v.previous_score AS points
                FROM reputation_events AS v
                WHERE v.worker_id = w.id
            ) AS p
        ) AS e
        WHERE w.id = %(worker_id)s
        """,
        worker_id=worker_id,
    )

    def make(found: _Events) -> Reputation:
        others = found.points_from_others - found.points_from_appeals
        moved = found.points_from_tasks + found.points_from_ratings + found.points_from_disputes
        opening = found.score - moved - found.points_from_others
        factors = [
            ScoreFactor("opening", 0, None, opening),
            ScoreFactor("tasks", found.tasks, 5, found.points_from_tasks),
            ScoreFactor("ratings", found.ratings, 20, found.points_from_ratings),
            ScoreFactor("disputes", found.disputes, 20, found.points_from_disputes),
            ScoreFactor("appeals", found.appeals, None, found.points_from_appeals),
            ScoreFactor("others", found.others, None, others),
        ]
        return Reputation(**fields_of(_Points, found), factors=factors)

    return Together((query,), make)


def events(worker_id: UUID, part: Slice) -> Together[Page[ReputationEvent]]:
    """What moved the score, newest first. NotFound as for `workers.get`."""
    query = page(
        ReputationEvent,
        """
        SELECT
            e.id, e.event_type, e.delta, e.previous_score, e.new_score,
            CASE WHEN e.worker_id = ops.tenant() OR t.id IS NOT NULL THEN e.reason END AS reason,
            t.id AS task_id, a.status AS appeal,
            CASE e.event_type WHEN 'appeal' THEN e.related_id END AS appealed_event_id, e.created_at
        FROM reputation_events AS e
        LEFT JOIN tasks AS t ON e.related_id = t.id
        LEFT JOIN LATERAL (
            SELECT p.status FROM ops.appeals AS p
            WHERE p.event_id = e.id
            ORDER BY p.id DESC
            LIMIT 1
        ) AS a ON TRUE
        WHERE e.worker_id = %(worker_id)s AND e.id < %(after)s
        ORDER BY e.id DESC
        LIMIT %(limit)s
        """,
        part,
        worker_id=worker_id,
    )
    return behind(workers.get(worker_id), query)


def appeal(worker_id: UUID, event_id: UUID, reason: str) -> Query[Appeal]:
    """Ask for the points back that an event took.

    NotFound unless he is the caller and it is his, WrongState when it took none, AlreadyAppealed.
    """
    # The condition names no column, so it is checked before the function is called.
    return one(
        Appeal,
        """
        SELECT a.id, a.event_id, a.reason, a.status, a.created_at, a.decided_at
        FROM appeal_event(%(event_id)s, %(reason)s) AS a
        WHERE %(worker_id)s = ops.tenant()
        """,
        worker_id=worker_id,
        event_id=event_id,
        reason=reason,
    )
