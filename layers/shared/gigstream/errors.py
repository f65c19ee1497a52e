"""Every error there is, once: HTTP status, code for programs, and the SQLSTATE or constraint that stands for it.

A class's docstring is its default message. Codes and SQLSTATEs are part of the API: they are added to, never changed.
"""

from collections.abc import Mapping
from typing import ClassVar


class GigStreamError(Exception):
    """Something went wrong on our side."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    sqlstates: ClassVar[tuple[str, ...]] = ()
    # Constraints that stand for it, each with the field that it blames.
    constraints: ClassVar[Mapping[str, str | None]] = {}

    def __init__(
        self, message: str | None = None, *, fields: Mapping[str, str] | None = None, retry_after: int | None = None
    ) -> None:
        """`fields` maps each field to blame to what is wrong with it; `retry_after` is in seconds."""
        self.fields = dict(fields or {})
        self.retry_after = retry_after
        super().__init__(message or next(iter(self.fields.values()), None) or self.__doc__)


class BadRequest(GigStreamError):
    """The request cannot be read."""

    status = 400
    code = "bad_request"


class Unauthenticated(GigStreamError):
    """Sign in first: the credentials are missing, wrong or no longer valid."""

    status = 401
    code = "unauthenticated"
    sqlstates = ("GS002",)


class SessionExpired(Unauthenticated):
    """The session has ended; sign in again."""

    code = "session_expired"
    sqlstates = ("GS023",)


class Forbidden(GigStreamError):
    """The caller is known but may not do this."""

    status = 403
    code = "forbidden"
    sqlstates = ("GS003",)


class ScopeNotHeld(Forbidden):
    """An API key cannot hand on a scope that it does not hold itself."""

    code = "scope_not_held"
    sqlstates = ("GS040",)


class NotFound(GigStreamError):
    """There is no such thing, or it is not yours."""

    status = 404
    code = "not_found"
    sqlstates = ("GS001",)


class NotAMember(NotFound):
    """The worker is not a member of this platform."""

    code = "not_a_member"
    sqlstates = ("GS012",)
    constraints: ClassVar[Mapping[str, str | None]] = {"memberships_left": "worker_id"}


class MethodNotAllowed(GigStreamError):
    """This path does not answer this method."""

    status = 405
    code = "method_not_allowed"


class Conflict(GigStreamError):
    """The present state does not allow this."""

    status = 409
    code = "conflict"


class InsufficientFunds(Conflict):
    """The account does not hold enough."""

    code = "insufficient_funds"
    sqlstates = ("GS010",)
    constraints: ClassVar[Mapping[str, str | None]] = {"accounts_balance_floor": None}


class WrongState(Conflict):
    """The thing is not in a state that allows this."""

    code = "wrong_state"
    sqlstates = ("GS011",)


class LastKey(Conflict):
    """The platform would be left without a key that can make others."""

    code = "last_key"
    sqlstates = ("GS041",)


class AdvanceOpen(Conflict):
    """An advance is open; the next one can be had when it is paid back."""

    code = "advance_open"
    sqlstates = ("GS050",)
    constraints: ClassVar[Mapping[str, str | None]] = {"loans_open_key": None}


class QuoteUsed(Conflict):
    """The quote was accepted before."""

    code = "quote_used"
    sqlstates = ("GS051",)


class QuoteExpired(Conflict):
    """The quote is too old; ask for a new one."""

    code = "quote_expired"
    sqlstates = ("GS052",)


class OverLimit(Conflict):
    """It is more than can be advanced now."""

    code = "over_limit"
    sqlstates = ("GS053",)


class PoolShort(Conflict):
    """There is not enough money for advances at the moment."""

    code = "pool_short"
    sqlstates = ("GS054",)


class NotEligible(Conflict):
    """The worker does not qualify for this kind of advance."""

    code = "not_eligible"
    sqlstates = ("GS055",)


class AlreadyExists(Conflict):
    """There is one already."""

    code = "already_exists"
    sqlstates: ClassVar[tuple[str, ...]] = ("GS013", "23505")
    constraints: ClassVar[Mapping[str, str | None]] = {
        "platforms_wallet_address_key": "wallet",
        "tasks_external_id_key": "external_id",
        "workers_wallet_address_key": "wallet",
    }


class EmailTaken(AlreadyExists):
    """This e-mail address is registered already."""

    code = "email_taken"
    sqlstates = ("GS024",)
    constraints: ClassVar[Mapping[str, str | None]] = {
        "platforms_contact_email_key": "contact_email",
        "workers_email_key": "email",
    }


class AlreadyAppealed(AlreadyExists):
    """An appeal against this event is open, or was granted."""

    code = "already_appealed"
    sqlstates = ()
    constraints: ClassVar[Mapping[str, str | None]] = {"appeals_event_key": None}


class LimitReached(Conflict):
    """There are as many as there may be."""

    code = "limit_reached"
    sqlstates = ("GS060",)


class SignerPaused(Conflict):
    """The signer is paused until somebody resumes it."""

    code = "signer_paused"
    sqlstates = ("GS090",)


class TooManyOpen(Conflict):
    """As many settlements are on their way as may be."""

    code = "too_many_open"
    sqlstates = ("GS091",)


class AlreadyRetried(Conflict):
    """The payout was tried again before."""

    code = "already_retried"
    sqlstates = ("GS092",)


class NoWallet(Conflict):
    """The worker has no wallet to be paid to."""

    code = "no_wallet"
    sqlstates = ("GS093",)


class NotOurs(Conflict):
    """The hash is not one of the settlement's own."""

    code = "not_ours"
    sqlstates = ("GS094",)


