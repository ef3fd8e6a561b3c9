from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from pytest_django import Settings

from apps.core import outbound, tenancy
from apps.core.ids import new_id

PRIVATE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "192.0.0.8"),
    *("192.88.99.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "::ffff:127.0.0.1"),
    *("fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::"),
    *("2001:db8::1", "3fff::1", "5f00::1", "100::1", "2001:0:1::1", "::7f00:1", "::ffff:0:7f00:1", "4000::1"),
]
PUBLIC = ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_place_that_is_not_public_is_known_as_such(address: str) -> None:
    assert not outbound.is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_server_may_be_called(address: str) -> None:
    assert outbound.is_public(address)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.org", "https://"),
        ("ftp://example.org", "https://"),
        ("https://ann:secret@example.org", "user name or password"),
        ("https://example.org:22", "port"),
        ("https://", "no server"),
        ("https://[::1", "not an address"),
        ("https://xn--a.example.com", "not an address"),
    ],
)
def test_an_address_of_the_wrong_shape_is_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(outbound.AddressRefused, match=words):
        outbound.check_url(url)


def test_a_trusted_origin_is_trusted_on_its_own_port_alone(settings: Settings) -> None:
    settings.OUTBOUND_TRUSTED_ORIGINS = ("http://127.0.0.1:8012",)
    outbound.check_url("http://127.0.0.1:8012/api")

    with pytest.raises(outbound.AddressRefused):
        outbound.check_url("http://127.0.0.1:8013/api")


def test_a_trusted_origin_takes_no_password_either(settings: Settings) -> None:
    settings.OUTBOUND_TRUSTED_ORIGINS = ("http://127.0.0.1:8012",)

    with pytest.raises(outbound.AddressRefused, match="password"):
        outbound.check_url("http://ann:secret@127.0.0.1:8012/api")


@pytest.mark.django_db
def test_nobody_is_called_while_a_transaction_of_a_tenant_waits() -> None:
    with outbound.client() as client:
        request = client.build_request("GET", "https://example.invalid/")
        with tenancy.scope(organization_id=new_id()), pytest.raises(outbound.CalledInsideTenancy):
            client.send(request)


class TestConnecting:
    """The check stands where the connection is made, so a name may answer what it likes."""

    @pytest.mark.parametrize(
        "answers", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::ffff:169.254.169.254"], ["64:ff9b::7f00:1"]]
    )
    def test_no_name_leads_to_a_private_place(self, monkeypatch: pytest.MonkeyPatch, answers: list[str]) -> None:
        resolve_to(monkeypatch, lambda: answers)

        with outbound.client() as client, pytest.raises(httpx.ConnectError, match="public internet"):
            client.get("https://rebind.example.org/")

    def test_the_address_that_was_checked_is_the_one_that_is_called(self, monkeypatch: pytest.MonkeyPatch) -> None:
        turns = iter([["93.184.216.34"], ["127.0.0.1"]])
        resolve_to(monkeypatch, lambda: next(turns))
        called: list[str] = []

        def connect(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
            called.append(address[0])
            raise ConnectionRefusedError

        monkeypatch.setattr(socket, "create_connection", connect)

        with outbound.client() as client, pytest.raises(httpx.ConnectError):
            client.get("https://rebind.example.org/")
        assert called == ["93.184.216.34"]


class TestTalking:
    def test_redirects_are_not_followed(self, settings: Settings) -> None:
        def redirect(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(302)
            handler.send_header("Location", "http://169.254.169.254/")
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        with server(redirect) as url:
            settings.OUTBOUND_TRUSTED_ORIGINS = (url,)
            with outbound.client() as client:
                assert client.get(url).status_code == 302

    def test_an_answer_that_drips_ends_with_the_deadline(self, settings: Settings) -> None:
        stop = threading.Event()

        def drip(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", "100000")
            handler.end_headers()
            while not stop.wait(0.05):
                handler.wfile.write(b".")
                handler.wfile.flush()

        with server(drip) as url:
            settings.OUTBOUND_TRUSTED_ORIGINS = (url,)
            started = time.monotonic()
            with outbound.client(timeout=timedelta(seconds=0.4)) as client, pytest.raises(httpx.TimeoutException):
                client.get(url)
            stop.set()
        assert time.monotonic() - started < 5

    def test_an_answer_that_unfolds_is_refused(self, settings: Settings) -> None:
        asked: list[str] = []

        def compress(handler: BaseHTTPRequestHandler) -> None:
            asked.append(handler.headers["Accept-Encoding"])
            body = gzip.compress(b"0" * 10_000_000)
            handler.send_response(200)
            handler.send_header("Content-Encoding", "gzip")
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        with server(compress) as url:
            settings.OUTBOUND_TRUSTED_ORIGINS = (url,)
            with outbound.client(max_bytes=100_000) as client, pytest.raises(httpx.ReadError, match="compressed"):
                client.get(url)
        assert asked == ["identity"]

    def test_no_cookie_goes_from_one_tenant_to_the_next(self, settings: Settings) -> None:
        brought: list[str | None] = []

        def sign_in(handler: BaseHTTPRequestHandler) -> None:
            brought.append(handler.headers["Cookie"])
            handler.send_response(200)
            handler.send_header("Set-Cookie", "session=of-the-first; Path=/")
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        with server(sign_in) as url:
            settings.OUTBOUND_TRUSTED_ORIGINS = (url,)
            with outbound.client() as client:
                client.get(url)
                client.get(url)
        assert brought == [None, None]

    def test_an_answer_that_is_too_large_is_cut_off(self, settings: Settings) -> None:
        def pour(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.end_headers()
            for _ in range(64):
                handler.wfile.write(b"x" * 65536)

        with server(pour) as url:
            settings.OUTBOUND_TRUSTED_ORIGINS = (url,)
            with outbound.client(max_bytes=100_000) as client, pytest.raises(httpx.ReadError, match="larger"):
                client.get(url)


def resolve_to(monkeypatch: pytest.MonkeyPatch, answers: Callable[[], list[str]]) -> None:
    def resolve(host: str, port: int, *_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answers()]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@contextmanager
def server(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{running.server_port}"
    finally:
        running.shutdown()
        running.server_close()
