"""What the document says in prose, by hand: its introduction, and a line for each area."""

from typing import Final

ABOUT: Final = """\
GigStream pays gig workers in USDC as they work, by the task or by the second.

Amounts are decimal strings of USDC with at most six decimals; ids are UUIDs; times are RFC 3339 in UTC. Platforms sign
in with an API key (`X-API-Key`), workers with an access token (`Authorization: Bearer`).

Lists come in pages, newest first; only events come oldest first. `limit` says how many rows, and `next_cursor`, sent as
`cursor`, leads to the next page. Where an operation takes `expand[]`, its object comes with those that it names.

A POST that takes an `Idempotency-Key` can be sent again safely: the first answer comes again, with
`Idempotency-Replayed`, and nothing happens twice. A secret is shown once: when its request is sent again, the answer is
409 `already_created`.

Requests are counted by the minute: 1000 of a platform, 100 of a worker, and 10 of an address that signs up or in,
unless the installation sets others. `RateLimit-Policy` and `RateLimit` say what is allowed and what is left; beyond it
the answer is 429, and `Retry-After` says for how many seconds. `GigStream-Version` in each answer is the API's version.

Whatever goes wrong is a problem (RFC 9457) whose `code` is for programs and whose `errors` name the fields to blame.
"""
AREAS: Final = {
    "service": "Is it up, and what can it do.",
    "auth": "How workers sign up, in and out, with a password or a wallet.",
    "platforms": "Who holds funds and gives tasks: a platform's own data, funds and figures.",
    "api_keys": "What a platform signs in with, and what each key may do.",
    "workers": "Who does tasks: their data, pay, reputation and risk. A worker sees his own, a platform its members'.",
    "tasks": "Work at a fixed price, paid when it is completed, or by the second, paid by a stream.",
    "streams": "Pay that accrues by the second and is released at intervals.",
    "loans": "Advances on pay, which only the worker sees.",
    "transactions": "Payouts and whatever else moved a worker's money, each with its states.",
    "webhook_endpoints": "Where a platform is told of events, and with which secret.",
    "webhook_deliveries": "Attempts to tell an endpoint of an event.",
    "events": "What happened, sent to webhook endpoints and kept as a feed, oldest first.",
    "webhooks": "What a platform's own systems and Circle report to GigStream, signed.",
    "reports": "Files of a platform's figures, made in the background.",
    "analytics": "A platform's days in figures.",
    "audit": "Who did what, and whether that record is untouched.",
    "ledger": "A platform's accounts in the double entry books, and every transfer on them.",
}
