"""Reports are made once, whole and in bounded memory, of what their platform may see, into a folder or into S3."""

import csv
import hashlib
import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest
from moto import mock_aws
from tests.books import Books, Row
from tests.conftest import Api
from tests.people import Caller, new_payout, new_platform, new_report, new_stream, new_task, new_worker

from gigstream import config, exports

Job = Callable[..., Any]
BUCKET = "reports"


@pytest.fixture
def platform(api: Api) -> Caller:
    return new_platform(api)


@pytest.fixture
def bucket(environment: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in {"AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1", "REPORT_BUCKET": BUCKET}.items():
        environment.setenv(name, value)
    with mock_aws():
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        config.settings.cache_clear()
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        yield s3


def file(books: Books, report_id: str) -> bytes:
    """The file of a report that is done, as the row of the report describes it."""
    row = books.row("SELECT * FROM ops.reports WHERE id = %s", report_id)
    assert row["status"] == "done"
    key = f"reports/{row['platform_id']}/{row['id']}-{row['attempts']}.{row['format']}"
    if config.settings().report_bucket:
        data: bytes = boto3.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    else:
        data = (Path(config.settings().report_folder, key)).read_bytes()
    assert (row["bytes"], row["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    return data


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def made(books: Books, job: Job, platform: Caller, kind: str, **fields: Any) -> bytes:
    report_id = new_report(platform, kind, **fields)
    assert job("RunReports")["done"] == 1
    return file(books, report_id)


@pytest.fixture
def worker(api: Api, platform: Caller, connect: Callable[[str], psycopg.Connection]) -> Caller:
    """Paid 10 by a task, which are on their way out, and some of a stream."""
    worker = new_worker(api, platform)
    new_payout(connect, platform, worker, "10")
    stream = new_stream(platform, worker, "36", start_time="2026-11-24T00:00:00Z", duration_seconds=3600)
    platform.get(f"/v1/streams/{stream}")
    return worker


def test_each_kind_holds_what_its_platform_sees(
    books: Books, api: Api, job: Job, platform: Caller, worker: Caller
) -> None:
    books.release()
    other = new_platform(api)
    new_task(other, new_worker(api, other))
    books.plant("UPDATE transactions SET fee = 0.25")

    (payout,) = table(made(books, job, platform, "payouts"))
    assert (payout["worker_id"], payout["worker_name"], payout["amount"]) == (worker.id, "Alice", "10.000000")
    assert (payout["status"], payout["tx_hash"], payout["processed_at"]) == ("pending", "", "")
    earnings = table(made(books, job, platform, "earnings"))
    assert [(one["reason"], one["task_title"]) for one in earnings] == [
        ("pay", "Deliver a parcel"),
        ("release", "Deliver a parcel"),
    ]
    (fee,) = table(made(books, job, platform, "fees"))
    assert fee["fee"] == "0.250000"
    assert made(books, job, platform, "loans").startswith(b"id,created_at,worker_id,amount,fee,")
    postings = table(made(books, job, platform, "ledger"))
    assert {one["account_kind"] for one in postings} == {
        "platform_available", "platform_held", "worker_available", "worker_settling",
    }  # fmt: skip
    balances = books.rows("SELECT id::text, balance FROM ledger.accounts WHERE platform_id = %s", platform.id)
    sums: dict[str, Decimal] = {}
    for one in postings:
        amount = Decimal(one["amount"]) * (1 if one["direction"] == "credit" else -1)
        sums[one["account_id"]] = sums.get(one["account_id"], Decimal(0)) + amount
    assert sums == {row["id"]: row["balance"] for row in balances}


def test_advances_are_in_no_report_of_a_platform(books: Books, job: Job, platform: Caller, worker: Caller) -> None:
    fund = books.connection("operator")
    fund.execute("SELECT fund_pool(100)")
    books.plant(
        """
        WITH l AS (
            INSERT INTO loans (worker_id, platform_id, amount, total_due, status, disbursed_at)
            VALUES (%s, %s, 5, 5, 'disbursed', now()) RETURNING *
        )
        INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, loan_id, event_at)
        SELECT
            ledger.account('advance_pool'), ledger.account('worker_available', l.worker_id, l.platform_id), 5,
            'advance', l.id, now()
        FROM l
        """,
        worker.id,
        platform.id,
    )
    assert table(made(books, job, platform, "loans")) == []
    assert "advance" not in {one["reason"] for one in table(made(books, job, platform, "ledger"))}


def test_lines_of_json_say_the_same(books: Books, job: Job, platform: Caller, worker: Caller) -> None:
    as_json = [json.loads(line) for line in made(books, job, platform, "ledger", format="jsonl").splitlines()]
    as_csv = table(made(books, job, platform, "ledger"))
    assert [{name: "" if value is None else value for name, value in one.items()} for one in as_json] == as_csv


def test_csv_is_rfc_4180_and_computes_nothing(books: Books, api: Api, job: Job, platform: Caller) -> None:
    names = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")', 'a "quoted", name', " =1", "\uff1d1", "Zoë"]
    for name in names:
        worker = new_worker(api, platform)
        worker.patch({"name": name})
        books.plant("UPDATE workers SET name = %s WHERE id = %s", name, worker.id)
        task = new_task(platform, worker, "1", title=name.strip())
        platform.made(f"/v1/tasks/{task}/start")
        platform.made(f"/v1/tasks/{task}/complete", {})
    data = made(books, job, platform, "earnings")
    assert data.count(b"\r\n") == data.count(b"\n") == len(names) + 1
    shown = [one["worker_name"] for one in table(data)]
    assert shown == [f"'{name}" if name[0] in "=+-@ \uff1d" else name for name in names]


def test_days_are_utc_and_both_ends_belong_to_them(books: Books, job: Job, platform: Caller, worker: Caller) -> None:
    payout = books.value("SELECT id FROM transactions")
    for moment, inside in [
        ("2026-01-31T23:59:59.999999Z", False),
        ("2026-02-01T00:00:00Z", True),
        ("2026-02-28T23:59:59.999999Z", True),
        ("2026-03-01T00:00:00Z", False),
    ]:
        books.plant("UPDATE transactions SET created_at = %s WHERE id = %s", moment, payout)
        found = table(made(books, job, platform, "payouts", from_date="2026-02-01", to_date="2026-02-28"))
        assert bool(found) == inside, moment


@pytest.mark.wrong_figures
def test_into_s3_in_parts(
    books: Books, job: Job, platform: Caller, worker: Caller, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "PART", 5 * 1024 * 1024)
    many_payouts(books, platform, worker, 40_000)
    data = made(books, job, platform, "payouts")
    assert data.count(b"\r\n") == 40_002
    assert len(data) > exports.PART
    assert bucket.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []) == []
    (stored,) = bucket.list_objects_v2(Bucket=BUCKET)["Contents"]
    assert stored["ETag"].strip('"').endswith("-2")


def test_what_fails_leaves_no_part_behind(bucket: Any) -> None:
    def fail() -> None:
        with exports.place().writing("reports/x") as write:
            write(b"x" * exports.PART)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert bucket.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []) == []
    assert "Contents" not in bucket.list_objects_v2(Bucket=BUCKET)


def many_payouts(books: Books, platform: Caller, worker: Caller, number: int) -> None:
    """Failed ones, which no figure counts, all of one moment: only their ids tell them apart."""
    books.plant(
        """
        INSERT INTO transactions (worker_id, platform_id, tx_type, amount, status, error_message, created_at)
        SELECT %s, %s, 'repayment', 1, 'failed', n::text, date_trunc('day', now()) FROM generate_series(1, %s) AS n
        """,
        worker.id,
        platform.id,
        number,
    )
    books.plant("UPDATE transactions SET tx_type = 'payout' WHERE tx_type = 'repayment'", mute="transactions")


@pytest.mark.wrong_figures
def test_sixty_thousand_lines_take_the_memory_of_a_few(
    books: Books, job: Job, platform: Caller, worker: Caller
) -> None:
    many_payouts(books, platform, worker, 60_000)
    report_id = new_report(platform, "payouts")
    tracemalloc.start()
    job("RunReports")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    data = file(books, report_id)
    lines = table(data)
    assert len(data) > 7_500_000
    assert peak < 4_000_000, peak
    assert len({line["id"] for line in lines}) == 60_001
    order = [(line["created_at"], line["id"]) for line in lines]
    assert order == sorted(order)


def state(books: Books, report_id: str) -> Row:
    return books.row(
        "SELECT status, attempts, leased_until > now() AS leased FROM ops.reports WHERE id = %s", report_id
    )


def test_a_run_that_died_is_made_up_for_when_its_lease_is_over(books: Books, job: Job, platform: Caller) -> None:
    report_id = new_report(platform)
    books.job("claim_report", 60)
    assert job("RunReports") == {"done": 0, "failed": 0, "lines": 0}
    assert state(books, report_id) == {"status": "running", "attempts": 1, "leased": True}
    books.plant("UPDATE ops.reports SET leased_until = now() - interval '1 s'")
    assert job("RunReports")["done"] == 1
    assert state(books, report_id)["attempts"] == 2


def test_a_run_that_was_given_up_cannot_finish_what_another_has_taken_up(
    books: Books, platform: Caller, job: Job
) -> None:
    report_id = new_report(platform)
    books.job("claim_report", 60)
    books.plant("UPDATE ops.reports SET leased_until = now() - interval '1 s'")
    books.job("claim_report", 60)
    for attempt, finished in [(1, False), (2, True), (2, False)]:
        assert books.job("finish_report", report_id, attempt, 0, 0, "0" * 64, 7) == {"finish_report": finished}
    assert books.value("SELECT count(*) FROM audit_logs WHERE action = 'report.completed'") == 1


def test_two_runs_at_once_share_the_work(books: Books, platform: Caller) -> None:
    ids = [new_report(platform) for _ in range(2)]
    jobs, rival = books.connection("jobs"), Books(books.url)
    with jobs.transaction():
        first = books.job("claim_report", 60)
        second = rival.job("claim_report", 60)
        assert rival.rows("SELECT id FROM claim_report(60)") == []
    rival.close()
    assert [str(first["id"]), str(second["id"])] == ids


def test_one_that_keeps_failing_is_given_up_and_costs_the_others_nothing(
    books: Books, job: Job, platform: Caller, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = new_report(platform), new_report(new_platform(api))
    writing = exports.Folder.writing

    def failing(place: exports.Folder, key: str) -> Any:
        if bad in key:
            raise OSError("the disk is full")
        return writing(place, key)

    monkeypatch.setattr(exports.Folder, "writing", failing)
    assert job("RunReports") == {"done": 1, "failed": 1, "lines": 1}
    assert state(books, good)["status"] == "done"
    for _ in range(3):
        books.plant("UPDATE ops.reports SET leased_until = now() - interval '1 s' WHERE status = 'running'")
        job("RunReports")
    assert (state(books, bad)["status"], state(books, bad)["attempts"]) == ("failed", 3)
    told = platform.get(f"/v1/reports/{bad}").json
    assert (told["status"], told["download_url"]) == ("failed", None)
    assert books.value("SELECT count(*) FROM audit_logs WHERE action = 'report.failed'") == 1
