"""One POST to a stranger's server: to an address that was checked, with little time, little to read, and no way on."""

import asyncio
import re
import socket
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from datetime import UTC
from email.utils import parsedate_to_datetime

import h11

from gigstream import clock, targets
from gigstream.config import settings
from gigstream.errors import Invalid
from gigstream.structs import struct

MAX_ANSWER = 64 * 1024
KEPT = 1024
CHUNK = 16 * 1024


@struct
class Answer:
    """What came back: a status, the first 1,024 characters of the body, the seconds to wait that it asked for.

    Or the `error` that kept it from coming; `latency_ms` is from the first look at the name to the end.
    """

    status: int | None = None
    body: str | None = None
    retry_after: int | None = None
    error: str | None = None
    latency_ms: int = 0


async def post(url: str, headers: Mapping[str, str], body: bytes, trust: ssl.SSLContext, resolver: Executor) -> Answer:
    """Send once; whatever goes wrong is in the answer. A redirect is an answer like another and is not followed."""
    began = time.monotonic()
    answer = await _posted(url, headers, body, trust, resolver)
    return replace(answer, latency_ms=int((time.monotonic() - began) * 1000))


def trust_store() -> ssl.SSLContext:
    """The system's, or SSL_CERT_FILE."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


async def _posted(
    url: str, headers: Mapping[str, str], body: bytes, trust: ssl.SSLContext, resolver: Executor
) -> Answer:
    found = Answer()
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(settings().webhook_total_seconds):
            target = targets.parse(url)
            named = await asyncio.get_running_loop().run_in_executor(resolver, targets.addresses, target)
            reader, writer = await _connected(target, named, trust)
            connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_ANSWER)
            for event in (_request(target, headers, body), h11.Data(body), h11.EndOfMessage()):
                writer.write(connection.send(event) or b"")
            await writer.drain()
            async for answer in _answers(connection, reader):
                found = answer
    except TimeoutError:
        # What the status says stands, however long the rest of the answer would have taken.
        found = found if found.status else Answer(error="no answer in time")
    except targets.ForbiddenTarget:
        found = Answer(error="the host has an address that is not public")
    except Invalid as error:
        found = Answer(error=f"the URL {error}")
    except ssl.SSLError as error:
        found = Answer(error=f"TLS: {getattr(error, 'verify_message', '') or error.reason or 'failed'}"[:200])
    except (OSError, h11.ProtocolError) as error:
        found = found if found.status else Answer(error=_said(error))
    finally:
        if writer is not None:
            writer.transport.abort()
    return found if found.status or found.error else Answer(error="the connection was closed without an answer")


async def _connected(
    target: targets.Target, named: list[str], trust: ssl.SSLContext
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """To one address after the other, all in the time there is for connecting."""
    async with asyncio.timeout(settings().webhook_connect_seconds):
        for address in named[:-1]:
            try:
                return await asyncio.open_connection(address, target.port, ssl=trust, server_hostname=target.host)
            except ssl.SSLError:
                raise
            except OSError:
                continue
        return await asyncio.open_connection(named[-1], target.port, ssl=trust, server_hostname=target.host)


def _request(target: targets.Target, headers: Mapping[str, str], body: bytes) -> h11.Request:
    host = target.host if target.port == targets.PORT else f"{target.host}:{target.port}"
    own = {
        "Host": host,
        "User-Agent": "GigStream-Webhooks/1",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    return h11.Request(method="POST", target=target.path, headers=list({**own, **headers}.items()))


async def _answers(connection: h11.Connection, reader: asyncio.StreamReader) -> AsyncIterator[Answer]:
    """The answer as it grows, from its head on, until it ends or 64 KiB of it have been read."""
    found, body, read = Answer(), b"", 0
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            if read >= MAX_ANSWER:
                return
            data = await reader.read(CHUNK)
            read += len(data)
            connection.receive_data(data)
        elif isinstance(event, h11.Response):
            found = Answer(event.status_code, "", _retry_after(dict(event.headers).get(b"retry-after", b"")))
            yield found
        elif isinstance(event, h11.Data):
            body = (body + bytes(event.data))[:KEPT]
            yield replace(found, body=body.decode(errors="replace").replace("\0", "\ufffd"))
        elif not isinstance(event, h11.InformationalResponse):
            return


def _retry_after(value: bytes) -> int | None:
    """Seconds, from a number of them or from a date."""
    text = value.decode("latin-1").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return int(text)
    try:
        return max(0, int((parsedate_to_datetime(text).astimezone(UTC) - clock.now()).total_seconds()))
    except (ValueError, OverflowError):
        return None


def _said(error: Exception) -> str:
    if isinstance(error, h11.ProtocolError):
        return "the answer is not HTTP"
    if isinstance(error, socket.gaierror):
        return "the host cannot be resolved"
    return "the connection was refused or broke off"
