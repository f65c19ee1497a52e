"""Settings from the environment, read once. A secret or an address is looked at when needed: a function has its own.

In AWS a function is told SECRET_ID, and its secrets come from there; elsewhere they are variables like any other.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Literal, cast

from gigstream import money, secrets
from gigstream.errors import Invalid

Mode = Literal["test", "live"]
Role = Literal["api", "jobs", "signer", "operator"]
Rail = Literal["web3", "circle"]

SECRET_BYTES = 32
MAX_BATCH = (
    250  # about 310 payees who never had USDC fill a transaction's 16,777,216 gas; Arc's own token may take more
)
# What Circle calls the chains.
BLOCKCHAINS = {5042002: "ARC-TESTNET", 5042: "ARC"}


class ConfigError(Exception):
    """A variable or a secret is missing or unusable; the message names it and never shows its value."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits are requests a minute. `mode` keeps test keys and tokens apart from live ones."""

    mode: Mode
    cors_origins: tuple[str, ...]
    rate_limit_worker: int
    rate_limit_platform: int
    rate_limit_sign_in: int
    log_level: str
    environment: Mapping[str, str] = field(repr=False)

    def database_url(self, role: Role) -> str:
        return self._secret(f"DATABASE_URL_{role.upper()}")

    @property
    def release(self) -> str | None:
        """What is deployed: a commit, or a version."""
        return self.environment.get("RELEASE") or None

    @property
    def stack_name(self) -> str | None:
        """The stack whose metrics these are; None where there is none."""
        return self.environment.get("STACK_NAME") or None

    @property
    def jwt_secret(self) -> bytes:
        """What access tokens are signed with."""
        return self._key("JWT_SECRET")

    @property
    def jwt_secrets(self) -> tuple[bytes, ...]:
        """What access tokens may be signed with: while it is being replaced, also what it replaces."""
        previous = (self._key("JWT_SECRET_PREVIOUS"),) if self._held.get("JWT_SECRET_PREVIOUS") else ()
        return self.jwt_secret, *previous

    @property
    def api_key_pepper(self) -> bytes:
        return self._key("API_KEY_PEPPER")

    @property
    def explorer_url(self) -> str:
        return self.environment.get("ARC_EXPLORER_URL") or "https://testnet.arcscan.app"

    @property
    def webhook_encryption_key(self) -> bytes:
        return self._key("WEBHOOK_ENCRYPTION_KEY")

    @property
    def webhook_connect_seconds(self) -> int:
        return _positive(self.environment, "WEBHOOK_CONNECT_SECONDS", 5)

    @property
    def webhook_total_seconds(self) -> int:
        return _positive(self.environment, "WEBHOOK_TOTAL_SECONDS", 15)

    @property
    def webhook_allowed_targets(self) -> frozenset[str]:
        """host:port that webhooks may go to unasked, for receivers on one's own machine; none in live mode."""
        named = self.environment.get("WEBHOOK_ALLOWED_TARGETS", "") if self.mode == "test" else ""
        return frozenset(filter(None, (target.strip() for target in named.split(","))))

    @property
    def audit_anchor_bucket(self) -> str | None:
        return self.environment.get("AUDIT_ANCHOR_BUCKET")

    @property
    def audit_anchor_days(self) -> int:
        return _positive(self.environment, "AUDIT_ANCHOR_DAYS", 365)

    @property
    def audit_anchor_file(self) -> str:
        return self._required("AUDIT_ANCHOR_FILE")

    @property
    def app_uri(self) -> str:
        """Where the workers' app is: what wallets sign names it, and its domain."""
        return self._required("APP_URI")

    @property
    def arc_chain_id(self) -> int:
        return _positive(self.environment, "ARC_CHAIN_ID", 5042002)

    @property
    def arc_rpc_urls(self) -> tuple[str, ...]:
        """The nodes to ask, at least one; a conflict is believed when all of them agree."""
        return tuple(url.strip() for url in self._secret("ARC_RPC_URL").split(",") if url.strip())

    @property
    def arc_usdc_address(self) -> str:
        """The ERC-20 interface of USDC, with six decimals."""
        return self.environment.get("ARC_USDC_ADDRESS") or "0x3600000000000000000000000000000000000000"

    @property
    def arc_start_block(self) -> int:
        """Where custody's history begins; nothing before it is read."""
        return _positive(self.environment, "ARC_START_BLOCK", 1)

    @property
    def arc_contract_address(self) -> str:
        return self._required("ARC_CONTRACT_ADDRESS")

    @property
    def arc_signer_key(self) -> str | None:
        """The key that signs, in hexadecimal digits: for test mode alone."""
        key = self.environment.get("ARC_SIGNER_KEY") or None
        if key and self.mode == "live":
            raise ConfigError("ARC_SIGNER_KEY is for test mode; live signs with ARC_KMS_KEY_ID")
        return key

    @property
    def arc_kms_key_id(self) -> str | None:
        return self.environment.get("ARC_KMS_KEY_ID") or None

    @property
    def settlement_rail(self) -> Rail:
        rail = self.environment.get("SETTLEMENT_RAIL") or "web3"
        if rail not in ("web3", "circle"):
            raise ConfigError("SETTLEMENT_RAIL is neither web3 nor circle")
        return cast("Rail", rail)

    @property
    def custody_address(self) -> str:
        """Where the money is: platforms deposit there, and the chain is reconciled with the books there."""
        return self._required("ARC_CONTRACT_ADDRESS" if self.settlement_rail == "web3" else "CIRCLE_WALLET_ADDRESS")

    @property
    def settle_threshold(self) -> Decimal:
        """USDC from which on a worker is paid out at once."""
        return self._usdc("SETTLE_THRESHOLD", "20")

    @property
    def settle_minimum(self) -> Decimal:
        """USDC below which nobody is paid out unasked."""
        return self._usdc("SETTLE_MINIMUM", "1")

    @property
    def settle_age(self) -> timedelta:
        """How long less than the threshold waits."""
        return timedelta(hours=_positive(self.environment, "SETTLE_HOURS", 24))

    @property
    def settle_batch(self) -> int:
        """Payouts in one chain transaction at most; the contract takes 500."""
        batch = _positive(self.environment, "SETTLE_BATCH", 200)
        if batch > MAX_BATCH:
            raise ConfigError(f"SETTLE_BATCH is more than {MAX_BATCH}")
        return batch

    @property
    def circle_base_url(self) -> str:
        return self.environment.get("CIRCLE_BASE_URL") or "https://api.circle.com"

    @property
    def circle_api_key(self) -> str:
        """Of this mode: what is tried out never pays, and what pays is never tried out."""
        key = self._secret("CIRCLE_API_KEY")
        if not key.startswith(f"{self.mode.upper()}_API_KEY:"):
            raise ConfigError(f"CIRCLE_API_KEY is no key of mode {self.mode}")
        return key

    @property
    def circle_entity_secret(self) -> str:
        secret = self._secret("CIRCLE_ENTITY_SECRET")
        if not re.fullmatch("[0-9a-fA-F]{64}", secret):
            raise ConfigError("CIRCLE_ENTITY_SECRET is not 32 bytes in hexadecimal digits")
        return secret

    @property
    def circle_blockchain(self) -> str:
        if self.arc_chain_id not in BLOCKCHAINS:
            raise ConfigError("ARC_CHAIN_ID is none of Circle's chains")
        return BLOCKCHAINS[self.arc_chain_id]

    @property
    def circle_wallet_set_id(self) -> str:
        return self._required("CIRCLE_WALLET_SET_ID")

    @property
    def circle_wallet_id(self) -> str:
        """The treasury's wallet, which pays; its address is `custody_address`."""
        return self._required("CIRCLE_WALLET_ID")

    @property
    def release_queue_url(self) -> str | None:
        """Where a tick hands on what it should not do alone; with none it does all itself."""
        return self.environment.get("RELEASE_QUEUE_URL") or None

    @property
    def report_bucket(self) -> str | None:
        return self.environment.get("REPORT_BUCKET")

    @property
    def report_folder(self) -> str:
        return self._required("REPORT_FOLDER")

    @property
    def report_days(self) -> int:
        return _positive(self.environment, "REPORT_DAYS", 7)

    @property
    def report_url(self) -> str:
        return self._required("REPORT_URL")

    @property
    def due_parameters(self) -> str | None:
        """The folder of SSM parameters by which jobs sleep; without one they never do."""
        return self.environment.get("DUE_PARAMETERS") or None

    # What Lambda tells a function of itself.

    @property
    def aws_region(self) -> str:
        return self._required("AWS_REGION")

    @property
    def aws_access_key_id(self) -> str:
        return self._required("AWS_ACCESS_KEY_ID")

    @property
    def aws_secret_access_key(self) -> str:
        return self._required("AWS_SECRET_ACCESS_KEY")

    @property
    def aws_session_token(self) -> str:
        """Empty for keys that last."""
        return self.environment.get("AWS_SESSION_TOKEN", "")

    def aws_endpoint(self, service: str) -> str:
        """The URL of a service, by AWS's own variables for another one than its own."""
        named = self.environment.get(f"AWS_ENDPOINT_URL_{service.upper()}") or self.environment.get("AWS_ENDPOINT_URL")
        return named or f"https://{service}.{self.aws_region}.amazonaws.com"

    def renew_secrets(self) -> bool:
        """Whether a secret that was refused will be read anew when it is next asked for: it may have been replaced."""
        return secrets.renew()

    @property
    def _held(self) -> Mapping[str, str]:
        """Where secrets are: in the function's own of Secrets Manager, or among the variables."""
        name = self.environment.get("SECRET_ID")
        if not name:
            return self.environment
        extension, token = self._required("SECRETS_EXTENSION_URL"), self.environment.get("AWS_SESSION_TOKEN", "")
        try:
            return secrets.read(extension, name, token)
        except ValueError as exc:
            raise ConfigError(f"the secret {name} {exc}") from None

    def _secret(self, name: str) -> str:
        value = self._held.get(name)
        if not value:
            place = self.environment.get("SECRET_ID")
            raise ConfigError(f"{name} is not in the secret {place}" if place else f"{name} is not set")
        return value

    def _required(self, name: str) -> str:
        value = self.environment.get(name)
        if not value:
            raise ConfigError(f"{name} is not set")
        return value

    def _usdc(self, name: str, default: str) -> Decimal:
        try:
            amount = money.parse(self.environment.get(name) or default)
        except Invalid as exc:
            raise ConfigError(f"{name} {exc}") from None
        if amount <= 0:
            raise ConfigError(f"{name} is not more than 0")
        return amount

    def _key(self, name: str) -> bytes:
        value = self._secret(name).encode()
        if len(value) < SECRET_BYTES:
            raise ConfigError(f"{name} is shorter than {SECRET_BYTES} bytes")
        return value


@cache
def settings() -> Settings:
    """The settings of this execution environment; `settings.cache_clear()` reads them again.

    Raises ConfigError naming the variable.
    """
    environment = dict(os.environ)
    mode = environment.get("GIGSTREAM_MODE", "live")
    if mode not in ("test", "live"):
        raise ConfigError("GIGSTREAM_MODE is neither test nor live")
    return Settings(
        mode=cast("Mode", mode),
        cors_origins=tuple(filter(None, (origin.strip() for origin in environment.get("CORS_ORIGINS", "").split(",")))),
        rate_limit_worker=_positive(environment, "RATE_LIMIT_WORKER", 100),
        rate_limit_platform=_positive(environment, "RATE_LIMIT_PLATFORM", 1000),
        rate_limit_sign_in=_positive(environment, "RATE_LIMIT_SIGN_IN", 10),
        log_level=environment.get("LOG_LEVEL", "INFO").upper(),
        environment=environment,
    )


def _positive(environment: Mapping[str, str], name: str, default: int) -> int:
    value = environment.get(name, str(default))
    if not value.isascii() or not value.isdigit() or int(value) == 0:
        raise ConfigError(f"{name} is not a positive whole number")
    return int(value)
