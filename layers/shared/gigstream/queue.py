"""A queue of SQS, as far as whoever fills it needs it. Lambda hands its messages to the worker."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gigstream import log

AT_ONCE = 10  # what SQS takes in one request


class Queue:
    """Messages are JSON objects with `time`, the moment that the worker acts for, as in a scheduled event."""

    def __init__(self, url: str) -> None:
        import boto3  # noqa: PLC0415 - in Lambda part of the runtime; only a tick with too much to do needs it

        self._sqs = boto3.client("sqs")
        self._url = url

    def is_empty(self) -> bool:
        """Whether no message waits for a worker; SQS knows about how many do."""
        waiting = "ApproximateNumberOfMessages"
        answer = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=[waiting])
        return int(answer["Attributes"][waiting]) == 0

    def send(self, messages: Sequence[Mapping[str, Any]]) -> int:
        """How many the queue took; what it refused is logged."""
        taken = 0
        for first in range(0, len(messages), AT_ONCE):
            part = messages[first : first + AT_ONCE]
            entries = [{"Id": str(place), "MessageBody": json.dumps(message)} for place, message in enumerate(part)]
            answer = self._sqs.send_message_batch(QueueUrl=self._url, Entries=entries)
            taken += len(answer.get("Successful", []))
            for refused in answer.get("Failed", []):
                log.info("refused by the queue", code=refused["Code"], detail=refused.get("Message"))
        return taken
