"""A stage's secrets: one in Secrets Manager for each class of functions, filled with what the class holds (`HELD`).

What is there stays. What is missing is made here, as a database role's password or a random key, or is asked for; it is
shown to nobody.
"""

import json
import os
import secrets
from collections.abc import Iterator
from typing import Any

from cloud import roles
from cloud.person import Person
from cloud.secrets import CIRCLE, HELD, OPTIONAL, name
from cloud.stack import Stack
from cloud.stop import Stop

KEY_BYTES = 48
RANDOM = {"JWT_SECRET", "API_KEY_PEPPER", "WEBHOOK_ENCRYPTION_KEY"}
DATABASE_URL = "DATABASE_URL_"


class Store:
    """The three secrets, read once."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._client = stack.client("secretsmanager")
        self._kept = {kind: self._read(kind) for kind in HELD}

    def check_database(self, direct: str) -> None:
        """Stop when the stage's functions are given another database than the one that is to be migrated."""
        for kind, values in self._kept.items():
            for variable, value in (values or {}).items():
                if variable.startswith(DATABASE_URL) and roles.place(value) != roles.place(direct):
                    host, _, database = roles.place(value)
                    raise Stop(
                        f"DATABASE_URL_DIRECT is another database than {variable} in the secret"
                        f" {name(self._stack.name, kind)}: {database} on {host}."
                    )

    def fill(self, direct: str, rail: str, person: Person) -> Iterator[str]:
        """Bring each secret to hold what its class needs; tells what was done."""
        given: dict[str, str] = {}
        for variable in sorted(frozenset().union(*HELD.values())):
            if found := self._missing(variable, direct, rail, person):
                given[variable], told = found
                yield told
        for kind, held in HELD.items():
            values = {**(self._kept[kind] or {})}
            for variable in held:
                if (value := given.get(variable) or self._one(variable)) is not None:
                    values[variable] = value
            if values != self._kept[kind]:
                self._write(kind, values)
                yield f"{name(self._stack.name, kind)} is written"
            if strange := sorted(set(values) - held):
                yield f"{name(self._stack.name, kind)} holds what no function asks of it: {', '.join(strange)}"

    def _missing(self, variable: str, direct: str, rail: str, person: Person) -> tuple[str, str] | None:
        """A value for a variable that has none, or none that is good, and where it is from; None when all is well."""
        kept = self._one(variable)
        if variable.startswith(DATABASE_URL):
            role = variable.removeprefix(DATABASE_URL).lower()
            if kept is None or kept != roles.pooled(kept) or not roles.opens(kept, role):
                return roles.give_password(direct, role), f"role {role} has a new password"
            return None
        if kept is not None or (variable in OPTIONAL and not (variable in CIRCLE and rail == "circle")):
            return None
        if variable in RANDOM:
            return secrets.token_urlsafe(KEY_BYTES), f"{variable} is made"
        value = os.environ.get(variable) or person.secret(variable, "set it in the environment")
        if not value:
            raise Stop(f"{variable} must not be empty.")
        return value, f"{variable} is taken"

    def _one(self, variable: str) -> str | None:
        """What classes share is the same in each of them."""
        kept = {kind: values or {} for kind, values in self._kept.items() if variable in HELD[kind]}
        found = {kind: values[variable] for kind, values in kept.items() if values.get(variable)}
        if len(set(found.values())) > 1:
            raise Stop(f"{variable} is not the same in the secrets of {' and '.join(found)}: make them equal.")
        return next(iter(found.values()), None)

    def _read(self, kind: str) -> dict[str, str] | None:
        secret = name(self._stack.name, kind)
        try:
            text = self._client.get_secret_value(SecretId=secret)["SecretString"]
        except self._client.exceptions.ResourceNotFoundException:
            return None
        try:
            values: Any = json.loads(text)
        except ValueError:
            values = None
        if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
            raise Stop(f"The secret {secret} is no JSON object of texts.")
        return values

    def _write(self, kind: str, values: dict[str, str]) -> None:
        secret, text = name(self._stack.name, kind), json.dumps(values)
        if self._kept[kind] is None:
            self._client.create_secret(Name=secret, SecretString=text, Description="Made by gigstream deploy.")
        else:
            self._client.put_secret_value(SecretId=secret, SecretString=text)
        self._kept[kind] = values
