"""Who acts is written beside what he did, in the same transaction."""

import pytest
from tests.books import Books, acting, call, refused


def actions(books: Books) -> list[str]:
    return [row["action"] for row in books.rows("SELECT action FROM audit_logs ORDER BY id")]


def test_a_platforms_acts_bear_its_name(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    books.completed(platform, worker)
    stream = books.stream(platform, worker)
    for act in ["pause_stream", "resume_stream", "cancel_stream"]:
        books.act(platform, act, stream)

    assert actions(books) == [
        "platform.deposited", "task.created", "task.started", "task.completed",
        "task.created", "stream.started", "stream.paused", "stream.resumed", "stream.cancelled",
    ]  # fmt: skip
    actors = books.rows("SELECT DISTINCT actor_type, actor_id FROM audit_logs")
    assert actors == [{"actor_type": "platform", "actor_id": platform}]


def test_a_jobs_act_is_the_systems(books: Books) -> None:
    platform = books.platform()
    books.stream(platform, books.worker(platform), ago=600)
    books.release()

    last = books.row("SELECT actor_type, actor_id, action FROM audit_logs ORDER BY id DESC LIMIT 1")
    assert last == {"actor_type": "system", "actor_id": None, "action": "streams.released"}


def test_address_and_agent_are_kept(books: Books) -> None:
    platform = books.platform()
    with acting(books.connection("api"), "platform", platform) as api:
        api.execute(
            "SELECT set_config('gigstream.ip', '2001:db8::1', true), set_config('gigstream.user_agent', 'curl', true)"
        )
        call(api, "ops.audit", "a.test", "platform", platform)

    row = books.row("SELECT host(ip_address) AS ip, user_agent FROM audit_logs WHERE action = 'a.test'")
    assert row == {"ip": "2001:db8::1", "user_agent": "curl"}


def test_an_act_that_fails_leaves_no_row(books: Books) -> None:
    platform = books.platform("5")
    with refused("23514", "accounts_balance_floor"):
        books.task(platform, books.worker(platform), "10")

    assert actions(books) == ["platform.deposited"]


def test_a_change_of_data_names_the_fields_and_not_the_values(books: Books) -> None:
    platform = books.platform()
    books.act(platform, "update_platform", name="Acme Secret")

    row = books.row(
        "SELECT metadata, metadata::text LIKE '%%Secret%%' AS told FROM audit_logs ORDER BY id DESC LIMIT 1"
    )
    assert row == {"metadata": {"fields": ["name"]}, "told": False}


@pytest.mark.parametrize("tenant", ["platform", "worker"])
def test_nobody_writes_in_anothers_name(books: Books, tenant: str) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    with refused("42501"), acting(books.connection("api"), tenant, platform if tenant == "platform" else worker) as api:
        api.execute(
            "INSERT INTO audit_logs (actor_id, actor_type, action, resource_type) VALUES (%s, 'platform', 'x', 'x')",
            [worker if tenant == "platform" else platform],
        )
