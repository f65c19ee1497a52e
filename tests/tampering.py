"""Ways in which the database's owner may tamper with an audit trail, and what gives each away.

The trail has nine rows in three seals; the rows in the middle, FIFTH and SIXTH, are of seal 2.
"""

import time
from dataclasses import dataclass

from tests.books import Books

FIFTH = "(SELECT id FROM audit_logs ORDER BY id OFFSET 4 LIMIT 1)"
SIXTH = "(SELECT id FROM audit_logs ORDER BY id OFFSET 5 LIMIT 1)"
BETWEEN = f"(SELECT created_at + interval '1 us' FROM audit_logs WHERE id = {FIFTH})"
LONG_AGO = "clock_timestamp() - interval '1 h'"
INSERT = "INSERT INTO audit_logs (id, actor_type, action, resource_type, created_at) SELECT {}, 'system', 'x', 'x', {}"
UPDATE = f"UPDATE audit_logs SET {{}} WHERE id = {FIFTH}"
NOTE = "INSERT INTO ops.audit_waiting (xid, audit_id) SELECT {}, max(id::text)::uuid FROM audit_logs"
SWAP = f"""
UPDATE audit_logs AS a SET created_at = b.created_at FROM audit_logs AS b
WHERE (a.id, b.id) IN (({FIFTH}, {SIXTH}), ({SIXTH}, {FIFTH}))
"""
RESEAL = f"""
UPDATE ops.audit_seals
SET entries[2].digest = (SELECT ops.audit_digest(a) FROM audit_logs AS a WHERE a.id = {FIFTH})
WHERE number = 2
"""
# Each seal anew from the rows as they are now, and the chain through all of them.
REWRITE = """
DO $$
DECLARE
    v_number bigint;
    v_digest bytea := '';
BEGIN
    FOR v_number IN SELECT number FROM ops.audit_seals ORDER BY number LOOP
        UPDATE ops.audit_seals SET entries = ARRAY(
            SELECT (e.xid, a.id, ops.audit_digest(a))::ops.audit_entry
            FROM unnest(entries) WITH ORDINALITY AS e (xid, audit_id, digest, position)
            INNER JOIN audit_logs AS a ON e.audit_id = a.id
            ORDER BY e.position
        ) WHERE number = v_number;
        UPDATE ops.audit_seals SET digest = ops.seal_digest(v_digest, number, xid, sealed_at, entries)
        WHERE number = v_number RETURNING digest INTO v_digest;
    END LOOP;
END;
$$
"""


@dataclass(frozen=True)
class Tampering:
    """`acts` are statements with the rules asleep, or awake where they are; `found` are (finding, seal)."""

    acts: list[str]
    found: list[tuple[str, int | None]]
    awake: bool = False

    def do(self, books: Books) -> None:
        owner = books.connection("owner")
        with owner.transaction():
            for table in [] if self.awake else ["audit_logs", "ops.audit_seals"]:
                owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for act in self.acts:
                owner.execute(act)
            for table in ["audit_logs", "ops.audit_seals"]:
                owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def edited(change: str) -> Tampering:
    return Tampering([UPDATE.format(change)], [("row edited", 2)])


