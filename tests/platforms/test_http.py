from __future__ import annotations

import logging
import socket
import traceback
from datetime import timedelta

import httpx
import pytest

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.errors import NotSent, Rejected, Uncertain
from tests.platforms.conftest import reply
from tests.platforms.drafts import picture

TOKEN = Secret("tok-very-secret-4711")


def call(http, url, **changes):
    return wire.send(http, "POST", url, platform="Paper", token=TOKEN, **{"data": {"client_secret": TOKEN}, **changes})


@pytest.fixture
def closed_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.mark.parametrize("acting", [True, False])
def test_a_refused_connection_sent_nothing(http, closed_port, acting):
    with pytest.raises(NotSent, match="Paper could not be reached"):
        call(http, f"http://127.0.0.1:{closed_port}/", acting=acting)


@pytest.mark.parametrize(("acting", "error"), [(True, Uncertain), (False, NotSent)])
def test_an_answer_lost_after_sending_is_uncertain_only_for_what_makes_public(http, serve, acting, error):
    server = serve(lambda request, body: request.connection.close())
    with pytest.raises(error):
        call(http, server.origin, acting=acting)
    assert len(server.requests) == 1


def test_an_answer_that_stops_in_the_middle_is_a_lost_answer(http, serve):
    def half(request, body):
        request.send_response(200)
        request.send_header("content-length", "100")
        request.end_headers()
        request.wfile.write(b'{"id":')

    with pytest.raises(Uncertain):
        call(http, serve(half).origin, acting=True)


def test_a_read_timeout_is_a_lost_answer(serve):
    import threading

    gate = threading.Event()
    server = serve(lambda request, body: gate.wait(5))
    with httpx.Client(timeout=0.2) as http, pytest.raises(Uncertain):
        call(http, server.origin, acting=True)
    gate.set()


def test_an_address_that_is_none_sent_nothing(http):
    with pytest.raises(NotSent):
        call(http, "http://[broken/", acting=True)
    with pytest.raises(NotSent):
        call(http, "ftp://example.org/", acting=True)


def test_neither_exception_nor_traceback_nor_log_shows_a_token(http, serve, closed_port, caplog):
    caplog.set_level(logging.DEBUG)
    server = serve(lambda request, body: reply(request, 400, b"you sent tok-very-secret-4711"))
    answer = call(http, server.origin, params={"access_token": TOKEN})
    evidence = wire.evidence(answer, secrets=[TOKEN])
    with pytest.raises(NotSent) as caught:
        call(http, f"http://127.0.0.1:{closed_port}/", params={"access_token": TOKEN})

    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True, lookup_lines=False)
    spoken = "".join(line for line in told.format() if "platforms/test_http" not in line)
    assert server.requests[0][1] == "/?access_token=tok-very-secret-4711"
    assert evidence.text == "you sent ***"
    for text in (repr(answer), repr(evidence), repr(caught.value), spoken, caplog.text):
        assert TOKEN.reveal() not in text
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_redirects_are_not_followed(http, serve):
    target = serve(lambda request, body: reply(request, 200, b"{}"))
    server = serve(lambda request, body: reply(request, 302, b"", location=target.origin))
    assert call(http, server.origin).status == 302
    assert target.requests == []


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[" * 100_000, b'"text"', b"[1]", b"null"])
def test_a_body_that_is_no_object_is_unreadable_and_nothing_else(http, serve, body):
    answer = call(http, serve(lambda request, _: reply(request, 200, body)).origin)
    with pytest.raises(wire.Unreadable):
        answer.mapping()
    with pytest.raises(wire.Unreadable):
        answer.mappings()


def test_an_endless_body_is_cut_and_never_parsed(http, serve):
    def flood(request, body):
        request.send_response(200)
        request.end_headers()
        try:
            for _ in range(100):
                request.wfile.write(b" " * 1_000_000)
        except OSError:
            pass

    answer = call(http, serve(flood).origin)
    assert (answer.is_cut, len(answer.body)) == (True, wire.MAX_ANSWER_BYTES)
    with pytest.raises(wire.Unreadable):
        answer.json()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("Sat, 21 Nov 2026 10:01:00 GMT", 60),
        ("9999999999", 86_400),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("Sat, 21 Nov 1999 10:01:00 GMT", None),
    ],
)
def test_retry_after_gives_an_instant_that_makes_sense(clock, value, seconds):
    expected = None if seconds is None else clock() + timedelta(seconds=seconds)
    assert wire.retry_after(httpx.Headers({"retry-after": value}), now=clock()) == expected


@pytest.mark.parametrize(
    ("value", "minutes"),
    [
        ("2026-11-21T10:05:00.000000Z", 5),
        ("1795255500", 5),
        ("2026-11-21T09:00:00Z", None),
        ("later", None),
        ("9" * 40, None),
    ],
)
def test_a_reset_header_may_be_iso_text_or_unix_seconds(clock, value, minutes):
    expected = None if minutes is None else clock() + timedelta(minutes=minutes)
    assert wire.reset_at(httpx.Headers({"x-reset": value}), "x-reset", now=clock()) == expected


def test_the_servers_clock_is_compared_with_ours(clock):
    slow = httpx.Headers({"date": "Sat, 21 Nov 2026 09:58:00 GMT"})
    assert wire.server_skew(slow, now=clock()) == timedelta(minutes=-2)
    assert wire.server_skew(httpx.Headers({"date": "yesterday"}), now=clock()) == timedelta(0)
    assert wire.server_skew(httpx.Headers(), now=clock()) == timedelta(0)


def test_a_picture_that_left_the_library_is_the_posts_fault_and_a_silent_storage_is_not():
    def gone():
        raise FileNotFoundError

    def silent():
        raise TimeoutError

    with pytest.raises(Rejected) as rejected:
        wire.read_media(picture(open=gone), 2)
    assert rejected.value.field == "media.2"
    with pytest.raises(NotSent):
        wire.read_media(picture(open=silent), 0)
    assert wire.read_media(picture(content=b"bytes"), 0) == b"bytes"
