"""The stack that CloudFormation would make of template.yaml, once SAM has transformed it."""

from collections import Counter
from functools import cache
from typing import Any

import boto3
import pytest
from moto import mock_aws
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from devstack import scheduler
from devstack.template import TEMPLATE, Template

# CloudFormation takes 500; from here on the template is to be split.
MOST = 400
REGION = "us-east-1"
ACCOUNT = "123456789012"
CODE = "s3://somewhere/code"
GIVEN = {"AppUri": "https://app.example.com", "ArcContract": f"0x{40 * '0'}", "SecretsExtension": ""}

template = Template()


@cache
def stack() -> dict[str, Any]:
    """Every resource, by its logical id; conditions are still in it."""
    document = yaml_parse(TEMPLATE.read_text())
    document["Globals"]["Function"]["CodeUri"] = CODE
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = CODE
    session = boto3.Session(region_name=REGION)
    made: dict[str, Any] = Translator({}, Parser(), boto_session=session).translate(document, GIVEN)
    return dict(made["Resources"])


def of(kind: str) -> dict[str, dict[str, Any]]:
    return {name: resource["Properties"] for name, resource in stack().items() if resource["Type"] == kind}


def test_it_stays_well_under_cloudformations_limit() -> None:
    counted = Counter(resource["Type"] for resource in stack().values())
    assert counted["AWS::Lambda::Function"] == len(template.functions)
    assert counted.total() <= MOST, counted


def test_lambda_leaves_log_lines_as_they_are_and_each_class_has_its_log() -> None:
    for function in of("AWS::Lambda::Function").values():
        logging = function["LoggingConfig"]
        assert (logging["LogFormat"], logging["ApplicationLogLevel"]) == ("JSON", "INFO")
        assert logging["LogGroup"]["Ref"] in {"ApiLogs", "JobsLogs", "SignerLogs"}


def test_nothing_but_what_the_template_names_has_rights() -> None:
    assert of("AWS::IAM::Role").keys() == template.resources("AWS::IAM::Role").keys()


def test_a_function_runs_in_subnets_only_where_some_are_named() -> None:
    named = {"SubnetIds": {"Fn::Split": [",", {"Ref": "SubnetIds"}]}}
    named |= {"SecurityGroupIds": {"Fn::Split": [",", {"Ref": "SecurityGroupIds"}]}}
    nothing = {"Ref": "AWS::NoValue"}
    for function in of("AWS::Lambda::Function").values():
        assert function["VpcConfig"] == {"Fn::If": ["InSubnets", named, nothing]}
    # What lets it into them, as everything of AWS's own that a role has.
    owned = {name for name, role in of("AWS::IAM::Role").items() if name != "SchedulesRole"}
    for name in owned:
        *_, tracing, network = of("AWS::IAM::Role")[name]["ManagedPolicyArns"]
        assert tracing["Fn::Sub"].endswith(":iam::aws:policy/AWSXRayDaemonWriteAccess")
        condition, right, otherwise = network["Fn::If"]
        assert (condition, otherwise) == ("InSubnets", nothing)
        assert right["Fn::Sub"].endswith("/AWSLambdaENIManagementAccess")


def test_a_domain_of_its_own_leads_to_the_stage_where_one_is_named() -> None:
    for name in ("ApiDomain", "ApiMapping"):
        assert stack()[name]["Condition"] == "HasDomain"
    mapping = of("AWS::ApiGateway::BasePathMapping")["ApiMapping"]
    assert stack()[mapping["Stage"]["Ref"]]["Type"] == "AWS::ApiGateway::Stage"
    assert "BasePath" not in mapping


def test_eventbridge_takes_each_schedule_and_calls_its_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """As CloudFormation would make them."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    schedules = of("AWS::Scheduler::Schedule")
    assert {schedule.function.name for schedule in template.schedules} == {
        schedule["Target"]["Arn"]["Fn::GetAtt"][0] for schedule in schedules.values()
    }
    with mock_aws():
        client = boto3.client("scheduler")
        client.create_schedule_group(Name="gigstream")
        for properties in schedules.values():
            client.create_schedule(**resolved(properties))
        made = client.list_schedules(GroupName="gigstream")["Schedules"]
        assert len(made) == len(template.schedules)
        for each in made:
            found = client.get_schedule(GroupName="gigstream", Name=each["Name"])
            assert found["State"] == "ENABLED"
            assert found["FlexibleTimeWindow"] == {"Mode": "OFF"}
            target = found["Target"]
            assert each["Name"] == f"{target['Arn'].rpartition('/')[2]}Tick"
            assert target["RoleArn"].endswith("/SchedulesRole")
            assert target["DeadLetterConfig"]["Arn"].endswith("/JobFailures")
            # What cannot be delivered before the next is due is no longer of use.
            assert 60 <= target["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 2 * 3600
            assert target["Input"].count(scheduler.MEANT) == 1


def resolved(value: Any) -> Any:
    """With what CloudFormation would put in place of a resource's name."""
    match value:
        case {"Ref": "Schedules"}:
            return "gigstream"
        case {"Fn::GetAtt": [name, "Arn"]}:
            return f"arn:aws:some:{REGION}:{ACCOUNT}:kind/{name}"
        case dict():
            return {name: resolved(one) for name, one in value.items()}
        case _:
            return value
