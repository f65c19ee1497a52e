"""More is due than one tick takes: shards go through SQS, and whatever happens to them, each stream pays once."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.stub import Stubber
from tests.aws import aws
from tests.books import Books, books

from devstack.gateway import invoke
from devstack.template import Template
from gigstream import config, db, errors, releases
from gigstream.queue import Queue
from jobs import release_streams

__all__ = ["aws", "books"]

Job = Callable[..., Any]
(FEED,) = Template().feeds
NOTHING = {"due": 0, "released": 0, "failed": 0}


class Shards:
    """The queue as the template has it, and Lambda's poller in small."""

    def __init__(self) -> None:
        self.sqs = boto3.client("sqs")
        aside = self.sqs.create_queue(QueueName="aside")["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=aside, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        tries = Template().resources("AWS::SQS::Queue")[FEED.queue]["RedrivePolicy"]["maxReceiveCount"]
        policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": tries})
        # A message that failed is there again at once, and not after the template's minutes.
        attributes = {"RedrivePolicy": policy, "VisibilityTimeout": "0"}
        self.url = self.sqs.create_queue(QueueName="shards", Attributes=attributes)["QueueUrl"]
        self.aside, self.tries = aside, tries

    def bodies(self) -> list[Any]:
        """What waits in the queue, which keeps it; ten at most."""
        messages = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in messages]

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=body)

    def count(self, url: str | None = None) -> int:
        waiting = "ApproximateNumberOfMessages"
        found = self.sqs.get_queue_attributes(QueueUrl=url or self.url, AttributeNames=[waiting])
        return int(found["Attributes"][waiting])

    def deliver(self) -> tuple[int, int]:
        """Hand the worker what it gets at once, and take out what it does not name; messages handed, and failed."""
        found = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=FEED.batch).get("Messages", [])
        if not found:
            return 0, 0
        records = [{"messageId": one["MessageId"], "body": one["Body"]} for one in found]
        answer = invoke(FEED.function, {"Records": records})
        failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
        assert failed <= {record["messageId"] for record in records}
        for one in found:
            if one["MessageId"] not in failed:
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=one["ReceiptHandle"])
        return len(found), len(failed)

    def drain(self) -> int:
        """Deliver until nothing waits; how many messages there were."""
        handed = 0
        while (batch := self.deliver())[0]:
            assert batch[1] == 0
            handed += batch[0]
        return handed


@pytest.fixture
def shards(aws: str, environment: pytest.MonkeyPatch) -> Shards:
    """The queue, in a small world: two streams are a batch, four are what a tick takes, three a shard."""
    made = Shards()
    environment.setenv("RELEASE_QUEUE_URL", made.url)
    environment.setattr(releases, "BATCH", 2)
    environment.setattr(release_streams, "ALONE", 4)
    environment.setattr(release_streams, "SHARD", 3)
    config.settings.cache_clear()
    return made


