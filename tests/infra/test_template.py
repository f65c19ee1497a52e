"""template.yaml says what the files say: every function file has its block, with the same route, handler and rights."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from devstack.postgres import CHECKOUT
from devstack.template import Function, Route, Schedule, Template
from gigstream.errors import ALL

template = Template()
FUNCTIONS = CHECKOUT / "functions"
ROUTES = {route.function.handler: route for route in template.routes}
JOBS = {schedule.function.handler: schedule for schedule in template.schedules}

# Who derives secrets of webhooks.
DERIVING = {
    *["PlatformsRegister", "WebhookEndpointsCreate", "WebhookEndpointsRotateSecret"],
    *["WebhooksTaskCompleted", "WebhooksRotateSecret", "DeliverWebhooks"],
}

SETTLING = {"SETTLE_THRESHOLD", "SETTLE_MINIMUM", "SETTLE_HOURS", "SETTLE_BATCH"}
OWN_ROLE = {
    "AnchorAudit": "Anchor",
    "RunReports": "Report",
    "ReportsGet": "ReportLink",
    "SubmitSettlements": "Signer",
}
# Who speaks to the chain; nobody else loads web3.
ON_CHAIN = {"SubmitSettlements", "ConfirmSettlements", "IndexDeposits", "ReconcileChain"}
# Who speaks to Circle, and with what beside the API key.
PAYING = {"CIRCLE_ENTITY_SECRET", "CIRCLE_WALLET_ID"}
CIRCLES: dict[str, set[str]] = {
    "WebhooksCircle": set(),
    "CreateWallets": {"CIRCLE_ENTITY_SECRET", "CIRCLE_WALLET_SET_ID"},
    "SubmitSettlements": PAYING,
    "ConfirmSettlements": set(),
}


def handlers(folder: str, attribute: str) -> set[str]:
    files = (FUNCTIONS / folder).rglob("*.py")
    return {".".join([*path.relative_to(FUNCTIONS).with_suffix("").parts, attribute]) for path in files}


def source(function: Function) -> ast.Module:
    path = Path(*function.handler.split(".")[:-1]).with_suffix(".py")
    return ast.parse((FUNCTIONS / path).read_text())


def test_every_function_file_has_a_block_and_every_block_a_file() -> None:
    assert set(ROUTES) == handlers("api", "app")
    assert set(JOBS) == handlers("jobs", "handler")
    assert {function.handler for function in template.functions.values()} == {*ROUTES, *JOBS}


@pytest.mark.parametrize("route", template.routes, ids=lambda route: route.function.handler)
def test_route_docstring_and_template_agree(route: Route) -> None:
    rule = route.function.load().rule
    assert (rule.method, rule.path) == (route.method, route.path)
    docstring = ast.get_docstring(source(route.function)) or ""
    assert re.match(rf"{route.method} {re.escape(route.path)}: \S.*\.$", docstring.splitlines()[0])


@pytest.mark.parametrize("handler", sorted(JOBS))
def test_a_job_says_when_it_runs_and_why(handler: str) -> None:
    assert ast.get_docstring(source(JOBS[handler].function))


@pytest.mark.parametrize("name", sorted(template.functions))
def test_a_function_has_the_rights_of_its_kind_and_no_more(name: str) -> None:
    properties = template.resources("AWS::Serverless::Function")[name]
    kind = "Api" if properties["Handler"].startswith("api.") else "Jobs"
    role = OWN_ROLE.get(name, kind)
    assert properties["Role"] == {"Fn::GetAtt": f"{role}Role.Arn"}
    assert properties["LoggingConfig"] == {"LogGroup": {"Ref": f"{kind}Logs"}}
    given = set(properties.get("Environment", {}).get("Variables", {}))
    chain = {"ARC_RPC_URL", "ARC_START_BLOCK"} if name in ON_CHAIN else set()
    assert ({"Ref": "ChainLayer"} in properties.get("Layers", [])) == (name in ON_CHAIN | CIRCLES.keys())
    webhooks = {"WEBHOOK_ENCRYPTION_KEY"} if name in DERIVING else set()
    circle = CIRCLES[name] | {"CIRCLE_API_KEY"} if name in CIRCLES else set()
    allowed = {
        "Api": {"DATABASE_URL_API", "JWT_SECRET", "API_KEY_PEPPER", "ARC_EXPLORER_URL", "SETTLE_MINIMUM"} | webhooks,
        "Jobs": {"DATABASE_URL_JOBS", *SETTLING} | webhooks | chain,
        "Signer": {"DATABASE_URL_SIGNER", "ARC_KMS_KEY_ID"} | chain,
        "Anchor": {"DATABASE_URL_JOBS", "AUDIT_ANCHOR_BUCKET", "AUDIT_ANCHOR_DAYS"},
        "Report": {"DATABASE_URL_JOBS", "DATABASE_URL_API", "REPORT_BUCKET", "REPORT_DAYS"},
        "ReportLink": {"DATABASE_URL_API", "JWT_SECRET", "API_KEY_PEPPER", "REPORT_BUCKET"},
    }
    assert given <= allowed[role] | circle


@pytest.mark.parametrize("schedule", template.schedules, ids=lambda schedule: schedule.function.name)
def test_a_job_that_keeps_failing_leaves_its_event_and_rings(schedule: Schedule) -> None:
    properties = template.resources("AWS::Serverless::Function")[schedule.function.name]
    (queue,) = template.resources("AWS::SQS::Queue")
    assert properties["DeadLetterQueue"] == {"Type": "SQS", "TargetArn": {"Fn::GetAtt": f"{queue}.Arn"}}
    (alarm,) = template.resources("AWS::CloudWatch::Alarm").values()
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": {"Fn::GetAtt": f"{queue}.QueueName"}}]


def test_one_run_at_a_time_may_sign_with_one_key() -> None:
    signing = template.resources("AWS::Serverless::Function")["SubmitSettlements"]
    assert signing["ReservedConcurrentExecutions"] == 1
    rights = {
        name: statement["Resource"]
        for name, role in template.resources("AWS::IAM::Role").items()
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if "kms:" in str(statement["Action"])
    }
    (key,) = rights.values()
    assert list(rights) == ["SignerRole"]
    assert key["Fn::Sub"].endswith(":key/${ArcKmsKey}")


def test_no_right_is_for_everything() -> None:
    for role in template.resources("AWS::IAM::Role").values():
        for policy in role["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                assert "*" not in str(statement["Action"])
                assert statement["Resource"] != "*"


@pytest.mark.parametrize("kind", sorted(template.responses))
def test_what_api_gateway_answers_reads_like_our_errors(kind: str) -> None:
    response = template.responses[kind]
    body = response.body.substitute({"context.requestId": "id"})
    error = next(error for error in ALL if f'"{error.code}"' in body)
    problem: dict[str, Any] = {
        "type": f"urn:gigstream:error:{error.code}",
        "title": error.__doc__,
        "status": error.status,
        "detail": error.__doc__,
        "code": error.code,
        "request_id": "id",
        "errors": [],
    }
    assert (response.status, json.loads(body)) == (error.status, problem)
