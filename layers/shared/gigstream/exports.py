"""Files that are made for somebody to download: where they are put, and links to them that end by themselves.

In AWS an object of a bucket and a presigned S3 URL; on one machine a file in a folder and a URL of the local stack with
a signature of its own. Links are signed with the standard library alone, because boto3 would cost an endpoint most of
its cold start.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlencode, urlsplit

from gigstream import aws, clock
from gigstream.config import settings
from gigstream.structs import struct

LIFETIME = timedelta(minutes=15)
PART = 8 * 1024 * 1024  # S3 takes parts of 5 MiB or more, and 10,000 of them

Write = Callable[[bytes], None]


@struct
class Link:
    """A URL that whoever has it may fetch until `expires_at`."""

    url: str
    expires_at: datetime


class Place(Protocol):
    """Where files are put."""

    def writing(self, key: str) -> AbstractContextManager[Write]:
        """A function that adds to a new file, which is there once the block has ended well, and not before."""


def place() -> Place:
    """REPORT_BUCKET, where that is set, or else REPORT_FOLDER. Raises ConfigError when neither is."""
    found = settings()
    return Bucket(found.report_bucket) if found.report_bucket else Folder(Path(found.report_folder))


def link(key: str) -> Link:
    """A new link to a file, with the time of its end in whole seconds."""
    found, now = settings(), clock.now().replace(microsecond=0)
    if found.report_bucket:
        return Link(_presigned(found.report_bucket, key, now), now + LIFETIME)
    expires = now + LIFETIME
    values = {"expires": int(expires.timestamp()), "signature": local_signature(key, int(expires.timestamp()))}
    return Link(f"{found.report_url}/{quote(key)}?{urlencode(values)}", expires)


def local_signature(key: str, expires: int) -> str:
    """What proves that the local stack gave out a link: hex of an HMAC."""
    return hmac.new(settings().jwt_secret, f"link {expires} {key}".encode(), hashlib.sha256).hexdigest()


class Bucket:
    """An S3 bucket, written in parts: a file of any size takes the memory of one."""

    def __init__(self, name: str) -> None:
        import boto3  # noqa: PLC0415 - in Lambda part of the runtime; jobs write, and only they

        self._name = name
        self._s3 = boto3.client("s3")

    @contextmanager
    def writing(self, key: str) -> Iterator[Write]:
        target = {"Bucket": self._name, "Key": key}
        upload = target | {"UploadId": self._s3.create_multipart_upload(**target)["UploadId"]}
        parts: list[dict[str, object]] = []
        waiting = bytearray()

        def send() -> None:
            number = len(parts) + 1
            sent = self._s3.upload_part(**upload, PartNumber=number, Body=bytes(waiting))
            parts.append({"PartNumber": number, "ETag": sent["ETag"]})
            waiting.clear()

        def write(data: bytes) -> None:
            waiting.extend(data)
            if len(waiting) >= PART:
                send()

        try:
            yield write
            send()  # the last part may be small, and empty when it is the only one
            self._s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
        except BaseException:
            self._s3.abort_multipart_upload(**upload)
            raise


class Folder:
    """A folder of this machine, made when it is first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def writing(self, key: str) -> Iterator[Write]:
        target = self._path / key
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(".draft")
        try:
            with draft.open("wb") as file:

                def write(data: bytes) -> None:
                    file.write(data)

                yield write
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)


def _presigned(bucket: str, key: str, now: datetime) -> str:
    """A URL to GET an object with, signed as AWS has it in "Authenticating Requests: Using Query Parameters".

    A bucket has a host of its own at AWS, and what stands in for AWS has buckets in its paths.
    """
    at = urlsplit(settings().aws_endpoint("s3"))
    own = at.netloc.endswith(".amazonaws.com")
    host, path = (f"{bucket}.{at.netloc}", f"/{key}") if own else (at.netloc, f"/{bucket}/{key}")
    path = quote(path)
    token = settings().aws_session_token
    values = {
        "X-Amz-Algorithm": aws.ALGORITHM,
        "X-Amz-Credential": f"{settings().aws_access_key_id}/{aws.scope('s3', now)}",
        "X-Amz-Date": aws.stamp(now),
        "X-Amz-Expires": str(int(LIFETIME.total_seconds())),
        **({"X-Amz-Security-Token": token} if token else {}),
        "X-Amz-SignedHeaders": "host",
    }
    query = urlencode(values, quote_via=quote, safe="")
    request = "\n".join(["GET", path, query, f"host:{host}", "", "host", "UNSIGNED-PAYLOAD"])
    return f"{at.scheme}://{host}{path}?{query}&X-Amz-Signature={aws.signature(request, 's3', now)}"