FOUND = {
    "edited actor": edited("actor_type = 'worker', actor_id = ops.uuid_v7()"),
    "edited action": edited("action = action || ' '"),
    "edited resource type": edited("resource_type = 'y'"),
    "edited resource": edited("resource_id = NULL"),
    "edited metadata": edited("""metadata = '{"n": 1.0}'"""),
    "edited address": edited("ip_address = '192.0.2.1'"),
    "edited agent": edited("user_agent = ''"),
    "edited time": edited("created_at = created_at + interval '1 us'"),
    "edited second time": edited("updated_at = updated_at + interval '1 us'"),
    "another id": Tampering([UPDATE.format("id = ops.uuid_v7()")], [("row deleted", 2), ("row inserted", None)]),
    "values moved between columns": edited("resource_type = action, action = resource_type"),
    "deleted": Tampering([f"DELETE FROM audit_logs WHERE id = {FIFTH}"], [("row deleted", 2)]),
    "all deleted": Tampering(
        ["DELETE FROM audit_logs"], [("row deleted", seal) for seal in (1, 2, 3) for _ in range(3)]
    ),
    "reordered": Tampering([SWAP], [("row edited", 2), ("row edited", 2)]),
    "reordered in the seal": Tampering(
        ["UPDATE ops.audit_seals SET entries = entries[2:3] || entries[1] WHERE number = 2"], [("seal rewritten", 2)]
    ),
    "seals changed places": Tampering(
        [
            f"UPDATE ops.audit_seals SET number = {new} WHERE number = {old}"
            for old, new in [(2, 9), (3, 2), (9, 3)]
        ],
        [("seal rewritten", 2), ("seal out of order", 3), ("seal rewritten", 3)],
    ),
    "inserted": Tampering([INSERT.format("ops.uuid_v7()", "clock_timestamp()")], [("row inserted", None)]),
    "inserted by the rules, an hour back": Tampering(
        [INSERT.format(f"ops.uuid_v7({LONG_AGO})", LONG_AGO)], [("row inserted", None)], awake=True
    ),
    "inserted by the rules, between two rows": Tampering(
        [INSERT.format(f"ops.uuid_v7({BETWEEN})", BETWEEN)], [("row inserted", None)], awake=True
    ),
    "inserted by the rules, an hour back by its id": Tampering(
        [INSERT.format(f"ops.uuid_v7({LONG_AGO})", "clock_timestamp()")], [("row inserted", None)], awake=True
    ),
    "inserted and noted": Tampering(
        [INSERT.format("ops.uuid_v7()", LONG_AGO), NOTE.format("pg_current_xact_id()")], [("row inserted", None)]
    ),
    "a seal rewritten for an edited row": Tampering([UPDATE.format("action = 'y'"), RESEAL], [("seal rewritten", 2)]),
    "a seal rewritten with its own digest": Tampering(
        ["UPDATE ops.audit_seals SET digest = sha256(digest) WHERE number = 2"],
        [("seal rewritten", 2), ("seal rewritten", 3)],
    ),
    "a seal dated back": Tampering(
        ["UPDATE ops.audit_seals SET sealed_at = sealed_at - interval '1 h' WHERE number = 3"], [("seal rewritten", 3)]
    ),
    "a seal of another transaction": Tampering(
        ["UPDATE ops.audit_seals SET xid = (xid::text::bigint + 1000)::text::xid8 WHERE number = 3"],
        [("seal rewritten", 3)],
    ),
    "a seal deleted": Tampering(
        ["DELETE FROM ops.audit_seals WHERE number = 2"],
        [("seal deleted", 3), ("seal rewritten", 3), *[("row inserted", None)] * 3],
    ),
    "the first seal deleted": Tampering(
        ["DELETE FROM ops.audit_seals WHERE number = 1"],
        [("seal deleted", 2), ("seal rewritten", 2), *[("row inserted", None)] * 3],
    ),
    "the last seal deleted": Tampering(
        ["DELETE FROM ops.audit_seals WHERE number = 3"], [("row inserted", None)] * 3
    ),
}  # fmt: skip

# A chain that is whole in itself; only who has seen its head knows better.
FOUND_BY_ANCHOR = {
    "an edited row, and every seal rewritten": Tampering(
        [UPDATE.format("action = 'y'"), REWRITE], [("anchor differs", 3)]
    ),
    "a deleted row, and every seal rewritten": Tampering(
        [f"DELETE FROM audit_logs WHERE id = {FIFTH}", REWRITE], [("anchor differs", 3)]
    ),
    "the end cut off": Tampering(
        [
            f"DELETE FROM audit_logs WHERE id > {SIXTH}",
            "DELETE FROM ops.audit_seals WHERE number = 3",
        ],
        [("anchor differs", 3)],
    ),
    "everything deleted": Tampering(
        ["DELETE FROM audit_logs", "DELETE FROM ops.audit_seals"], [("anchor differs", 3)]
    ),
}  # fmt: skip


def write(books: Books, rows: int = 1) -> None:
    """Audit rows of the system, each in a transaction of its own."""
    for _ in range(rows):
        books.value("SELECT ops.audit('test.done', 'test', ops.uuid_v7(), '{\"n\": 1}')")


def seal(books: Books, limit: int = 1000) -> int:
    """Seal all that waits; how many rows. A transaction of autovacuum's, too, may first have to end."""
    deadline = time.monotonic() + 10
    while books.value("SELECT max(xid) >= pg_snapshot_xmin(pg_current_snapshot()) FROM ops.audit_waiting"):
        assert time.monotonic() < deadline, "something that has written does not end"
        time.sleep(0.01)
    return sum(iter(lambda: books.job("ops.seal_audit", limit)["seal_audit"], 0))


def trail(books: Books) -> list[dict[str, object]]:
    """Nine rows in three seals, and the anchor of the last, as ops.verify_audit takes it."""
    for _ in range(3):
        write(books, 3)
        assert seal(books) == 3
    return books.rows(
        "SELECT number, encode(digest, 'hex') AS digest FROM ops.audit_seals ORDER BY number DESC LIMIT 1"
    )


def findings(books: Books, anchors: str = "[]", *, role: str = "auditor") -> list[tuple[str, int | None]]:
    rows = books.rows("SELECT finding, seal FROM ops.verify_audit(%s)", anchors, role=role)
    return [(row["finding"], row["seal"]) for row in rows]
