"""One endpoint, one Lambda: a Chalice app with one route, its row of the route table, and the guard round its view.

Chalice keeps the route and parses the event. Its own way from the one to the other is not taken: its middleware never
sees a view's exceptions, it would send a Decimal as a float, and it looks for binary answers and origins, which are
none of its business here. Each view is wrapped instead: who calls, what they sent, every error and every reply are
settled here.
"""

import hashlib
import inspect
import time
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, Literal, Protocol, Self, TypeVar
from uuid import UUID

from chalice.app import Chalice, Request, Response

from gigstream import db, due, log, signing, wire
from gigstream.auth import PLATFORM, ApiKey, Caller, Worker
from gigstream.config import settings
from gigstream.errors import Forbidden, GigStreamError, Invalid, MethodNotAllowed, NotFound, Unauthenticated
from gigstream.exchange import IDEMPOTENCY_KEY, Exchange
from gigstream.queries import requests
from gigstream.queries.base import Query, Slice, Together, decode_cursor
from gigstream.structs import struct

View = TypeVar("View", bound=Callable[..., Any])
Value = TypeVar("Value")
Result = TypeVar("Result")

Idempotency = Literal["none", "optional", "required"]
Write = Literal["state", "ledger", "outbox", "audit"]
Verify = Callable[[Exchange], None]

ANY_SCOPE = "*"
MAX_LIMIT = 100
SIGNER = "webhook-secret-id"
KEY_REQUIRED = "is required: money moves here"