class AlreadyCreated(Conflict):
    """This request was carried out before; its answer held a secret, which is shown only once."""

    code = "already_created"


class RequestInProgress(Conflict):
    """Another request is at work on the same thing; try again."""

    code = "request_in_progress"
    sqlstates = ("55P03",)


class TooManyReports(Conflict):
    """Wait for the reports that are not finished yet."""

    code = "too_many_reports"
    sqlstates = ("GS080",)


class PayloadTooLarge(GigStreamError):
    """The body is larger than 256 KiB."""

    status = 413
    code = "payload_too_large"


class UnsupportedMediaType(GigStreamError):
    """The body must be JSON: Content-Type: application/json."""

    status = 415
    code = "unsupported_media_type"


class Invalid(GigStreamError, ValueError):
    """A value is not acceptable."""

    status = 422
    code = "invalid"
    # 22xxx and 23514 are values that slipped past the request's own checks and met a column's.
    sqlstates: ClassVar[tuple[str, ...]] = (
        "GS015",
        "22000",
        "22001",
        "22003",
        "22007",
        "22008",
        "22021",
        "22P02",
        "22P05",
        "23514",
    )


class IdempotencyKeyReused(Invalid):
    """This Idempotency-Key came with another request before."""

    code = "idempotency_key_reused"
    sqlstates = ("GS021",)


class WalletProofInvalid(Invalid):
    """What the wallet has signed was not asked for here, was used before or is too old, or another wallet signed it."""

    code = "wallet_proof_invalid"
    sqlstates = ("GS042",)


class InviteInvalid(Invalid):
    """The invite is unknown, used, expired or meant for another e-mail address."""

    code = "invite_invalid"
    sqlstates = ("GS022",)


class RateLimited(GigStreamError):
    """Too many requests; try again later."""

    status = 429
    code = "rate_limited"
    sqlstates = ("GS004",)


class SignInLocked(GigStreamError):
    """Too many sign-ins with this e-mail address have failed; try again later, or sign in with a wallet."""

    status = 429
    code = "sign_in_locked"


class AskedTooSoon(RateLimited):
    """This was done less than a minute ago; try again later."""

    code = "asked_too_soon"
    sqlstates = ("GS070",)


class AppendOnly(GigStreamError):
    """These rows are never changed."""

    code = "append_only"
    sqlstates = ("GS014",)


class InvariantViolated(GigStreamError):
    """A stored figure differs from its recount."""

    code = "invariant_violated"
    sqlstates = ("GS030",)


class ProviderMismatch(GigStreamError):
    """Circle's answer is not about what it was asked."""

    code = "provider_mismatch"
    sqlstates = ("GS100",)


class AlreadySent(GigStreamError):
    """Circle has the settlement, or has nothing to do with it."""

    code = "already_sent"
    sqlstates = ("GS101",)


class AuditTampered(GigStreamError):
    """The audit trail is not what was sealed."""

    code = "audit_tampered"


class CursorGap(GigStreamError):
    """These blocks do not follow those that were read before."""

    code = "cursor_gap"
    sqlstates = ("GS095",)


class CustodyDiffers(GigStreamError):
    """Custody on the chain is not what the books say."""

    code = "custody_differs"


class Unavailable(GigStreamError):
    """The service is unavailable for a moment; try again."""

    status = 503
    code = "unavailable"
    sqlstates: ClassVar[tuple[str, ...]] = ("57014", "57P01", "57P02", "57P03", "57P04", "57P05")


class TransactionConflict(Unavailable):
    """Concurrent transactions got in each other's way; try again."""

    sqlstates = ("40001", "40P01")


def _tree(root: type[GigStreamError]) -> list[type[GigStreamError]]:
    return [root] + [leaf for branch in root.__subclasses__() for leaf in _tree(branch)]


ALL = tuple(_tree(GigStreamError))
_BY_SQLSTATE = {sqlstate: error for error in ALL for sqlstate in error.sqlstates}
_BY_CONSTRAINT = {constraint: error for error in ALL for constraint in error.constraints}
FIELD_OF_CONSTRAINT = {name: field for error in ALL for name, field in error.constraints.items()}
# Connection lost or refused, no resources left: whole classes of SQLSTATE that pass by themselves.
_UNAVAILABLE = ("08", "53")


def by_sqlstate(sqlstate: str | None, constraint: str | None = None) -> type[GigStreamError]:
    """The error that stands for a database failure; the root, a 500, when nobody foresaw it."""
    if constraint in _BY_CONSTRAINT:
        return _BY_CONSTRAINT[constraint]
    if sqlstate is None or sqlstate.startswith(_UNAVAILABLE):
        return Unavailable
    return _BY_SQLSTATE.get(sqlstate, GigStreamError)
