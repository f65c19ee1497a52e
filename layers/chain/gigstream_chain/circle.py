"""Circle's API through its SDK: transfers, wallets, the keys of its notifications.

The SDK is used for what it knows: the calls, their models, the ciphertext. What it would decide is decided here. It
tries nothing again by itself. A ciphertext is made for each request, because Circle takes one once and the SDK fills
it in where it finds none, or, when that fails, sends a placeholder. Its models read no answer: they refuse a state that
they do not know, and the transfer's id would be lost with it.
"""

import json
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from circle.web3 import configurations
from circle.web3 import developer_controlled_wallets as wallets
from urllib3.exceptions import HTTPError

from gigstream import money, wallet
from gigstream.config import settings
from gigstream.queries import circle
from gigstream.queries.base import Query

Result = TypeVar("Result")

# Circle takes so many requests a second, from all of us together; who has no turn in time comes again another minute.
POSTS = ("circle_post", timedelta(seconds=1) / 5)
GETS = ("circle_get", timedelta(seconds=1) / 20)
PATIENCE = timedelta(seconds=5)
SECONDS = 10
PAGE = 50
BATCH = 200  # wallets in a request

_QUEUE_FULL = 155264


class Failed(Exception):
    """What came of a call that has no answer; `code` is Circle's."""

    def __init__(self, message: str, code: int | None = None) -> None:
        self.code = code
        super().__init__(message)


class Later(Failed):
    """Circle did nothing and is to be asked again: too many requests, a full queue, no turn in time."""


class Unknown(Failed):
    """Nobody knows whether Circle did it: its answer is late, broken, lost, or an error of its own."""


class Refused(Failed):
    """Circle does not do this request."""


class NotThere(Refused):
    """Circle knows no such thing."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer as Circle sees it; `state` is Circle's word, whether we know it or not. Amount and fee are USDC."""

    id: str
    state: str
    reference: str | None
    to_address: str | None
    amount: Decimal | None
    tx_hash: str | None
    block_number: int | None
    block_hash: str | None
    network_fee: Decimal | None
    error: str | None

    @classmethod
    def of(cls, data: dict[str, Any]) -> "Transfer":
        amounts = data.get("amounts") or []
        return cls(
            id=data["id"],
            state=data["state"],
            reference=data.get("refId"),
            to_address=data.get("destinationAddress"),
            amount=Decimal(amounts[0]) if len(amounts) == 1 else None,
            tx_hash=data.get("txHash"),
            block_number=data.get("blockHeight"),
            block_hash=data.get("blockHash"),
            network_fee=Decimal(data["networkFee"]) if data.get("networkFee") else None,
            error=": ".join(filter(None, [data.get("errorReason"), data.get("errorDetails")])) or None,
        )


