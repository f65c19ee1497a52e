"""Anchors: seals of the audit trail as known outside the database, where whoever rewrites both cannot reach.

In AWS an object of a bucket with Object Lock, which not even the account's root deletes or replaces before its time;
on one machine a line of a file.
"""

import json
import re
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from gigstream import clock
from gigstream.config import settings
from gigstream.structs import struct


@struct
class Anchor:
    """A seal's number and its digest, in hex."""

    number: int
    digest: str


class Anchors(Protocol):
    """A place for anchors; nothing is ever taken out of it."""

    def kept(self) -> list[Anchor]: ...

    def keep(self, anchor: Anchor) -> None: ...


def place() -> Anchors:
    """AUDIT_ANCHOR_BUCKET, where that is set, or else AUDIT_ANCHOR_FILE. Raises ConfigError when neither is."""
    found = settings()
    if found.audit_anchor_bucket:
        return Bucket(found.audit_anchor_bucket, timedelta(days=found.audit_anchor_days))
    return File(Path(found.audit_anchor_file))


class Bucket:
    """An S3 bucket. A key says all that its object does, so a list is read in one request a thousand."""

    def __init__(self, name: str, retention: timedelta) -> None:
        import boto3  # noqa: PLC0415 - in Lambda part of the runtime, and elsewhere only there where a bucket is

        self._name = name
        self._retention = retention
        self._s3 = boto3.client("s3")

    def kept(self) -> list[Anchor]:
        """Every version: a delete marker hides an object but does not remove it."""
        pages = self._s3.get_paginator("list_object_versions").paginate(Bucket=self._name, Prefix="audit/")
        keys = {version["Key"] for page in pages for version in page.get("Versions", [])}
        found = [re.fullmatch(r"audit/(\d{19})-([0-9a-f]{64})\.json", key) for key in sorted(keys)]
        return [Anchor(int(match[1]), match[2]) for match in found if match]

    def keep(self, anchor: Anchor) -> None:
        self._s3.put_object(
            Bucket=self._name,
            Key=f"audit/{anchor.number:019d}-{anchor.digest}.json",
            Body=json.dumps(asdict(anchor)).encode(),
            ContentType="application/json",
            ChecksumAlgorithm="SHA256",
            ObjectLockMode="COMPLIANCE",
            ObjectLockRetainUntilDate=clock.now() + self._retention,
        )


class File:
    """A file of JSON lines; it need not exist yet."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def kept(self) -> list[Anchor]:
        lines = self._path.read_text().splitlines() if self._path.exists() else []
        return [Anchor(**json.loads(line)) for line in lines]

    def keep(self, anchor: Anchor) -> None:
        with self._path.open("a") as file:
            file.write(json.dumps(asdict(anchor)) + "\n")
