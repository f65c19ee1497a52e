"""AWS's Parameters and Secrets extension in small: Secrets Manager over HTTP, asked anew each time.

As its documentation has it: a token that is the session's, the answer of GetSecretValue, its errors with their status,
and 400 until it is ready. It asks boto3, so moto answers, where a test has moto.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
from botocore.exceptions import ClientError

TOKEN = "session-token"
REGION = "us-east-1"
LINGER = 0.05  # seconds between two looks at whether the server is to end


class Extension:
    """`asked` are the secrets that were asked for; so many answers to come are `not_ready`."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[str] = []
        self.not_ready = 0
        self._manager = boto3.client("secretsmanager", region_name=REGION)  # making one is not for threads

    def answer(self, target: str, token: str | None) -> tuple[int, Any]:
        if token != TOKEN:
            return 401, {"message": "the token is not the session's"}
        if self.not_ready:
            self.not_ready -= 1
            return 400, "not ready to serve traffic, please wait"
        asked = urlsplit(target)
        if asked.path != "/secretsmanager/get":
            return 404, {"message": "there is no such path"}
        (name,) = parse_qs(asked.query)["secretId"]
        self.asked.append(name)
        try:
            return 200, self._manager.get_secret_value(SecretId=name)
        except ClientError as error:
            return error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]


@contextmanager
def serving(address: str = "127.0.0.1") -> Iterator[Extension]:
    """An extension that answers at `url`; the address 0.0.0.0 is there for containers."""
    extension = Extension()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = extension.answer(self.path, self.headers["X-Aws-Parameters-Secrets-Token"])
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode() if isinstance(body, str) else json.dumps(body, default=str).encode())

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer((address, 0), Handler) as server:
        extension.url = f"http://{address}:{server.server_port}"
        serve = Thread(target=server.serve_forever, args=(LINGER,))
        serve.start()
        try:
            yield extension
        finally:
            server.shutdown()
            serve.join()
