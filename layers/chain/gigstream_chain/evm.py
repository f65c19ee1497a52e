"""web3, imported with care: it costs most of a second, which a function that does not speak to the chain never pays."""

import sys

# What web3 stands on raises Python's recursion limit a hundredfold when it is imported; JSON that is nested deep enough
# would then end the process instead of being refused.
_limit = sys.getrecursionlimit()
import web3  # noqa: E402

sys.setrecursionlimit(_limit)

__all__ = ["web3"]
