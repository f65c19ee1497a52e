"""Other people's contracts to measure beside ours: fetched by npm at exact versions into .gigstream/npm, not committed.

Sablier publishes the bytecode of its releases (solc 0.8.29 through its IR, each contract with its own optimizer runs),
and that is what is run. The token and the naive batch are compiled here by npm's solc, OpenZeppelin's as it is.
"""

import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from devstack.postgres import CHECKOUT

CACHE = CHECKOUT / ".gigstream" / "npm"
SABLIER = ("@sablier/lockup@4.0.1", "@sablier/flow@3.0.1", "@sablier/evm-utils@2.0.1")
COMPILER = ("solc@0.8.29", "@openzeppelin/contracts@5.4.0")
SOURCE = Path(__file__).parent / "Bench.sol"

# Reads standard JSON on its standard input, imports from node_modules, answers on its standard output.
DRIVER = """
const solc = require('solc'), fs = require('fs');
const found = (path) => ({ contents: fs.readFileSync(require.resolve(path), 'utf8') });
process.stdout.write(solc.compile(fs.readFileSync(0, 'utf8'), { import: found }));
"""

Artifact = dict[str, Any]


class NoNodeError(Exception):
    """npm or node is missing, or npm could not fetch what is to be measured beside ours."""


def tokens() -> dict[str, Artifact]:
    """Token and Disperse, as {abi, bytecode}."""
    if not (CACHE / "node_modules" / "solc").exists():
        _run("npm", "install", "--prefix", str(CACHE), "--ignore-scripts", "--no-audit", "--no-fund", *COMPILER)
    asked = {
        "language": "Solidity",
        "sources": {SOURCE.name: {"content": SOURCE.read_text()}},
        "settings": {
            "evmVersion": "prague",
            "optimizer": {"enabled": True, "runs": 10_000},
            "outputSelection": {"*": {"*": ["abi", "evm.bytecode.object"]}},
        },
    }
    made = json.loads(_run("node", "-e", DRIVER, given=json.dumps(asked)))
    if wrong := [error["formattedMessage"] for error in made.get("errors", ()) if error["severity"] == "error"]:
        raise NoNodeError("solc: " + wrong[0])
    return {
        name: {"abi": one["abi"], "bytecode": "0x" + one["evm"]["bytecode"]["object"]}
        for name, one in made["contracts"][SOURCE.name].items()
    }


def sablier(package: str, name: str) -> Artifact:
    """What a pinned package of Sablier's says of a contract; libraries are still to be linked."""
    pinned = next(one for one in SABLIER if one.startswith(f"@sablier/{package}@"))
    folder = CACHE / "sablier" / pinned.rpartition("/")[2]
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        packed = _run("npm", "pack", "--silent", "--pack-destination", str(folder.parent), pinned).split()[-1]
        with tarfile.open(folder.parent / packed) as tarball:
            tarball.extractall(folder, filter="data")
    made: Artifact = json.loads((folder / "package" / "artifacts" / f"{name}.json").read_text())
    return made


def linked(artifact: Artifact, libraries: dict[str, str]) -> Artifact:
    """The artifact with the addresses of its libraries filled in."""
    code = artifact["bytecode"]["object"].removeprefix("0x")
    for places in artifact["bytecode"].get("linkReferences", {}).values():
        for name, spots in places.items():
            for spot in spots:
                start, end = spot["start"] * 2, (spot["start"] + spot["length"]) * 2
                code = code[:start] + libraries[name].removeprefix("0x").lower() + code[end:]
    return {"abi": artifact["abi"], "bytecode": "0x" + code}


def _run(program: str, *arguments: str, given: str | None = None) -> str:
    """What a program of Node's prints."""
    found = shutil.which(program)
    if found is None:
        raise NoNodeError(f"{program} is not installed: Node 18 or later is needed to measure beside others")
    CACHE.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([found, *arguments], cwd=CACHE, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoNodeError(f"{program} {arguments[0]}: {done.stderr.strip()[-1000:]}")
    return done.stdout
