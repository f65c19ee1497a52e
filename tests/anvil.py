"""Anvil, a real node for tests: its program comes from npm at the first use and is kept in the checkout."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.hostile_rpc import Node, over_http

from devstack.postgres import CHECKOUT

VERSION = "1.7.1"
NPM = shutil.which("npm")
INSTALL_SECONDS = 60  # less than a test may take
START_SECONDS = 20
CHAIN_ID = 5042002
FLOOR = 20 * 10**9  # Arc's least base fee, wei
# Mines when told. Osaka's cap on a transaction's gas is Arc's too.
OPTIONS = ["--no-mining", "--hardfork=osaka", "--enable-tx-gas-limit", f"--chain-id={CHAIN_ID}", f"--base-fee={FLOOR}"]


@cache
def program() -> Path | None:
    """Where Anvil is; None when it is not there and npm cannot fetch it, or not in time."""
    folder = CHECKOUT / ".gigstream" / f"anvil-{VERSION}"
    if NPM and not folder.exists():
        folder.parent.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=folder.parent) as draft:
            install = [NPM, "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
            with suppress(subprocess.SubprocessError):
                subprocess.run(
                    [*install, f"--prefix={draft}", f"@foundry-rs/anvil@{VERSION}"],
                    check=True,
                    capture_output=True,
                    timeout=INSTALL_SECONDS,
                )
                for found in Path(draft).glob("node_modules/@foundry-rs/anvil-*/bin/anvil"):
                    shutil.copytree(found.parent, folder, dirs_exist_ok=True)
    return folder / "anvil" if (folder / "anvil").exists() else None


@contextmanager
def running() -> Iterator[tuple[str, Node]]:
    """A fresh node: its address, and itself to ask and command."""
    anvil = program()
    if anvil is None:
        raise RuntimeError("there is no anvil")
    with TemporaryDirectory() as folder:
        log = Path(folder, "log")  # a file and no pipe: it writes a line a request, and nobody would read them
        with log.open("w") as output:
            node = subprocess.Popen([anvil, *OPTIONS, "--port=0"], stdout=output)
        try:
            url = f"http://{_listening(log)}"
            yield url, over_http(url)
        finally:
            node.kill()
            node.wait()


def _listening(log: Path) -> str:
    """Host and port, of the line that says so."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        for line in log.read_text().splitlines():
            if line.startswith("Listening on "):
                return line.removeprefix("Listening on ").strip()
        time.sleep(0.02)
    raise RuntimeError("anvil did not start")
