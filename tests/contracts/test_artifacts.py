"""What is committed is what the sources say."""

import re

import pytest
from tests.contracts.compiled import source

from devstack.contracts import ARTIFACTS, SOURCES, artifact, compiled


@pytest.mark.parametrize("name", ARTIFACTS)
def test_the_artifact_is_what_the_compiler_makes_of_the_source(name: str) -> None:
    assert ARTIFACTS[name].read_text() == compiled(name), "gigstream compile-contracts"


@pytest.mark.parametrize("name", ARTIFACTS)
def test_the_source_names_compiler_and_rules_of_the_artifact(name: str) -> None:
    text, made = (SOURCES / f"{name}.vy").read_text(), artifact(name)
    assert f"# pragma version {made['compiler'].removeprefix('vyper ')}\n" in text
    assert f"# pragma evm-version {made['evm_version']}\n" in text


def test_the_contract_fits_and_takes_no_native_value() -> None:
    made = artifact("PaymentStreaming")
    assert len(made["runtime"]) / 2 < 24_576  # EIP-170
    assert not [entry for entry in made["abi"] if entry.get("stateMutability") == "payable"]


def test_every_external_function_has_its_natspec() -> None:
    functions = re.findall(
        r"^@(?:external|deploy)\n(?:@\w+\n)*def (\w+)\([^\n]*:\n(    \"\"\"\n    @notice )?", source(), re.MULTILINE
    )
    assert len(functions) > 15
    assert [name for name, notice in functions if not notice] == []
