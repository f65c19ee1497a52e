"""The rights of the roles: none owns anything or passes row security, and each does only its own work."""

from decimal import Decimal
from uuid import UUID

import pytest
from tests.books import Books, refused

ROLES = ["api", "jobs", "signer", "operator", "auditor"]


@pytest.mark.parametrize("role", ROLES)
def test_no_role_of_the_service_owns_anything_or_has_a_special_power(books: Books, role: str) -> None:
    assert books.rows(
        """
        SELECT rolname FROM pg_roles
        WHERE rolname = %s
            AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication OR NOT rolcanlogin)
        UNION ALL
        SELECT c.relname FROM pg_class AS c WHERE c.relowner = %s::regrole
        UNION ALL
        SELECT r.roleid::regrole::text FROM pg_auth_members AS r WHERE r.member = %s::regrole
        """,
        role, role, role, role="owner",
    ) == []  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_no_role_of_the_service_makes_objects(books: Books, role: str) -> None:
    for schema in ["public", "ops", "ledger"]:
        with refused("42501"):
            books.connection(role).execute(f"CREATE TABLE {schema}.mine ()")


@pytest.mark.parametrize("role", ROLES)
def test_no_role_of_the_service_reads_credentials(books: Books, role: str) -> None:
    for table, column in [
        ("workers", "password_hash"), ("platforms", "api_key_hash"), ("platforms", "webhook_secret"),
        ("ops.api_keys", "key_hash"),
    ]:  # fmt: skip
        with refused("42501"):
            books.connection(role).execute(f"SELECT {column} FROM {table}")
    for table in [
        "refresh_tokens", "invites", "rate_limits", "idempotency_keys", "sign_in_failures", "wallet_nonces",
    ]:  # fmt: skip
        with refused("42501"):
            books.connection(role).execute(f"SELECT FROM ops.{table}")


@pytest.mark.parametrize("role", ROLES)
def test_no_role_of_the_service_writes_a_balance_or_a_statistic(books: Books, role: str) -> None:
    for statement in [
        "UPDATE ledger.accounts SET balance = 1",
        "INSERT INTO ledger.accounts (kind, floor) VALUES ('custody', NULL)",
        "UPDATE workers SET total_earned = 1",
        "UPDATE workers SET reputation_score = 1000",
        "UPDATE platforms SET total_payouts = 1",
        "UPDATE ops.memberships SET open_tasks = 1",
        "UPDATE ops.worker_counters SET tasks = 1",
        "INSERT INTO ops.deposits (amount) VALUES (1)",
        "UPDATE ops.deposits SET platform_id = NULL",
        "UPDATE ops.chain_cursors SET block = 0",
        "UPDATE ops.chain_breaks SET closed_by = found_by",
    ]:
        with refused("42501"):
            books.connection(role).execute(statement)


def test_the_auditor_reads_every_tenants_rows_and_writes_none(books: Books) -> None:
    platform = books.platform()
    books.task(platform, books.worker(platform))

    assert books.value("SELECT count(*) FROM tasks", role="auditor") == 1
    assert books.value("SELECT count(*) FROM ops.check_invariants()", role="auditor") == 0
    for statement in ["UPDATE tasks SET rating = 1", "INSERT INTO audit_logs (actor_type) VALUES ('system')"]:
        with refused("42501"):
            books.connection("auditor").execute(statement)


