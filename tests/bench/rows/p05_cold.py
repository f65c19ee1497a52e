"""P5: what an API function's first answer costs, from a new process on, beside what a bare one with psycopg does.

Both in Lambda's Python, with a function's layers as they are deployed, compiled, and its own code as sam takes it, not
compiled. Each is the median of its runs. The floor's runs, one beside each of ours, count together: it is one program,
and the slowest of 88 functions would else be the one that had the luckiest floors.
"""

import json
import os
import shutil
import statistics
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.bench.board import Line, row
from tests.bench.service import service
from tests.conftest import Api
from tests.world import RULES

from devstack import layers
from devstack.gateway import Gateway
from devstack.postgres import CHECKOUT
from devstack.template import Function

ROUTES: Collection[str] = RULES
RUNS = 9
TOY = {"ROUTES": ["GET /v1/auth/me", "POST /v1/tasks", "POST /v1/auth/login"], "RUNS": 1}
CIRCLE = "POST /v1/webhooks/circle"
# What they do beside the database has a price of its own: a slow hash, an elliptic curve, somebody else's signature.
UNBOUND = {
    "POST /v1/auth/register",
    "POST /v1/auth/login",
    "POST /v1/auth/wallet-login",
    CIRCLE,
    "GET /v1/reports/{report_id}",
}
TARGETS = {"read": "<= 1.3", "write": "<= 1.65"}
FOREIGN = ("web3", "boto3", "botocore")
# Lambda's part: the event is read, the handler imported and called. The process says how much of the processor it took
# and ends at once, since tidying up is not part of an answer.
RUNTIME = """
import json, os, sys, time
from importlib import import_module
from types import SimpleNamespace
path, handler, event, foreign = json.load(sys.stdin)
sys.path += path
module, _, attribute = handler.rpartition(".")
answer = getattr(import_module(module), attribute)(event, SimpleNamespace(function_name=handler, aws_request_id="1"))
told = [time.process_time(), answer, [name for name in foreign if name in sys.modules]]
os.write(1, json.dumps(told).encode())
os._exit(0)
"""
FLOOR = """
import json, os, sys, time
path, url = json.load(sys.stdin)
sys.path += path
import psycopg
psycopg.connect(url).execute("SELECT 1").fetchone()
os.write(1, json.dumps([time.process_time()]).encode())
os._exit(0)
"""


@row(5)
def cold() -> Iterator[Line]:
    """Every function with a request that is accepted, by turns with the floor."""
    taken: dict[str, list[float]] = defaultdict(list)
    floors: list[float] = []
    foreign: set[str] = set()

    def called(function: Function, event: dict[str, Any]) -> Any:
        seconds, answer, found = run(RUNTIME, name, function.handler, event, FOREIGN)
        taken[name].append(seconds)
        foreign.update(found)
        return answer

    api = Api(Gateway(call=called).request)
    with service() as served, _deployed() as run:
        url = os.environ["DATABASE_URL_API"]
        for name in [name for _ in range(RUNS + 1) for name in ROUTES]:  # the first time warms up
            answer = served.act(name).send(api)
            if answer.status >= 300:
                raise RuntimeError(f"{name}: {answer.body.decode()}")
            floors += run(FLOOR, name, url)
    bare = _milliseconds(floors[len(ROUTES) :])
    note = "psycopg, connect, one query"
    lines = {name: Line("P5", name, _milliseconds(times[1:]), bare, "ms", "", note) for name, times in taken.items()}
    for kind, target in TARGETS.items():
        bound = [one for name, one in lines.items() if name not in UNBOUND and _kind(name) == kind]
        *_, slowest = bound = sorted(bound, key=lambda one: one.ratio)
        middle = bound[len(bound) // 2]
        yield replace(slowest, title=f"the slowest of {len(bound)} that {kind}: {slowest.title}", target=target)
        yield replace(middle, title=f"the median of them: {middle.title}", target=target)
    yield from (lines[name] for name in sorted(UNBOUND & lines.keys()))
    title = f"what any of {len(lines)} imports of {', '.join(FOREIGN)}"
    yield Line("P5", title, len(foreign), len(FOREIGN), "", "<= 0", "all of them")


@contextmanager
def _deployed() -> Iterator[Callable[..., list[Any]]]:
    """Runs a script in a new process with a route's layers and code, and no site; its answer to what it is told."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = ["SharedLayer"] + ["ChainLayer"] * (CIRCLE in ROUTES)
        built = layers.build(Path(folder), *wanted, architectures=[layers.HERE]).values()
        shared, *chain = [str(layer / "python") for layer in built]
        code = Path(folder, "functions")
        shutil.copytree(CHECKOUT / "functions", code, ignore=shutil.ignore_patterns("__pycache__"))
        python = str(layers.interpreter())

        def run(script: str, name: str, *told: Any) -> list[Any]:
            path = [str(code), shared, *(chain if name == CIRCLE else [])]
            command = [python, "-I", "-S", "-B", "-c", script]
            sent = json.dumps([path, *told])
            done = subprocess.run(command, input=sent, stdout=subprocess.PIPE, text=True, check=True)
            answered: list[Any] = json.loads(done.stdout)
            return answered

        yield run


def _kind(name: str) -> str:
    return "write" if RULES[name].writes else "read"


def _milliseconds(times: list[float]) -> float:
    return 1000 * statistics.median(times)
