"""template.yaml says what the files say: every function file has its block, with the same route, handler and rights."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from cloud.secrets import HELD, OPTIONAL
from devstack.postgres import CHECKOUT
from devstack.template import Feed, Function, Route, Schedule, Template
from gigstream import config
from gigstream.errors import ALL
from gigstream.exchange import EXPOSED

template = Template()
FUNCTIONS = CHECKOUT / "functions"
ROUTES = {route.function.handler: route for route in template.routes}
JOBS = {schedule.function.handler: schedule for schedule in template.schedules}
WORKERS = {feed.function.handler: feed for feed in template.feeds}

SETTLING = {"SETTLE_THRESHOLD", "SETTLE_MINIMUM", "SETTLE_HOURS", "SETTLE_BATCH"}
OWN_ROLE = {
    "AnchorAudit": "Anchor",
    "RunReports": "Report",
    "ReportsGet": "ReportLink",
    "SubmitSettlements": "Signer",
}
KINDS = {"Api": "api", "ReportLink": "api", "Jobs": "jobs", "Anchor": "jobs", "Report": "jobs", "Signer": "signer"}
# What beside its class's secret a function may be told, by its role.
TOLD = {
    "Api": {"ARC_EXPLORER_URL", "SETTLE_MINIMUM"},
    "Jobs": {"RELEASE_QUEUE_URL", "ARC_START_BLOCK", "CIRCLE_WALLET_SET_ID", *SETTLING},
    "Signer": {"ARC_KMS_KEY_ID", "CIRCLE_WALLET_ID"},
    "Anchor": {"AUDIT_ANCHOR_BUCKET", "AUDIT_ANCHOR_DAYS"},
    "Report": {"REPORT_BUCKET", "REPORT_DAYS"},
    "ReportLink": {"REPORT_BUCKET"},
}
# Who speaks to the chain or to Circle; nobody else loads web3.
ON_CHAIN = {
    *["SubmitSettlements", "ConfirmSettlements", "IndexDeposits", "ReconcileChain"],
    *["WebhooksCircle", "CreateWallets"],
}


def handlers(folder: str, attribute: str) -> set[str]:
    files = (FUNCTIONS / folder).rglob("*.py")
    return {".".join([*path.relative_to(FUNCTIONS).with_suffix("").parts, attribute]) for path in files}


def source(function: Function) -> ast.Module:
    path = Path(*function.handler.split(".")[:-1]).with_suffix(".py")
    return ast.parse((FUNCTIONS / path).read_text())


def test_every_function_file_has_a_block_and_every_block_a_file() -> None:
    assert set(ROUTES) == handlers("api", "app")
    assert {*JOBS, *WORKERS} == handlers("jobs", "handler")
    assert {function.handler for function in template.functions.values()} == {*ROUTES, *JOBS, *WORKERS}


@pytest.mark.parametrize("route", template.routes, ids=lambda route: route.function.handler)
def test_route_docstring_and_template_agree(route: Route) -> None:
    rule = route.function.load().rule
    assert (rule.method, rule.path) == (route.method, route.path)
    docstring = ast.get_docstring(source(route.function)) or ""
    assert re.match(rf"{route.method} {re.escape(route.path)}: \S.*\.$", docstring.splitlines()[0])


@pytest.mark.parametrize("called", [*template.schedules, *template.feeds], ids=lambda called: called.function.name)
def test_a_job_says_when_it_runs_and_why(called: Schedule | Feed) -> None:
    assert ast.get_docstring(source(called.function))


@pytest.mark.parametrize("name", sorted(template.functions))
def test_a_function_has_the_rights_of_its_kind_and_no_more(name: str) -> None:
    properties = template.resources("AWS::Serverless::Function")[name]
    role = OWN_ROLE.get(name, "Api" if properties["Handler"].startswith("api.") else "Jobs")
    kind = KINDS[role]
    assert properties["Role"] == {"Fn::GetAtt": f"{role}Role.Arn"}
    assert properties["LoggingConfig"] == {"LogGroup": {"Ref": f"{kind.title()}Logs"}}
    assert ({"Ref": "ChainLayer"} in properties.get("Layers", [])) == (name in ON_CHAIN)
    told = properties.get("Environment", {}).get("Variables", {})
    given = template.document["Globals"]["Function"]["Environment"]["Variables"] | told
    assert given["SECRET_ID"] == {"Fn::Sub": f"${{AWS::StackName}}/{kind}"}
    assert set(told) - {"SECRET_ID"} <= TOLD[role]


@pytest.mark.parametrize(("role", "kind"), KINDS.items())
def test_a_role_reads_the_secret_of_its_class_and_no_other(role: str, kind: str) -> None:
    secrets = [
        statement["Resource"]["Fn::Sub"]
        for statement in statements(f"{role}Role")
        if "secretsmanager:GetSecretValue" in statement["Action"]
    ]
    arn = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${AWS::StackName}"
    assert secrets == [f"{arn}/{kind}-??????"]


def test_no_secret_is_a_parameter_or_a_variable_and_each_is_held() -> None:
    held = frozenset[str]().union(*HELD.values())
    assert not held & template.environment.keys()
    assert not [name for name, declared in template.document["Parameters"].items() if declared.get("NoEcho")]
    asked = set(re.findall(r'_(?:secret|key)\(f?"(\w+)', Path(config.__file__).read_text()))
    assert held == asked - {"DATABASE_URL_"} | {f"DATABASE_URL_{kind.upper()}" for kind in HELD}
    assert held > OPTIONAL


@pytest.mark.parametrize("schedule", template.schedules, ids=lambda schedule: schedule.function.name)
def test_a_job_that_keeps_failing_leaves_its_event_and_rings(schedule: Schedule) -> None:
    properties = template.resources("AWS::Serverless::Function")[schedule.function.name]
    queue = "JobFailures"
    assert properties["DeadLetterQueue"] == {"Type": "SQS", "TargetArn": {"Fn::GetAtt": f"{queue}.Arn"}}
    assert properties["Events"]["Tick"]["Properties"]["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": f"{queue}.Arn"}}
    alarm = template.resources("AWS::CloudWatch::Alarm")["JobFailed"]
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": {"Fn::GetAtt": f"{queue}.QueueName"}}]


@pytest.mark.parametrize("feed", template.feeds, ids=lambda feed: feed.function.name)
def test_a_message_that_keeps_failing_is_put_aside_and_holds_up_no_other(feed: Feed) -> None:
    queues = template.resources("AWS::SQS::Queue")
    queue = queues[feed.queue]
    (event,) = template.resources("AWS::Serverless::Function")[feed.function.name]["Events"].values()
    assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert event["Properties"]["ScalingConfig"]["MaximumConcurrency"]
    assert queue["VisibilityTimeout"] >= 6 * feed.function.timeout
    aside = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"].removesuffix(".Arn")
    assert 3 <= queue["RedrivePolicy"]["maxReceiveCount"] <= 5
    assert aside not in {"JobFailures", feed.queue}
    assert queues[aside]["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]
    assert queue["MessageRetentionPeriod"] > queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"]


def test_the_clock_may_call_the_jobs_and_nothing_else() -> None:
    (calls,) = [one["Resource"] for one in statements("SchedulesRole") if one["Action"] == "lambda:InvokeFunction"]
    assert sorted(arn["Fn::GetAtt"] for arn in calls) == sorted(
        f"{job.function.name}.Arn" for job in template.schedules
    )


def test_one_run_at_a_time_may_sign_with_one_key() -> None:
    signing = template.resources("AWS::Serverless::Function")["SubmitSettlements"]
    assert signing["ReservedConcurrentExecutions"] == 1
    rights = {
        name: statement["Resource"]
        for name in template.resources("AWS::IAM::Role")
        for statement in statements(name)
        if "kms:" in str(statement["Action"])
    }
    (key,) = rights.values()
    assert list(rights) == ["SignerRole"]
    assert key["Fn::Sub"].endswith(":key/${ArcKmsKey}")


@pytest.mark.parametrize("role", sorted(template.resources("AWS::IAM::Role")))
def test_no_right_is_for_everything(role: str) -> None:
    assert statements(role)
    for statement in statements(role):
        assert "*" not in str(statement["Action"])
        assert not str(statement["Resource"]).startswith("*")


def statements(role: str) -> list[dict[str, Any]]:
    """What a role may do, by policies of its own and by those that it shares."""
    properties = template.resources("AWS::IAM::Role")[role]
    shared = template.resources("AWS::IAM::ManagedPolicy")
    policies = [
        *properties.get("Policies", []),
        *(shared[arn["Ref"]] for arn in properties.get("ManagedPolicyArns", []) if "Ref" in arn),
        *(one for one in template.resources("AWS::IAM::Policy").values() if {"Ref": role} in one["Roles"]),
    ]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


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
    headers = dict(response.headers)
    # To be tried again, and when; to be signed in for, and how.
    assert ("Retry-After" in headers) == (error.status in (429, 503))
    assert ("WWW-Authenticate" in headers) == (error.status == 401)
    assert headers.pop("Retry-After", "1").isdigit()
    assert headers.pop("WWW-Authenticate", "Bearer") == "Bearer"
    assert headers == {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "Retry-After, X-Request-Id",
        "Cache-Control": "no-store",
        "Content-Type": "application/problem+json",
        "X-Request-Id": "context.requestId",
    }


# Every kind that API Gateway documents, with the status that our errors have for it.
KINDS_OF_ANSWERS = {
    400: ["BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS"],
    401: ["UNAUTHORIZED", "EXPIRED_TOKEN", "INVALID_API_KEY"],
    403: ["ACCESS_DENIED", "WAF_FILTERED"],
    404: ["MISSING_AUTHENTICATION_TOKEN", "RESOURCE_NOT_FOUND", "INVALID_SIGNATURE"],
    413: ["REQUEST_TOO_LARGE"],
    415: ["UNSUPPORTED_MEDIA_TYPE"],
    429: ["THROTTLED", "QUOTA_EXCEEDED"],
    503: [
        *["API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE"],
        *["INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"],
    ],
}


@pytest.mark.parametrize(("status", "kinds"), KINDS_OF_ANSWERS.items())
def test_each_kind_of_api_gateways_answers_has_the_status_of_ours(status: int, kinds: list[str]) -> None:
    default = template.responses["DEFAULT_5XX" if status >= 500 else "DEFAULT_4XX"]
    assert [template.responses.get(kind, default).status for kind in kinds] == [status] * len(kinds)


def test_browsers_may_send_what_the_api_reads_and_read_what_it_sends() -> None:
    cors = template.cors
    methods = {route.method for route in template.routes} - {"HEAD"} | {"OPTIONS"}  # HEAD needs no leave
    assert set(cors["Access-Control-Allow-Methods"].split(",")) == methods
    assert cors["Access-Control-Allow-Headers"] == "Authorization,Content-Type,Idempotency-Key,X-API-Key"
    for header in ("RateLimit", "Retry-After", "X-Request-Id", "Idempotency-Replayed"):
        assert header in EXPOSED.split(", ")
    for name in template.responses["THROTTLED"].headers["Access-Control-Expose-Headers"].split(", "):
        assert name in EXPOSED


def test_the_stage_has_a_limit_of_its_own() -> None:
    (api,) = template.resources("AWS::Serverless::Api").values()
    (every,) = api["MethodSettings"]
    assert (every["ResourcePath"], every["HttpMethod"]) == ("/*", "*")
    assert 0 < every["ThrottlingRateLimit"] <= every["ThrottlingBurstLimit"] <= 5000


def test_an_endpoint_answers_by_itself_before_api_gateway_gives_up() -> None:
    assert max(route.function.timeout for route in template.routes) < 29


@pytest.mark.parametrize(("given", "needed"), [("DomainName", "CertificateArn"), ("SubnetIds", "SecurityGroupIds")])
def test_a_parameter_that_needs_another_says_so_before_anything_is_made(given: str, needed: str) -> None:
    (rule,) = [rule for rule in template.document["Rules"].values() if given in str(rule["RuleCondition"])]
    (assertion,) = rule["Assertions"]
    assert {given, needed} <= set(re.findall(r"\w+", assertion["AssertDescription"]))
    assert not holds(rule["RuleCondition"], {given: ""})
    assert holds(rule["RuleCondition"], {given: "x"})
    assert not holds(assertion["Assert"], {needed: ""})
    assert holds(assertion["Assert"], {needed: "x"})


def holds(condition: dict[str, Any], values: dict[str, str]) -> bool:
    match condition:
        case {"Fn::Not": [inner]}:
            return not holds(inner, values)
        case {"Fn::Equals": [{"Ref": name}, text]}:
            return bool(values[name] == text)
    raise AssertionError(f"not understood here: {condition}")
