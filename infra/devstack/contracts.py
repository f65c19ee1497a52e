"""`gigstream compile-contracts`: what Vyper makes of infra/contracts, committed, so that nobody else needs Vyper.

An artifact says what a deployment needs and what a check of it: ABI, bytecode (the constructor's arguments go behind
it), the code that is then on the chain (the immutables stand behind it) and who compiled it for what.
"""

import argparse
import json
from typing import Any

from devstack.postgres import CHECKOUT

SOURCES = CHECKOUT / "infra" / "contracts"
# The contract's is what settlement speaks by, and goes to Lambda with the chain layer.
ARTIFACTS = {
    "PaymentStreaming": CHECKOUT / "layers" / "chain" / "gigstream_chain" / "PaymentStreaming.json",
    "LocalUSDC": SOURCES / "LocalUSDC.json",
}


def artifact(name: str) -> dict[str, Any]:
    """The committed one."""
    made: dict[str, Any] = json.loads(ARTIFACTS[name].read_text())
    return made


def compiled(name: str) -> str:
    """The artifact's text as the source has it now."""
    import vyper  # noqa: PLC0415 - a second, and needed for development only
    from vyper.compiler.settings import Settings  # noqa: PLC0415

    source = (SOURCES / f"{name}.vy").read_text()
    made = vyper.compile_code(
        source, contract_path=f"{name}.vy", output_formats=["abi", "bytecode", "bytecode_runtime"], settings=Settings()
    )
    told = {"contract": name, "compiler": f"vyper {vyper.__version__}", "evm_version": "prague"}
    code = {"bytecode": made["bytecode"], "runtime": made["bytecode_runtime"]}
    entries = ",\n  ".join(json.dumps(entry) for entry in made["abi"])
    head = "".join(f'"{key}": {json.dumps(value)},\n' for key, value in (told | code).items())
    return f'{{\n{head}"abi": [\n  {entries}\n]\n}}\n'


def add_to(commands: Any) -> None:
    """Add `compile-contracts` to the command line."""
    about = "compile infra/contracts and write the artifacts anew; wants the development requirements"
    commands.add_parser("compile-contracts", help=about, description=about).set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    for name, file in ARTIFACTS.items():
        file.write_text(compiled(name))
    return 0
