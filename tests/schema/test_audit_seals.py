"""Audit rows are sealed in a chain: whatever is done to them later shows, and sealing is in nobody's way."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.books import Books, refused
from tests.tampering import FOUND, FOUND_BY_ANCHOR, findings, seal, trail, write


def by_seal(books: Books) -> list[list[str]]:
    """The actions that each seal covers."""
    rows = books.rows(
        "SELECT s.number, array_agg(a.action ORDER BY e.position) AS actions FROM ops.audit_seals AS s"
        " CROSS JOIN unnest(s.entries) WITH ORDINALITY AS e (xid, audit_id, digest, position)"
        " INNER JOIN audit_logs AS a ON e.audit_id = a.id GROUP BY s.number ORDER BY s.number"
    )
    return [row["actions"] for row in rows]


def test_an_honest_trail_verifies_at_every_stage(books: Books) -> None:
    assert findings(books) == []
    anchor = trail(books)
    assert findings(books, json.dumps(anchor)) == []
    write(books)
    assert findings(books, json.dumps(anchor)) == []


@pytest.mark.parametrize("name", FOUND)
def test_tampering_is_found_at_once_and_when_work_has_gone_on(books: Books, name: str) -> None:
    anchor = trail(books)
    FOUND[name].do(books)
    assert sorted(findings(books), key=str) == sorted(FOUND[name].found, key=str)
    write(books)
    seal(books)
    assert {finding for finding, _ in FOUND[name].found} <= {one for one, _ in findings(books, json.dumps(anchor))}


@pytest.mark.parametrize("name", FOUND_BY_ANCHOR)
def test_a_chain_rewritten_whole_is_found_by_its_anchor(books: Books, name: str) -> None:
    anchor = trail(books)
    FOUND_BY_ANCHOR[name].do(books)
    assert findings(books) == []
    assert findings(books, json.dumps(anchor)) == FOUND_BY_ANCHOR[name].found


def test_what_was_inserted_with_a_forged_transaction_is_found_once_sealed(books: Books) -> None:
    trail(books)
    books.plant(
        "INSERT INTO audit_logs (actor_type, action, resource_type, created_at)"
        " VALUES ('system', 'forged', 'test', '2026-01-01')",
        mute="audit_logs",
    )
    books.plant(
        "INSERT INTO ops.audit_waiting (xid, audit_id)"
        " SELECT (s.entries[3]).xid, a.id FROM ops.audit_seals AS s, audit_logs AS a"
        " WHERE s.number = 1 AND a.action = 'forged'"
    )
    seal(books)
    assert findings(books) == [("seal out of order", 4)]


def test_a_row_that_waits_is_missed_too(books: Books) -> None:
    write(books, 2)
    books.plant("DELETE FROM audit_logs WHERE id = (SELECT max(id::text)::uuid FROM audit_logs)", mute="audit_logs")
    assert findings(books) == [("row deleted", None)]
    seal(books)
    assert findings(books) == [("row deleted", None)]


def test_a_running_transactions_rows_and_those_of_younger_ones_wait_for_it(books: Books) -> None:
    api = books.connection("api")
    with api.transaction():
        api.execute("SELECT set_config('gigstream.tenant', ops.uuid_v7()::text, true)")
        api.execute("SELECT set_config('gigstream.tenant_kind', 'platform', true)")
        api.execute("SELECT ops.audit('long', 'test', NULL)")
        write(books, 2)
        assert books.job("ops.seal_audit", 10) == {"seal_audit": 0}
    assert seal(books) == 3
    assert by_seal(books) == [["long", "test.done", "test.done"]]
    assert findings(books) == []


def test_a_row_older_than_a_seal_that_could_not_cover_it_is_no_finding(books: Books) -> None:
    operator = books.connection("operator")
    write(books)
    with operator.transaction():
        operator.execute("SELECT clock_timestamp()")
        assert seal(books) == 1
        operator.execute("SELECT ops.audit('late', 'test', NULL)")
        write(books)
        assert books.job("ops.seal_audit", 10) == {"seal_audit": 0}
    assert seal(books) == 2
    assert findings(books) == []


def test_a_transaction_has_its_number_before_its_row_has_its_time(books: Books) -> None:
    books.connection("jobs").execute(
        "INSERT INTO audit_logs (actor_type, action, resource_type)"
        " SELECT 'system', pg_current_xact_id_if_assigned()::text, 'test'"
    )
    assert books.value("SELECT w.xid::text = a.action FROM audit_logs AS a, ops.audit_waiting AS w")


def test_what_was_rolled_back_never_waits_and_what_a_savepoint_kept_does(books: Books) -> None:
    jobs = books.connection("jobs")
    with jobs.transaction():
        jobs.execute("SELECT ops.audit('kept', 'test', NULL)")
        with jobs.transaction():
            jobs.execute("SELECT ops.audit('kept within', 'test', NULL)")
        with jobs.transaction(force_rollback=True):
            jobs.execute("SELECT ops.audit('undone', 'test', NULL)")
    assert seal(books) == 2
    assert by_seal(books) == [["kept", "kept within"]]
    assert findings(books) == []


def test_a_seal_covers_whole_transactions(books: Books) -> None:
    for rows in [1, 3, 1, 2]:
        books.rows("SELECT ops.audit('test.done', 'test', NULL) FROM generate_series(1, %s)", rows)
    assert seal(books, limit=2) == 7
    assert [len(actions) for actions in by_seal(books)] == [4, 3]


def test_nothing_to_seal_makes_no_seal(books: Books) -> None:
    assert books.job("ops.seal_audit", 10) == {"seal_audit": 0}
    assert by_seal(books) == []


def test_sealers_take_turns_and_no_writer_waits_for_them(books: Books) -> None:
    write(books, 5)
    with ThreadPoolExecutor() as threads:
        jobs = books.connection("jobs")
        with jobs.transaction():
            assert books.job("ops.seal_audit", 10) == {"seal_audit": 5}
            other = Books(books.url)
            rival = threads.submit(other.job, "ops.seal_audit", 10)
            books.rows("SELECT set_config('lock_timeout', '100ms', false)", role="operator")
            books.rows("SELECT ops.audit('meanwhile', 'test', NULL)", role="operator")
            assert not rival.done()
        assert rival.result()["seal_audit"] in {0, 1}
        other.close()
    seal(books)
    assert findings(books) == []


def test_a_digest_depends_on_nobodys_settings(books: Books) -> None:
    trail(books)
    for name, value in [
        ("TimeZone", "Asia/Kathmandu"),
        ("DateStyle", "German"),
        ("bytea_output", "escape"),
        ("client_encoding", "LATIN1"),
    ]:
        books.rows("SELECT set_config(%s, %s, false)", name, value, role="auditor")
    assert findings(books) == []


@pytest.mark.parametrize(
    "act", ["UPDATE ops.audit_seals SET number = 2", "DELETE FROM ops.audit_seals", "TRUNCATE ops.audit_seals"]
)
def test_a_seal_is_never_changed_not_even_by_the_owner(books: Books, act: str) -> None:
    write(books)
    seal(books)
    with refused("GS014"):
        books.plant(act)


@pytest.mark.parametrize("role", ["api", "jobs", "signer", "operator", "auditor"])
def test_no_role_of_the_service_writes_a_seal_or_dates_an_audit_row(books: Books, role: str) -> None:
    for statement in [
        "DELETE FROM ops.audit_waiting",
        "INSERT INTO ops.audit_waiting (audit_id) VALUES (ops.uuid_v7())",
        "INSERT INTO ops.audit_seals (number) VALUES (1)",
        "DELETE FROM ops.audit_seals",
        "INSERT INTO audit_logs (actor_type, action, resource_type, created_at) VALUES ('system', 'x', 'x', now())",
        "INSERT INTO audit_logs (actor_type, action, resource_type, id) VALUES ('system', 'x', 'x', ops.uuid_v7())",
    ]:
        with refused("42501"):
            books.connection(role).execute(statement)
    if role != "jobs":
        with refused("42501"):
            books.connection(role).execute("SELECT ops.seal_audit(1)")
