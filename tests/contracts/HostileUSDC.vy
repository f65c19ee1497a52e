# pragma version 0.4.3
# pragma evm-version prague
"""
@title HostileUSDC
@notice A token that pays some accounts badly, and calls back while it pays.
"""

PAYS: constant(uint256) = 0
REVERTS: constant(uint256) = 1
RETURNS_FALSE: constant(uint256) = 2
BURNS_GAS: constant(uint256) = 3
RETURNS_NOTHING: constant(uint256) = 4
ENOUGH: constant(uint256) = 50_000

decimals: public(constant(uint8)) = 6
balanceOf: public(HashMap[address, uint256])
# How transfers to an account go.
manners: public(HashMap[address, uint256])
# On the next transfer to `victim`, `target` is called with `message`; whether that call went well is kept.
victim: public(address)
target: address
message: Bytes[1024]
entered: public(DynArray[bool, 64])


@external
def mint(to: address, amount: uint256):
    self.balanceOf[to] += amount


@external
@view
def balances(accounts: DynArray[address, 16]) -> DynArray[uint256, 16]:
    found: DynArray[uint256, 16] = []
    for account: address in accounts:
        found.append(self.balanceOf[account])
    return found


@external
def behave(account: address, manners: uint256):
    self.manners[account] = manners


@external
def arm(victim: address, target: address, message: Bytes[1024]):
    self.victim = victim
    self.target = target
    self.message = message


@external
def transferFrom(owner: address, to: address, amount: uint256) -> bool:
    return self._move(owner, to, amount)


@external
@raw_return
def transfer(to: address, amount: uint256) -> Bytes[32]:
    if self.victim == to:
        self.victim = empty(address)
        self.entered.append(raw_call(self.target, self.message, revert_on_failure=False))
        # Whether what a call that burns leaves is enough would hang on which slots were written before.
        assert msg.gas > ENOUGH, UNREACHABLE
    assert self.manners[to] != BURNS_GAS, UNREACHABLE
    assert self.manners[to] != REVERTS, "account is blocked"
    if self.manners[to] == RETURNS_FALSE:
        return abi_encode(False)
    if self.manners[to] == RETURNS_NOTHING:
        return b""
    moved: bool = self._move(msg.sender, to, amount)
    return abi_encode(moved)


@internal
def _move(owner: address, to: address, amount: uint256) -> bool:
    assert to != empty(address), "to nobody"
    assert amount <= self.balanceOf[owner], "balance is short"
    self.balanceOf[owner] -= amount
    self.balanceOf[to] += amount
    return True