class Body(Protocol):
    """A request model."""

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Raises Invalid naming the fields."""


Model = TypeVar("Model", bound=Body)


@struct
class Rule:
    """A row of the route table.

    `scope` is what an API key must hold: ANY_SCOPE for any key, None when the route is not for platforms. `worker`:
    workers may call. `public`: anybody may. `secret`: the answer holds one and is not stored. `test_only`: in live mode
    there is no such route. `signed`: the request is signed with an inbound secret, over its raw bytes. `verify`: no key
    and no token, but somebody else's signature, Circle's, which this looks at. `writes`: what a call leaves behind.
    `parameters`: the view's, from path and query.
    """

    method: str
    path: str
    scope: str | None
    worker: bool
    public: bool
    idempotency: Idempotency
    secret: bool
    test_only: bool
    signed: bool
    verify: Verify | None
    writes: frozenset[Write]
    parameters: Mapping[str, inspect.Parameter]

    @property
    def name(self) -> str:
        """Method and path, as template.yaml has them."""
        return f"{self.method} {self.path}"


@struct
class _Input:
    """A parameter of a view: its name, the one in the query, what reads its text (a Slice has two), if it is needed."""

    name: str
    shown: str
    read: wire.Reader | None
    required: bool

    @classmethod
    def of(cls, name: str, parameter: inspect.Parameter) -> "_Input":
        kind = parameter.annotation
        read = None if kind is Slice else wire.reader(kind)
        return cls(name, wire.query_name(name, kind), read, parameter.default is parameter.empty)


class _Replayed(Exception):
    """The request was answered before."""

    def __init__(self, answer: db.Answer) -> None:
        self.answer = answer


class Endpoint(Chalice):
    """The app of one route. Its view takes path values and query parameters, converted by annotation.

    A parameter that the path does not name is a query parameter: UUID, datetime, date, str or a Literal of strings,
    `| None` with a default when it may be absent, or a Slice for `cursor` and `limit`. A frozenset `expand` is sent as
    `expand[]=a,b` or as `expand[]=a&expand[]=b`. `worker_id` may be `me`, and when a worker calls it is never
    another's.
    """

    rule: Rule
    _exchange: Exchange

    def __init__(self, name: str) -> None:
        super().__init__(app_name=name, configure_logs=False, env={})

    def route(  # type: ignore[override]
        self,
        path: str,
        *,
        methods: list[str],
        scope: str | None = None,
        worker: bool = False,
        public: bool = False,
        idempotency: Idempotency | None = None,
        secret: bool = False,
        test_only: bool = False,
        signed: bool = False,
        verify: Verify | None = None,
        writes: Iterable[Write] = (),
    ) -> Callable[[View], View]:
        """Declare the route; see Rule. An Idempotency-Key is optional on POSTs outside /v1/auth, unless said here."""
        (method,) = methods
        keyed = method == "POST" and not path.startswith("/v1/auth/")

        def register(view: View) -> View:
            self.rule = Rule(
                method=method,
                path=path,
                scope=scope,
                worker=worker,
                public=public,
                idempotency=idempotency or ("optional" if keyed else "none"),
                secret=secret,
                test_only=test_only,
                signed=signed,
                verify=verify,
                writes=frozenset(writes),
                parameters=inspect.signature(view, eval_str=True).parameters,
            )
            Chalice.route(self, path, methods=methods, content_types=[])(self._guarded(view))
            return view

        return register

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        """Answer a REST (v1) proxy event; one log line a request."""
        started = time.perf_counter()
        exchange = self._exchange = Exchange(Request(event, context))
        log.bind(request_id=exchange.id, function=context.function_name)
        method, path = exchange.request.method, exchange.request.path
        if (method, path) == (self.rule.method, self.rule.path):
            response = self.routes[path][method].view_function(**exchange.path_values)
        else:
            response = exchange.problem(MethodNotAllowed(), {"Allow": self.rule.method})
        answer: dict[str, Any] = response.to_dict()
        log.info(
            "request",
            method=method,
            path=path,
            status=answer["statusCode"],
            milliseconds=round((time.perf_counter() - started) * 1000, 1),
            caller=exchange.caller.kind,
        )
        return answer

    @property
    def caller(self) -> Caller:
        """Who sent the request."""
        return self._exchange.caller

    @property
    def signer(self) -> UUID:
        """The inbound secret that the request was signed with. Whether it is the caller's, only the database knows."""
        return wire.uuid(self._exchange.header(SIGNER) or "")

    def body(self, model: type[Model]) -> Model:
        """The request's JSON body, checked. Raises 400, 413, 415, or 422 naming the fields."""
        return model.parse(self._exchange.json_body())

    def read(self, query: Query[Result] | Together[Result]) -> Result:
        """Ask the database as the caller: one round trip."""
        return db.read(self._exchange.session, query)

    def write(self, query: Query[Result], *, status: int = 200) -> Result:
        """Change the database as the caller: one round trip, or two and only once with an Idempotency-Key.

        Jobs that sleep are told whatever came of it: a COMMIT may stand though its answer was lost, and who asks again
        tells of it again.
        """
        self._exchange.status = status
        claim = self._claim(status)
        try:
            if claim is None:
                return db.write(self._exchange.session, query)
            result = db.write_once(self._exchange.session, query, claim)
        finally:
            due.mark()
        if isinstance(result, db.Answer):
            raise _Replayed(result)
        return result

    def _guarded(self, view: View) -> Callable[..., Response]:
        inputs = [_Input.of(name, parameter) for name, parameter in self.rule.parameters.items()]

        @wraps(view)
        def guarded(**path_values: str) -> Response:
            exchange = self._exchange
            try:
                self._admit(exchange)
                return exchange.reply(view(**self._arguments(path_values, inputs)))
            except _Replayed as replayed:
                return exchange.replay(replayed.answer)
            except GigStreamError as error:
                if error.status >= 500:
                    log.error("failed", error.__cause__ or error)
                return exchange.problem(error)
            except Exception as exc:  # noqa: BLE001 - whatever it is, the caller gets a problem and no traceback
                log.error("failed", exc)
                return exchange.problem(GigStreamError())

        return guarded

    def _admit(self, exchange: Exchange) -> None:
        """Find out who calls. Whether the key or the session still holds, the database says in the query's own trip."""
        rule, key, authorization = self.rule, exchange.header("x-api-key"), exchange.header("authorization")
        if rule.test_only and settings().mode != "test":
            raise NotFound
        if rule.public:
            if rule.method not in {"GET", "HEAD"}:
                _admit_anybody(exchange)
        elif rule.verify is not None:
            _admit_signer(exchange, rule.verify)
        elif key is not None and authorization is not None:
            raise Unauthenticated("send either an API key or an access token, not both")
        elif key is not None:
            _admit_platform(exchange, ApiKey.parse(key), rule.scope)
            if rule.signed:
                _verify(exchange)
        elif authorization is not None and authorization[:7].lower() == "bearer ":
            _admit_worker(exchange, _worker(authorization[7:]))
            if not rule.worker:
                raise Forbidden("this is for platforms, with an API key")
        else:
            raise Unauthenticated

    def _arguments(self, path_values: Mapping[str, str], inputs: Iterable[_Input]) -> dict[str, Any]:
        """The view's arguments from path and query. Raises Invalid naming the one that is wrong."""
        sent = self._exchange.query_values()
        arguments: dict[str, Any] = {}
        for one in inputs:
            if one.read is None:
                arguments[one.name] = _slice(sent.pop("cursor", None), sent.pop("limit", None))
            elif one.name in path_values:
                arguments[one.name] = self._path_value(one.name, path_values[one.name], one.read)
            elif one.shown in sent:
                arguments[one.name] = _read(one.shown, sent.pop(one.shown), one.read)
            elif one.required:
                raise Invalid(fields={one.name: "is required"})
        for name in sent:
            raise Invalid(fields={wire.shown(name): "is not a parameter of this route"})
        return arguments

    def _path_value(self, name: str, text: str, reader: wire.Reader) -> object:
        own = self.caller.id if name == "worker_id" and isinstance(self.caller, Worker) else None
        value = own if own and text == "me" else _read(name, text, reader)
        if own and value != own:
            raise NotFound
        return value

    def _claim(self, status: int) -> db.Claim | None:
        """The claim to the request's Idempotency-Key, where the route has one and the caller sent it."""
        rule, exchange = self.rule, self._exchange
        key = exchange.idempotency_key() if rule.idempotency != "none" else None
        if key is None:
            if rule.idempotency == "required":
                raise Invalid(fields={IDEMPOTENCY_KEY: KEY_REQUIRED})
            return None
        sent = wire.encode(exchange.path_values).encode() + exchange.raw_body()
        return db.Claim(
            take=requests.claim(rule.name, key, hashlib.sha256(sent).digest()),
            stored=requests.stored_answer(rule.name, key),
            store=lambda result: requests.store_answer(
                rule.name, key, status, None if rule.secret else exchange.encode(result)
            ),
        )


