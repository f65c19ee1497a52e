"""The template's own rules, beside cfn-lint's: E9001 to E9008. cfn-lint loads this file by itself, so it stands alone.

Globals are merged into the functions when rules are asked. A path leads to what is to blame.
"""

import re
from collections.abc import Iterator
from typing import Any

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

Path = list[str | int]
Properties = dict[str, Any]

FUNCTION = "AWS::Serverless::Function"
OWN = ("Timeout", "MemorySize", "Role")
# A variable named so holds a secret; one that ends otherwise, such as _ID or _URL, says where something is.
SECRET = re.compile(r"(^|_)(SECRET|PASSWORD|PEPPER|TOKEN|KEY|PREVIOUS)$|^DATABASE_URL|_RPC_URL$")


class FunctionSaysWhatItNeeds(CloudFormationLintRule):
    """What is inherited is sized for nobody."""

    id = "E9001"
    shortdesc = "A function says its role, time, memory and log group, and has no other rights than its role's"
    description = shortdesc

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Of every function, and of Globals."""
        inherited = cfn.template.get("Globals", {}).get("Function", {})
        found = [
            RuleMatch(["Globals", "Function", name], f"{name} is each function's own")
            for name in OWN
            if name in inherited
        ]
        for path, properties in _of(cfn, FUNCTION):
            missing = [name for name in OWN if name not in properties]
            missing += [] if "LogGroup" in properties.get("LoggingConfig", {}) else ["LoggingConfig.LogGroup"]
            found += [RuleMatch(path, f"the function has no {name}") for name in missing]
            if "Policies" in properties:
                found.append(RuleMatch([*path, "Policies"], "rights belong to the role of the function's class"))
        return found


class FunctionIsOfOneClass(CloudFormationLintRule):
    """A function of the API that could read the signer's secret would be the way to it."""

    id = "E9002"
    shortdesc = "A function's role may read the secret that it is told, and an endpoint's is the API's"
    description = shortdesc

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Of every function."""
        found = []
        for path, properties in _of(cfn, FUNCTION):
            if "Role" not in properties:
                continue
            told = _text(_variables(properties).get("SECRET_ID")).rpartition("/")[2]
            may = _class_of(cfn, _target(properties.get("Role")))
            if told != may:
                found.append(RuleMatch(path, f"it is told the secret {told!r}, and its role may read {may!r}"))
            if str(properties.get("Handler", "")).startswith("api.") != (may == "api"):
                found.append(RuleMatch(path, f"{properties.get('Handler')} is no handler of class {may!r}"))
        return found


class JobLosesNoEvent(CloudFormationLintRule):
    """What could not be called and what failed each time must be found somewhere."""

    id = "E9003"
    shortdesc = "A job has a dead-letter queue, and so has its schedule, with an end to its tries"
    description = shortdesc

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Of every function that the clock calls."""
        found = []
        for path, properties in _of(cfn, FUNCTION):
            for name, event in properties.get("Events", {}).items():
                if event.get("Type") == "Schedule":
                    found.append(RuleMatch([*path, "Events", name], "a job is called by a ScheduleV2"))
                if event.get("Type") != "ScheduleV2":
                    continue
                given = event.get("Properties", {})
                wanted = ("DeadLetterConfig", "RetryPolicy", "GroupName", "RoleArn", "Input")
                found += [
                    RuleMatch([*path, "Events", name], f"the schedule has no {one}")
                    for one in wanted
                    if one not in given
                ]
                if "DeadLetterQueue" not in properties:
                    found.append(RuleMatch(path, "the job has no DeadLetterQueue"))
        return found


class NoRightForEverything(CloudFormationLintRule):
    """A star is good for the rest of a path, and nowhere else."""

    id = "E9004"
    shortdesc = "No statement is for every action, or for every resource of a kind"
    description = shortdesc

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Of every statement that allows something."""
        found = []
        for path, statement in _statements(cfn):
            actions, resources = _listed(statement.get("Action", "*")), _listed(statement.get("Resource", "*"))
            if "NotAction" in statement or any("*" in str(action) for action in actions):
                found.append(RuleMatch(path, "the actions are not named one by one"))
            if "NotResource" in statement or not all(_is_named(resource) for resource in resources):
                found.append(RuleMatch(path, "the resources are not named"))
        return found


class NoSecretInSight(CloudFormationLintRule):
    """A variable and a parameter can be read by whoever may look at the stack."""

    id = "E9005"
    shortdesc = "No variable and no parameter holds a secret"
    description = shortdesc

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Of every function's variables, of parameters and of what they are filled with."""
        found = [
            RuleMatch(["Parameters", name], "a secret is in Secrets Manager, and in no parameter")
            for name, parameter in cfn.template.get("Parameters", {}).items()
            if parameter.get("NoEcho")
        ]
        for path, properties in _of(cfn, FUNCTION):
            for name, value in _variables(properties).items():
                if SECRET.search(name) or "{{resolve:" in str(value):
                    found.append(RuleMatch(path, f"the variable {name} holds a secret"))
        return found


