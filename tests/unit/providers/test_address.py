"""Which addresses are of the public Internet, in every form that one can be written in."""

import socket

import pytest

from outlast.errors import SettingsInvalid
from outlast.providers.address import refusal
from outlast.providers.fetch import Bounds, fetch, shown

PUBLIC = ("8.8.8.8", "1.1.1.1", "172.32.0.1", "2001:4860:4860::8888", "2606:4700::1111", "64:ff9b::808:808")
REFUSED = {
    "0.0.0.0": "unspecified",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "10.0.0.1": "private",
    "172.16.0.1": "private",
    "192.168.1.1": "private",
    "100.64.0.1": "carrier",
    "169.254.169.254": "link-local",
    "169.254.170.2": "link-local",
    "168.63.129.16": "metadata",
    "100.100.100.200": "metadata",
    "192.0.0.192": "reserved",
    "192.88.99.1": "6to4",
    "198.18.0.1": "private",
    "203.0.113.1": "private",
    "224.0.0.1": "multicast",
    "239.255.255.255": "multicast",
    "240.0.0.1": "private",
    "255.255.255.255": "private",
    "::": "unspecified",
    "::1": "loopback",
    "::127.0.0.1": "reserved",
    "::ffff:127.0.0.1": "another form",
    "::ffff:8.8.8.8": "another form",
    "::ffff:0:127.0.0.1": "reserved",
    "64:ff9b::7f00:1": "NAT64 of an address that is loopback",
    "64:ff9b::a9fe:a9fe": "NAT64 of an address that is link-local",
    "64:ff9b:1::7f00:1": "reserved",
    "2002:7f00:1::": "6to4",
    "2002:808:808::": "6to4",
    "2001::1": "Teredo",
    "2001:db8::1": "documentation",
    "3fff::1": "documentation",
    "fc00::1": "private",
    "fd00:ec2::254": "private",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "2606:4700::1111%eth0": "link-local",
    "fec0::1": "private",
    "ff02::1": "multicast",
    "100::1": "private",
    "5f00::1": "reserved",
}


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_public_internet_is_not_refused(address: str) -> None:
    assert refusal(address) == ""


@pytest.mark.parametrize("address", REFUSED)
def test_every_other_address_is_refused_with_what_it_is(address: str) -> None:
    assert REFUSED[address] in refusal(address)


HOSTS = [
    "127.0.0.1",
    "127.1",
    "0",
    "0x7f.1",
    "0x7f000001",
    "2130706433",
    "017700000001",
    "0177.0.0.01",
    "127。0。0。1",
    "\uff11\uff12\uff17.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1%lo]",
    "[0:0:0:0:0:0:0:1]",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "localhost",
]


@pytest.mark.parametrize("host", HOSTS)
def test_however_a_url_writes_an_inner_address_nothing_is_asked_there(host: str) -> None:
    """The real resolver reads every spelling; a server listens where each of them leads, and nobody comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = server.getsockname()[1]
        with pytest.raises(SettingsInvalid, match="not public"):
            fetch(f"http://{host}:{port}/", Bounds(seconds=5))
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_name_with_one_inner_address_among_public_ones_is_refused() -> None:
    def resolve(*asked: object) -> list[tuple[int, tuple[str, int]]]:
        del asked
        return [(socket.AF_INET, ("8.8.8.8", 80)), (socket.AF_INET, ("10.0.0.1", 80))]

    with pytest.raises(SettingsInvalid, match=r"10\.0\.0\.1"):
        fetch("http://example.com/", resolve=resolve)


WRONG = [
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "http:///path",
    "http://",
    "http://example.com:99999/",
    "http://example.com:0/",
    "http://exa mple.com/",
    "http://example.com/\r\nHost: other",
    "http://[::1/",
    "http://user:hunter2@example.com/",
    "http://hunter2@example.com/",
    "//example.com/",
    "http://example.com/" + "a" * 5000,
]


@pytest.mark.parametrize("url", WRONG)
def test_a_url_that_cannot_be_meant_is_refused_before_anything_is_resolved(url: str) -> None:
    asked: list[object] = []

    def resolve(*name: object) -> list[tuple[int, tuple[str, int]]]:
        asked.append(name)
        return []

    with pytest.raises(SettingsInvalid) as caught:
        fetch(url, resolve=resolve)
    assert asked == []
    assert "hunter2" not in str(caught.value)


def test_what_is_shown_of_a_url_holds_no_secret() -> None:
    secret = "http://me:hunter2@example.com:8080/v1/models?key=hunter2#hunter2"  # noqa: S105 - the test's own
    assert shown(secret) == "http://example.com:8080/v1/models"
    assert shown("http://[::1]:80/\x1b[31m") == "http://[::1]:80/?[31m"