def _admit_anybody(exchange: Exchange) -> None:
    limit = exchange.allowance = settings().rate_limit_sign_in
    exchange.session.count = requests.count(f"address:{exchange.address}", limit)
    exchange.session.authenticate = requests.act_as_nobody(exchange.address, exchange.user_agent)


def _admit_signer(exchange: Exchange, verify: Verify) -> None:
    """Whoever signs may send as much as a platform, by the address he calls from: sign-in's limit would hold him up."""
    limit = exchange.allowance = settings().rate_limit_platform
    exchange.session.count = requests.count(f"signer:{exchange.address}", limit)
    exchange.session.authenticate = requests.act_as_nobody(exchange.address, exchange.user_agent)
    verify(exchange)


def _admit_platform(exchange: Exchange, key: ApiKey, scope: str | None) -> None:
    exchange.caller = PLATFORM
    limit = exchange.allowance = settings().rate_limit_platform
    key_hash, address = key.hash, exchange.address
    exchange.session.count = requests.count_key(key_hash, address, limit)
    exchange.session.authenticate = requests.authenticate_key(key_hash, scope, address, exchange.user_agent)


def _admit_worker(exchange: Exchange, worker: Worker) -> None:
    exchange.caller = worker
    limit = exchange.allowance = settings().rate_limit_worker
    exchange.session.count = requests.count(f"worker:{worker.id}", limit)
    exchange.session.authenticate = requests.authenticate_worker(
        worker.id, worker.session_id, exchange.address, exchange.user_agent
    )


def _worker(token: str) -> Worker:
    from gigstream.tokens import read_access_token  # noqa: PLC0415 - a cold start that platforms' requests do without

    return read_access_token(token)


def _verify(exchange: Exchange) -> None:
    """Refuse what no inbound secret has signed, before anybody looks into it; what is signed is what came, to the byte.

    The Idempotency-Key is signed with it, so that a request which somebody recorded is good for a replay of its answer
    and for nothing else.
    """
    key = exchange.idempotency_key()
    if key is None:
        raise Invalid(fields={IDEMPOTENCY_KEY: KEY_REQUIRED})
    body = exchange.raw_body()
    try:
        secret_id = wire.uuid(exchange.header(SIGNER) or "")
    except Invalid:
        raise Unauthenticated(f"{SIGNER} is missing or no UUID") from None
    timestamp, signatures = exchange.header("webhook-timestamp"), exchange.header("webhook-signature")
    signing.verify(signing.inbound_secret(secret_id), key, timestamp or "", signatures or "", body)


def _read(name: str, text: str, reader: Callable[[str], Value]) -> Value:
    try:
        return reader(text)
    except Invalid as error:
        raise Invalid(fields={name: str(error)}) from None


def _slice(cursor: str | None, limit: str | None) -> Slice:
    part = Slice()
    if limit is not None:
        if not (limit.isascii() and limit.isdigit() and len(limit) <= 3 and 1 <= int(limit) <= MAX_LIMIT):
            raise Invalid(fields={"limit": f"must be a whole number from 1 to {MAX_LIMIT}"})
        part = Slice(limit=int(limit))
    return part if cursor is None else Slice(_read("cursor", cursor, decode_cursor), part.limit)
