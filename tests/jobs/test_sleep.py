"""Jobs sleep: what they need not do, they know without Postgres, and nothing that is written is slept through."""

import ast
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import combinations_with_replacement, product
from threading import Thread
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.aws import aws
from tests.books import Books
from tests.conftest import Api
from tests.custody import Vault, vault
from tests.parameters import Clock, Parameters, hands, parameters, stream_from
from tests.people import new_platform, new_worker

from devstack.postgres import CHECKOUT
from devstack.template import Template
from gigstream import config, db, due
from gigstream.errors import Unavailable
from gigstream.queries import jobs
from gigstream_chain import deposits

__all__ = ["aws", "hands", "parameters", "vault"]

Job = Callable[..., Any]
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
# Where no Postgres is.
NOWHERE = "postgresql://jobs@127.0.0.1:1/nowhere"
NO_AWS = "http://127.0.0.1:1"


def name_of(handler: str) -> str:
    return handler.split(".")[1]


@pytest.fixture
def nowhere(environment: pytest.MonkeyPatch) -> Callable[[], None]:
    """From here on there is no database."""

    def leave() -> None:
        db.close()
        for role in ("API", "JOBS", "SIGNER"):
            environment.setenv(f"DATABASE_URL_{role}", NOWHERE)
        config.settings.cache_clear()

    return leave


@contextmanager
def without_ssm(environment: pytest.MonkeyPatch, url: str = NO_AWS) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as gone:
        gone.setenv("AWS_ENDPOINT_URL_SSM", url)
        config.settings.cache_clear()
        yield
    config.settings.cache_clear()


# What there is


def test_every_schedule_is_known_by_how_often_it_calls() -> None:
    found: dict[str, set[str]] = {"minutes": set(), "hour": set(), "day": set()}
    for schedule in Template().schedules:
        unit = "day" if "cron" in schedule.expression else "hour" if "hour" in schedule.expression else "minutes"
        found[unit].add(name_of(schedule.function.handler))
    assert list(found.values()) == [set(due.FREQUENT), set(due.HOURLY), set(due.DAILY)]


def test_every_job_that_sleeps_has_its_parameter_and_all_have_one_together() -> None:
    made = {one["Name"]["Fn::Sub"].rpartition("/")[2] for one in Template().resources("AWS::SSM::Parameter").values()}
    assert made == due.SLEEPING | {due.WRITTEN}


def test_the_api_may_mark_and_nothing_else_and_jobs_see_these_parameters_alone() -> None:
    rights = {
        tuple(role["Ref"] for role in policy["Roles"]): policy["PolicyDocument"]["Statement"]
        for policy in Template().resources("AWS::IAM::Policy").values()
    }
    parameter = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter"
    assert rights == {
        ("ApiRole", "ReportLinkRole"): [
            {"Effect": "Allow", "Action": "ssm:PutParameter", "Resource": {"Fn::Sub": parameter + "${DueWritten}"}}
        ],
        ("JobsRole", "SignerRole", "ReportRole"): [
            {
                "Effect": "Allow",
                "Action": ["ssm:GetParameters", "ssm:PutParameter"],
                "Resource": {"Fn::Sub": parameter + "/${AWS::StackName}/due/*"},
            }
        ],
    }


@pytest.mark.parametrize("job", sorted(due.FEEDS))
def test_what_is_work_for_others_is_counted(job: str) -> None:
    chain = CHECKOUT / "layers/chain/gigstream_chain"
    files = [CHECKOUT / f"functions/jobs/{job}.py", *chain.glob("*_rail.py"), chain / "deposits.py"]
    nodes = [node for path in files for node in ast.walk(ast.parse(path.read_text()))]
    counted = {node.value for node in nodes if isinstance(node, ast.Constant)}
    counted |= {node.arg for node in nodes if isinstance(node, ast.keyword)}
    assert counted.issuperset(due.FEEDS[job])


# The gate


@given(
    st.one_of(st.none(), st.integers(-100, 100)), st.one_of(st.none(), st.integers(-100, 100)),
    st.integers(-100, 100), st.integers(0, 100), st.integers(0, 100),
)  # fmt: skip
def test_what_is_due_stays_due_until_the_job_has_asked(
    asked: int | None, work: int | None, written: int, now: int, later: int
) -> None:
    first, second = (
        due.Gate(
            "release_streams", NOON + until * SECOND, None if asked is None else NOON + asked * SECOND,
            None if work is None else NOON + work * SECOND,
        )
        for until in (written, written + later)
    )  # fmt: skip
    if first.is_due(NOON + now * SECOND):
        assert second.is_due(NOON + (now + later) * SECOND)


