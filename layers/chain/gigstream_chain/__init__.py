"""Settlement on Arc. The only package that knows web3; whoever imports it pays for that with most of a second."""

import sys

# What web3 stands on raises Python's recursion limit a hundredfold when it is imported; JSON that is nested deep enough
# would then end the process instead of being refused.
_limit = sys.getrecursionlimit()
import web3  # noqa: E402, F401

sys.setrecursionlimit(_limit)
