"""The parameters of template.yaml: what a stage has, what is given now, what has to be asked for.

A stage's values are kept by its stack, and nowhere else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cloud.person import Person
from cloud.stop import Stop

# What each rail cannot do without.
RAILS = {
    "web3": ("ArcKmsKey",),
    "circle": ("CircleWalletId", "CircleWalletSetId", "CircleWalletAddress"),
}


@dataclass(frozen=True)
class Chosen:
    """`values` are all of them; `said` those to tell CloudFormation, for it keeps the others or takes defaults."""

    values: dict[str, str]
    said: dict[str, str]


def choose(
    declared: Mapping[str, dict[str, Any]], kept: Mapping[str, str], given: Mapping[str, str], person: Person
) -> Chosen:
    """What is given goes before what the stack keeps, that before the default; what is in neither is asked for."""
    if unknown := sorted(set(given) - set(declared)):
        raise Stop(f"template.yaml has no parameter {', '.join(unknown)}; it has {', '.join(sorted(declared))}.")
    values, said = {}, {}
    for name, one in declared.items():
        if name in given:
            values[name] = said[name] = given[name]
        elif name in kept:
            values[name] = kept[name]
        elif "Default" in one:
            values[name] = str(one["Default"])
        else:
            about = one.get("Description", "")
            values[name] = said[name] = person.value(name, about, f"--parameter {name}=... ({about.strip()})")
        _check(name, one, values[name])
    if missing := [name for name in RAILS[values["SettlementRail"]] if not values[name]]:
        raise Stop(f"With SettlementRail={values['SettlementRail']} there must be {' and '.join(missing)}.")
    if "Mode" in kept and values["Mode"] != kept["Mode"]:
        raise Stop(f"Mode is {kept['Mode']} and stays so: what one mode has booked is worth nothing in the other.")
    return Chosen(values, said)


def pairs(texts: list[str]) -> dict[str, str]:
    """From the command line: NAME=VALUE, each name once."""
    split = [text.partition("=") for text in texts]
    if wrong := [name for name, sign, _ in split if not sign]:
        raise Stop(f"--parameter takes NAME=VALUE, and not {wrong[0]}.")
    return {name: value for name, _, value in split}


def _check(name: str, declared: dict[str, Any], value: str) -> None:
    """What CloudFormation would refuse, minutes later."""
    if "Default" not in declared and not value:
        raise Stop(f"{name} must not be empty: {declared.get('Description', '').strip()}")
    if "AllowedValues" in declared and value not in map(str, declared["AllowedValues"]):
        raise Stop(f"{name} is one of {', '.join(map(str, declared['AllowedValues']))}, and not {value}.")
    if "AllowedPattern" in declared and not re.fullmatch(declared["AllowedPattern"], value):
        raise Stop(f"{name} does not look like {declared['AllowedPattern']}: {value}")
    if declared["Type"] == "Number":
        if not re.fullmatch(r"-?\d+", value):
            raise Stop(f"{name} is no whole number: {value}")
        if not declared.get("MinValue", int(value)) <= int(value) <= declared.get("MaxValue", int(value)):
            raise Stop(f"{name} is out of bounds: {value}")
