"""`struct`: a frozen dataclass that costs little to define.

`dataclass` writes source for up to seven methods of each class and compiles it, at each cold start, for every class of
every module that a function imports. Here all classes share theirs. Whatever asks `dataclasses` about a class or a
value, `fields`, `asdict`, `replace`, gets the answer that it would get from a frozen dataclass.
"""

from dataclasses import MISSING, FrozenInstanceError, dataclass
from functools import cache
from typing import Any, TypeVar, dataclass_transform

Kind = TypeVar("Kind", bound=type[Any])


@dataclass_transform(frozen_default=True)
def struct(kind: Kind) -> Kind:
    """Make a class of annotated fields a frozen dataclass; a default is a plain value."""
    made: Any = dataclass(init=False, repr=False, eq=False, match_args=False)(kind)
    made.__init__, made.__repr__, made.__eq__, made.__hash__ = _init, _repr, _eq, _hash
    made.__setattr__ = made.__delattr__ = _refuse
    return kind


def _init(self: Any, *args: Any, **values: Any) -> None:
    fields = self.__dataclass_fields__
    if len(args) > len(fields):
        raise TypeError(f"{type(self).__name__} has {len(fields)} fields")
    if args:
        values = dict(zip(fields, args, strict=False)) | values
    if values.keys() != fields.keys():
        values = _defaults(self.__class__) | values
        if wrong := values.keys() ^ fields.keys():
            raise TypeError(f"{type(self).__name__}: missing or unknown: {', '.join(sorted(wrong))}")
    self.__dict__.update(values)


@cache
def _defaults(kind: Any) -> dict[str, Any]:
    fields = kind.__dataclass_fields__
    return {name: field.default for name, field in fields.items() if field.default is not MISSING}


def _repr(self: Any) -> str:
    shown = (f"{name}={getattr(self, name)!r}" for name, field in self.__dataclass_fields__.items() if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _eq(self: Any, other: object) -> bool:
    return self.__dict__ == other.__dict__ if type(self) is type(other) else NotImplemented


def _hash(self: Any) -> int:
    return hash(tuple(getattr(self, name) for name in self.__dataclass_fields__))


def _refuse(self: Any, name: str, _value: object = None) -> None:
    raise FrozenInstanceError(f"{type(self).__name__}.{name} cannot be changed")
