"""Passwords: argon2id at OWASP's minimum (19 MiB, two passes, one lane), about 20 ms each."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Of no password: who signs in with an unknown address waits as long as everybody else.
_NOBODY = _hasher.hash("")


def hash_of(password: str) -> str:
    """The hash to keep, with its salt and costs."""
    return _hasher.hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Whether it is the password; always False, at the same cost, when nothing is kept."""
    try:
        _hasher.verify(kept or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept)
