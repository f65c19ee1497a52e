"""What Lambda unpacks to /opt, built as `sam build` does it: small, for the right machine, and enough by itself."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from devstack import layers
from devstack.postgres import CHECKOUT
from devstack.template import Template

template = Template()
LAYERS = template.resources("AWS::Serverless::LayerVersion")
EXTENSION = re.compile(r"\.so(\.\d+)*$")
ELF_MACHINE = {"x86_64": 62, "arm64": 183}
CHAIN = ("web3", "circle", "eth_account", "gigstream_chain")
# Run by Lambda's Python without a site: imports what its arguments name, and each module of the layers' own packages,
# since some are imported late. Then it hashes a password and reads an address, so that extensions are called as well.
IMPORTING = """
import json, pkgutil, sys
from importlib import import_module
path, packages, handlers = json.loads(sys.argv[1])
sys.path += path
for handler in handlers:
    module, _, attribute = handler.rpartition(".")
    getattr(import_module(module), attribute)
for package in map(import_module, packages):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        import_module(found.name)
from gigstream import passwords, wallet
assert passwords.matches("secret", passwords.hash_of("secret"))
assert wallet.parse("0x" + 40 * "1")
foreign = [name for name in ("boto3", "botocore") if name in sys.modules]
assert not foreign, foreign
"""


def requirements(layer: str) -> list[str]:
    """One text a package: its version and its hashes."""
    text: str = (CHECKOUT / LAYERS[layer]["ContentUri"] / "requirements.txt").read_text()
    return text.replace("\\\n", "").splitlines()


@pytest.mark.parametrize("layer", LAYERS)
def test_each_requirement_is_pinned_and_hashed(layer: str) -> None:
    lines = requirements(layer)
    assert lines
    for line in lines:
        assert re.match(r"[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line


@pytest.mark.timeout(600)
def test_layers_are_small_and_all_that_a_function_needs(tmp_path: Path) -> None:
    try:
        built = layers.build(tmp_path)
    except layers.NoPythonError as error:
        pytest.skip(str(error))
    assert built.keys() == {(layer, architecture) for layer in LAYERS for architecture in layers.ARCHITECTURES}
    for (layer, architecture), folder in built.items():
        machines = {machine(file) for file in folder.rglob("*.so*") if EXTENSION.search(file.name)}
        assert machines == {ELF_MACHINE[architecture]}
        assert [file for file in folder.rglob("*.py") if not compiled(file).exists()] == []
        if layer == "SharedLayer":
            assert layers.size(folder) <= layers.LIMIT
            assert [name for name in CHAIN if (folder / "python" / name).exists()] == []
    for chain in (False, True):
        imports(
            [built[layer, layers.HERE] for layer in (["SharedLayer", "ChainLayer"] if chain else ["SharedLayer"])],
            handlers(chain),
        )


def compiled(file: Path) -> Path:
    return file.parent / "__pycache__" / f"{file.stem}.cpython-313.pyc"


def machine(file: Path) -> int:
    """The machine that an ELF file is for."""
    head = file.read_bytes()[:20]
    assert head[:4] == b"\x7fELF", file
    return int.from_bytes(head[18:20], "little")


def handlers(chain: bool) -> list[str]:
    """Those of the functions with the chain layer, or without."""
    functions = template.resources("AWS::Serverless::Function").items()
    return [
        template.functions[name].handler
        for name, properties in functions
        if chain == ({"Ref": "ChainLayer"} in properties.get("Layers", []))
    ]


def imports(folders: list[Path], names: list[str]) -> None:
    """In a process that has these layers, the functions and the standard library."""
    assert names
    path = [str(CHECKOUT / "functions"), *[str(folder / "python") for folder in folders]]
    packages = ["gigstream", "gigstream_chain"][: len(folders)]
    command = [str(layers.interpreter()), "-I", "-S", "-c", IMPORTING, json.dumps([path, packages, names])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
