"""What a platform sends about itself."""

from typing import Annotated

from pydantic import Field

from gigstream.models.auth import WalletProof
from gigstream.models.common import Amount, Body, Change, Email, Line, Threshold
from gigstream.models.urls import HttpsUrl


class Registration(Body):
    """A new platform; what its `wallet`, which has signed that, deposits is credited to it."""

    name: Line
    contact_email: Email
    webhook_url: HttpsUrl | None = None
    wallet: WalletProof | None = None


class PlatformChange(Change):
    """What a platform changes about itself; `wallet` is the new one's word that its deposits are this platform's.

    It is warned when it has less than `balance_low_threshold` available, USDC; 0 is never.
    """

    name: Line | None = None
    contact_email: Email | None = None
    wallet: WalletProof | None = None
    balance_low_threshold: Threshold | None = None


class AdvanceTermsChange(Change):
    """Whether workers may have advances on predicted earnings, and what share of those, 50 to 80 percent."""

    enabled: bool | None = None
    share_percent: Annotated[int, Field(ge=50, le=80)] | None = None


class NewDeposit(Body):
    """Play money, USDC."""

    amount: Amount