@pytest.mark.parametrize(
    ("job", "at", "work", "looks"),
    [
        ("release_streams", "12:01", "12:05", "12:05"),
        ("release_streams", "12:01", "13:00", "12:15"),
        ("release_streams", "12:15", "13:00", "12:30"),
        ("release_streams", "12:01", None, None),
        ("announce_expiring_keys", "12:01", "18:00", "18:00"),
    ],
)
def test_what_is_open_is_looked_at_each_quarter_of_an_hour(
    parameters: Parameters, job: str, at: str, work: str | None, looks: str | None
) -> None:
    def moment(text: str | None) -> datetime | None:
        return None if text is None else datetime.fromisoformat(f"2026-11-22T{text}+00:00")

    as_of = moment(at)
    assert as_of is not None
    due.Gate(job).close(as_of, asked=as_of, due=moment(work), note=7)
    parameters.put(due.WRITTEN, (as_of - MINUTE).isoformat())
    assert due.look(job) == due.Gate(job, as_of - MINUTE, as_of, moment(looks), 7)


def test_without_parameters_nobody_sleeps_and_nobody_marks(environment: pytest.MonkeyPatch) -> None:
    assert due.look("release_streams") is None
    assert not due.mark()


ORDERS = [
    [*rest[:commit], "commit", *rest[commit:mark], "mark", *rest[mark:]]
    for rest in [["begin", "ask", "put"]]
    for commit, mark in combinations_with_replacement(range(4), 2)
]


