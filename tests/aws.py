"""AWS over HTTP, as moto plays it: functions speak to it through a socket, as they do in Lambda."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

import pytest
from moto.server import ThreadedMotoServer

from gigstream import config

REGION = "us-east-1"
WHO = {
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
}


@contextmanager
def aws_server(environment: pytest.MonkeyPatch, listen: str = "127.0.0.1") -> Iterator[str]:
    """The URL of an AWS in which nothing is yet, and which the variables lead every client to.

    Containers reach it when it listens to "0.0.0.0", all of this machine's addresses.
    """
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line a request
    server = ThreadedMotoServer(ip_address=listen, port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    url = f"http://127.0.0.1:{port}"
    for name, value in {**WHO, "AWS_ENDPOINT_URL": url}.items():
        environment.setenv(name, value)
    environment.setattr("gigstream.aws.SECONDS", 60)  # moto loads a service at its first call
    config.settings.cache_clear()
    try:
        # What moto knows is the process's, whichever server wrote it.
        urlopen(Request(f"{url}/moto-api/reset", method="POST")).close()
        yield url
    finally:
        server.stop()


@pytest.fixture
def aws(environment: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of this test's AWS; the functions' variables for its database lead there too."""
    with aws_server(environment) as url:
        yield url
