"""Each day the trail is verified and the head of its chain kept outside the database: in S3, or in a local file."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws
from tests.books import Books
from tests.tampering import FOUND, FOUND_BY_ANCHOR, seal, trail, write

from gigstream.anchors import Anchor, place
from gigstream.config import ConfigError
from gigstream.errors import AuditTampered

Job = Callable[..., Any]
BUCKET = "anchors"


@pytest.fixture(params=["file", "bucket"])
def anywhere(request: pytest.FixtureRequest) -> None:
    """The test runs with each place for anchors."""
    request.getfixturevalue("environment" if request.param == "file" else "bucket")


@pytest.fixture
def bucket(environment: pytest.MonkeyPatch) -> Iterator[Any]:
    """S3 as the template makes the bucket: with Object Lock, and so with versions."""
    environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
    environment.setenv("AUDIT_ANCHOR_BUCKET", BUCKET)
    environment.setenv("AUDIT_ANCHOR_DAYS", "30")
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
        yield s3


def anchor(head: dict[str, Any]) -> Anchor:
    return Anchor(head["number"], head["digest"])


@pytest.mark.usefixtures("anywhere")
def test_the_head_is_kept_once(books: Books, job: Job) -> None:
    assert job("AnchorAudit") == {"anchored": 0}
    (first,) = trail(books)
    assert [job("AnchorAudit"), job("AnchorAudit")] == [{"anchored": 1}, {"anchored": 0}]
    (second,) = trail(books)
    assert job("AnchorAudit") == {"anchored": 1}
    assert place().kept() == [anchor(first), anchor(second)]


@pytest.mark.usefixtures("anywhere")
@pytest.mark.parametrize("tampering", [FOUND["deleted"], *FOUND_BY_ANCHOR.values()])
def test_tampering_is_logged_fails_the_run_and_is_not_anchored(
    books: Books, job: Job, tampering: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    (head,) = trail(books)
    job("AnchorAudit")
    tampering.do(books)
    write(books)
    seal(books)
    with pytest.raises(AuditTampered):
        job("AnchorAudit")

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    logged = [(line["finding"], line["seal"]) for line in lines if line["message"] == "audit trail differs"]
    assert set(tampering.found) <= set(logged)
    assert place().kept() == [anchor(head)]


def test_an_anchor_in_s3_can_be_neither_deleted_nor_replaced_nor_hidden(books: Books, bucket: Any, job: Job) -> None:
    (head,) = trail(books)
    job("AnchorAudit")
    (stored,) = bucket.list_object_versions(Bucket=BUCKET)["Versions"]
    held = bucket.head_object(Bucket=BUCKET, Key=stored["Key"])
    assert held["ObjectLockMode"] == "COMPLIANCE"
    assert abs(held["ObjectLockRetainUntilDate"] - datetime.now(UTC) - timedelta(days=30)) < timedelta(minutes=1)

    with pytest.raises(bucket.exceptions.ClientError, match="AccessDenied"):
        bucket.delete_object(Bucket=BUCKET, Key=stored["Key"], VersionId=stored["VersionId"])
    bucket.put_object(Bucket=BUCKET, Key=stored["Key"], Body=b"another version")
    bucket.delete_object(Bucket=BUCKET, Key=stored["Key"])
    assert place().kept() == [anchor(head)]


def test_without_a_place_for_anchors_the_job_says_which_variable_is_missing(
    environment: pytest.MonkeyPatch, job: Job
) -> None:
    environment.delenv("AUDIT_ANCHOR_FILE")
    with pytest.raises(ConfigError, match="AUDIT_ANCHOR_FILE"):
        job("AnchorAudit")
