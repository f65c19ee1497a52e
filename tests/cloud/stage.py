"""A stage to deploy to, and a checkout to deploy from: moto's AWS, a Postgres over TCP, the API served over HTTP."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.request import Request, urlopen

import boto3
import pytest
from tests.aws import aws_server
from tests.cloud import sam as stand_in
from tests.conftest import TEMPLATE_DATABASE

from cloud import deploy, git, releases, sam
from cloud.stack import Stack
from devstack import cli, local
from devstack.postgres import CHECKOUT, Cluster
from devstack.server import serving
from gigstream import config

EXTENSION = "arn:aws:lambda:us-east-1:177933569100:layer:AWS-Parameters-and-Secrets-Lambda-Extension-Arm64:20"
GIVEN = {
    "SecretsExtension": EXTENSION,
    "AppUri": "https://app.example.com",
    "ArcKmsKey": "1234abcd-12ab",
    "ArcContract": "0x" + 40 * "a",
}
MADE_OF = ["template.yaml", "schema", "functions/api/service/openapi.json"]


@dataclass
class Stage:
    """`checkout` is a repository with what a release is recognised by; `aws` the address of moto's AWS."""

    checkout: Path
    aws: str
    log: Path

    def gigstream(self, *arguments: str) -> int:
        with patch.object(sys, "argv", ["gigstream", *arguments]):
            return cli.main()

    def deploy(self, *more: str) -> int:
        return self.gigstream("deploy", "--stage", "trial", "--yes", *more)

    def first(self, *more: str) -> int:
        """A deployment that is told what a new stage has to be told."""
        return self.deploy(*(f"--parameter={name}={value}" for name, value in GIVEN.items()), *more)

    def sam(self) -> list[dict[str, Any]]:
        """How sam was called so far: arguments, folder, architecture."""
        return stand_in.calls(self.log)

    def history(self) -> list[tuple[str, str]]:
        """Commits, and what became of them."""
        return [(one.commit, one.outcome) for one in releases.history(Stack("trial"))]

    def commit(self, file: str = "README.md", text: str = "") -> str:
        """Add text to a file and commit it: the new commit."""
        with (self.checkout / file).open("a") as opened:
            opened.write(text)
        return commit(self.checkout)

    def git(self, *arguments: str) -> str:
        return git_in(self.checkout, *arguments)

    def secrets(self) -> dict[str, str]:
        """The text of each secret of the stack, by class."""
        client = boto3.client("secretsmanager")
        found = [one["Name"] for one in client.list_secrets()["SecretList"]]
        return {name.rpartition("/")[2]: client.get_secret_value(SecretId=name)["SecretString"] for name in found}

    def lambda_says(self, *texts: str) -> None:
        """What the next functions answer that are invoked."""
        self.moto("static/lambda-simple/response", {"results": list(texts)})

    def moto(self, path: str, body: object) -> None:
        sent = json.dumps(body).encode()
        urlopen(Request(f"{self.aws}/moto-api/{path}", sent, {"Content-Type": "application/json"})).close()


def git_in(checkout: Path, *arguments: str) -> str:
    who = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
    done = subprocess.run(["git", *who, *arguments], cwd=checkout, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(checkout: Path) -> str:
    git_in(checkout, "init", "--quiet")
    git_in(checkout, "add", "--all")
    git_in(checkout, "commit", "--quiet", "--allow-empty", "--message", "a release")
    return git_in(checkout, "rev-parse", "HEAD")


@contextmanager
def staged(
    remote: Cluster, direct: Callable[..., str], environment: pytest.MonkeyPatch, folder: Path
) -> Iterator[Stage]:
    """Everything that `gigstream deploy` meets, but for sam, AWS and the distance."""
    checkout = folder / "checkout"
    for name in MADE_OF:
        source, target = CHECKOUT / name, checkout / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    commit(checkout)
    url = direct(TEMPLATE_DATABASE)
    name = url.rpartition("/")[2]
    stand_in.install(folder / "bin")
    log = folder / "sam.log"
    for module in (deploy, git):
        environment.setattr(module, "CHECKOUT", checkout)
    environment.setattr(sam, "TOOLS", folder / "bin")
    for variable, value in local.environment(remote, name).items():
        environment.setenv(variable, value)
    config.settings.cache_clear()
    with aws_server(environment) as aws, serving("127.0.0.1", 0) as servers:
        for variable in [variable for variable in os.environ if variable.startswith("DATABASE_URL_")]:
            environment.delenv(variable)
        given = {"DATABASE_URL_DIRECT": url, "ARC_RPC_URL": "https://node.example.com"}
        for variable, value in {**given, "SAM_LOG": str(log), "API_URL": servers.url}.items():
            environment.setenv(variable, value)
        stage = Stage(checkout, aws, log)
        stage.moto("config", {"lambda": {"use_docker": False}})
        yield stage
    config.settings.cache_clear()