def due_streams(books: Books, *sizes: int) -> None:
    """Platforms with so many streams, due ten minutes ago; each pays 1 USDC an hour."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)
    for size in sizes:
        platform = books.platform("1000")
        books.streams(platform, books.worker(platform), start, [(Decimal(1), 3600)] * size)


def paid_twice(books: Books) -> int:
    times: int = books.value("SELECT count(*) FROM streams WHERE release_seq <> 1")
    return times


def test_few_streams_are_released_without_the_queue(books: Books, job: Job, shards: Shards) -> None:
    due_streams(books, 3)
    assert job("ReleaseStreams") == {"due": 3, "released": 3, "failed": 0}
    assert job("ReleaseStreams") == NOTHING
    assert shards.count() == 0


def test_many_streams_are_handed_on_and_each_is_paid_once(books: Books, job: Job, shards: Shards) -> None:
    due_streams(books, 1, 2, 9, 2, 1)

    tick = job("ReleaseStreams")

    assert tick == {"due": 4, "released": 4, "failed": 0, "shards": shards.count()}
    assert sum(body["due"] for body in shards.bodies()) == 11
    assert books.value("SELECT count(*) FROM streams WHERE release_seq = 0") == 11
    assert shards.drain() == tick["shards"]
    assert paid_twice(books) == 0
    assert job("ReleaseStreams") == NOTHING
    runs = books.rows("SELECT (counts->>'due')::integer AS due, error FROM ops.job_runs WHERE job = 'release_shard'")
    assert [run["error"] for run in runs] == [None] * tick["shards"]
    assert sum(run["due"] for run in runs) == 11


def test_workers_act_for_the_moment_of_the_tick(books: Books, job: Job, shards: Shards) -> None:
    due_streams(books, 7)
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=3)
    job("ReleaseStreams", at=at)
    shards.drain()
    (moment,) = books.rows("SELECT DISTINCT event_at FROM ledger.transfers WHERE reason = 'release'")
    assert moment["event_at"] == at


def test_while_shards_wait_a_tick_sends_none_and_does_what_it_can_itself(
    books: Books, job: Job, shards: Shards
) -> None:
    due_streams(books, 9)
    sent = job("ReleaseStreams")["shards"]
    assert job("ReleaseStreams") == {"due": 5, "released": 5, "failed": 0}
    assert shards.count() == sent
    assert shards.drain() == sent
    assert paid_twice(books) == 0


def test_without_a_queue_a_tick_does_all_itself(
    books: Books, job: Job, shards: Shards, environment: pytest.MonkeyPatch
) -> None:
    environment.delenv("RELEASE_QUEUE_URL")
    config.settings.cache_clear()
    due_streams(books, 9)
    assert job("ReleaseStreams") == {"due": 9, "released": 9, "failed": 0}


def test_a_message_that_comes_twice_or_after_its_streams_were_paid_pays_nothing(
    books: Books, job: Job, shards: Shards
) -> None:
    due_streams(books, 6)
    job("ReleaseStreams")
    bodies = [json.dumps(body) for body in shards.bodies()]
    shards.drain()
    money = books.value("SELECT sum(amount) FROM ledger.transfers WHERE reason = 'release'")
    shards.send(*bodies, *bodies)
    assert shards.drain() == 2 * len(bodies)
    assert books.value("SELECT sum(amount) FROM ledger.transfers WHERE reason = 'release'") == money
    assert paid_twice(books) == 0


@pytest.mark.parametrize(
    "bad",
    ["", "not JSON", "[]", "{}", '{"time": "2026-11-30T12:00:00Z"}', '{"time": "noon", "platforms": [], "due": 1}',
     '{"time": "2026-11-30T12:00:00Z", "platforms": ["x"], "due": 1}'],
)  # fmt: skip
def test_a_message_that_cannot_be_read_is_named_and_the_others_are_done(
    books: Books, job: Job, shards: Shards, bad: str
) -> None:
    due_streams(books, 6)
    shards.send(bad or " ")
    good = {"time": datetime.now(UTC).isoformat(), "due": 6}
    platforms = [str(row["id"]) for row in books.rows("SELECT id FROM platforms")]
    shards.send(json.dumps({**good, "platforms": [str(uuid4())]}), json.dumps({**good, "platforms": platforms}))

    assert shards.deliver() == (3, 1)

    assert paid_twice(books) == 0
    for _ in range(shards.tries - 1):
        assert shards.deliver() == (1, 1)
    assert shards.deliver() == (0, 0)
    assert shards.count(shards.aside) == 1


def test_without_a_database_every_message_comes_again(
    books: Books, job: Job, shards: Shards, environment: pytest.MonkeyPatch
) -> None:
    due_streams(books, 9)
    sent = job("ReleaseStreams")["shards"]
    url = config.settings().database_url("jobs")
    db.close()
    environment.setenv("DATABASE_URL_JOBS", "postgresql://jobs@127.0.0.1:1/nowhere")
    config.settings.cache_clear()
    with pytest.raises(errors.Unavailable):
        job("ReleaseStreams")
    assert shards.deliver() == (sent, sent)

    environment.setenv("DATABASE_URL_JOBS", url)
    config.settings.cache_clear()
    assert shards.drain() == sent
    assert paid_twice(books) == 0


def test_what_the_queue_takes_is_counted_ten_at_a_time(shards: Shards) -> None:
    assert Queue(shards.url).send([{"time": str(number)} for number in range(21)]) == 21
    assert shards.count() == 21


def test_what_the_queue_refuses_is_told(shards: Shards, capsys: pytest.CaptureFixture[str]) -> None:
    queue = Queue(shards.url)
    answer = {
        "Successful": [{"Id": "0", "MessageId": "m", "MD5OfMessageBody": "d"}],
        "Failed": [{"Id": "1", "Code": "InternalError", "SenderFault": False}],
    }
    with Stubber(queue._sqs) as sqs:  # noqa: SLF001 - moto refuses no message of ours
        sqs.add_response("send_message_batch", answer)
        assert queue.send([{"time": "1"}, {"time": "2"}]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "InternalError"


def test_a_queue_that_is_not_there_fails_the_tick_and_a_later_one_makes_up_for_it(
    books: Books, job: Job, shards: Shards, environment: pytest.MonkeyPatch
) -> None:
    due_streams(books, 9)
    environment.setenv("RELEASE_QUEUE_URL", shards.url + "-that-is-not-there")
    config.settings.cache_clear()
    with pytest.raises(Exception, match="NonExistentQueue"):
        job("ReleaseStreams")
    environment.setenv("RELEASE_QUEUE_URL", shards.url)
    config.settings.cache_clear()
    job("ReleaseStreams")
    shards.drain()
    assert paid_twice(books) == 0
