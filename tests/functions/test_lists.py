"""Each list, and each of its filters, costs a page and not a tenant: at 200,000 rows, for one who has half of them and
one who has thirty.

Generated from the route table: whatever takes a cursor is tried. What the API sends to the database is explained there,
as its own role and through row security.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, get_args, get_origin
from urllib.parse import quote
from uuid import UUID, uuid4

import psycopg
import pytest
from tests.bulk import Tenant, years
from tests.world import RULES

from devstack.postgres import Cluster
from gigstream import db
from gigstream.queries.base import Slice
from gigstream.web import Rule

LISTS = {name: rule for name, rule in RULES.items() if any(one.annotation is Slice for one in rule.parameters.values())}
CALLERS = [
    (name, caller)
    for name, rule in LISTS.items()
    for caller, allowed in [("platform", rule.scope is not None), ("worker", rule.worker)]
    if allowed
]
PAGE = 20
# A page has 21 rows: each may be read from two sides, joined a few times and looked at by row security.
MOST_ROWS = 25 * PAGE
MOST_BLOCKS = 150 * PAGE
READ = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
# Times, days and texts for a filter; a word or an id that nothing has is the hardest to look for.
AGES = [timedelta(days=400), timedelta(days=70), timedelta(minutes=1)]


@dataclass
class Cost:
    """What one statement read: rows by table, and blocks, those of functions that run as owner included."""

    rows: dict[str, float] = field(default_factory=dict)
    blocks: int = 0
    plan: str = ""

    @property
    def high(self) -> bool:
        return sum(self.rows.values()) > MOST_ROWS or self.blocks > MOST_BLOCKS


@pytest.fixture(scope="module")
def tenants(cluster: Cluster) -> Iterator[dict[str, Tenant]]:
    with years(cluster) as tenants:
        yield tenants


@pytest.fixture(scope="module")
def explained(cluster: Cluster, tenants: dict[str, Tenant]) -> Iterator[Callable[..., Cost]]:
    """Explain what was asked, signed in as it was."""
    with psycopg.connect(cluster.url("api", "years"), autocommit=True, prepare_threshold=None) as conn:

        def explain(session: db.Session, query: db.Query[Any]) -> Cost:
            assert session.authenticate
            with conn.transaction(force_rollback=True):
                conn.execute(session.authenticate.sql, session.authenticate.params)
                explain = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + query.sql
                row = conn.execute(explain, query.params or None).fetchone()
            assert row
            ((top,),) = row
            cost = Cost(plan=str(top["Plan"]["Node Type"]))
            cost.blocks = top["Plan"]["Shared Hit Blocks"] + top["Plan"]["Shared Read Blocks"]
            _add(cost, top["Plan"])
            return cost

        yield explain


def _add(cost: Cost, node: dict[str, Any]) -> None:
    if "Scan" in node["Node Type"] and "Relation Name" in node:
        read = sum(
            node.get(rows, 0) for rows in ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
        )
        name = f"{node['Node Type']} on {node['Relation Name']} by {node.get('Index Name', 'no index')}"
        cost.rows[name] = cost.rows.get(name, 0) + read * node["Actual Loops"]
    for inner in node.get("Plans", []):
        _add(cost, inner)


def filled(rule: Rule, tenant: Tenant) -> str:
    named = re.findall(r"{(\w+)}", rule.path)
    missing = [name for name in named if name not in tenant.ids]
    assert not missing, f"say in tests/bulk.py which {missing} has a long list and which a short one"
    return rule.path.format(**tenant.ids)


def asked(rule: Rule, tenant: Tenant) -> Iterator[str]:
    """The queries to try: each filter with each kind of value, then all at once."""
    own = {
        name: list(values(name, one.annotation, tenant))
        for name, one in rule.parameters.items()
        if one.annotation is not Slice and f"{{{name}}}" not in rule.path
    }
    for name, several in own.items():
        yield from (f"{name}={quote(value)}" for value in several)
    if len(own) > 1:
        yield "&".join(f"{name}={quote(several[0])}" for name, several in own.items())


def values(name: str, kind: Any, tenant: Tenant) -> Iterator[str]:
    kinds = [one for one in get_args(kind) if one is not type(None)]
    if get_origin(kind) is Literal:
        yield from kinds
    elif kinds:
        yield from values(name, kinds[0], tenant)
    elif kind is UUID:
        yield from filter(None, [tenant.ids.get(name)])
        yield str(uuid4())
    elif kind is datetime:
        yield from ((datetime.now(UTC) - age).isoformat() for age in AGES)
    elif kind is date:
        yield from (str(datetime.now(UTC).date() - age) for age in AGES)
    else:
        yield "nothing is called so"


def cursor(answer: Any) -> str | None:
    """Of the list that the answer is, or has in it."""
    inner = [one for one in answer.values() if isinstance(one, dict) and "next_cursor" in one]
    found: str | None = (answer if "next_cursor" in answer else inner[0])["next_cursor"]
    return found


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("name", "caller"), CALLERS)
def test_a_page_costs_a_page(
    tenants: dict[str, Tenant],
    explained: Callable[..., Cost],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    caller: str,
) -> None:
    sent: list[tuple[db.Session, Any]] = []
    read = db.read

    def reading(session: db.Session, query: Any) -> Any:
        sent.append((session, query))
        return read(session, query)

    monkeypatch.setattr(db, "read", reading)
    rule, dear = LISTS[name], []

    def answered(tenant: Tenant, query: str) -> Any:
        """The answer; what it cost, when that was too much, is noted."""
        sent.clear()
        who = tenant.platform if caller == "platform" else tenant.worker
        answer = who.get(f"{filled(rule, tenant)}?{query}")
        assert answer.status == 200, (query, answer.body)
        for session, asked_for in sent:
            for one in asked_for.queries if isinstance(asked_for, db.Together) else [asked_for]:
                cost = explained(session, one)
                if cost.high:
                    wanted = ", ".join(["tenant", *re.findall(r"(\w+)=", query), "id"])
                    dear.append(f"{size}: {query}: {cost.blocks} blocks, rows {cost.rows}; none is on ({wanted})")
        return answer.json

    for size, tenant in tenants.items():
        further = cursor(answered(tenant, ""))
        assert size == "few" or further, f"tests/bulk.py puts no long list behind {name} for a {caller}"
        if further:
            answered(tenant, f"cursor={further}")
        for query in asked(rule, tenant):
            answered(tenant, query)
    assert not dear, f"an index is missing for {name} as {caller}:\n" + "\n".join(dear)
