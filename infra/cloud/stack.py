"""A stage in AWS: one CloudFormation stack, gigstream-STAGE, in the account and region of the environment."""

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from typing import Any

from cloud.stop import Stop

# What a stack is in when a change of it went through, or was taken back.
SETTLED = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"}


class Stack:
    """Asks AWS anew each time, but for the clients."""

    def __init__(self, stage: str) -> None:
        import boto3  # noqa: PLC0415 - the local stack does without

        self.stage = stage
        self.name = f"gigstream-{stage}"
        session = boto3.Session()
        if not session.region_name:
            raise Stop("No region is chosen: set AWS_REGION, or a profile that has one.")
        self.region: str = session.region_name
        self.client = cache(session.client)

    @cached_property
    def caller(self) -> dict[str, str]:
        """Who asks: Account, Arn."""
        found: dict[str, str] = self.client("sts").get_caller_identity()
        return found

    def described(self) -> dict[str, Any] | None:
        """What CloudFormation says of the stack; None when there is none."""
        from botocore.exceptions import ClientError  # noqa: PLC0415

        try:
            found: dict[str, Any] = self.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return found

    def deployed(self) -> dict[str, Any]:
        """The same; Stop when there is none."""
        found = self.described()
        if found is None:
            raise Stop(f"There is no stack {self.name} in {self.caller['Account']}, {self.region}.")
        return found

    def parameters(self) -> dict[str, str]:
        """The values that the stack has."""
        found = (self.described() or {}).get("Parameters", [])
        return {one["ParameterKey"]: one["ParameterValue"] for one in found}

    def outputs(self) -> dict[str, str]:
        """What the template has it say: Url and others."""
        return {one["OutputKey"]: one["OutputValue"] for one in self.deployed().get("Outputs", [])}

    def url(self) -> str:
        """Where its API is."""
        return self.outputs()["Url"]

    def resources(self, kind: str) -> dict[str, str]:
        """The physical ids of one type of resource, such as AWS::SQS::Queue, by logical id."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.name)
        found = [one for page in pages for one in page["StackResourceSummaries"] if one["ResourceType"] == kind]
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}


@contextmanager
def aws() -> Iterator[None]:
    """What AWS refuses is a sentence and no traceback."""
    try:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    except ModuleNotFoundError:
        raise Stop("boto3 is not installed: make tools brings what deploying needs.") from None
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise Stop(f"AWS: {error}") from error


def stage(text: str) -> str:
    """A stage's name, from the command line."""
    if not re.fullmatch("[a-z][a-z0-9-]{0,30}", text):
        raise argparse.ArgumentTypeError("lower-case letters, digits and dashes, beginning with a letter")
    return text
