"""A platform orders a report, waits, and downloads it with a link that ends by itself."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit
from uuid import UUID

import boto3
import botocore.auth
import pytest
from botocore.config import Config
from tests.books import Books
from tests.conftest import Api
from tests.people import Caller, new_platform, new_report, new_worker

from devstack.gateway import Answer
from gigstream import clock, config, exports

TODAY = datetime.now(UTC).date()
KEY = "reports/0190a1b2-0000-7000-8000-000000000001/0190a1b2-0000-7000-8000-000000000002-1.csv"


@pytest.fixture
def platform(api: Api) -> Caller:
    return new_platform(api)


def span(days: int = 0, until: int = 0) -> dict[str, str]:
    return {"from_date": str(TODAY - timedelta(days)), "to_date": str(TODAY + timedelta(until))}


def fetch(api: Api, url: str) -> Answer:
    parts = urlsplit(url)
    return api.get(f"{parts.path}?{parts.query}")


def test_a_report_is_ordered_made_and_downloaded(api: Api, platform: Caller, job: Any) -> None:
    ordered = platform.post("/v1/reports", {"kind": "ledger", **span(3)})
    assert ordered.status == 202
    assert (ordered.json["status"], ordered.json["format"], ordered.json["rows"]) == ("queued", "csv", None)
    path = f"/v1/reports/{ordered.json['id']}"
    assert platform.get(path).json == {**ordered.json, "download_url": None, "download_expires_at": None}

    assert job("RunReports") == {"done": 1, "failed": 0, "lines": 1}
    done = platform.get(path).json
    assert (done["status"], done["rows"], done["attempts"]) == ("done", 1, 1)
    assert platform.get("/v1/reports").json["data"] == [
        {name: value for name, value in done.items() if not name.startswith("download")}
    ]
    file = fetch(api, done["download_url"])
    assert (file.status, len(file.body)) == (200, done["bytes"])
    assert file.body.splitlines()[0].startswith(b"id,created_at,account_id,")


def test_a_link_ends_and_cannot_be_made_up(api: Api, platform: Caller, job: Any) -> None:
    path = f"/v1/reports/{new_report(platform)}"
    job("RunReports")
    told = platform.get(path).json
    url, ends = told["download_url"], datetime.fromisoformat(told["download_expires_at"])
    assert timedelta(minutes=14) < ends - datetime.now(UTC) <= timedelta(minutes=15)
    assert fetch(api, url).status == 200
    for wrong in [
        url.replace("signature=", "signature=0"),
        url.replace("expires=", "expires=1"),
        url.replace("expires=", "expires=x"),
        url.partition("?")[0],
        url.replace(".csv", ".jsonl"),
        url.replace("reports/", "reports/../reports/"),
    ]:
        assert fetch(api, wrong).status == 403, wrong
    with patch.object(clock, "now", lambda: ends):
        assert fetch(api, url).status == 403


def test_a_file_is_kept_for_some_days(api: Api, books: Books, platform: Caller, job: Any) -> None:
    report_id = new_report(platform)
    job("RunReports")
    books.plant("UPDATE ops.reports SET expires_at = clock_timestamp() WHERE id = %s", UUID(report_id))
    told = platform.get(f"/v1/reports/{report_id}").json
    assert (told["status"], told["download_url"]) == ("done", None)


@pytest.mark.parametrize("endpoint", ["", "http://localhost:5000"])
@pytest.mark.parametrize("token", ["", "IQoJb3JpZ2luX2VjEF8a+/="])
def test_a_link_into_s3_is_what_amazons_own_library_would_sign(
    environment: pytest.MonkeyPatch, endpoint: str, token: str
) -> None:
    moment = datetime(2026, 11, 24, 21, 5, 6, tzinfo=UTC)
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "REPORT_BUCKET": "gigstream-reports",
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_SESSION_TOKEN": token,
    }.items():
        environment.setenv(name, value)
    config.settings.cache_clear()
    s3 = boto3.client(
        "s3",
        region_name="eu-central-1",
        config=Config(signature_version="s3v4", s3={"addressing_style": "path" if endpoint else "virtual"}),
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        aws_session_token=token or None,
    )
    with (
        patch.object(clock, "now", lambda: moment),
        patch.object(botocore.auth, "get_current_datetime", lambda: moment.replace(tzinfo=None)),
    ):
        ours = exports.link(KEY)
        theirs = s3.generate_presigned_url("get_object", {"Bucket": "gigstream-reports", "Key": KEY}, 900)
    assert sorted(ours.url.split("?")[1].split("&")) == sorted(theirs.split("?")[1].split("&"))
    assert ours.url.split("?")[0] == theirs.split("?")[0]
    assert ours.expires_at == moment + timedelta(minutes=15)


@pytest.mark.parametrize(("days", "until"), [(0, 1), (-1, 0), (366, 0)])
def test_days_that_cannot_be_reported_on_are_refused(platform: Caller, days: int, until: int) -> None:
    answer = platform.post("/v1/reports", {"kind": "fees", **span(days, until)})
    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, ["to_date"])


def test_ten_reports_wait_and_no_more(api: Api, platform: Caller, job: Any) -> None:
    for _ in range(10):
        new_report(platform)
    answer = platform.post("/v1/reports", {"kind": "fees", **span()})
    assert (answer.status, answer.json["code"]) == (409, "too_many_reports")
    new_report(new_platform(api))
    job("RunReports")
    new_report(platform)


def test_a_worker_orders_none(api: Api, platform: Caller) -> None:
    worker = new_worker(api, platform)
    assert worker.post("/v1/reports", {"kind": "fees", **span()}).status == 403
    assert worker.get("/v1/reports").status == 403
