"""Calls to the outside: limits, and no way into private networks."""

import ipaddress
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kernel.errors import Invalid, Unavailable
from kernel.http.client import Limits, OutgoingClient, _may_call


class Door(BaseHTTPRequestHandler):
    """Answers by path."""

    def do_GET(self):
        match self.path:
            case "/slow":
                time.sleep(1)
                self.answer(200, b"late")
            case "/drip":
                self.send_response(200)
                self.end_headers()
                for _ in range(20):
                    self.wfile.write(b"x" * 20_000)
                    time.sleep(0.05)
            case "/long":
                self.answer(200, b"x" * 5_000)
            case "/away":
                self.answer(302, b"", location="http://10.0.0.1/secret")
            case "/round":
                self.answer(302, b"", location="/round")
            case "/here":
                self.answer(302, b"", location="/")
            case "/broken":
                self.answer(500, b"broken")
            case _:
                self.answer(200, self.headers["X-Key"].encode() if "X-Key" in self.headers else b"")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(201, body[::-1])

    def answer(self, status: int, body: bytes, *, location: str = "") -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):  # noqa: A002 (the library's name)
        pass


@pytest.fixture(scope="module")
def door():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def client():
    limits = Limits(read_seconds=0.3, total_seconds=0.3, most_bytes=1_000_000, most_redirects=3)
    with OutgoingClient(limits) as opened:
        yield opened


def test_an_answer_comes_back_whatever_its_status(client, door):
    answer = client.request("GET", f"{door}/x", headers={"X-Key": "k"})
    assert (answer.status, answer.body) == (200, b"k")
    answer = client.request("POST", door, content=b"abc")
    assert (answer.status, answer.body) == (201, b"cba")
    answer = client.request("GET", f"{door}/broken")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (500, b"broken", "6")


@pytest.mark.parametrize(
    ("path", "message"),
    [("/slow", "did not answer in time"), ("/drip", "did not finish its answer in time")],
)
def test_a_slow_answer_is_given_up(client, door, path, message):
    with pytest.raises(Unavailable, match=message):
        client.request("GET", door + path)


def test_a_long_answer_is_cut_off(door):
    short, enough = Limits(most_bytes=4_999), Limits(most_bytes=5_000)
    with OutgoingClient(short) as client, pytest.raises(Unavailable, match="more than 4999 bytes"):
        client.request("GET", f"{door}/long")
    with OutgoingClient(enough) as client:
        assert len(client.request("GET", f"{door}/long").body) == 5_000


def test_a_closed_port_is_unavailable(client):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable, match=r"127\.0\.0\.1 cannot be reached"):
            client.request("GET", f"http://127.0.0.1:{closed.getsockname()[1]}")


def test_redirects_are_followed_on_request_only_and_never_into_a_private_network(client, door):
    assert client.request("GET", f"{door}/here").status == 302
    assert client.request("GET", f"{door}/here", follow_redirects=True).status == 200
    with pytest.raises(Unavailable, match="redirects too often"):
        client.request("GET", f"{door}/round", follow_redirects=True)
    with pytest.raises(Invalid, match=r"10\.0\.0\.1 lies in a private network"):
        client.request("GET", f"{door}/away", follow_redirects=True)


@pytest.mark.parametrize(
    "url", ["ftp://example.com", "file:///etc/passwd", "//x", "", "http://[::1"]
)
def test_only_web_addresses_are_called(client, url):
    with pytest.raises(Invalid) as caught:
        client.request("GET", url)
    assert caught.value.field == "url"


PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1",
    "64:ff9b::a00:1", "2002:a00:1::", "2001:0:4136:e378:8000:63bf:f5ff:fffe",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_refused_before_the_connection(settings, monkeypatch, address):
    settings.ALLOWED_PRIVATE_NETWORKS = []
    pretend(monkeypatch, ["8.8.8.8", address])
    with OutgoingClient() as client, pytest.raises(Invalid) as caught:
        client.request("GET", "http://shop.example/hook")
    assert caught.value.code == "private_address"


def test_public_addresses_and_networks_that_are_named_may_be_called():
    networks = [ipaddress.ip_network("10.1.0.0/16")]
    allowed = ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "10.1.2.3", "::ffff:10.1.0.1"]
    assert all(_may_call(ipaddress.ip_address(text), networks) for text in allowed)
    assert not _may_call(ipaddress.ip_address("10.2.0.1"), networks)


def test_the_connection_goes_to_an_address_that_was_checked(settings, monkeypatch, door):
    settings.ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8", "::1"]
    pretend(monkeypatch, ["::1", "127.0.0.1"])  # the first does not answer, the second does
    port = door.rsplit(":", 1)[1]
    with OutgoingClient() as client:
        assert client.request("GET", f"http://shop.example:{port}/x").status == 200


def test_a_name_without_an_address_cannot_be_reached(monkeypatch):
    pretend(monkeypatch, [])
    with OutgoingClient() as client, pytest.raises(Unavailable, match="cannot be reached"):
        client.request("GET", "http://shop.example/")

    def unknown(*args, **options):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with OutgoingClient() as client, pytest.raises(Unavailable, match="ConnectError"):
        client.request("GET", "http://shop.example/")


def pretend(monkeypatch, addresses: list[str]) -> None:
    """Let every name of shop.example resolve to these addresses."""
    genuine = socket.getaddrinfo

    def resolve(host, port, *rest, **options):
        if host != "shop.example":
            return genuine(host, port, *rest, **options)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port)) for text in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
