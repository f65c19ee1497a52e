"""What is done to a stage that is there: `gigstream rollback`, `status`, `schedules`."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

import boto3
import pytest
from tests.cloud.stage import Stage

from cloud import releases
from cloud.releases import Outcome, Release
from cloud.stop import Stop

Said = Callable[[], tuple[str, str]]


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Said:
    """What was printed since the last look: told, complained of."""

    def read() -> tuple[str, str]:
        told, complained = capfd.readouterr()
        return told, complained

    return read


def test_a_release_is_taken_back_and_built_of_its_own_commit(
    stage: Stage, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = stage.commit()
    assert stage.first() == 0, said()
    second = stage.commit("schema/roles.sql", "-- a change of the schema\n")
    monkeypatch.setattr("cloud.deploy.migrate", lambda *_: None)  # the checkout's schema is not this database's
    assert stage.deploy() == 0, said()

    assert stage.gigstream("rollback", "--stage", "trial", "--yes") == 0, said()
    told, _ = said()
    assert f"{first[:12]} runs again: http://" in told
    assert [outcome for commit, outcome in stage.history()[-2:] if commit == first] == ["deployed", "passed"]
    build, deploy = stage.sam()[-2:]
    assert build["folder"] != str(stage.checkout)
    assert build["architecture"] == "arm64"
    assert f'Release="{first}"' in deploy["arguments"]
    assert stage.git("worktree", "list").count("\n") == 0  # the folder is gone

    # There is nothing before it, and forward goes by a new deployment.
    assert stage.gigstream("rollback", "--stage", "trial", "--yes") == 1
    assert "No release before the running one has passed" in said()[1]
    assert stage.gigstream("rollback", "--stage", "trial", "--yes", "--to", first) == 1
    assert f"{first[:12]} is what runs." in said()[1]
    assert stage.gigstream("rollback", "--stage", "trial", "--yes", "--to", "0123456") == 1
    assert "There is no commit 0123456 in this checkout" in said()[1]

    # Somebody who is asked and not there has not agreed.
    assert stage.gigstream("rollback", "--stage", "trial", "--to", second) == 1
    where = "gigstream-trial in 123456789012, us-east-1"
    assert f"Take {where} from {first[:12]} back to {second[:12]}? Say --yes" in said()[1]


def past(*lines: str) -> list[Release]:
    split = [line.split() for line in lines]
    return [Release(commit, cast("Outcome", outcome), datetime.now(UTC), "somebody") for commit, outcome in split]


def line(*commits: str) -> Callable[[str, str], bool]:
    """A history in which each commit was built on those named before it."""
    return lambda to, since: commits.index(to) < commits.index(since)


def test_what_failed_is_passed_over_and_a_second_rollback_goes_on_back() -> None:
    order = line("a", "b", "c", "d")
    failed = past("a passed", "b passed", "c deployed", "d migrated")
    assert releases.running(failed) == "c"
    assert releases.before(failed, order) == "b"
    back = [*failed, *past("b deployed", "b passed")]
    assert releases.before(back, order) == "a"
    with pytest.raises(Stop, match="No release before the running one"):
        releases.before([*back, *past("a deployed", "a passed")], order)
    with pytest.raises(Stop, match="No release before the running one"):
        releases.before([], order)


@pytest.mark.parametrize(
    ("lines", "schemas", "refused"),
    [
        (["a passed", "b passed"], {"a": "1", "b": "2"}, False),
        (["a passed", "b passed", "c passed"], {"a": "1", "b": "1", "c": "2"}, False),
        (["a passed", "b passed", "c passed"], {"a": "1", "b": "2", "c": "2"}, False),
        (["a passed", "b passed", "c passed"], {"a": "1", "b": "2", "c": "3"}, True),
        (["a passed", "b passed", "c migrated"], {"a": "1", "b": "2", "c": "3"}, True),
        (["a passed", "b passed", "c passed", "b passed"], {"a": "1", "b": "2", "c": "3"}, True),
        (["a deployed", "b passed"], {"a": "1", "b": "1"}, True),
    ],
)
def test_a_schema_serves_the_release_before_it_and_no_other(
    lines: list[str], schemas: dict[str, str], *, refused: bool
) -> None:
    if refused:
        with pytest.raises(Stop, match=r"serves only the release before it|has never passed"):
            releases.check_schema(past(*lines), "a", schemas.__getitem__)
    else:
        releases.check_schema(past(*lines), "a", schemas.__getitem__)


def test_jobs_rest_and_go_on_and_the_status_says_so(stage: Stage, said: Said) -> None:
    assert stage.gigstream("status", "--stage", "trial") == 1
    assert said()[1] == "There is no stack gigstream-trial in 123456789012, us-east-1.\n"
    commit = stage.commit()
    assert stage.first() == 0, said()
    said()

    assert stage.gigstream("status", "--stage", "trial") == 0
    told, _ = said()
    assert re.search(rf"release +{commit}", told)
    for right in ("gigstream-trial, CREATE_COMPLETE", "all are on", "empty", "none rings", f"{commit[:12]} passed"):
        assert right in told

    schedule = {"GroupName": "gigstream-trial", "Name": "gigstream-trial-ReleaseStreams"}
    client = boto3.client("scheduler")
    before = client.get_schedule(**schedule)
    assert stage.gigstream("schedules", "--stage", "trial", "--pause") == 1
    assert "Pause all jobs of gigstream-trial in 123456789012, us-east-1? Say --yes" in said()[1]
    assert client.get_schedule(**schedule)["State"] == "ENABLED"
    assert stage.gigstream("schedules", "--stage", "trial", "--pause", "--yes") == 0
    assert set(re.findall(r": (\w+)", said()[0])) == {"paused"}
    paused = client.get_schedule(**schedule)
    assert paused["State"] == "DISABLED"
    assert {**paused, "State": "ENABLED"} == before | {
        name: paused[name] for name in ("ResponseMetadata", "LastModificationDate")
    }

    queue = boto3.client("sqs").list_queues()["QueueUrls"][0]
    boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="a job's event")
    watch = boto3.client("cloudwatch")
    for name in ("gigstream-trial-JobFailed-1A2B", "gigstream-trial-2-JobFailed-1A2B", "else"):
        watch.put_metric_alarm(
            AlarmName=name, ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1, MetricName="Errors",
            Namespace="AWS/Lambda", Period=60, Statistic="Sum", Threshold=0,
        )  # fmt: skip
        watch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
    assert stage.gigstream("status", "--stage", "trial") == 1
    told, _ = said()
    assert re.search(r"alarms +JobFailed\n", told)
    assert re.search(r"queues +JobFailures 1\n", told)
    assert re.search(r"schedules +paused: gigstream-trial-AlertBalances, ", told)

    assert stage.gigstream("schedules", "--stage", "trial", "--resume", "--yes") == 0
    assert stage.gigstream("schedules", "--stage", "trial") == 0
    assert set(re.findall(r": (\w+)", said()[0])) == {"on"}
