"""The API's document, OpenAPI 3.1: read off the route table, the request models, the reply classes and the docstrings.

Nothing of it is written per route, but for what an example shows and no type tells.
"""

import ast
import inspect
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from importlib import import_module
from types import ModuleType
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from devstack.openapi import events, failures, naming
from devstack.openapi.examples import example
from devstack.openapi.schemas import Schema, Schemas, without_null
from devstack.openapi.values import ANSWERS
from devstack.openapi.words import ABOUT, AREAS
from devstack.template import Route, Template
from gigstream.errors import ALL, GigStreamError, Invalid
from gigstream.exchange import IDEMPOTENCY_KEY, MAX_KEY, VERSION
from gigstream.files import File
from gigstream.queries.base import Page, Slice
from gigstream.web import ANY_SCOPE, MAX_LIMIT, Rule

SERVERS = [
    {"url": "http://127.0.0.1:3000", "description": "make dev"},
    {
        "url": "https://{api}.execute-api.{region}.amazonaws.com/{mode}",
        "description": "a deployed stack",
        "variables": {
            "api": {"default": "api-id", "description": "the stack's REST API"},
            "region": {"default": "us-east-1"},
            "mode": {"default": "test", "enum": ["test", "live"]},
        },
    },
]
HEADERS: dict[str, Schema] = {
    "X-Request-Id": {
        "description": "The request's id, which every log line of it has too.",
        "schema": {"type": "string"},
        "example": "0f6b4f0a-1b0e-4b62-9c5e-6a4f2a9e8c11",
    },
    "GigStream-Version": {
        "description": "The API's version.",
        "schema": {"type": "string"},
        "example": VERSION,
    },
    "WWW-Authenticate": {
        "description": "How to sign in.",
        "schema": {"type": "string"},
        "example": "Bearer",
    },
    "RateLimit-Policy": {
        "description": "How many requests the caller may make in a minute.",
        "schema": {"type": "string"},
        "example": '"default";q=1000;w=60',
    },
    "RateLimit": {
        "description": "How many of them are left, and in how many seconds the minute ends.",
        "schema": {"type": "string"},
        "example": '"default";r=998;t=41',
    },
    "Retry-After": {
        "description": "Seconds after which it is worth trying again.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
        "example": "1",
    },
    "ETag": {
        "description": "Names this version; sent back in If-None-Match, it saves the same answer.",
        "schema": {"type": "string"},
        "example": '"9f2c4ab01d"',
    },
    "Idempotency-Replayed": {
        "description": "Sent when this is the answer that an earlier request with the same key got.",
        "schema": {"type": "string", "enum": ["true"]},
        "example": "true",
    },
}
SECURITY = {
    "ApiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "A platform's key, gs_test_... or gs_live_.... What it may do, its scopes say.",
    },
    "AccessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A worker's token for 15 minutes, from sign-in or refresh.",
    },
}
# Of a request that is signed as Standard Webhooks has it, with the Idempotency-Key as its id.
SIGNATURE = {
    "webhook-secret-id": "Which secret signed it.",
    "webhook-timestamp": "When it was signed, in seconds since 1970; five minutes ago at most.",
    "webhook-signature": "`v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64, where `id` is the "
    "Idempotency-Key, `body` the bytes as sent, and the key what the secret's base64 behind `whsec_` says.",
}
# Of a request that Circle signs.
CIRCLE_SIGNATURE = {
    "X-Circle-Key-Id": "Which of Circle's keys signed it, a UUID.",
    "X-Circle-Signature": "The ECDSA signature with P-256 and SHA-256 of the bytes as sent, DER in base64.",
}
PROBLEM: Schema = {
    "description": "What went wrong (RFC 9457). `code` is for programs, `errors` names the fields to blame.",
    "type": "object",
    "properties": {
        "type": {"type": "string", "pattern": "^urn:gigstream:error:[a-z_]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "code": {"type": "string", "enum": list(dict.fromkeys(error.code for error in ALL))},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["type", "title", "status", "detail", "code", "request_id", "errors"],
    "additionalProperties": False,
}
_ALWAYS = ("X-Request-Id", "GigStream-Version")
_COUNTED = ("RateLimit-Policy", "RateLimit")


@dataclass(frozen=True)
class Operation:
    """One route and what its code says of it."""

    route: Route
    rule: Rule
    module: ModuleType
    view: Any

    @classmethod
    def of(cls, route: Route) -> "Operation":
        app = route.function.load()
        (resource,) = app.routes.values()
        module = import_module(route.function.handler.rpartition(".")[0])
        return cls(route, app.rule, module, inspect.unwrap(resource[route.method].view_function))

    @property
    def area(self) -> str:
        return self.module.__name__.split(".")[1]

    @property
    def stem(self) -> str:
        """The name of the handler's file."""
        return self.module.__name__.rpartition(".")[2]

    @property
    def reply(self) -> Any:
        return get_type_hints(self.view, include_extras=True).get("return", type(None))

    @property
    def model(self) -> type[BaseModel] | None:
        """The model that the view takes its body with."""
        found = [self._named(call.args[0]) for call in self._calls("body")]
        return found[0] if found else None

    @property
    def statuses(self) -> list[int]:
        """What a request that goes well is answered with."""
        kinds = get_args(self.reply) if type(None) in get_args(self.reply) else (self.reply,)
        given = [self._status(call) for call in self._calls("write")]
        found = [status for status in given if status is not None] or [200]
        told = found if self.rule.method == "HEAD" or any(kind is not type(None) for kind in kinds) else []
        return sorted({*told, *([204] if type(None) in kinds and self.rule.method != "HEAD" else [])})

    @property
    def id(self) -> str:
        is_list = get_origin(self.reply) in (Page, list)
        return naming.operation(self.rule.method, self.rule.path, self.stem, is_list=is_list)

    def _calls(self, method: str) -> Iterator[ast.Call]:
        """Calls of app.<method> in the route's file."""
        for node in ast.walk(ast.parse(inspect.getsource(self.module))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == f"app.{method}":
                yield node

    def _named(self, node: ast.expr) -> Any:
        """What a name, or a name in a module, stands for in the route's file."""
        value: Any = vars(self.module)
        for number, part in enumerate(ast.unparse(node).split(".")):
            value = getattr(value, part) if number else value[part]
        return value

    def _status(self, call: ast.Call) -> int | None:
        for keyword in call.keywords:
            if keyword.arg == "status":
                value = keyword.value
                return int(value.value if isinstance(value, ast.Constant) else self._named(value))  # type: ignore[arg-type]
        return None


def document() -> Schema:
    """The whole of it."""
    operations = [Operation.of(route) for route in Template().routes]
    schemas = Schemas()
    schemas.components["Problem"] = PROBLEM
    paths: dict[str, Schema] = {}
    for operation in operations:  # first, because a body that is named like a reply gets the longer name
        if File is not operation.reply is not type(None):
            schemas.of(operation.reply)
    for operation in operations:
        paths.setdefault(operation.rule.path, {})[operation.rule.method.lower()] = _operation(operation, schemas)
    answered = [error for error in ALL if error not in failures.NEVER_ANSWERED]
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "GigStream API",
            "version": VERSION,
            "summary": "Pays gig workers in USDC as they work.",
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": SERVERS,
        "tags": [
            {"name": title(area), "description": AREAS[area]}
            for area in dict.fromkeys(operation.area for operation in operations)
        ],
        "paths": paths,
        "webhooks": events.webhooks(),
        "components": {
            "schemas": dict(sorted(schemas.components.items())),
            "securitySchemes": SECURITY,
            "headers": HEADERS,
            "responses": {error.__name__: _problem({error.code: error}) for error in answered},
            "examples": {error.code: _problem_example(error) for error in reversed(answered)},
        },
    }


def title(area: str) -> str:
    """An area as people read it."""
    return area.replace("_", " ").capitalize().replace("Api", "API")


def _operation(operation: Operation, schemas: Schemas) -> Schema:
    rule, module = operation.rule, operation.module
    about = (inspect.getdoc(module) or "").partition("\n")[0].partition(": ")[2]
    sentences = [_first_upper(inspect.cleandoc(operation.view.__doc__ or "")), _callers(rule)]
    if rule.test_only:
        sentences.append("In test mode only: in live mode there is no such route, and the answer is 404.")
    if rule.secret:
        sentences.append("The answer holds a secret, which is shown this once and not stored.")
    body = operation.model
    made: Schema = {
        "operationId": operation.id,
        "tags": [title(operation.area)],
        "summary": _first_upper(about).removesuffix("."),
        "description": "\n\n".join(filter(None, sentences)),
        "security": _security(rule),
        "parameters": list(_parameters(rule, schemas)),
    }
    if body is not None:
        schema = schemas.body(body)
        sample = _body_example(body, schema, schemas)
        made["requestBody"] = {
            "required": not _takes(body, {}),
            "content": {"application/json": {"schema": schema, "example": sample}},
        }
    made["responses"] = dict(_responses(operation, schemas))
    if rule.test_only:
        made["x-test-only"] = True
    return made


def _callers(rule: Rule) -> str:
    if rule.public:
        return "Anybody may call it."
    if rule.verify:
        return "For Circle, which signs what it sends."
    key = "any key" if rule.scope == ANY_SCOPE else f"a key with scope `{rule.scope}`"
    callers = ["workers"] * rule.worker + [f"platforms, with {key}"] * (rule.scope is not None)
    return f"For {' and for '.join(callers)}."


def _security(rule: Rule) -> list[Schema]:
    if rule.public or rule.verify:
        return []
    platform = [{"ApiKey": [] if rule.scope == ANY_SCOPE else [rule.scope]}] if rule.scope else []
    return [*platform, *([{"AccessToken": []}] if rule.worker else [])]


def _parameters(rule: Rule, schemas: Schemas) -> Iterator[Schema]:
    for name, parameter in rule.parameters.items():
        if parameter.annotation is Slice:
            limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": Slice().limit}
            yield _parameter("query", "limit", limit, "How many rows at most.", schemas)
            cursor = {"type": "string", "pattern": "^[A-Za-z0-9_-]{22}$"}
            yield _parameter("query", "cursor", cursor, "The `next_cursor` of the page before.", schemas)
        elif f"{{{name}}}" in rule.path:
            schema = schemas.of(parameter.annotation)
            about = ""
            if name == "worker_id" and rule.worker:
                schema, about = {"anyOf": [schema, {"const": "me", "type": "string"}]}, "A worker may say `me`."
            yield _parameter("path", name, schema, about, schemas, required=True)
        else:
            schema = without_null(schemas.of(parameter.annotation))
            many = schema.get("type") == "array"
            about = "May be given several times, or once with commas." if many else ""
            must = parameter.default is parameter.empty
            yield _parameter("query", f"{name}[]" if many else name, schema, about, schemas, required=must)
    if rule.signed or rule.verify:
        for header, about in (SIGNATURE if rule.signed else CIRCLE_SIGNATURE).items():
            yield _parameter("header", header, {"type": "string"}, about, schemas, required=True)
    if rule.idempotency != "none":
        schema = {"type": "string", "minLength": 1, "maxLength": MAX_KEY, "pattern": "^[ -~]+$"}
        about = "Any text that is new for this request; sent again with the same body, the first answer comes again."
        must = rule.idempotency == "required"
        yield _parameter("header", IDEMPOTENCY_KEY, schema, about, schemas, required=must)


def _parameter(
    where: str, name: str, schema: Schema, about: str, schemas: Schemas, *, required: bool = False
) -> Schema:
    return {
        "name": name,
        "in": where,
        **({"description": about} if about else {}),
        **({"required": True} if required else {}),
        "schema": schema,
        "example": example(schema, schemas.components, name),
    }


def _body_example(model: type[BaseModel], schema: Schema, schemas: Schemas) -> Any:
    """With as many fields as the model takes together; some exclude each other."""
    whole = {name: value for name, value in example(schema, schemas.components).items() if value is not None}
    optional = [name for name, field in model.model_fields.items() if not field.is_required() and name in whole]
    tries = [whole, *({name: value for name, value in whole.items() if name != left} for left in reversed(optional))]
    tries.append({name: value for name, value in whole.items() if name not in optional})
    for one in tries:
        if _takes(model, one):
            return one
    raise ValueError(f"{model.__name__} takes none of its examples; give it `examples` in its json_schema_extra")


def _takes(model: type[BaseModel], body: Any) -> bool:
    try:
        model.parse(json.dumps(body).encode())  # type: ignore[attr-defined]
    except Invalid:
        return False
    return True


def _responses(operation: Operation, schemas: Schemas) -> Iterator[tuple[str, Schema]]:
    rule, reply = operation.rule, operation.reply
    headers = [*_ALWAYS, *(_COUNTED if not rule.public or rule.method not in {"GET", "HEAD"} else ())]
    replayed = ["Idempotency-Replayed"] * (rule.idempotency != "none" and not rule.secret)
    for status in operation.statuses:
        made: Schema = {"description": HTTPStatus(status).phrase, "headers": _headers(headers + replayed)}
        if reply is File:
            made |= {"headers": _headers([*headers, "ETag"]), "content": _file(operation)}
            yield "304", {"description": "It is what the client has.", "headers": _headers([*headers, "ETag"])}
        elif status != 204 and rule.method != "HEAD":
            schema = without_null(schemas.of(reply))
            sample = example(schema, schemas.components)
            if answer := ANSWERS.get(operation.id):
                sample |= answer
            made["content"] = {"application/json": {"schema": schema, "example": sample}}
        yield str(status), made
    errors: dict[int, dict[str, type[GigStreamError]]] = {}
    for error in failures.of(rule, operation.module, operation.view, has_body=operation.model is not None):
        errors.setdefault(error.status, {}).setdefault(error.code, error)
    for status, kinds in sorted(errors.items()):
        alone = next(iter(kinds.values())).__name__
        yield str(status), _problem(kinds) if len(kinds) > 1 else {"$ref": f"#/components/responses/{alone}"}


def _problem(kinds: Mapping[str, type[GigStreamError]]) -> Schema:
    """The answer for errors of one status, by their codes."""
    status = next(iter(kinds.values())).status
    names = [
        *_ALWAYS,
        *_COUNTED,
        *["WWW-Authenticate"] * (status == 401),
        *["Retry-After"] * (status in (409, 429, 503)),
    ]
    return {
        "description": "\n".join(f"`{code}`: {kinds[code].__doc__}" for code in sorted(kinds)),
        "headers": _headers(names),
        "content": {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in sorted(kinds)},
            }
        },
    }


def _file(operation: Operation) -> Schema:
    (file,) = [value for value in vars(operation.module).values() if isinstance(value, File)]
    is_json = file.media_type == "application/json"
    sample: Any = {"openapi": "3.1.0"} if is_json else "<!doctype html>"
    return {
        file.media_type.partition(";")[0]: {"schema": {"type": "object" if is_json else "string"}, "example": sample}
    }


def _headers(names: list[str]) -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _problem_example(error: type[GigStreamError]) -> Schema:
    blamed = [{"field": "amount", "message": "must be more than 0"}] if error.code == "invalid" else []
    return {
        "summary": error.__doc__,
        "value": {
            "type": f"urn:gigstream:error:{error.code}",
            "title": error.__doc__,
            "status": error.status,
            "detail": error.__doc__,
            "code": error.code,
            "request_id": "0f6b4f0a-1b0e-4b62-9c5e-6a4f2a9e8c11",
            "errors": blamed,
        },
    }


def _first_upper(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
