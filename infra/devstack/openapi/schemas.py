"""Python types as JSON Schema 2020-12: a reply dataclass as it goes over the wire, a parameter, a request body."""

import inspect
import re
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import BaseModel

from devstack.openapi.naming import component

Schema = dict[str, Any]

MONEY: Schema = {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{6,}$"}
_PLAIN: dict[Any, Schema] = {
    UUID: {"type": "string", "format": "uuid"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    Decimal: MONEY,
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    float: {"type": "number"},
    type(None): {"type": "null"},
    Any: {},
    object: {},
}
_LISTS = (list, tuple, set, frozenset, Sequence)
_OBJECTS = (dict, Mapping)


class Schemas:
    """Components as they are needed; each class becomes one, under a name of its own."""

    def __init__(self) -> None:
        self.components: dict[str, Schema] = {}
        self._names: dict[Any, str] = {}

    def of(self, kind: Any) -> Schema:
        """Of a value that the API sends, or that a parameter takes. TypeError for what has no JSON."""
        origin, arguments = get_origin(kind) or kind, get_args(kind)
        if kind in _PLAIN:
            made = dict(_PLAIN[kind])
        elif origin is Annotated:
            made = self.of(arguments[0])
        elif origin is Literal:
            made = {"type": "string", "enum": list(arguments)}
        elif origin in (Union, types.UnionType):
            made = {"anyOf": [self.of(one) for one in arguments]}
        elif origin in _LISTS:
            made = {"type": "array", "items": self.of(arguments[0])}
        elif origin in _OBJECTS:
            made = {"type": "object", "additionalProperties": (self.of(arguments[1]) if arguments else {}) or True}
        elif is_dataclass(origin):
            made = self._component(kind, lambda: self._reply(kind))
        else:
            raise TypeError(f"no schema for {kind}")
        return made

    def body(self, model: type[BaseModel]) -> Schema:
        """Of a request body."""
        return self._component(model, lambda: self._request(model))

    def _component(self, kind: Any, make: Callable[[], Schema]) -> Schema:
        if kind not in self._names:
            name = component(kind)
            if name in self.components:
                name = (
                    f"{name}Body" if issubclass(get_origin(kind) or kind, BaseModel) else component(kind, longer=True)
                )
            if name in self.components:
                raise ValueError(f"two components would be named {name}")
            self._names[kind] = name
            self.components[name] = {}
            self.components[name] = make()
        return {"$ref": f"#/components/schemas/{self._names[kind]}"}

    def _reply(self, kind: Any) -> Schema:
        """What a dataclass is sent as."""
        base = get_origin(kind) or kind
        generics = dict(zip(getattr(base, "__parameters__", ()), get_args(kind), strict=False))
        hints = {name: _filled(hint, generics) for name, hint in get_type_hints(base).items()}
        # A field that has None for a default is left out while it is None.
        optional = {field.name for field in fields(base) if field.default is None}
        made = {field.name: self.of(hints[field.name]) for field in fields(base)}
        return {
            **_described(base),
            "type": "object",
            "properties": {name: without_null(one) if name in optional else one for name, one in made.items()},
            "required": [name for name in made if name not in optional],
            "additionalProperties": False,
        }

    def _request(self, model: type[BaseModel]) -> Schema:
        made = _tidy(model.model_json_schema(ref_template="#/components/schemas/{model}"))
        parts = made.pop("$defs", {})
        inside = [inner for inner in _models(model) if inner.__name__ in parts]
        names = {inner.__name__: self.body(inner)["$ref"].rpartition("/")[2] for inner in inside}
        for name in parts.keys() - names.keys():
            self.components.setdefault(name, _renamed(parts[name], names))
        return {**_renamed(made, names), **_described(model)}


def is_nullable(schema: Schema) -> bool:
    return {"type": "null"} in schema.get("anyOf", [])


def without_null(schema: Schema) -> Schema:
    """The same without null: an absent parameter is absent."""
    kept = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return schema if not is_nullable(schema) else rest | (kept[0] if len(kept) == 1 else {"anyOf": kept})


def _described(kind: Any) -> Schema:
    text = inspect.cleandoc(kind.__doc__ or "")
    return {"description": text} if text and not text.startswith(f"{kind.__name__}(") else {}


def _filled(hint: Any, generics: Mapping[Any, Any]) -> Any:
    """A hint with its type variables replaced."""
    if isinstance(hint, TypeVar):
        return generics[hint]
    if parameters := getattr(hint, "__parameters__", ()):
        return hint[tuple(generics[one] for one in parameters)]
    return hint


def _models(model: type[BaseModel]) -> list[type[BaseModel]]:
    """The models inside a model, at any depth."""
    found: list[type[BaseModel]] = []
    waiting: list[Any] = [field.annotation for field in model.model_fields.values()]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in found:
            found.append(kind)
            waiting += [field.annotation for field in kind.model_fields.values()]
        waiting += get_args(kind)
    return found


def _tidy(value: Any) -> Any:
    """Without the titles that repeat names, and digits said so that every regular expression engine agrees."""
    if isinstance(value, list):
        return [_tidy(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {name: one for name, one in value.items() if not (name == "title" and isinstance(one, str))}
    if isinstance(kept.get("pattern"), str):
        kept["pattern"] = kept["pattern"].replace(r"\d", "[0-9]")
    return {name: _tidy(one) for name, one in kept.items()}


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    if isinstance(value, dict):
        return {name: _renamed(one, names) for name, one in value.items()}
    if isinstance(value, str) and (match := re.fullmatch("#/components/schemas/(.+)", value)):
        return f"#/components/schemas/{names.get(match[1], match[1])}"
    return value
