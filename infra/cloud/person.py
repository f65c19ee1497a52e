"""Whoever typed the command: what he is told, asked and has to agree to."""

import getpass
import sys

from rich.console import Console

from cloud.stop import Stop

out = Console(highlight=False, markup=False, soft_wrap=True)


class Person:
    """`yes` agrees to everything beforehand. Where nobody sits at a terminal, nothing can be asked."""

    def __init__(self, *, yes: bool = False) -> None:
        self._yes = yes
        self._there = sys.stdin.isatty()

    def agree(self, question: str) -> None:
        """Stop unless he agrees."""
        if self._yes:
            return
        if not self._there:
            raise Stop(f"{question} Say --yes where nobody can be asked.")
        if input(f"{question} [y/N] ").strip().lower() not in {"y", "yes"}:
            raise Stop("Nothing more was done.")

    def value(self, name: str, about: str, otherwise: str) -> str:
        """What he types; `otherwise` says how to give it without a terminal."""
        self._must_be_there(name, otherwise)
        out.print(about)
        return input(f"{name}: ").strip()

    def secret(self, name: str, otherwise: str) -> str:
        """What he types unseen."""
        self._must_be_there(name, otherwise)
        return getpass.getpass(f"{name} (not shown): ").strip()

    def _must_be_there(self, name: str, otherwise: str) -> None:
        if not self._there:
            raise Stop(f"{name} is not known: {otherwise}.")
