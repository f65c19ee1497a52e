"""What a cold start does not do, in a new process for each of two functions that import the most."""

import os
import subprocess
import sys

import pytest

from devstack.template import Template

STARTING = """
import gc, os, sys
from importlib import import_module
opened = set()
sys.addaudithook(lambda event, told: event == "open" and opened.add(os.path.basename(str(told[0]))))
import gigstream
before = gc.get_stats()
import_module(sys.argv[1])
from gigstream.errors import Invalid
from gigstream.models.tasks import NewTask
try:
    NewTask.parse(b"{}")
except Invalid as error:
    assert error.fields
assert gc.get_stats() == before
assert [name for name in opened if name.startswith("tasks.")]  # so it would be seen
assert "entry_points.txt" not in opened
assert "coincurve" not in sys.modules
"""


@pytest.mark.parametrize("module", ["api.webhooks.circle", "api.workers.patch"])
def test_a_function_starts_without_collecting_garbage_looking_for_plugins_or_an_elliptic_curve(module: str) -> None:
    command, environment = [sys.executable, "-c", STARTING, module], os.environ | Template().environment
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
