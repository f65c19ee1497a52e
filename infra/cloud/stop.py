"""How a command of this package ends when it cannot go on."""


class Stop(Exception):
    """A sentence for whoever typed the command: what was found, and what to do."""
