"""Other people's contracts to measure beside ours, compiled in each run by npm's solc from the sources that npm has.

Packages come at exact versions into .gigstream/npm and are not committed. How Sablier compiles (through solc's IR, each
package with its own optimizer runs) is in the metadata of the bytecode that it publishes, and so are the names of all
sources; the run says whether the same bytecode comes out. The token and the naive batch are Bench.sol.
"""

import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devstack.postgres import CHECKOUT

CACHE = CHECKOUT / ".gigstream" / "npm"
# Compiler and dependencies are those that Sablier's metadata and packages name.
PACKAGES = {
    "solc": "0.8.29",
    "@sablier/lockup": "4.0.1",
    "@sablier/flow": "3.0.1",
    "@sablier/evm-utils": "2.0.1",
    "@openzeppelin/contracts": "5.3.0",
    "@openzeppelin/contracts-upgradeable": "5.3.0",
    "@prb/math": "4.1.0",
    "@chainlink/contracts": "1.3.0",
}
# The artifacts of a package were compiled with the same settings, and are compiled together.
SABLIER = {
    "@sablier/lockup": ("SablierLockup", "SablierBatchLockup", "libraries/LockupMath", "libraries/LockupHelpers"),
    "@sablier/flow": ("SablierFlow",),
    "@sablier/evm-utils": ("SablierComptroller",),
}
BENCH = Path(__file__).parent / "Bench.sol"
TOKEN = (  # OpenZeppelin's ERC20.sol, and what it imports
    "token/ERC20/ERC20.sol",
    "token/ERC20/IERC20.sol",
    "token/ERC20/extensions/IERC20Metadata.sol",
    "utils/Context.sol",
    "interfaces/draft-IERC6093.sol",
)

# Standard JSON in and out; the compiler itself, without the package's wrapper and what that depends on.
DRIVER = """
const compiler = require(process.argv[1]), asked = require('fs').readFileSync(0, 'utf8');
const compile = compiler.cwrap('solidity_compile', 'string', ['string', 'number', 'number']);
process.stdout.write(compile(asked, 0, 0));
"""

Artifact = dict[str, Any]


class NoNodeError(Exception):
    """npm or node is missing, or npm could not fetch what is to be measured beside ours, or solc refused it."""


@dataclass
class Peers:
    """What was compiled, by contract; whose bytecode is not what its package publishes; how long it took."""

    artifacts: dict[str, Artifact]
    differing: list[str]
    seconds: float


def peers() -> Peers:
    """Compile all of them; as many packages at once as there are cores."""
    _fetch()
    published = {package: [_published(package, name) for name in names] for package, names in SABLIER.items()}
    started = time.monotonic()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = list(pool.map(_compiled, [*(_asked(*one) for one in published.items()), _bench()]))
    seconds = time.monotonic() - started
    artifacts = {name: artifact for contracts in made for name, artifact in contracts.items()}
    code = {_target(one)[1]: one["bytecode"]["object"] for ones in published.values() for one in ones}
    differing = [name for name in code if "0x" + artifacts[name]["bytecode"]["object"] != code[name]]
    return Peers(artifacts, differing, seconds)


def linked(artifact: Artifact, libraries: dict[str, str]) -> Artifact:
    """The artifact as {abi, bytecode}, with the addresses of its libraries filled in."""
    code = artifact["bytecode"]["object"]
    for places in artifact["bytecode"]["linkReferences"].values():
        for name, spots in places.items():
            for spot in spots:
                start, end = spot["start"] * 2, (spot["start"] + spot["length"]) * 2
                code = code[:start] + libraries[name].removeprefix("0x").lower() + code[end:]
    return {"abi": artifact["abi"], "bytecode": "0x" + code}


def _published(package: str, name: str) -> Artifact:
    artifact: Artifact = json.loads((_folder(package) / "artifacts" / f"{name}.json").read_text())
    return artifact


def _target(published: Artifact) -> tuple[str, str]:
    """The file and the name of the contract."""
    ((file, name),) = published["metadata"]["settings"]["compilationTarget"].items()
    return file, name


def _asked(package: str, published: list[Artifact]) -> dict[str, Any]:
    """Standard JSON for contracts of Sablier's, to compile them as their metadata say that they were."""
    settings = dict(published[0]["metadata"]["settings"])
    del settings["compilationTarget"]
    paths = {path for one in published for path in one["metadata"]["sources"]}
    return _standard({path: _source(path, package) for path in paths}, settings, dict(map(_target, published)))


def _bench() -> dict[str, Any]:
    """Standard JSON for Token and Disperse."""
    paths = [f"node_modules/@openzeppelin/contracts/{path}" for path in TOKEN]
    settings = {
        "evmVersion": "prague",
        "optimizer": {"enabled": True, "runs": 10_000},
        "remappings": ["@openzeppelin/=node_modules/@openzeppelin/"],
    }
    sources = {path: _source(path) for path in paths} | {BENCH.name: BENCH.read_text()}
    return _standard(sources, settings, {BENCH.name: "*"})


def _source(path: str, package: str = "") -> str:
    """A source by the name that the compiler knows it under: in node_modules, or else the package's own."""
    if path.startswith("node_modules/"):
        _, scope, name, path = path.split("/", 3)
        package = f"{scope}/{name}"
    return (_folder(package) / path).read_text()


def _standard(sources: dict[str, str], settings: dict[str, Any], targets: dict[str, str]) -> dict[str, Any]:
    wanted = ["abi", "evm.bytecode.object", "evm.bytecode.linkReferences"]
    return {
        "language": "Solidity",
        "sources": {path: {"content": text} for path, text in sources.items()},
        "settings": settings | {"outputSelection": {file: {name: wanted} for file, name in targets.items()}},
    }


def _compiled(asked: dict[str, Any]) -> dict[str, Artifact]:
    """The contracts by name, as {abi, bytecode: {object, linkReferences}}."""
    made = json.loads(_run("node", "-e", DRIVER, str(_folder("solc") / "soljson.js"), given=json.dumps(asked)))
    if wrong := [error["formattedMessage"] for error in made.get("errors", ()) if error["severity"] == "error"]:
        raise NoNodeError("solc: " + wrong[0])
    return {
        name: {"abi": one["abi"], "bytecode": one["evm"]["bytecode"]}
        for file in asked["settings"]["outputSelection"]
        for name, one in made["contracts"][file].items()
    }


def _folder(package: str) -> Path:
    return CACHE / f"{package}@{PACKAGES[package]}"


def _fetch() -> None:
    """Get the packages that are not there yet; one is there as a whole or not at all."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as place:
        for package, version in PACKAGES.items():
            if not _folder(package).exists():
                pinned = f"{package}@{version}"
                packed = _run("npm", "pack", "--silent", "--pack-destination", place, pinned).split()[-1]
                with tarfile.open(Path(place, packed)) as tarball:
                    tarball.extractall(place, filter="data")
                _folder(package).parent.mkdir(exist_ok=True)
                Path(place, "package").rename(_folder(package))


def _run(program: str, *arguments: str, given: str | None = None) -> str:
    """What a program of Node's prints."""
    found = shutil.which(program)
    if found is None:
        raise NoNodeError(f"{program} is not installed: Node 18 or later is needed to measure beside others")
    done = subprocess.run([found, *arguments], input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoNodeError(f"{program} {arguments[0]}: {done.stderr.strip()[-1000:]}")
    return done.stdout
