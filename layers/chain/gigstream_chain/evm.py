"""web3 and its kin, imported with care: it costs most of a second, which who does not speak to the chain never pays.

The other modules import from here alone, so that this comes first.
"""

import sys

# What web3 stands on raises Python's recursion limit a hundredfold when it is imported; JSON that is nested deep enough
# would then end the process instead of being refused.
_limit = sys.getrecursionlimit()
import web3  # noqa: E402
from eth_account import Account  # noqa: E402
from eth_account.typed_transactions.typed_transaction import TypedTransaction  # noqa: E402
from eth_keys.datatypes import PublicKey, Signature  # noqa: E402

sys.setrecursionlimit(_limit)

__all__ = ["Account", "PublicKey", "Signature", "TypedTransaction", "web3"]
