"""The schema as declared: tables, columns, keys, checks, indexes, and the safety of functions and views."""

import re
from pathlib import Path

import pytest
from tests.books import Books, refused

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "schema"
FILES = sorted([*SCHEMA.glob("functions/*/*.sql"), *SCHEMA.glob("views/*.sql"), *SCHEMA.glob("triggers/*.sql")])

TABLES = {
    "workers": "name email password_hash wallet_id wallet_address reputation_score account_age_days completion_rate"
    " total_tasks total_earned average_rating dispute_rate last_active_at",
    "platforms": "name api_key api_key_hash webhook_url webhook_secret contact_email wallet_address total_payouts"
    " total_tasks active_workers is_active",
    "tasks": "platform_id worker_id task_type amount paid_amount status title description metadata verification_data"
    " completion_proof rating external_id scheduled_at started_at completed_at cancelled_at disputed_at",
    "streams": "task_id platform_id worker_id contract_address start_time end_time total_amount released_amount"
    " remaining_amount anchor_time anchor_amount release_interval next_release_at release_seq status paused_at"
    " cancelled_at",
    "transactions": "worker_id platform_id task_id tx_type amount fee status tx_hash payment_no from_address to_address"
    " circle_tx_id blockchain_confirmations error_message metadata processed_at",
    "reputation_events": "worker_id event_type delta previous_score new_score reason related_id metadata",
    "loans": "worker_id platform_id amount fee total_due amount_repaid status mode risk_score predicted_earnings"
    " contract_address disbursed_at repayment_due repaid_at defaulted_at",
    "audit_logs": "actor_id actor_type action resource_type resource_id metadata ip_address user_agent",
}
MONEY = {
    "workers": {"total_earned"},
    "platforms": {"total_payouts"},
    "tasks": {"amount", "paid_amount"},
    "streams": {"total_amount", "released_amount", "remaining_amount", "anchor_amount"},
    "transactions": {"amount", "fee"},
    "loans": {"amount", "fee", "total_due", "amount_repaid", "predicted_earnings"},
}
ON_DELETE = {
    ("tasks", "worker_id"): "CASCADE",
    ("tasks", "platform_id"): "CASCADE",
    ("streams", "task_id"): "CASCADE",
    ("streams", "worker_id"): "CASCADE",
    ("streams", "platform_id"): "NO ACTION",
    ("transactions", "worker_id"): "CASCADE",
    ("transactions", "platform_id"): "NO ACTION",
    ("transactions", "task_id"): "SET NULL",
    ("reputation_events", "worker_id"): "CASCADE",
    ("loans", "worker_id"): "CASCADE",
    ("loans", "platform_id"): "NO ACTION",
}
NAMED_INDEXES = {
    "tasks": {"platform_id, id", "worker_id, id", "status", "created_at"},
    "streams": {"platform_id, id", "worker_id, id", "status", "created_at"},
    "transactions": {"platform_id, id", "worker_id, id", "task_id", "status", "created_at"},
    "loans": {"platform_id, id", "worker_id, id", "status", "created_at"},
    "reputation_events": {"worker_id, id", "created_at"},
    "audit_logs": {"created_at"},
    "workers": {"created_at"},
    "platforms": {"created_at"},
}


def test_public_holds_the_eight_tables_with_their_columns(books: Books) -> None:
    rows = books.rows(
        "SELECT table_name, column_name FROM information_schema.columns AS c INNER JOIN information_schema.tables AS t"
        " USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
        role="owner",
    )
    found = {
        name: {row["column_name"] for row in rows if row["table_name"] == name}
        for name in {row["table_name"] for row in rows}
    }

    assert found == {name: {"id", "created_at", "updated_at", *columns.split()} for name, columns in TABLES.items()}


def test_keys_delete_as_declared(books: Books) -> None:
    rows = books.rows(
        """
        SELECT c.conrelid::regclass::text AS table, a.attname AS column,
            CASE c.confdeltype
                WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'r' THEN 'RESTRICT' ELSE 'NO ACTION'
            END AS act
        FROM pg_constraint AS c
        INNER JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f'
        """
    )
    found = {(row["table"], row["column"]): row["act"] for row in rows}

    assert {key: act for key, act in found.items() if key[0] in TABLES} == ON_DELETE
    assert {act for (table, _), act in found.items() if table == "ledger.transfers"} == {"RESTRICT"}


def test_money_is_of_the_type_that_refuses_what_is_no_amount(books: Books) -> None:
    rows = books.rows(
        "SELECT table_name, column_name FROM information_schema.columns AS c INNER JOIN information_schema.tables AS t"
        " USING (table_schema, table_name)"
        " WHERE domain_name = 'usdc' AND table_schema = 'public' AND table_type = 'BASE TABLE'",
        role="owner",
    )
    tables = {row["table_name"] for row in rows}
    assert {name: {row["column_name"] for row in rows if row["table_name"] == name} for name in tables} == MONEY

    for wrong in ["-0.000001", "NaN"]:
        with refused("23514"):
            books.value("SELECT %s::ops.usdc", wrong)
    for huge in ["1e12", "Infinity"]:
        with refused("22003"):
            books.value("SELECT %s::ops.usdc", huge)


