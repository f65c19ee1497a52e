"""SAM's command line, which builds and deploys; what it says goes to the terminal."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from cloud.secrets import HELD
from cloud.stack import Stack
from cloud.stop import Stop
from devstack.postgres import CHECKOUT

# `make tools` installs it there, with the Python that Lambda has.
TOOLS = CHECKOUT / ".venv-sam" / "bin"
SECRET = frozenset().union(*HELD.values()) | {"DATABASE_URL_DIRECT"}


def version() -> str:
    """Stop when there is none, or not the Python that it builds with."""
    _program("python3.13")
    asked = [_program("sam"), "--version"]
    return subprocess.run(asked, env=_environment(), check=True, capture_output=True, text=True).stdout.strip()


def build(folder: Path, architecture: str) -> None:
    """Build a checkout's functions and layers; the layers' Makefile takes the architecture from the environment."""
    _sam(folder, ["build"], ARCHITECTURE=architecture)


def deploy(folder: Path, stack: Stack, parameters: Mapping[str, str]) -> None:
    """Deploy what was built. What is not among the parameters the stack keeps, or takes from the template."""
    command = ["deploy", "--stack-name", stack.name, "--region", stack.region]
    command += ["--no-confirm-changeset", "--no-fail-on-empty-changeset"]
    if parameters:
        command += ["--parameter-overrides", *(f"{name}={_quoted(value)}" for name, value in parameters.items())]
    _sam(folder, command)


def _sam(folder: Path, command: list[str], **more: str) -> None:
    if subprocess.run([_program("sam"), *command], cwd=folder, env=_environment() | more, check=False).returncode:
        raise Stop(f"sam {command[0]} has failed; it says above why.")


def _program(name: str) -> str:
    if found := shutil.which(name, path=_environment()["PATH"]):
        return found
    raise Stop(f"{name} is not on the path: make tools brings what deploying needs.")


def _environment() -> dict[str, str]:
    """Ours, without what neither sam nor what it builds with has to know."""
    given = {name: value for name, value in os.environ.items() if name not in SECRET}
    return {**given, "PATH": f"{TOOLS}{os.pathsep}{given.get('PATH', '')}", "SAM_CLI_TELEMETRY": "0"}


def _quoted(value: str) -> str:
    """As sam takes its parameters apart, which is not as a shell does."""
    return '"' + value.replace('"', '\\"') + '"'
