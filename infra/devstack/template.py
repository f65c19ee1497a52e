"""template.yaml, read: the functions, what calls them, and what API Gateway answers by itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from string import Template as Text
from typing import Any

import yaml

from devstack.postgres import CHECKOUT

TEMPLATE = CHECKOUT / "template.yaml"


@dataclass(frozen=True)
class Function:
    """A Lambda function: its logical id, `module.attribute` to call, seconds it may take."""

    name: str
    handler: str
    timeout: int

    def load(self) -> Any:
        """What Lambda would call with (event, context)."""
        module, _, attribute = self.handler.rpartition(".")
        return getattr(import_module(module), attribute)


@dataclass(frozen=True)
class Route:
    """One way to call a function over HTTP."""

    method: str
    path: str
    function: Function


@dataclass(frozen=True)
class Schedule:
    """`expression` is EventBridge's: rate(1 minute), cron(5 0 * * ? *); `input` is the event, not yet filled in."""

    expression: str
    function: Function
    input: str


@dataclass(frozen=True)
class Feed:
    """A queue, by its logical id, and the function that is handed up to `batch` of its messages at once."""

    queue: str
    batch: int
    function: Function


@dataclass(frozen=True)
class GatewayResponse:
    """An answer of API Gateway's own, with its variables, such as context.requestId, still in it."""

    status: int
    headers: Mapping[str, str]
    body: Text


class Template:
    """`parameters` stand in for the defaults of the template's own."""

    def __init__(self, path: Path = TEMPLATE, parameters: Mapping[str, str] | None = None) -> None:
        self.path = path
        self.document = _read(path)
        defaults = {name: declared.get("Default", "") for name, declared in self.document.get("Parameters", {}).items()}
        # What AWS would name a resource is not known here: empty.
        self._values = {**dict.fromkeys(self.document["Resources"], ""), **defaults, **(parameters or {})}

    def resources(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of every resource of one type, by logical id."""
        found = self.document["Resources"].items()
        return {name: resource.get("Properties", {}) for name, resource in found if resource["Type"] == kind}

    @cached_property
    def functions(self) -> dict[str, Function]:
        return {
            name: Function(name, properties["Handler"], properties["Timeout"])
            for name, properties in self.resources("AWS::Serverless::Function").items()
        }

    @cached_property
    def routes(self) -> list[Route]:
        return [Route(event["Method"].upper(), event["Path"], function) for function, event in self._events("Api")]

    @cached_property
    def schedules(self) -> list[Schedule]:
        return [
            Schedule(event["ScheduleExpression"], function, event["Input"])
            for function, event in self._events("ScheduleV2")
        ]

    @cached_property
    def feeds(self) -> list[Feed]:
        return [
            Feed(event["Queue"]["Fn::GetAtt"].removesuffix(".Arn"), event["BatchSize"], function)
            for function, event in self._events("SQS")
        ]

    @cached_property
    def responses(self) -> dict[str, GatewayResponse]:
        """By API Gateway's response type, such as MISSING_AUTHENTICATION_TOKEN."""
        (api,) = self.resources("AWS::Serverless::Api").values()
        return {kind: self._response(response) for kind, response in api["GatewayResponses"].items()}

    @cached_property
    def cors(self) -> dict[str, str]:
        """The headers of an answer to OPTIONS."""
        (api,) = self.resources("AWS::Serverless::Api").values()
        named = {re.sub("(?<=[a-z])(?=[A-Z])", "-", key): value for key, value in api["Cors"].items()}
        return {f"Access-Control-{name}": self._literal(value) for name, value in named.items()}

    @cached_property
    def environment(self) -> dict[str, str]:
        """Every variable that some function is given: here they share one environment, in AWS each has its own.

        What is named after the stack is there in AWS alone.
        """
        blocks = [self.document["Globals"]["Function"], *self.resources("AWS::Serverless::Function").values()]
        given = [item for block in blocks for item in block.get("Environment", {"Variables": {}})["Variables"].items()]
        return {name: self._literal(value) for name, value in given if "AWS::" not in str(value)}

    def _events(self, kind: str) -> list[tuple[Function, dict[str, Any]]]:
        return [
            (self.functions[name], event["Properties"])
            for name, properties in self.resources("AWS::Serverless::Function").items()
            for event in properties.get("Events", {}).values()
            if event["Type"] == kind
        ]

    def _response(self, response: dict[str, Any]) -> GatewayResponse:
        headers = {name: self._literal(value) for name, value in response["ResponseParameters"]["Headers"].items()}
        (body,) = response["ResponseTemplates"].values()
        return GatewayResponse(response["StatusCode"], headers, _Variables(body))

    def _literal(self, value: Any) -> str:
        """A text with its parameters filled in, without the quotes of API Gateway's mapping expressions."""
        if isinstance(value, dict):
            value = self._values[value["Ref"]] if "Ref" in value else Text(value["Fn::Sub"]).substitute(self._values)
        return str(value).strip("'")


class _Variables(Text):
    idpattern = r"context(?:\.\w+)+"


class _Loader(yaml.SafeLoader):
    """Knows CloudFormation's short forms: !Ref x is {Ref: x}, !Sub x is {Fn::Sub: x}."""


@cache
def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.load(path.read_text(), Loader=_Loader)  # noqa: S506 it is a safe one
    return document


def _long_form(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.MappingNode):
        value: Any = loader.construct_mapping(node, deep=True)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_scalar(node)  # type: ignore[arg-type]
    return {tag if tag == "Ref" else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _long_form)
