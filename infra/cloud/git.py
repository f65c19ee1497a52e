"""What git knows of the releases: each is a commit of this checkout."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cloud.stop import Stop
from devstack.postgres import CHECKOUT


def head() -> str:
    """The commit that is checked out; Stop when the files are not just that."""
    if changed := _git("status", "--porcelain").splitlines():
        raise Stop(f"A release is a commit, and {len(changed)} files are not as committed: {changed[0].strip()} ...")
    return _git("rev-parse", "HEAD")


def commit(name: str) -> str:
    """The whole id of a commit; Stop when this checkout has none of this name."""
    try:
        return _git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    except Stop:
        raise Stop(f"There is no commit {name} in this checkout: git fetch may bring it.") from None


def schema(of: str) -> str:
    """What stands for all of schema/ in a commit: equal when no file differs."""
    return _git("rev-parse", f"{of}:schema")


def goes_back(to: str, since: str) -> bool:
    """Whether `since` was built on `to`."""
    return to != since and _git("merge-base", to, since) == to


@contextmanager
def checked_out(of: str) -> Iterator[Path]:
    """A folder with a commit's files, for as long as it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "release")
        _git("worktree", "add", "--quiet", "--detach", str(tree), of)
        try:
            yield tree
        finally:
            _git("worktree", "remove", "--force", str(tree))


def _git(*arguments: str) -> str:
    program = shutil.which("git")
    if program is None:
        raise Stop("git is not installed: a release is a commit.")
    done = subprocess.run([program, *arguments], cwd=CHECKOUT, check=False, capture_output=True, text=True)
    if done.returncode:
        raise Stop(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()
