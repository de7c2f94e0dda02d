"""A provider whose certificate is wrong, behind a real gateway: it gets nothing, and the caller hears what is wrong."""

import contextlib
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.gateway_process import Gateway, plain, running

from outlast.testing.upstream import UpstreamServer, in_thread, raw

pytestmark = pytest.mark.server

GOOD = plain(200, {"model": "m", "choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 1}})
AUTHORITY = """\
[ca]
default_ca = it
[it]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = {name}
basicConstraints = CA:true
"""
LONG = "20200101000000Z", "20900102000000Z"
UNTRUSTED = "signed by nobody"
CERTIFICATES = {
    "right": ("IP:127.0.0.1", *LONG),
    UNTRUSTED: ("IP:127.0.0.1", *LONG),
    "expired": ("IP:127.0.0.1", "20200101000000Z", "20200102000000Z"),
    "to come": ("IP:127.0.0.1", "20900101000000Z", "20900102000000Z"),
    "another address": ("IP:127.0.0.2", *LONG),
    "another name": ("DNS:provider.example", *LONG),
}
WRONG = {
    UNTRUSTED: "self-signed",
    "expired": "expired",
    "to come": "not yet valid",
    "another address": "127.0.0.1",
    "another name": "127.0.0.1",
}


def certified(folder: Path, name: str, start: str, end: str) -> Path:
    """A certificate that signs itself, and its key, in one file."""
    (folder / "ca").write_text(AUTHORITY.format(name=name), encoding="ascii")
    (folder / "index").touch()
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    ask = ["req", "-new", *curve, "-nodes", "-subj", f"/CN={folder.name}",
           "-keyout", "key", "-out", "request"]  # fmt: skip
    sign = ["ca", "-config", "ca", "-batch", "-notext", "-selfsign", "-keyfile", "key", "-in", "request",
            "-startdate", start, "-enddate", end, "-out", "certificate"]  # fmt: skip
    for arguments in (ask, sign):
        try:
            made = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=False)
        except FileNotFoundError:
            pytest.skip("no openssl to make certificates with")
        assert made.returncode == 0, made.stderr.decode()
    pem = folder / "both.pem"
    pem.write_bytes((folder / "key").read_bytes() + (folder / "certificate").read_bytes())
    return pem


def speaking_tls(pem: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    return context


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, UpstreamServer]]:
    """One provider for each certificate, and one that speaks in clear."""
    with contextlib.ExitStack() as stack:
        started = {"in clear": stack.enter_context(in_thread(raw(GOOD, stays=True)))}
        for case, (name, start, end) in CERTIFICATES.items():
            pem = certified(tmp_path_factory.mktemp("certificate"), name, start, end)
            started[case] = stack.enter_context(in_thread(raw(GOOD, stays=True), tls=speaking_tls(pem)))
            if case != UNTRUSTED:
                with (tmp_path_factory.getbasetemp() / "trusted").open("ab") as trusted:
                    trusted.write((pem.parent / "certificate").read_bytes())
        yield started


@pytest.fixture(scope="module")
def gateway(servers: dict[str, UpstreamServer], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    tables = "".join(
        f'[providers."{case}"]\nkind = "openai"\nbase_url = "{server.base_url.replace("http://", "https://")}"\n'
        'api_key = "sk-1"\nconnect_timeout = 1\n'
        for case, server in servers.items()
    )
    trusted = str(tmp_path_factory.getbasetemp() / "trusted")
    with running(tmp_path_factory.mktemp("tls"), tables, SSL_CERT_FILE=trusted) as started:
        yield started


@pytest.mark.fault("TLS is wrong")
@pytest.mark.parametrize(("case", "said"), WRONG.items(), ids=WRONG.keys())
def test_a_provider_with_a_wrong_certificate_gets_nothing(
    gateway: Gateway, servers: dict[str, UpstreamServer], case: str, said: str
) -> None:
    answer = gateway.chat(f"{case}/m")
    assert (answer.status, answer.error["code"]) == (502, "upstream_unreachable")
    assert said in answer.error["message"]
    assert servers[case].received == []


def test_the_right_certificate_is_served_so_the_wrong_ones_were_at_fault(gateway: Gateway) -> None:
    assert gateway.chat("right/m").status == 200


@pytest.mark.fault("TLS is wrong")
def test_a_provider_that_speaks_no_tls_gets_nothing(gateway: Gateway, servers: dict[str, UpstreamServer]) -> None:
    answer = gateway.chat("in clear/m")
    assert (answer.status, answer.error["code"]) == (504, "upstream_timeout")
    assert servers["in clear"].received == []
