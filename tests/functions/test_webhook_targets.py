"""Where webhooks may go, as words and numbers; row R14 tries it with connections."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.faults.addresses import ADDRESSES, PUBLIC, URLS

from gigstream import config, targets
from gigstream.errors import Invalid


@pytest.fixture
def mode(environment: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    environment.setenv("GIGSTREAM_MODE", request.param)
    environment.setenv("WEBHOOK_ALLOWED_TARGETS", "localhost:8443, 127.0.0.1:9443")
    config.settings.cache_clear()


@pytest.mark.parametrize("url", URLS)
def test_a_url_that_is_no_name_on_port_443_is_refused(environment: pytest.MonkeyPatch, url: str) -> None:
    with pytest.raises(Invalid):
        targets.parse(url.replace("{port}", "9999"))


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://hooks.example.com", "hooks.example.com", "/"),
        ("HTTPS://Hooks.Example.COM:443/a?b=c", "hooks.example.com", "/a?b=c"),
        ("https://example.com?b=c", "example.com", "/?b=c"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example", "/"),
        ("https://example.xn--p1ai/", "example.xn--p1ai", "/"),
    ],
)
def test_a_good_url_is_taken_apart(environment: pytest.MonkeyPatch, url: str, host: str, path: str) -> None:
    assert targets.parse(url) == targets.Target(host, 443, path, unasked=False)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_is_not_public_is_seen(address: str) -> None:
    assert not targets.is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_that_is_public_is_let_through(address: str) -> None:
    assert targets.is_public(address)


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="127.0.0.0/8"))
def test_no_private_address_passes_in_another_dress(address: object) -> None:
    for dressed in (f"{address}", f"::ffff:{address}", f"64:ff9b::{address}", f"::{address}"):
        assert not targets.is_public(dressed)


@pytest.mark.parametrize("mode", ["test"], indirect=True)
@pytest.mark.usefixtures("mode")
def test_in_test_mode_the_named_targets_are_not_asked_about() -> None:
    assert targets.parse("https://localhost:8443/x") == targets.Target("localhost", 8443, "/x", unasked=True)
    for other in ("https://localhost/", "https://localhost:9443/", "https://127.0.0.1/"):
        with pytest.raises(Invalid):
            targets.parse(other)


@pytest.mark.parametrize("mode", ["live"], indirect=True)
@pytest.mark.usefixtures("mode")
def test_in_live_mode_nobody_is_let_off() -> None:
    for url in ("https://localhost:8443/x", "https://127.0.0.1:9443/"):
        with pytest.raises(Invalid):
            targets.parse(url)
