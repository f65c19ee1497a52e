# pragma version 0.4.3
# pragma evm-version prague
"""
@title LocalUSDC
@license MIT
@notice USDC for local chains: an ERC-20 with six decimals, whose minter mints at will and keeps a blocklist.
@dev As in Circle's, a transfer from or to a blocked account reverts, and an allowance of 2**256 - 1 is not used up.
"""

from ethereum.ercs import IERC20

implements: IERC20

name: public(constant(String[9])) = "LocalUSDC"
symbol: public(constant(String[4])) = "USDC"
decimals: public(constant(uint8)) = 6

# Who mints and blocks.
minter: public(immutable(address))
totalSupply: public(uint256)
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])
# Whose transfers revert.
blocked: public(HashMap[address, bool])


@deploy
def __init__():
    """
    @notice The deployer is the minter.
    """
    minter = msg.sender


@external
def transfer(to: address, amount: uint256) -> bool:
    """
    @notice Moves the caller's tokens.
    """
    self._move(msg.sender, to, amount)
    return True


@external
def transferFrom(owner: address, to: address, amount: uint256) -> bool:
    """
    @notice Moves another's tokens, as far as he has approved it.
    """
    allowed: uint256 = self.allowance[owner][msg.sender]
    if allowed != max_value(uint256):
        assert amount <= allowed, "allowance is short"
        self.allowance[owner][msg.sender] = allowed - amount
    self._move(owner, to, amount)
    return True


@external
def approve(spender: address, amount: uint256) -> bool:
    """
    @notice Lets somebody move the caller's tokens up to an amount.
    """
    self.allowance[msg.sender][spender] = amount
    log IERC20.Approval(owner=msg.sender, spender=spender, value=amount)
    return True


@external
def mint(to: address, amount: uint256) -> bool:
    """
    @notice Makes tokens. The minter only.
    """
    assert msg.sender == minter, "not the minter"
    self.totalSupply += amount
    self.balanceOf[to] += amount
    log IERC20.Transfer(sender=empty(address), receiver=to, value=amount)
    return True


@external
def block(account: address):
    """
    @notice Makes an account's transfers revert. The minter only.
    """
    assert msg.sender == minter, "not the minter"
    self.blocked[account] = True


@external
def unblock(account: address):
    """
    @notice Takes an account off the blocklist. The minter only.
    """
    assert msg.sender == minter, "not the minter"
    self.blocked[account] = False


@internal
def _move(owner: address, to: address, amount: uint256):
    assert to != empty(address), "to nobody"
    assert not self.blocked[owner] and not self.blocked[to], "account is blocked"
    assert amount <= self.balanceOf[owner], "balance is short"
    self.balanceOf[owner] -= amount
    self.balanceOf[to] += amount
    log IERC20.Transfer(sender=owner, receiver=to, value=amount)