class Circle:
    """The API, with this environment's key. `write` asks the database for each call's turn; `seconds` is a call's."""

    def __init__(self, write: Callable[[Query[circle.Turn]], circle.Turn], seconds: int | None = None) -> None:
        self._write = write
        self._seconds = seconds or SECONDS
        self._account = _AccountClient(_configured(configurations.Configuration()))  # type: ignore[no-untyped-call]

    def public_key(self, key_id: UUID) -> bytes:
        """The key, DER, of the notifications that are signed under this id."""
        api = configurations.WebhookSubscriptionsApi(self._account)
        return self._called(
            GETS, lambda data: b64decode(data["publicKey"], validate=True), api.get_notification_signature, key_id
        )

    def transfer(self, key: UUID, reference: UUID, to_address: str, amount: Decimal) -> Transfer:
        """Pay out of the treasury. With the same `key` it is the same transfer, however often it is asked for."""
        request = wallets.CreateTransferTransactionForDeveloperRequest(
            idempotency_key=str(key),
            entity_secret_ciphertext=self._paying.generate_entity_secret_ciphertext(),
            wallet_id=settings().circle_wallet_id,
            token_address=settings().arc_usdc_address,
            blockchain=wallets.CreateTransferTransactionForDeveloperRequestBlockchain(
                wallets.TransferBlockchain(settings().circle_blockchain)
            ),
            destination_address=to_address,
            amounts=[money.text(amount)],
            fee_level=wallets.FeeLevel.MEDIUM,
            ref_id=str(reference),
        )
        api = wallets.TransactionsApi(self._paying)
        return self._called(POSTS, Transfer.of, api.create_developer_transaction_transfer, request)

    def transaction(self, circle_tx_id: str) -> Transfer:
        """What became of a transfer."""
        api = wallets.TransactionsApi(self._wallets)
        return self._called(
            GETS, lambda data: Transfer.of(data["transaction"]), api.get_transaction, UUID(circle_tx_id)
        )

    def find(self, reference: UUID, to_address: str, since: datetime) -> Transfer | None:
        """The transfer that was asked for with this reference, for when the answer to that was lost."""
        found = (one for one in self._listed(to_address, since) if one.reference == str(reference))
        return next(found, None)

    def create_wallets(self, key: UUID, worker_ids: list[UUID]) -> list[circle.Wallet]:
        """A wallet for each worker. With the same `key` they are the same wallets, however often they are asked for."""
        request = wallets.CreateWalletRequest(
            idempotency_key=str(key),
            entity_secret_ciphertext=self._paying.generate_entity_secret_ciphertext(),
            wallet_set_id=settings().circle_wallet_set_id,
            blockchains=[wallets.Blockchain(settings().circle_blockchain)],
            account_type=wallets.AccountType.EOA,
            count=len(worker_ids),
            metadata=[wallets.WalletMetadata(name="worker", ref_id=str(worker_id)) for worker_id in worker_ids],
        )
        return self._called(
            POSTS,
            lambda data: [
                circle.Wallet(one["refId"], one["id"], wallet.parse(one["address"])) for one in data["wallets"]
            ],
            wallets.WalletsApi(self._paying).create_wallet,
            request,
        )

    def _listed(self, to_address: str, since: datetime) -> Iterator[Transfer]:
        """What the treasury has sent to an address since then, page by page."""
        api, behind = wallets.TransactionsApi(self._wallets), dict[str, UUID]()
        while True:
            page = self._called(
                GETS,
                lambda data: [Transfer.of(one) for one in data["transactions"]],
                api.list_transactions,
                wallet_ids=settings().circle_wallet_id,
                destination_address=to_address,
                var_from=since,
                page_size=PAGE,
                **behind,
            )
            yield from page
            if len(page) < PAGE:
                return
            behind = {"page_after": UUID(page[-1].id)}

    @cached_property
    def _wallets(self) -> Any:
        """The client that only looks."""
        return _WalletsClient(_configured(wallets.Configuration()))  # type: ignore[no-untyped-call]

    @cached_property
    def _paying(self) -> Any:
        """The client that knows the entity secret, and the key to encrypt it with."""
        configured = _configured(wallets.Configuration(entity_secret=settings().circle_entity_secret))
        account = configurations.DeveloperAccountApi(self._account)
        configured.set_public_key(self._called(GETS, lambda data: data["publicKey"], account.get_public_key))
        return _WalletsClient(configured)  # type: ignore[no-untyped-call]

    def _called(
        self,
        limit: tuple[str, timedelta],
        read: Callable[[Any], Result],
        call: Callable[..., Any],
        *values: Any,
        **named: Any,
    ) -> Result:
        """What `read` makes of the data of an answer, in its turn. Raises Later, Unknown or Refused."""
        name, interval = limit
        turn = self._write(circle.take_turn(name, interval, PATIENCE))
        if turn.seconds is None:
            raise Later("no turn in time")
        time.sleep(turn.seconds)
        try:
            return read(call(*values, **named, _request_timeout=self._seconds)["data"])
        except (configurations.ApiException, wallets.ApiException) as answer:
            raise _failed(answer) from answer
        except (HTTPError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as broken:
            raise Unknown(type(broken).__name__) from broken


class _Plain:
    """Answers as they come."""

    def deserialize(self, response: Any, _kind: object) -> Any:
        return json.loads(response.data)


class _AccountClient(_Plain, configurations.ApiClient):
    pass


class _WalletsClient(_Plain, wallets.ApiClient):
    pass


def _configured(configuration: Any) -> Any:
    configuration.host = settings().circle_base_url
    configuration.access_token = settings().circle_api_key
    configuration.retries = False
    return configuration


def _failed(answer: Any) -> Failed:
    """What an answer other than 2xx means."""
    try:
        body = json.loads(answer.body)
        code, message = body["code"], f"{answer.status}: {body['message']}"
    except (ValueError, KeyError, TypeError):
        code, message = None, f"{answer.status}"
    if code == _QUEUE_FULL or answer.status == 429:
        return Later(message, code)
    if not 400 <= (answer.status or 0) < 500 or answer.status == 408:
        return Unknown(message, code)
    return (NotThere if answer.status == 404 else Refused)(message, code)