def test_the_signer_sees_payouts_only(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    books.completed(platform, worker)
    books.job("process_payment", worker, platform, 1)
    books.rows(
        "INSERT INTO transactions (worker_id, platform_id, tx_type, amount) VALUES (%s, %s, 'refund', 1) RETURNING id",
        worker, platform,
    )  # fmt: skip

    assert [row["tx_type"] for row in books.rows("SELECT tx_type FROM transactions", role="signer")] == ["payout"]
    for table in [
        "tasks", "workers", "platforms", "streams", "loans", "audit_logs",
        "ledger.accounts", "ledger.transfers", "ops.outbox", "ops.deposits", "ops.told_releases",
    ]:  # fmt: skip
        with refused("42501"):
            books.connection("signer").execute(f"SELECT FROM {table}")


def test_the_signer_calls_its_own_nine_functions_and_writes_no_table_but_its_runs(books: Books) -> None:
    functions = books.rows(
        """
        SELECT p.proname FROM pg_proc AS p
        WHERE p.pronamespace IN ('public'::regnamespace, 'ops'::regnamespace, 'ledger'::regnamespace)
            AND has_function_privilege('signer', p.oid, 'EXECUTE')
            AND NOT has_function_privilege('auditor', p.oid, 'EXECUTE')
        ORDER BY 1
        """
    )
    assert [row["proname"] for row in functions] == [
        "ask_circle", "circle_submitted", "note_broadcast", "note_circle_answer", "note_refusal", "open_signer",
        "reserve_settlement", "store_attempt", "take_turn",
    ]  # fmt: skip
    for privilege in ["INSERT", "UPDATE", "DELETE", "TRUNCATE"]:
        assert (
            books.rows(
                """
                SELECT c.oid::regclass::text AS name FROM pg_class AS c
                WHERE c.relkind = 'r' AND c.oid <> 'ops.job_runs'::regclass
                    AND c.relnamespace IN ('public'::regnamespace, 'ops'::regnamespace, 'ledger'::regnamespace)
                    AND (has_table_privilege('signer', c.oid, %s)
                        OR (%s IN ('INSERT', 'UPDATE') AND has_any_column_privilege('signer', c.oid, 'UPDATE')))
                """,
                privilege, privilege,
            )
            == []
        )  # fmt: skip


def test_nobody_writes_a_settlement_but_through_its_functions(books: Books) -> None:
    for role in ROLES:
        for statement in [
            "UPDATE ops.settlements SET state = 'final_ok'",
            "UPDATE ops.settlement_payments SET failed = TRUE",
            "UPDATE ops.settlement_attempts SET answer = ''",
            "UPDATE ops.signers SET next_nonce = 0",
            "UPDATE ledger.accounts SET paid_out_at = now()",
            "DELETE FROM ops.settlements",
        ]:
            with refused("42501"):
                books.connection(role).execute(statement)


def test_a_role_calls_the_functions_of_its_own_work_only(books: Books) -> None:
    for role, function in [
        ("api", "release_due(now(), 1)"),
        ("api", "complete_payment(NULL, NULL, NULL)"),
        ("api", "update_account_ages(now(), NULL, 1)"),
        ("api", "ops.check_invariants()"),
        ("jobs", "create_task(NULL, NULL, NULL, NULL)"),
        ("jobs", "deposit(1)"),
        ("api", "credit_deposits(NULL, NULL, NULL, NULL, NULL)"),
        ("operator", "credit_deposits(NULL, NULL, NULL, NULL, NULL)"),
        ("signer", "record_reconciliation(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"),
        ("operator", "deposit(1)"),
        ("signer", "release_due(now(), 1)"),
        ("signer", "ledger.account('custody')"),
        ("signer", "finish_settlement(NULL, NULL, NULL, NULL)"),
        ("signer", "process_payment(NULL, NULL, NULL)"),
        ("jobs", "store_attempt(NULL, NULL, NULL, NULL, NULL, NULL)"),
        ("jobs", "reserve_settlement(NULL)"),
        ("jobs", "clear_conflict(NULL, NULL)"),
        ("jobs", "retry_payment(NULL)"),
        ("api", "queue_payouts(now(), 0, 0, '0', 1)"),
        ("api", "finish_settlement(NULL, NULL, NULL, NULL)"),
        ("api", "ops.start_payout(NULL, NULL)"),
        ("api", "ops.end_payouts(NULL, NULL, NULL, NULL)"),
        ("auditor", "release_due(now(), 1)"),
    ]:
        with refused("42501"):
            books.connection(role).execute(f"SELECT FROM {function}")


def test_a_deposit_is_made_up_only_by_a_platform(books: Books) -> None:
    platform: UUID = books.platform("12.5")

    assert books.funds(platform) == (Decimal("12.5"), 0)
    with refused("GS003"):
        books.connection("api").execute("SELECT deposit(1)")
