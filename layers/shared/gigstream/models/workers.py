"""What a worker sends about himself, and a platform to invite one."""

from gigstream.models.auth import WalletProof
from gigstream.models.common import Amount, Body, Change, Email, Id, Line, Text


class WorkerChange(Change):
    """What a worker changes about himself; `wallet` is the new one's word that it is his."""

    name: Line | None = None
    email: Email | None = None
    wallet: WalletProof | None = None


class NewInvite(Body):
    """Whom a platform invites; the invite can be accepted with this e-mail address only."""

    email: Email
    name: Line | None = None


class NewAppeal(Body):
    """Why an event should not have taken points; the operator reads it."""

    reason: Text


class Withdrawal(Body):
    """USDC to have paid out of what is available with the platform, or all of it."""

    platform_id: Id
    amount: Amount | None = None
