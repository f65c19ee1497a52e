"""`make layers`: template.yaml's layers as `sam build` makes them, for both kinds of machine, and how large they are.

Neither sam nor Docker is needed: each layer has a Makefile, which sam calls too.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

from devstack.postgres import CHECKOUT
from devstack.template import Template

ARCHITECTURES = ("arm64", "x86_64")
HERE = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
PYTHON = "3.13"
LIMIT = 30_000_000  # bytes of the shared layer; Lambda's own limit is 250 MB for a function with all its layers


class NoPythonError(Exception):
    """Lambda's Python is not on this machine."""


def interpreter() -> Path:
    """Lambda's Python, on the path or pyenv's. Raises NoPythonError."""
    for candidate in _candidates():
        if subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
            return candidate
    raise NoPythonError(f"Python {PYTHON} is needed, on the path or from pyenv")


def build(folder: Path, *wanted: str, architectures: Collection[str] = ARCHITECTURES) -> dict[tuple[str, str], Path]:
    """Build those layers, or all, into folders of their own, by logical id and architecture. Raises NoPythonError."""
    sources = {
        name: layer["ContentUri"] for name, layer in Template().resources("AWS::Serverless::LayerVersion").items()
    }
    targets = {key: folder.joinpath(*key) for key in product(wanted or sources, architectures)}
    path = f"{interpreter().parent}{os.pathsep}{os.environ['PATH']}"
    make = shutil.which("make", path=path) or "make"

    def built(layer: str, architecture: str) -> None:
        target = targets[layer, architecture]
        shutil.rmtree(target, ignore_errors=True)
        command = [make, "--silent", f"build-{layer}", f"ARTIFACTS_DIR={target}", f"ARCHITECTURE={architecture}"]
        subprocess.run(command, cwd=CHECKOUT / sources[layer], env={**os.environ, "PATH": path}, check=True)

    with ThreadPoolExecutor() as makers:  # all at once: they wait for downloads
        list(makers.map(built, *zip(*targets, strict=True)))
    return targets


def size(folder: Path) -> int:
    """Bytes in all files below, which is what Lambda counts."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> int:
    """Build into .build/layers and print a line a layer; 1 when the shared one is larger than it may be."""
    try:
        built = build(CHECKOUT / ".build" / "layers")
    except NoPythonError as error:
        print(error, file=sys.stderr)
        return 2
    sizes = {key: size(folder) for key, folder in built.items()}
    for (layer, architecture), bytes_ in sizes.items():
        print(f"{layer:12} {architecture:7} {bytes_ / 1e6:5.1f} MB")
    return int(any(sizes["SharedLayer", architecture] > LIMIT for architecture in ARCHITECTURES))


def _candidates() -> Iterator[Path]:
    if found := shutil.which(f"python{PYTHON}"):
        yield Path(found)
    if pyenv := shutil.which("pyenv"):
        asked = subprocess.run([pyenv, "prefix", PYTHON], capture_output=True, text=True, check=False)
        yield Path(asked.stdout.strip()) / "bin" / f"python{PYTHON}"


if __name__ == "__main__":
    sys.exit(main())
