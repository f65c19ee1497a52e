"""Wallets for workers: each gets one, and Circle makes no second for anybody, whatever becomes of its answers."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st
from tests.books import Books
from tests.circle import Circle, Fault, standing_in

from gigstream import config
from gigstream.errors import ProviderMismatch
from gigstream_chain import circle as client

Job = Callable[..., Any]


@pytest.fixture
def circle(environment: pytest.MonkeyPatch) -> Iterator[Circle]:
    with standing_in() as circle:
        for name, value in circle.environment.items():
            environment.setenv(name, value)
        environment.setattr(client, "SECONDS", 1)
        config.settings.cache_clear()
        yield circle


def run(job: Job, times: int = 1) -> int:
    """How many workers got one; a run that fails is tried again by the next."""
    given = 0
    for _ in range(times):
        try:
            given += job("CreateWallets")["given"]
        except client.Failed:
            continue
    return given


def ordered(circle: Circle) -> Counter[str]:
    """By worker, the wallets that Circle has made."""
    return Counter(wallet["refId"] for wallet in circle.wallets.values())


def test_each_worker_without_a_wallet_gets_one(job: Job, circle: Circle, books: Books) -> None:
    workers = [books.worker() for _ in range(5)]
    own = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
    books.plant("UPDATE workers SET wallet_address = %s WHERE id = %s", own, workers[0])

    assert (run(job), run(job)) == (4, 0)

    made = {wallet["refId"]: wallet for wallet in circle.wallets.values()}
    assert ordered(circle) == Counter(map(str, workers[1:]))
    for row in books.rows("SELECT id, wallet_id, wallet_address FROM workers WHERE id = ANY(%s)", workers[1:]):
        wallet = made[str(row["id"])]
        assert (row["wallet_id"], row["wallet_address"].lower()) == (wallet["id"], wallet["address"])
    assert books.value("SELECT wallet_address FROM workers WHERE id = %s", workers[0]) == own
    assert books.value("SELECT count(*) FROM audit_logs WHERE action = 'worker.wallet_created'") == 4


def test_a_batch_has_two_hundred_at_most(job: Job, circle: Circle, books: Books) -> None:
    books.plant(
        "INSERT INTO workers (name, email, password_hash)"
        " SELECT 'W', n || '@w.example', '' FROM generate_series(1, 450) AS n"
    )
    assert run(job) == 450
    assert [path for method, path, _ in circle.called if method == "POST"] == ["/v1/w3s/developer/wallets"] * 3
    assert set(ordered(circle).values()) == {1}


def test_on_the_other_rail_nothing_is_ordered(
    job: Job, circle: Circle, books: Books, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("SETTLEMENT_RAIL", "web3")
    config.settings.cache_clear()
    books.worker()
    assert (run(job), circle.called) == (0, [])


def test_an_order_stands_in_the_database_before_circle_hears_of_it(job: Job, circle: Circle, books: Books) -> None:
    worker = books.worker()
    circle.fail("lost before")
    with pytest.raises(client.Unknown):
        job("CreateWallets")
    first = books.row("SELECT order_id, worker_id FROM ops.ordered_wallets")
    assert (first["worker_id"], circle.wallets) == (worker, {})
    books.worker()  # stands in another order

    assert run(job) == 2
    assert books.value("SELECT order_id FROM ops.ordered_wallets WHERE worker_id = %s", worker) == first["order_id"]


@tries(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    faults=st.lists(
        st.sampled_from(["lost", "lost before", "500", "500 before", "429", "queue full", "401", "400"]), max_size=5
    )
)
def test_whatever_goes_wrong_nobody_gets_two(job: Job, circle: Circle, books: Books, faults: list[Fault]) -> None:
    workers = {books.worker() for _ in range(3)}
    circle.fail(*faults)

    run(job, len(faults) + 1)

    assert set(ordered(circle).values()) == {1}
    (missing,) = books.rows("SELECT count(*) AS n FROM workers WHERE wallet_address IS NULL OR wallet_id IS NULL")
    assert missing["n"] == 0
    assert {str(worker) for worker in workers} <= ordered(circle).keys()


def test_who_was_erased_or_has_found_a_wallet_meanwhile_gets_none(job: Job, circle: Circle, books: Books) -> None:
    gone, quick, third = (books.worker() for _ in range(3))
    circle.fail("lost")
    assert run(job) == 0
    books.plant("UPDATE workers SET email = id || '@erased.invalid' WHERE id = %s", gone)
    own = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
    books.plant("UPDATE workers SET wallet_address = %s WHERE id = %s", own, quick)

    assert (run(job), run(job)) == (1, 0)

    found = {row["id"]: row for row in books.rows("SELECT id, wallet_id, wallet_address FROM workers")}
    assert found[gone]["wallet_address"] is None
    assert (found[quick]["wallet_id"], found[quick]["wallet_address"]) == (None, own)
    assert found[third]["wallet_id"] in circle.wallets


def test_wallets_of_others_are_not_taken(job: Job, circle: Circle, books: Books) -> None:
    books.worker()
    circle.fail("lost")
    run(job)
    (wallet,) = circle.wallets.values()
    wallet["refId"] = str(books.worker())
    with pytest.raises(ProviderMismatch):
        job("CreateWallets")
    assert books.rows("SELECT 1 FROM workers WHERE wallet_address IS NOT NULL") == []