class OneSignerAtATime(CloudFormationLintRule):
    """Two runs that sign with one key would give out one nonce twice."""

    id = "E9006"
    shortdesc = "What may sign has one run at a time"
    description = shortdesc

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Of every function whose role may use a key."""
        signing = {
            path[1] for path, statement in _statements(cfn) if "kms:Sign" in _listed(statement.get("Action", []))
        }
        return [
            RuleMatch(path, "what may sign needs ReservedConcurrentExecutions: 1")
            for path, properties in _of(cfn, FUNCTION)
            if _target(properties.get("Role")) in signing and properties.get("ReservedConcurrentExecutions") != 1
        ]


class QueueLosesNothing(CloudFormationLintRule):
    """A message that nobody can work on must end in a queue where somebody looks, and be there for long enough."""

    id = "E9007"
    shortdesc = "A queue is encrypted, says how long it keeps, and hands on what fails, or is where that ends"
    description = shortdesc

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Of every queue."""
        ends = {_target(properties.get("DeadLetterQueue", {}).get("TargetArn")) for _, properties in _of(cfn, FUNCTION)}
        queues = list(_of(cfn, "AWS::SQS::Queue"))
        ends |= {_target(properties.get("RedrivePolicy", {}).get("deadLetterTargetArn")) for _, properties in queues}
        found = []
        for path, properties in queues:
            if "RedrivePolicy" not in properties and path[1] not in ends:
                found.append(RuleMatch(path, "the queue has no RedrivePolicy, and nothing ends in it"))
            if "MessageRetentionPeriod" not in properties:
                found.append(RuleMatch(path, "the queue does not say how long it keeps a message"))
            if not properties.get("SqsManagedSseEnabled") and "KmsMasterKeyId" not in properties:
                found.append(RuleMatch(path, "the queue is not encrypted"))
        return found


class LogComesToAnEnd(CloudFormationLintRule):
    """A log that is kept for ever is paid for ever."""

    id = "E9008"
    shortdesc = "A log group says for how long it keeps"
    description = shortdesc

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Of every log group."""
        return [
            RuleMatch(path, "the log group has no RetentionInDays")
            for path, properties in _of(cfn, "AWS::Logs::LogGroup")
            if "RetentionInDays" not in properties
        ]


def _of(cfn: Template, kind: str) -> Iterator[tuple[Path, Properties]]:
    for name, resource in cfn.template.get("Resources", {}).items():
        if resource.get("Type") == kind:
            yield ["Resources", name, "Properties"], resource.get("Properties", {})


def _variables(function: Properties) -> Properties:
    variables: Properties = function.get("Environment", {}).get("Variables", {})
    return variables


def _statements(cfn: Template) -> Iterator[tuple[Path, Properties]]:
    """What roles and shared policies allow."""
    for path, properties in _of(cfn, "AWS::IAM::Role"):
        for number, policy in enumerate(properties.get("Policies", [])):
            yield from _allowed([*path, "Policies", number], policy)
    for path, properties in _of(cfn, "AWS::IAM::ManagedPolicy"):
        yield from _allowed(path, properties)


def _allowed(path: Path, policy: Properties) -> Iterator[tuple[Path, Properties]]:
    for number, statement in enumerate(policy["PolicyDocument"]["Statement"]):
        if statement["Effect"] == "Allow":
            yield [*path, "PolicyDocument", "Statement", number], statement


def _class_of(cfn: Template, role: str) -> str:
    """Whose secret a role may read, by its own policies and by those that it shares: api, jobs, signer, or nobody's."""
    resources = cfn.template.get("Resources", {})
    arns = resources.get(role, {}).get("Properties", {}).get("ManagedPolicyArns", [])
    owners = {role, *(arn["Ref"] for arn in arns if isinstance(arn, dict) and "Ref" in arn)}
    read = {
        _text(resource).rpartition("/")[2].removesuffix("-??????")
        for path, statement in _statements(cfn)
        if path[1] in owners and "secretsmanager:GetSecretValue" in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
    }
    return ",".join(sorted(read))


def _is_named(resource: Any) -> bool:
    """Whether it says which one it means: an ARN's last part is neither a star nor a kind with a star."""
    *_, last = _text(resource).split(":", 5)
    return not last.startswith("*") and not last.endswith(":*")


def _text(value: Any) -> str:
    """A text, or that of a Sub."""
    return str(value.get("Fn::Sub", "")) if isinstance(value, dict) else str(value or "")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _target(arn: Any) -> str:
    """The resource whose ARN it is."""
    return str(arn["Fn::GetAtt"][0]) if isinstance(arn, dict) and "Fn::GetAtt" in arn else ""
