"""What stands where SAM's command line would: it notes how it was called, and makes the stack out of little.

`sam deploy` is not run here: CloudFormation as moto plays it knows no transform and few resources. This makes a stack
of the same name and parameters, with the release's jobs, a queue and schedules. Run as a program: see `install`.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any


def install(folder: Path) -> None:
    """Put `sam` and Lambda's Python into a folder of programs."""
    folder.mkdir()
    for name in ("sam", "python3.13"):
        program = folder / name
        program.write_text(f"#!{sys.executable}\n{Path(__file__).read_text()}")
        program.chmod(0o755)


def calls(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def run(arguments: list[str]) -> int:
    if arguments == ["--version"]:
        print("SAM CLI, version 1.0")
        return 0
    noted: dict[str, Any] = {
        "arguments": arguments,
        "folder": str(Path.cwd()),
        "architecture": os.environ.get("ARCHITECTURE"),
    }
    noted["variables"] = sorted(os.environ)
    with Path(os.environ["SAM_LOG"]).open("a") as log:
        print(json.dumps(noted), file=log)
    if arguments[0] == os.environ.get("SAM_FAILS"):
        return 1
    if arguments[0] == "deploy":
        deploy(arguments)
    return 0


def deploy(arguments: list[str]) -> None:
    import boto3  # noqa: PLC0415 - it takes a second, and most calls do without

    from devstack.template import Template  # noqa: PLC0415

    template = Template(Path("template.yaml"))
    name = arguments[arguments.index("--stack-name") + 1]
    said = arguments[arguments.index("--parameter-overrides") + 1 :] if "--parameter-overrides" in arguments else []
    given = {key: value.strip('"').replace('\\"', '"') for key, value in (text.split("=", 1) for text in said)}
    cloudformation = boto3.client("cloudformation")
    stacks = [stack for stack in cloudformation.describe_stacks()["Stacks"] if stack["StackName"] == name]
    kept = {one["ParameterKey"]: one["ParameterValue"] for stack in stacks for one in stack["Parameters"]}
    declared = template.document["Parameters"]
    wanted = {key: value for key, value in (kept | given).items() if key in declared}
    values = [{"ParameterKey": key, "ParameterValue": value} for key, value in wanted.items()]
    change = cloudformation.update_stack if stacks else cloudformation.create_stack
    try:
        change(StackName=name, TemplateBody=json.dumps(stack_of(template, declared)), Parameters=values)
    except cloudformation.exceptions.ClientError as error:
        if "No updates" not in str(error) or "--no-fail-on-empty-changeset" not in arguments:
            raise
    if not stacks:
        schedule(name, template)


def schedule(group: str, template: Any) -> None:
    """EventBridge Scheduler, which moto's CloudFormation does not make."""
    import boto3  # noqa: PLC0415 - as above

    client = boto3.client("scheduler")
    client.create_schedule_group(Name=group)
    for one in template.schedules:
        client.create_schedule(
            GroupName=group,
            Name=f"{group}-{one.function.name}",
            ScheduleExpression=one.expression,
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={
                "Arn": f"arn:aws:lambda:us-east-1:123456789012:function:{one.function.name}",
                "RoleArn": "arn:aws:iam::123456789012:role/schedules",
                "Input": '{"time": "<aws.scheduler.scheduled-time>"}',
            },
        )


def stack_of(template: Any, declared: dict[str, Any]) -> dict[str, Any]:
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17"}}}
    code = {"Handler": "index.handler", "Runtime": "python3.13", "Code": {"ZipFile": "handler = print"}}
    resources = {"Role": role, "JobFailures": {"Type": "AWS::SQS::Queue"}}
    for schedule in template.schedules:
        job = schedule.function.name
        function = {**code, "Role": {"Fn::GetAtt": ["Role", "Arn"]}}
        resources[job] = {"Type": "AWS::Lambda::Function", "Properties": function}
    kinds = {
        key: {"Type": "String", **({"Default": str(one["Default"])} if "Default" in one else {})}
        for key, one in declared.items()
    }
    outputs = {"Url": {"Value": os.environ["API_URL"]}}
    return {"Parameters": kinds, "Resources": resources, "Outputs": outputs}


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