@pytest.mark.parametrize("table", TABLES)
def test_the_named_indexes_exist(books: Books, table: str) -> None:
    definitions = " ".join(
        row["indexdef"] for row in books.rows("SELECT indexdef FROM pg_indexes WHERE tablename = %s", table)
    )

    assert {columns for columns in NAMED_INDEXES[table] if f"({columns})" not in definitions} == set()


def test_every_foreign_key_leads_an_index(books: Books) -> None:
    assert books.rows(
        """
        SELECT c.conrelid::regclass AS table, c.conname FROM pg_constraint AS c
        WHERE c.contype = 'f' AND NOT EXISTS (
            SELECT FROM pg_index AS i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1]
        )
        """
    ) == []  # fmt: skip


def test_every_table_has_row_security(books: Books) -> None:
    assert books.rows(
        "SELECT oid::regclass AS table FROM pg_class WHERE relkind = 'r' AND NOT relrowsecurity"
        " AND relnamespace IN ('public'::regnamespace, 'ops'::regnamespace, 'ledger'::regnamespace)"
        " AND relname <> 'schema_migrations'"
    ) == []  # fmt: skip


def test_functions_that_run_as_owner_pin_their_search_path(books: Books) -> None:
    assert books.rows(
        "SELECT oid::regprocedure AS function FROM pg_proc WHERE prosecdef AND pronamespace IN"
        " ('public'::regnamespace, 'ops'::regnamespace, 'ledger'::regnamespace)"
        " AND NOT EXISTS (SELECT FROM unnest(proconfig) AS c WHERE c ~ '^search_path=.*pg_temp$')"
    ) == []  # fmt: skip


def test_the_five_views_see_with_the_callers_eyes(books: Books) -> None:
    views = books.rows(
        "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace"
        " AND 'security_invoker=true' = ANY(reloptions) ORDER BY 1"
    )
    assert [view["relname"] for view in views] == [
        "active_streams_view", "daily_transaction_summary", "platform_performance_view",
        "worker_earnings_view", "worker_risk_assessment",
    ]  # fmt: skip


def test_an_email_address_is_used_once_whatever_its_case(books: Books) -> None:
    for email in ["ann@x.example", "bob@x.example"]:
        books.plant("INSERT INTO workers (name, email, password_hash) VALUES ('W', %s, '')", email)
    with refused("23505", "workers_email_key"):
        books.plant("INSERT INTO workers (name, email, password_hash) VALUES ('W', 'ANN@x.example', '')")


@pytest.mark.parametrize("address", ["0x12", "1234567890123456789012345678901234567890", "0x" + "g" * 40])
def test_an_address_has_the_shape_of_one(books: Books, address: str) -> None:
    with refused("23514"):
        books.value("SELECT %s::ops.address", address)


def test_ids_sort_in_the_order_of_time(books: Books) -> None:
    ids = books.rows("SELECT ops.uuid_v7() AS id FROM generate_series(1, 1000)")
    by_time = books.rows(
        "SELECT ops.uuid_v7(now() + n * interval '1 ms') AS id FROM generate_series(1, 1000) AS n ORDER BY n"
    )

    assert len({row["id"] for row in ids}) == 1000
    assert by_time == sorted(by_time, key=lambda row: row["id"])
    assert {(row["id"].version, row["id"].variant) for row in ids} == {(7, "specified in RFC 4122")}


@pytest.mark.parametrize("table", ["workers", "platforms", "tasks", "streams", "transactions", "loans"])
def test_a_changed_row_says_when(books: Books, table: str) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    books.stream(platform, worker)
    for other in [
        "transactions (worker_id, platform_id, amount, tx_type)",
        "loans (worker_id, platform_id, amount, total_due)",
    ]:
        kind = "'refund'" if "tx_type" in other else "1"
        books.plant(f"INSERT INTO {other} VALUES (%s, %s, 1, {kind})", worker, platform)
    moment = books.value("SELECT clock_timestamp()")

    books.plant(f"UPDATE {table} SET created_at = created_at")

    assert books.value(f"SELECT bool_and(updated_at > %s) FROM {table}", moment)


@pytest.mark.parametrize("file", [*FILES, SCHEMA / "roles.sql"], ids=lambda file: file.stem)
def test_a_files_header_names_tests_that_exist(file: Path) -> None:
    header = re.match(r"(--.*\n)+", file.read_text())
    assert header
    tests = re.findall(r"tests/[\w/]+\.py", header[0])

    assert tests
    assert [test for test in tests if not (ROOT / test).exists()] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_holds_the_object_of_its_name(file: Path) -> None:
    schema = file.parent.name if file.parent.parent.name == "functions" else r"\w+"
    what = "VIEW" if file.parent.name == "views" else "FUNCTION"

    created = re.findall(rf"^CREATE (?:OR REPLACE )?{what} (?:{schema}\.)?(\w+)", file.read_text(), re.MULTILINE)
    assert created == [file.stem]
