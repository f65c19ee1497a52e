"""A platform's webhook endpoints: ten at most, each with a secret that is shown once and stored nowhere."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest
from tests.books import Books, refused
from tests.conftest import Api
from tests.people import Caller, new_platform, new_task, new_worker

from gigstream import signing

URL = "https://hooks.example.com/gigstream"
ENDPOINTS = "/v1/webhook-endpoints"


@pytest.fixture
def books(url: Callable[[str], str]) -> Iterator[Books]:
    books = Books(url)
    yield books
    books.close()


@pytest.fixture
def platform(api: Api) -> Caller:
    return new_platform(api)


def made(platform: Caller, **fields: Any) -> Any:
    return platform.made(ENDPOINTS, {"url": URL, **fields})


def test_an_endpoint_is_made_and_listed_without_its_secret(platform: Caller) -> None:
    one, two = made(platform), made(platform, event_types=["task.completed"], description="orders")
    assert one["secret"].startswith("whsec_")
    assert one["secret"] != two["secret"]
    assert (one["endpoint"]["event_types"], one["endpoint"]["status"]) == (["*"], "enabled")
    answer = platform.get(ENDPOINTS)
    assert answer.json == {"data": [two["endpoint"], one["endpoint"]], "next_cursor": None}
    assert "whsec_" not in answer.body.decode()
    assert platform.get(f"{ENDPOINTS}/{two['endpoint']['id']}").json == two["endpoint"]


def test_no_secret_is_in_the_database(platform: Caller, books: Books) -> None:
    secret = made(platform)["secret"].removeprefix("whsec_")
    tables = books.rows(
        "SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname IN ('public', 'ops')",
        role="owner",
    )
    for table in tables:
        rows = books.rows(f"SELECT t::text AS text FROM {table['name']} AS t", role="owner")
        assert not [row for row in rows if secret in row["text"]], table
    assert books.value("SELECT webhook_secret FROM platforms", role="owner") is None


def test_a_secret_is_shown_once(platform: Caller) -> None:
    first = platform.post(ENDPOINTS, {"url": URL}, once="k")
    again = platform.post(ENDPOINTS, {"url": URL}, once="k")
    assert (first.status, again.status, again.json["code"]) == (201, 409, "already_created")
    assert len(platform.get(ENDPOINTS).json["data"]) == 1


def test_a_platform_has_ten_even_when_it_asks_for_them_at_once(api: Api, platform: Caller, books: Books) -> None:
    for _ in range(8):
        made(platform)
    with ThreadPoolExecutor(8) as clients:
        results = list(clients.map(lambda _: _created(books, platform), range(8)))
    assert sorted(results) == ["GS060"] * 6 + ["made"] * 2
    answer = platform.post(ENDPOINTS, {"url": URL})
    assert (answer.status, answer.json["code"]) == (409, "limit_reached")
    made(new_platform(api))


def _created(books: Books, platform: Caller) -> str:
    with psycopg.connect(books.url("api")) as connection:
        connection.execute("SELECT ops.act_as('platform', %s, '', '')", [platform.id])
        try:
            connection.execute("SELECT create_webhook_endpoint(%s, '{*}', NULL)", [URL])
        except psycopg.Error as error:
            return str(error.sqlstate)
    return "made"


def test_an_endpoint_changes_and_goes(platform: Caller) -> None:
    path = f"{ENDPOINTS}/{made(platform)['endpoint']['id']}"
    change = {"url": f"{URL}/2", "event_types": ["task.created"], "description": "two", "is_enabled": False}
    changed = platform.send("PATCH", path, change).json
    assert {name: changed[name] for name in ("url", "event_types", "description")} == {
        name: change[name] for name in ("url", "event_types", "description")
    }
    assert (changed["status"], changed["disabled_reason"]) == ("disabled", "platform")
    assert platform.send("PATCH", path, {"is_enabled": True}).json["status"] == "enabled"
    assert platform.send("DELETE", path).status == 204
    assert platform.send("DELETE", path).status == 404
    assert platform.get(path).status == 404


@pytest.mark.parametrize("wrong", [["task.done"], [1], [None], ["*", "*"]])
def test_event_types_are_known_ones(platform: Caller, wrong: Any) -> None:
    answer = platform.post(ENDPOINTS, {"url": URL, "event_types": wrong})
    assert (answer.status, answer.json["errors"][0]["field"].split(".")[0]) == (422, "event_types")


def test_rotation_changes_the_secret_and_nothing_else(platform: Caller) -> None:
    one = made(platform)
    path = f"{ENDPOINTS}/{one['endpoint']['id']}"
    secrets = [one["secret"], *(platform.made(f"{path}/rotate-secret")["secret"] for _ in range(2))]
    assert len(set(secrets)) == 3
    assert platform.get(path).json["url"] == URL


def test_the_log_of_deliveries_is_paged_and_filtered(api: Api, platform: Caller) -> None:
    path = f"{ENDPOINTS}/{made(platform)['endpoint']['id']}"
    worker = new_worker(api, platform)
    for _ in range(3):
        new_task(platform, worker)
    first = platform.get(f"{path}/deliveries?limit=2").json
    rest = platform.get(f"{path}/deliveries?limit=2&cursor={first['next_cursor']}").json
    assert [len(first["data"]), len(rest["data"]), rest["next_cursor"]] == [2, 1, None]
    assert {one["event_type"] for one in first["data"] + rest["data"]} == {"task.created"}
    assert len(platform.get(f"{path}/deliveries?status=pending").json["data"]) == 3
    assert platform.get(f"{path}/deliveries?status=failed").json["data"] == []


def test_a_platform_that_registers_with_a_url_has_its_first_endpoint(api: Api) -> None:
    body = {"name": "P", "contact_email": "p@p.example", "webhook_url": URL}
    new = api.post("/v1/platforms/register", body).json
    (endpoint,) = api.get(ENDPOINTS, key=new["api_key"]).json["data"]
    assert (endpoint["id"], endpoint["url"]) == (new["platform"]["webhook_endpoint_id"], URL)
    assert new["webhook_secret"].startswith("whsec_")
    assert (
        api.post("/v1/platforms/register", body | {"contact_email": "q@p.example"}).json["webhook_secret"]
        != (new["webhook_secret"])
    )


def test_the_platforms_row_shows_the_newest_endpoint(
    platform: Caller, connect: Callable[[str], psycopg.Connection]
) -> None:
    def shown() -> Any:
        return connect("auditor").execute("SELECT webhook_url FROM platforms").fetchone()

    assert shown() == (None,)
    one, two = made(platform), made(platform, url=f"{URL}/2")
    assert shown() == (f"{URL}/2",)
    platform.send("PATCH", f"{ENDPOINTS}/{two['endpoint']['id']}", {"url": f"{URL}/3"})
    assert shown() == (f"{URL}/3",)
    for gone, rest in [(two, (URL,)), (one, (None,))]:
        platform.send("DELETE", f"{ENDPOINTS}/{gone['endpoint']['id']}")
        assert shown() == rest


def test_a_secret_depends_on_key_endpoint_and_version(environment: pytest.MonkeyPatch, platform: Caller) -> None:
    one, other = UUID(int=1), UUID(int=2)
    found = {signing.endpoint_secret(one, 1), signing.endpoint_secret(one, 2), signing.endpoint_secret(other, 1)}
    found |= {signing.inbound_secret(one)}
    assert {len(secret) for secret in found} == {32}
    assert len(found) == 4


def test_a_platform_queues_nothing_in_anothers_name(books: Books) -> None:
    mine, other = books.platform(), books.platform()
    with refused("42501"):
        books.act(mine, "ops.emit", "task.created", other, None, "task", other, "{}")