def test_no_order_of_a_write_and_a_question_loses_the_write(
    parameters: Parameters, hands: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer commits and marks while a job begins to ask, asks, and puts down.

    Their clocks differ by `skew`. Where the writer has marked `before`, that mark is in its last second by then.
    """
    start = hands.moment
    for order, skew, before in product(ORDERS, (-5, 0, 5), (False, True)):
        theirs = {step: start + second * SECOND for second, step in enumerate(order)}
        mark = theirs["mark"] + skew * SECOND
        monkeypatch.setattr(due, "_marks", {})
        parameters.put(due.WRITTEN, (start - MINUTE).isoformat())
        if before:
            hands.moment = mark - 59 * SECOND
            due.mark()
        for step in order:
            hands.moment = mark if step == "mark" else theirs[step]
            if step == "mark":
                assert due.mark()
            elif step == "put":
                work = start + MINUTE if theirs["commit"] < theirs["ask"] else None
                due.Gate("run_reports").close(start, asked=theirs["begin"], due=work, note=None)
        gate = due.look("run_reports")
        assert gate is not None
        assert gate.is_due(start + MINUTE), (order, skew, before)


# Jobs


def test_a_job_asks_once_and_then_sleeps_without_the_database(
    parameters: Parameters, hands: Clock, job: Job, nowhere: Callable[[], None]
) -> None:
    assert job("ReleaseStreams", at=hands.moment) == {"due": 0, "released": 0, "failed": 0}
    gate = json.loads(parameters.value("release_streams"))
    assert gate == {"asked": hands.moment.isoformat(), "next": None, "note": None}
    nowhere()
    hands += timedelta(days=30)
    assert job("ReleaseStreams", at=hands.moment) == due.ASLEEP
    assert parameters.puts("release_streams") == 1


def test_what_is_written_while_a_job_asks_is_not_taken_for_seen(
    parameters: Parameters, hands: Clock, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, next_due = hands.moment, jobs.next_due

    def long_question(*arguments: Any) -> Any:
        hands.moment += 50 * SECOND
        return next_due(*arguments)

    monkeypatch.setattr(jobs, "next_due", long_question)
    job("SealAudit", at=hands.moment)
    assert json.loads(parameters.value("seal_audit"))["asked"] == began.isoformat()


def test_a_mark_wakes_each_job_and_they_sleep_again(parameters: Parameters, hands: Clock, job: Job) -> None:
    parameters.rest(hands.moment)
    hands += 30 * SECOND
    assert due.mark()
    woken = []
    for _ in range(4):
        hands.moment = hands.moment.replace(second=0) + MINUTE
        woken.append(
            [job(name, at=hands.moment) != due.ASLEEP for name in ("SealAudit", "CheckLedger", "PurgeExpired")]
        )
    # While the mark holds another write may come, so what is asked then does not count.
    assert woken == [[True] * 3, [True] * 3, [False] * 3, [False] * 3]
    assert parameters.puts("seal_audit") == 2


def test_an_environment_marks_once_a_minute(parameters: Parameters, hands: Clock) -> None:
    for seconds in (0, 30, 29):
        hands += seconds * SECOND
        assert due.mark()
    assert parameters.puts(due.WRITTEN) == 1
    hands += SECOND
    assert due.mark()
    assert parameters.puts(due.WRITTEN) == 2


def test_what_a_job_leaves_for_others_wakes_them(
    parameters: Parameters, hands: Clock, job: Job, api: Api, books: Books
) -> None:
    platform = new_platform(api)
    stream_from(books, platform, new_worker(api, platform), hands.moment, release_interval=60)
    parameters.rest(hands.moment)
    parameters.put("release_streams", "{}")
    hands += 2 * MINUTE
    assert job("ReleaseStreams", at=hands.moment)["released"] == 1
    hands += MINUTE
    assert job("SealAudit", at=hands.moment)["sealed"] > 0


def test_a_job_that_ran_out_of_time_is_due_again(parameters: Parameters, hands: Clock) -> None:
    left = iter([1000, 100])
    context = SimpleNamespace(
        aws_request_id="1", function_name="SealAudit", get_remaining_time_in_millis=lambda: next(left)
    )
    handler = Template().functions["SealAudit"].load()
    assert handler({"time": hands.moment.isoformat()}, context) == {"sealed": 0}
    assert parameters.puts("seal_audit") == 0


def test_a_job_that_failed_is_due_again(
    parameters: Parameters, hands: Clock, job: Job, nowhere: Callable[[], None]
) -> None:
    nowhere()
    with pytest.raises(Unavailable):
        job("SealAudit", at=hands.moment)
    assert parameters.puts("seal_audit") == 0


# The chain is looked at while the database sleeps


def test_a_deposit_wakes_the_job_that_credits_it(
    parameters: Parameters, hands: Clock, job: Job, vault: Vault, books: Books
) -> None:
    parameters.put(due.WRITTEN, (hands.moment - MINUTE).isoformat())
    assert job("IndexDeposits", at=hands.moment)["credited"] == 0
    seen = vault.head()
    with pytest.MonkeyPatch.context() as apart:
        for role in ("API", "JOBS"):
            apart.setenv(f"DATABASE_URL_{role}", NOWHERE)
        db.close()
        config.settings.cache_clear()
        vault.mine(3)
        assert job("IndexDeposits", at=hands.moment + MINUTE) == due.ASLEEP
        assert vault.front.asked[-1] == "eth_getLogs"
    config.settings.cache_clear()
    assert json.loads(parameters.value("index_deposits"))["note"] == seen
    vault.deposit(vault.account("100"), "12.5")
    assert job("IndexDeposits", at=hands.moment + 2 * MINUTE)["credited"] == 1
    assert books.balance("custody") == Decimal("-12.5")


def test_blocks_that_were_looked_through_are_left_behind_once_in_a_while(
    parameters: Parameters, hands: Clock, job: Job, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deposits, "LOG_BLOCKS", 2 * deposits.AGAIN)
    parameters.put(due.WRITTEN, (hands.moment - MINUTE).isoformat())
    job("IndexDeposits", at=hands.moment)
    seen = vault.head()
    notes = []
    for _ in range(3):
        vault.mine(deposits.AGAIN // 2)
        assert job("IndexDeposits", at=hands.moment) == due.ASLEEP
        notes.append(json.loads(parameters.value("index_deposits"))["note"] - seen)
    assert notes == [0, 0, 180]
    assert parameters.puts("index_deposits") == 2


def test_a_chain_that_is_not_to_be_seen_fails_the_run_and_wakes_nobody(
    parameters: Parameters, hands: Clock, job: Job, vault: Vault, nowhere: Callable[[], None]
) -> None:
    parameters.rest(hands.moment, note=1)
    vault.front.rule = lambda *_: (_ for _ in ()).throw(KeyError(-32000))
    nowhere()
    with pytest.raises(Unavailable, match="none of the nodes"):
        job("IndexDeposits", at=hands.moment + MINUTE)


# Writes


def test_a_write_is_marked_after_its_commit(
    parameters: Parameters, api: Api, connect: Callable[[str], psycopg.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    auditor, seen = connect("auditor"), []
    mark = due.mark

    def look_and_mark() -> bool:
        seen.append(auditor.execute("SELECT count(*) FROM platforms").fetchone())
        return mark()

    monkeypatch.setattr(due, "mark", look_and_mark)
    platform = new_platform(api, funds=None)
    assert seen == [(1,)]
    assert parameters.puts(due.WRITTEN) == 1
    platform.get()
    assert len(seen) == 1


def test_a_write_of_which_nobody_knows_whether_it_stands_is_marked(
    parameters: Parameters, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = new_platform(api, funds=None)
    parameters.rest(datetime.now(UTC))
    monkeypatch.setattr(due, "_marks", {})
    write_once = db.write_once

    def lost(*arguments: Any) -> Any:
        write_once(*arguments)
        raise Unavailable

    with monkeypatch.context() as cut:
        cut.setattr(db, "write_once", lost)
        assert platform.post("/deposits", {"amount": "5"}, once="a-key").status == 503
    assert parameters.puts(due.WRITTEN) == 3
    monkeypatch.setattr(due, "_marks", {})
    assert platform.post("/deposits", {"amount": "5"}, once="a-key").status == 201
    assert parameters.puts(due.WRITTEN) == 4


# When SSM is not there


class Throttling(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = b'{"__type": "ThrottlingException", "message": "Rate exceeded"}'
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_a_write_that_cannot_be_marked_stands_and_the_next_ones_do_not_wait_for_ssm(
    parameters: Parameters, hands: Clock, api: Api, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Throttling) as server:
        Thread(target=server.serve_forever).start()
        with without_ssm(environment, f"http://127.0.0.1:{server.server_port}"):
            platform = new_platform(api, funds="5")
        server.shutdown()
    assert platform.get().status == 200
    said = capsys.readouterr().out
    assert said.count("AmazonSSM.PutParameter: 400 ThrottlingException") == 1
    hands += due.AGAIN
    platform.made("/deposits", {"amount": "5"})
    assert parameters.puts(due.WRITTEN) == 1


def test_a_gate_that_cannot_be_read_or_written_is_open(
    parameters: Parameters, hands: Clock, job: Job, environment: pytest.MonkeyPatch
) -> None:
    parameters.rest(hands.moment)
    hands += MINUTE
    with without_ssm(environment):
        assert job("SealAudit", at=hands.moment) == {"sealed": 0}
    assert job("SealAudit", at=hands.moment) == due.ASLEEP
    for unreadable in ("", "[]", "{", '{"asked": "noon"}', '{"asked": 5}'):
        parameters.put("seal_audit", unreadable or " ")
        assert job("SealAudit", at=hands.moment) == {"sealed": 0}
    parameters.put("seal_audit", "{}")
    assert job("SealAudit", at=hands.moment) == {"sealed": 0}
    assert job("SealAudit", at=hands.moment) == due.ASLEEP
    parameters.put(due.WRITTEN, "never")
    assert job("SealAudit", at=hands.moment) == {"sealed": 0}


def test_pay_whose_mark_was_lost_waits_for_a_quarter_of_an_hour_at_most(
    parameters: Parameters, hands: Clock, job: Job, api: Api, books: Books, environment: pytest.MonkeyPatch
) -> None:
    platform = new_platform(api)
    worker = new_worker(api, platform)
    stream_from(books, platform, worker, hands.moment, release_interval=3600)
    hands += MINUTE
    parameters.rest(hands.moment)
    parameters.put("release_streams", "{}")
    assert job("ReleaseStreams", at=hands.moment)["due"] == 0
    with without_ssm(environment):
        stream_from(books, platform, worker, hands.moment, release_interval=60)
    ran = {}
    for _ in range(15):
        hands += MINUTE
        counts = job("ReleaseStreams", at=hands.moment)
        if counts != due.ASLEEP:
            ran[hands.moment.minute] = counts["released"]
    assert ran == {15: 1, 16: 1}
