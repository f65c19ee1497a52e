"""A struct is what `dataclass(frozen=True)` makes of the same class, to whoever asks; only its making is cheaper."""

from dataclasses import FrozenInstanceError, asdict, dataclass, fields, is_dataclass, replace
from typing import Any

import pytest

from gigstream.structs import struct


@struct
class Base:
    """A struct."""

    one: int
    two: str = "two"


@struct
class Derived(Base):
    """With a field more."""

    three: int | None = None


@dataclass(frozen=True)
class Standard:
    """What it is compared with."""

    one: int
    two: str = "two"
    three: int | None = None


MADE = [{"one": 1}, {"one": 1, "two": "2"}, {"one": 1, "two": "2", "three": 3}]


@pytest.mark.parametrize("values", MADE)
def test_it_is_a_dataclass_to_whoever_asks(values: dict[str, Any]) -> None:
    ours, standard = Derived(**values), Standard(**values)
    assert is_dataclass(ours)
    assert asdict(ours) == asdict(standard)
    assert [(one.name, one.type, one.default) for one in fields(ours)] == [
        (one.name, one.type, one.default) for one in fields(standard)
    ]
    assert repr(ours) == repr(standard).replace("Standard", "Derived")
    assert asdict(replace(ours, one=7)) == asdict(replace(standard, one=7))
    assert Derived(*asdict(ours).values()) == ours


def test_equal_values_are_equal_and_hash_alike_however_they_were_given() -> None:
    assert Base(1) == Base(1, "two") == Base(one=1, two="two")
    assert len({Base(1), Base(1, "two"), Base(two="two", one=1)}) == 1
    assert Base(1) != Base(2)
    assert Base(1) != Derived(1)


def test_it_cannot_be_changed() -> None:
    made: Any = Base(1)
    with pytest.raises(FrozenInstanceError):
        made.one = 2
    with pytest.raises(FrozenInstanceError):
        del made.one
    assert made.one == 1


@pytest.mark.parametrize(
    ("args", "values", "wrong"),
    [((), {}, "one"), ((), {"one": 1, "four": 4}, "four"), ((), {"two": "2"}, "one"), ((1, "2", 3), {}, "2 fields")],
)
def test_what_is_missing_or_unknown_is_named(args: tuple[Any, ...], values: dict[str, Any], wrong: str) -> None:
    with pytest.raises(TypeError, match=wrong):
        Base(*args, **values)
