"""Who is told when something is wrong: every job is watched, and what alarms and dashboard read is what there is."""

import json
import re
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws
from tests import emf

from devstack.postgres import CHECKOUT
from devstack.template import Schedule, Template
from gigstream import metrics

template = Template()
ALARMS = template.resources("AWS::CloudWatch::Alarm")
# With those that no clock calls.
JOBS = {
    function.name: function.handler.split(".")[1]
    for function in template.functions.values()
    if function.handler.startswith("jobs.")
}
NAMES = {"AWS::StackName": "gigstream-live", "AWS::Region": "us-east-1", "Mode": "live"}
# What AWS counts by itself, as far as it is looked at, and for what.
THEIRS: dict[tuple[str, str], tuple[str, ...]] = {
    ("AWS/Lambda", "Errors"): ("FunctionName",),
    ("AWS/Lambda", "Throttles"): (),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): ("QueueName",),
    **{("AWS/ApiGateway", name): ("ApiName", "Stage") for name in ("Count", "4XXError", "5XXError", "Latency")},
}


def plain(value: Any) -> Any:
    """With what CloudFormation would put in the place of its functions."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "Ref" in value:
        return NAMES.get(value["Ref"], value["Ref"])
    if "Fn::GetAtt" in value:
        return value["Fn::GetAtt"]
    if "Fn::Sub" in value:
        return re.sub(r"\$\{([^}]+)\}", lambda name: NAMES.get(name[1], name[1]), value["Fn::Sub"])
    return {name: plain(one) for name, one in value.items()}


def every(expression: str) -> timedelta:
    """How often a schedule calls."""
    if rate := re.fullmatch(r"rate\((\d+) (minute|hour)s?\)", expression):
        return int(rate[1]) * timedelta(**{f"{rate[2]}s": 1})
    assert re.fullmatch(r"cron\(\d+ \d+ \* \* \? \*\)", expression), "neither a rate nor daily"
    return timedelta(days=1)


def exists(namespace: str, name: str, dimensions: dict[str, str]) -> bool:
    """Whether somebody counts this."""
    if namespace != metrics.NAMESPACE:
        return tuple(dimensions) == THEIRS[namespace, name]
    ours = {"stack": NAMES["AWS::StackName"], "job": dimensions["job"]}
    return dimensions == ours and name in emf.metrics_of(dimensions["job"]) and dimensions["job"] in JOBS.values()


def read_by(alarm: dict[str, Any]) -> tuple[str, str, dict[str, str]]:
    """The metric of an alarm: namespace, name, dimensions."""
    dimensions = {dimension["Name"]: dimension["Value"] for dimension in plain(alarm.get("Dimensions", []))}
    return alarm["Namespace"], alarm["MetricName"], dimensions


@pytest.fixture
def cloudwatch(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_DEFAULT_REGION", NAMES["AWS::Region"])
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        yield boto3.client("cloudwatch")


@pytest.mark.parametrize("schedule", template.schedules, ids=lambda schedule: schedule.function.name)
def test_a_job_of_which_no_run_succeeds_rings(schedule: Schedule) -> None:
    alarm = ALARMS[f"{schedule.function.name}Stopped"]
    # One run without an error in all that time is enough; no run at all is none.
    assert (alarm["Statistic"], alarm["Threshold"], alarm["TreatMissingData"]) == ("Minimum", 0, "breaching")
    window = alarm["EvaluationPeriods"] * timedelta(seconds=alarm["Period"])
    # A run and its two repetitions may take a quarter of an hour; beside that one call of a frequent job may be lost.
    assert every(schedule.expression) + timedelta(minutes=4) <= window <= 26 * every(schedule.expression)
    assert read_by(alarm) == ("AWS/Lambda", "Errors", {"FunctionName": schedule.function.name})


@pytest.mark.parametrize("job", sorted(metrics.TIMED))
def test_a_job_whose_work_waits_rings(job: str) -> None:
    (name,) = [name for name, module in JOBS.items() if module == job]
    alarm = ALARMS[f"{name}Late"]
    assert read_by(alarm) == ("GigStream", "lag_seconds", {"stack": "gigstream-live", "job": job})
    # A job that sleeps has nothing to do.
    assert alarm["TreatMissingData"] == "notBreaching"


@pytest.mark.parametrize("job", sorted(metrics.CHECKING))
def test_a_finding_rings_until_a_run_has_none(job: str) -> None:
    found = ("GigStream", "findings", {"stack": "gigstream-live", "job": job})
    (alarm,) = [alarm for alarm in ALARMS.values() if read_by(alarm) == found]
    assert alarm["TreatMissingData"] == "ignore"


def test_an_event_that_was_given_up_rings() -> None:
    watched = {read_by(alarm)[2].get("QueueName") for alarm in ALARMS.values()}
    queues = [name for name in template.resources("AWS::SQS::Queue") if name.endswith("Failures")]
    assert {f"{queue}.QueueName" for queue in queues} <= watched


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_an_alarm_is_sound(name: str) -> None:
    alarm = ALARMS[name]
    assert exists(*read_by(alarm))
    assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "Alarms"}]
    assert alarm["AlarmDescription"].endswith(".")
    # CloudWatch looks back a day, and with hours as periods a week.
    assert alarm["Period"] * alarm["EvaluationPeriods"] <= (604800 if alarm["Period"] >= 3600 else 86400)


def test_the_runbook_says_what_to_do_about_each_alarm_and_no_other() -> None:
    runbook = (CHECKOUT / "infra/runbook.md").read_text()
    explained = re.findall(r"^(?:### |\| `)([A-Z][a-z]+[A-Z]\w+|Throttled)(?:`|$)", runbook, re.MULTILINE)
    assert sorted(explained) == sorted(ALARMS)


def test_the_links_of_the_runbook_lead_somewhere() -> None:
    runbook, readme = ((CHECKOUT / name).read_text() for name in ("infra/runbook.md", "README.md"))
    links = re.findall(r"\]\((?:\.\./README\.md)?#([\w-]+)\)", runbook)
    headings = re.findall(r"^#+ (.+)$", runbook + readme, re.MULTILINE)
    assert links
    assert set(links) <= {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_cloudwatch_takes_each_alarm(cloudwatch: Any) -> None:
    for name, alarm in ALARMS.items():
        cloudwatch.put_metric_alarm(AlarmName=name, **plain(alarm))
    pages = cloudwatch.get_paginator("describe_alarms").paginate()
    kept = {alarm["AlarmName"]: alarm for page in pages for alarm in page["MetricAlarms"]}
    assert kept.keys() == ALARMS.keys()
    for name, alarm in ALARMS.items():
        assert {key: kept[name][key] for key in alarm} == plain(alarm)


def test_cloudwatch_takes_the_dashboard(cloudwatch: Any) -> None:
    ((_, properties),) = template.resources("AWS::CloudWatch::Dashboard").items()
    cloudwatch.put_dashboard(**plain(properties))
    kept = cloudwatch.get_dashboard(DashboardName="gigstream-live")["DashboardBody"]
    assert json.loads(kept) == json.loads(plain(properties["DashboardBody"]))


def test_the_dashboard_shows_what_is_counted() -> None:
    ((_, properties),) = template.resources("AWS::CloudWatch::Dashboard").items()
    for widget in json.loads(plain(properties["DashboardBody"]))["widgets"]:
        assert widget["properties"]["title"]
        above: list[str] = []
        for metric in widget["properties"]["metrics"]:
            *path, options = metric if isinstance(metric[-1], dict) else [*metric, {}]
            if searched := re.match(r'SEARCH\(.*MetricName="(\w+)"', options.get("expression", "")):
                assert any(searched[1] in emf.metrics_of(job) for job in JOBS.values())
            if path:  # a dot is what stands above it
                above = [over if here == "." else here for here, over in zip(path, above or path, strict=True)]
                namespace, name, *dimensions = above
                assert exists(namespace, name, dict(zip(dimensions[::2], dimensions[1::2], strict=True)))
