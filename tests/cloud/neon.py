"""Neon's API as its reference describes it, on loopback: a branch is a copy of a database on a real server.

Documented, and so: 423 while another operation is under way, operations that take a while, no second branch of a name,
a search that also finds parts of names. See neon.com/docs/reference/api.
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "napi_testing"
PROJECT = "floral-king-961888"


class Neon:
    """`busy` is how many requests are first refused with 423; `url` makes a branch's database and gives its URL."""

    def __init__(self, url: Callable[[], str]) -> None:
        self.url = url
        self.branches: dict[str, dict[str, Any]] = {"br-main": {"name": "main"}}
        self.urls: dict[str, str] = {}
        self.looks: Counter[str] = Counter()
        self.endings = ["running", "failed", "finished"]  # what an operation's status is, look by look
        self.busy = 0
        self.databases = 1

    def answer(self, method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        if self.busy:
            self.busy -= 1
            return 423, {"code": "", "message": "project already has running conflicting operations"}
        if (method, path) == ("POST", "/branches"):
            return self._create(body)
        return 200, self._read(method, path, query)

    def _read(self, method: str, path: str, query: dict[str, str]) -> Any:
        said: Any = None
        match method, *path.strip("/").split("/"):
            case "GET", "branches":
                found = [branch for branch in self.branches.items() if query["search"] in branch[1]["name"]]
                said = {"branches": [{"id": branch_id, **branch} for branch_id, branch in found]}
            case "DELETE", "branches", branch_id:
                del self.branches[branch_id]
                said = {"branch": {"id": branch_id}, "operations": self._operations("suspend_compute")}
            case "GET", "branches", _, "databases":
                names = [f"gigstream{number or ''}" for number in range(self.databases)]
                said = {"databases": [{"name": name, "owner_name": "owner"} for name in names]}
            case "GET", "operations", operation_id:
                status = self.endings[min(self.looks[operation_id], len(self.endings) - 1)]
                self.looks[operation_id] += 1
                said = {"operation": {"id": operation_id, "status": status}}
            case "GET", "connection_uri":
                assert (query["database_name"], query["role_name"], query["pooled"]) == ("gigstream", "owner", "false")
                said = {"uri": self.urls[query["branch_id"]]}
        return said

    def _create(self, body: dict[str, Any]) -> tuple[int, Any]:
        branch = body["branch"]
        datetime.strptime(branch["expires_at"], "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007 - RFC 3339 in UTC
        assert body["endpoints"] == [{"type": "read_write"}]
        if branch["name"] in {other["name"] for other in self.branches.values()}:
            return 409, {"code": "", "message": "branch already exists"}
        branch_id = f"br-{len(self.branches)}"
        self.branches[branch_id] = branch
        self.urls[branch_id] = self.url()
        return 201, {
            "branch": {"id": branch_id, **branch},
            "endpoints": [{"id": "ep-dark-snowflake-942567", "type": "read_write"}],
            "operations": self._operations("create_branch") + self._operations("start_compute"),
        }

    def _operations(self, action: str) -> list[dict[str, str]]:
        return [{"id": f"{action}-{len(self.looks)}", "action": action, "status": "scheduling"}]


def handler(neon: Neon) -> type[BaseHTTPRequestHandler]:
    """What serves it."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length)) if length else {}
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            status, said = 401, {"code": "", "message": "authentication required"}
            if self.headers["Authorization"] == f"Bearer {KEY}":
                status, said = neon.answer(self.command, re.sub(f"^/projects/{PROJECT}", "", parts.path), query, body)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        do_GET = do_POST = do_DELETE = _serve  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    return Handler
