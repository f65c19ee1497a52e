"""GigStream under `sam local`: what `sam build` made, each function in a container of Lambda's image.

What is run differs from what is deployed in three things. Layers are taken for published ones, which sam finds in its
cache: for a layer of the template itself it would make the image anew at each function's first call. Functions have
minutes, because a busy machine takes seconds to start one. And they get variables and files that AWS does not give.
"""

import hashlib
import json
import os
import platform
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from devstack.postgres import CHECKOUT
from devstack.template import Template

HOST = "host.docker.internal"  # this machine, as samconfig.toml has the containers call it
TASK = "/var/task"  # a function's folder in its container
ARCHITECTURE = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
OPTIONS = ["--config-file", str(CHECKOUT / "samconfig.toml"), "--parameter-overrides", f"Architecture={ARCHITECTURE}"]
IMAGES = "samcli/lambda-python"  # where sam keeps what it makes of the runtime's image and layers
FUNCTION_SECONDS = 300
START_SECONDS = 60


@dataclass(frozen=True)
class Local:
    """What was built, ready to be run."""

    folder: Path

    def options(self) -> list[str]:
        """What `sam local` has to be told."""
        named = {"--template": "local.json", "--env-vars": "variables.json", "--layer-cache-basedir": "layers"}
        paths = [part for option, name in named.items() for part in (option, str(self.folder / name))]
        return [*paths, "--skip-pull-image", *OPTIONS]

    @contextmanager
    def serving(self, kind: Literal["start-api", "start-lambda"]) -> Iterator[str]:
        """The URL at which sam serves until the end; what it and the functions write is in a file named by the kind."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        written = self.folder / kind
        with (
            written.open("w") as log,
            subprocess.Popen(
                _command("local", kind, "--port", str(port), *self.options()),
                cwd=CHECKOUT,
                env=_environment(),
                stdout=log,
                stderr=log,
            ) as server,
        ):
            try:
                _await(port, server)
                yield f"http://127.0.0.1:{port}"
            finally:
                # All containers at once; sam would remove one after the other.
                if containers := re.findall(r"SAM_CONTAINER_ID: (\w+)", written.read_text()):
                    _docker("rm", "--force", *containers)
                server.terminate()


@contextmanager
def built(folder: Path, variables: Mapping[str, str], files: list[Path]) -> Iterator[Local]:
    """Build for this machine, to be run until the end.

    Of `variables` a function gets what the template gives it, and what it gives nobody; `files` lie in TASK.
    RuntimeError, with what sam said, when it cannot be built.
    """
    made = folder / "built"
    done = run("build", "--no-cached", "--build-dir", str(made), *OPTIONS)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    template = Template(made / "template.yaml")
    for function in template.functions:
        for file in files:
            shutil.copy(file, made / function)
    layers = _published(template, made, folder / "layers")
    further = {name: value for name, value in variables.items() if name not in template.environment}
    (folder / "local.json").write_text(json.dumps(_local(template, layers, further)))
    (folder / "variables.json").write_text(json.dumps({"Parameters": dict(variables)}))
    others = _images()
    try:
        yield Local(folder)
    finally:
        if own := _images() - others:
            _docker("image", "rm", *own)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Have sam do something, and what it said. FileNotFoundError when there is no sam: `make .venv-sam/ready`."""
    return subprocess.run(
        _command(*arguments), cwd=CHECKOUT, env=_environment(), capture_output=True, text=True, check=False
    )


def _published(template: Template, built: Path, cache: Path) -> dict[str, str]:
    """Put the layers where sam keeps those that it has downloaded; their ARNs, by logical id."""
    cache.mkdir()
    build = secrets.token_hex(4)  # an image is known by the names of its layers, so they are no other build's
    found = {}
    for name, layer in template.resources("AWS::Serverless::LayerVersion").items():
        arn = f"arn:aws:lambda:us-east-1:000000000000:layer:{name}-{build}:1"
        (cache / f"{name}-{build}-1-{hashlib.sha256(arn.encode()).hexdigest()[:10]}").symlink_to(
            built / layer["ContentUri"]
        )
        found[name] = arn
    return found


def _local(template: Template, layers: Mapping[str, str], further: Mapping[str, str]) -> Any:
    document = _with(layers, template.document)
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            code = template.path.parent / resource["Properties"]["CodeUri"]
            resource["Properties"] |= {"Timeout": FUNCTION_SECONDS, "CodeUri": str(code)}
    document["Globals"]["Function"]["Environment"]["Variables"] |= further
    return document


def _with(values: Mapping[str, str], part: Any) -> Any:
    """A copy in which what is referred to by these names stands itself."""
    if isinstance(part, list):
        return [_with(values, one) for one in part]
    if not isinstance(part, dict):
        return part
    if set(part) == {"Ref"} and part["Ref"] in values:
        return values[part["Ref"]]
    return {key: _with(values, value) for key, value in part.items()}


def _command(*arguments: str) -> list[str]:
    program = shutil.which("sam")
    if program is None:
        raise FileNotFoundError("sam")
    return [program, *arguments]


def _environment() -> dict[str, str]:
    return {**os.environ, "ARCHITECTURE": ARCHITECTURE, "SAM_CLI_TELEMETRY": "0"}


def _images() -> set[str]:
    return set(_docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", IMAGES).split())


def _docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False).stdout  # noqa: S607


def _await(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise RuntimeError("sam does not listen")
