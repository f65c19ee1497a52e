"""What a platform sends about itself."""

from gigstream.models.common import Address, Amount, Body, Change, Email, HttpsUrl, Line


class Registration(Body):
    """A new platform."""

    name: Line
    contact_email: Email
    webhook_url: HttpsUrl | None = None
    wallet_address: Address | None = None


class PlatformChange(Change):
    """What a platform changes about itself; deposits come from `wallet_address`."""

    name: Line | None = None
    contact_email: Email | None = None
    wallet_address: Address | None = None


class NewDeposit(Body):
    """Play money, USDC."""

    amount: Amount
