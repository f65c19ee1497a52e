"""Neon's API: a branch of the database for each pull request.

What is asked and answered is documented at neon.com/docs/reference/api: Create branch, List branches, Delete branch,
List databases, Retrieve connection URI, Operations.
"""

import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode

from cloud.stop import Stop

API = "https://console.neon.tech/api/v2"
PAUSE = 1.0  # seconds between two looks
PATIENCE = 120.0  # seconds for Neon to do what it was asked
ANSWER_SECONDS = 30
# 423: another operation of the project is under way; 429: too many requests. Either way nothing was done.
BUSY = {423, 429}
DONE = {"finished", "skipped"}  # `failed` is tried again by Neon itself


@dataclass(frozen=True)
class Neon:
    """One project."""

    project: str
    key: str

    def branch(self, name: str) -> str | None:
        """The id of the branch of this name."""
        found = self._ask("GET", "/branches", search=name, limit="10000")["branches"]
        return next((branch["id"] for branch in found if branch["name"] == name), None)

    def create(self, name: str, parent: str | None, expires: datetime) -> str:
        """Branch off, with a compute; Neon deletes the branch at `expires`. The id, when the branch can be used.

        Without `parent`, the name of a branch, it comes of the project's default one.
        """
        wanted = {"name": name, "expires_at": expires.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        if parent:
            parent_id = self.branch(parent)
            if not parent_id:
                raise Stop(f"Neon's project {self.project} has no branch {parent} to branch off from.")
            wanted["parent_id"] = parent_id
        made = self._ask("POST", "/branches", {"branch": wanted, "endpoints": [{"type": "read_write"}]})
        self._wait_for(made["operations"])
        return str(made["branch"]["id"])

    def delete(self, branch_id: str) -> None:
        """Delete a branch with all that is in it."""
        self._wait_for(self._ask("DELETE", f"/branches/{branch_id}")["operations"])

    def direct_url(self, branch_id: str) -> str:
        """The URL, past the pooler, of a branch's one database, as the role that owns it."""
        databases = self._ask("GET", f"/branches/{branch_id}/databases")["databases"]
        if len(databases) != 1:
            names = ", ".join(database["name"] for database in databases) or "none"
            raise Stop(f"A project of GigStream's has one database; this one has: {names}.")
        wanted = {"database_name": databases[0]["name"], "role_name": databases[0]["owner_name"]}
        return str(self._ask("GET", "/connection_uri", branch_id=branch_id, pooled="false", **wanted)["uri"])

    def _wait_for(self, operations: list[dict[str, Any]]) -> None:
        for operation in operations:

            def over(operation_id: str = operation["id"]) -> bool:
                status = self._ask("GET", f"/operations/{operation_id}")["operation"]["status"]
                if status == "cancelled":
                    raise Stop(f"Neon has cancelled the operation {operation_id}; its console says why.")
                return status in DONE

            patiently(over, f"the operation {operation['action']}")

    def _ask(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        url = f"{API}/projects/{self.project}{path}" + (f"?{urlencode(query)}" if query else "")
        headers = {"Authorization": f"Bearer {self.key}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        answers: list[Any] = []

        def answered() -> bool:
            request = urllib.request.Request(  # noqa: S310 - API is https
                url, None if body is None else json.dumps(body).encode(), headers, method=method
            )
            try:
                with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
                    answers.append(json.load(answer))
            except HTTPError as error:
                with error:
                    said = error.read().decode(errors="replace")
                if error.code not in BUSY:
                    raise Stop(f"Neon answers {method} {path} with {error.code}: {said}") from None
            except URLError as error:
                raise Stop(f"Neon cannot be reached: {error.reason}") from None
            return bool(answers)

        patiently(answered, f"{method} {path}")
        return answers[0]


def patiently(look: Callable[[], bool], what: str) -> None:
    """Look again and again until it is so; Stop after PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    while not look():
        if time.monotonic() > deadline:
            raise Stop(f"Neon has not done it in {PATIENCE:.0f} seconds: {what}. Try again.")
        time.sleep(PAUSE)
