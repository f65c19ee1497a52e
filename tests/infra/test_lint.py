"""Our own rules for the template: each finds what breaks it, and nothing in the template as it is."""

import json
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import decode_str
from cfnlint.rules import Rules
from cfnlint.template import Template
from cfnlint.template.transforms.transform import Transform
from samtranslator.yaml_helper import yaml_parse

from devstack.postgres import CHECKOUT
from devstack.template import TEMPLATE

Document = dict[str, Any]
SHARED = {
    *["AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::Logs::LogGroup", "AWS::SQS::Queue"],
    *["AWS::Serverless::Api", "AWS::Serverless::LayerVersion", "AWS::Scheduler::ScheduleGroup"],
}
DOCUMENT: Document = yaml_parse(TEMPLATE.read_text())
# An endpoint, a job and the signer are enough to be broken.
FEW = {"TasksGet", "SealAudit", "SubmitSettlements"}
SMALL: Document = DOCUMENT | {
    "Resources": {
        name: resource for name, resource in DOCUMENT["Resources"].items() if name in FEW or resource["Type"] in SHARED
    }
}
RULES = Rules.create_from_directory(str(CHECKOUT / "infra/lint"))


def found(document: Document) -> set[str]:
    """The rules that are broken; only ours are asked, which takes a second instead of a minute."""
    decoded, errors = decode_str(json.dumps(document))
    assert not errors
    template = Template("template.json", decoded)
    Transform().transform(template)
    return {rule.id for rule in RULES.values() if rule.match(template)}


def properties(document: Document, name: str) -> Document:
    given: Document = document["Resources"][name]["Properties"]
    return given


def change(name: str, **changes: Any) -> Callable[[Document], None]:
    """Give a resource other properties; None takes one away."""

    def break_it(document: Document) -> None:
        for key, value in changes.items():
            properties(document, name).pop(key, None) if value is None else properties(document, name).update(
                {key: value}
            )

    return break_it


def change_tick(key: str) -> Callable[[Document], None]:
    return lambda document: properties(document, "SealAudit")["Events"]["Tick"]["Properties"].pop(key)


def change_right(key: str, value: Any) -> Callable[[Document], None]:
    """Of what all jobs may do, the first."""

    def break_it(document: Document) -> None:
        properties(document, "JobRights")["PolicyDocument"]["Statement"][0][key] = value

    return break_it


def given(**variables: Any) -> Callable[[Document], None]:
    return change("TasksGet", Environment={"Variables": variables})


def parameter(**fields: Any) -> Callable[[Document], None]:
    return lambda document: document["Parameters"].update(Password={"Type": "String", **fields})


GRANTED = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}]}
ROLE = {"Fn::GetAtt": ["JobsRole", "Arn"]}
BROKEN = [
    ("E9001", "no time", change("TasksGet", Timeout=None)),
    ("E9001", "no memory", change("SealAudit", MemorySize=None)),
    ("E9001", "no role", change("TasksGet", Role=None)),
    ("E9001", "no log group", change("TasksGet", LoggingConfig=None)),
    ("E9001", "a time for all", lambda document: document["Globals"]["Function"].update(Timeout=10)),
    ("E9001", "rights of its own", change("TasksGet", Policies=["AmazonS3FullAccess"])),
    ("E9002", "an endpoint with the jobs' role", change("TasksGet", Role=ROLE)),
    ("E9002", "another's secret", given(SECRET_ID={"Fn::Sub": "${AWS::StackName}/signer"})),
    ("E9002", "a job with the API's", change("SealAudit", Handler="api.tasks.get.app")),
    ("E9003", "a job without a queue", change("SealAudit", DeadLetterQueue=None)),
    ("E9003", "a schedule without one", change_tick("DeadLetterConfig")),
    ("E9003", "a schedule that tries for ever", change_tick("RetryPolicy")),
    ("E9003", "a schedule with rights of its own", change_tick("RoleArn")),
    (
        "E9003",
        "a rule",
        change("SealAudit", Events={"Tick": {"Type": "Schedule", "Properties": {"Schedule": "rate(1 minute)"}}}),
    ),
    ("E9004", "every action", change_right("Action", "*")),
    ("E9004", "every action of a kind", change_right("Action", ["sqs:*"])),
    ("E9004", "every resource", change_right("Resource", "*")),
    ("E9004", "every resource of a kind", change_right("Resource", {"Fn::Sub": "arn:${AWS::Partition}:s3:::*"})),
    ("E9004", "every secret", change_right("Resource", [{"Fn::Sub": "arn:aws:secretsmanager:eu-west-1:1:secret:*"}])),
    ("E9004", "all but", change_right("NotAction", "iam:PassRole")),
    ("E9004", "a role's own policy", change("ApiRole", Policies=[{"PolicyName": "all", "PolicyDocument": GRANTED}])),
    ("E9005", "a secret as a variable", given(JWT_SECRET="x")),
    ("E9005", "a URL with a password", given(DATABASE_URL_API={"Ref": "AppUri"})),
    ("E9005", "a secret that is filled in", given(HARMLESS="{{resolve:secretsmanager:gigstream/api}}")),
    ("E9005", "a secret as a parameter", parameter(NoEcho=True)),
    ("E9006", "two signers", change("SubmitSettlements", ReservedConcurrentExecutions=None)),
    ("E9006", "two signers again", change("SubmitSettlements", ReservedConcurrentExecutions=2)),
    ("E9007", "a queue that forgets", change("JobFailures", MessageRetentionPeriod=None)),
    ("E9007", "a queue in clear", change("JobFailures", SqsManagedSseEnabled=False)),
    (
        "E9007",
        "a queue that hands on nothing",
        lambda document: document["Resources"].update(
            Lost={"Type": "AWS::SQS::Queue", "Properties": properties(document, "JobFailures")}
        ),
    ),
    ("E9008", "a log for ever", change("SignerLogs", RetentionInDays=None)),
]


def test_the_template_holds_to_them() -> None:
    assert found(DOCUMENT) == set()


@pytest.mark.parametrize(
    ("rule", "change"), [(rule, broken) for rule, _, broken in BROKEN], ids=[why for _, why, _ in BROKEN]
)
def test_what_breaks_a_rule_is_found(rule: str, change: Callable[[Document], None]) -> None:
    document = deepcopy(SMALL)
    change(document)
    assert found(document) == {rule}


def test_every_rule_is_tried() -> None:
    assert {rule for rule, _, _ in BROKEN} == set(RULES)


def test_cfn_lint_asks_for_them(tmp_path: Path) -> None:
    document = deepcopy(SMALL)
    del document["Resources"]["TasksGet"]["Properties"]["Timeout"]
    template = tmp_path / "template.json"
    template.write_text(json.dumps(document))
    said = subprocess.run(["cfn-lint", str(template)], cwd=CHECKOUT, capture_output=True, text=True, check=False).stdout
    assert "E9001 the function has no Timeout" in said
