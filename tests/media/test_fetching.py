"""Files from the web: what is fetched, what is refused, and in which words."""

from __future__ import annotations

import json
import socket
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from apps.media import services
from apps.media.errors import FileRefused
from apps.media.services import Destination, fetching, receiving
from apps.media.states import UploadState
from tests.core.test_outbound import PRIVATE, resolve_to
from tests.media.conftest import assets, hand_out, now, web_server
from tests.support.clock import Clock

pytestmark = pytest.mark.django_db
MEBIBYTE = 1024 * 1024


class Journey:
    """What the one who fetches was asked and told."""

    def __init__(self, folder: Path) -> None:
        self.path, self.room, self.reports = folder / "fetched", [], []

    def fetch(self, url: str) -> str:
        return fetching.fetch(url, to=self.path, make_room=self.room.append, report=self.reports.append)

    def refused(self, url: str) -> str:
        with pytest.raises(FileRefused) as refusal:
            self.fetch(url)
        return refusal.value.words


@pytest.fixture
def journey(tmp_path: Path) -> Journey:
    return Journey(tmp_path)


def trusting(settings: Settings, *urls: str) -> None:
    settings.OUTBOUND_TRUSTED_ORIGINS = urls


class TestInTheLibrary:
    def test_a_picture_is_fetched_and_taken_in(
        self, browser: Client, to: Destination, cup: bytes, settings: Settings
    ) -> None:
        with web_server(hand_out(cup)) as url:
            trusting(settings, url)
            body = {"url": f"{url}/pictures/cup%20of%20tea.jpg?w=300", "alt": "A cup"}
            told = browser.post("/media/uploads/", json.dumps(body), content_type="application/json").json()
            assert (told["how"], told["state"]) == ("fetch", "receiving")

            services.take_in_waiting()

        told = browser.get(told["url"]).json()
        assert (told["state"], told["received"], told["size"]) == ("done", len(cup), len(cup))
        (asset,) = assets(to)
        assert (asset.original_name, asset.alt) == ("cup of tea.jpg", "A cup")

    def test_what_went_wrong_is_told_to_the_person(self, browser: Client, to: Destination, settings: Settings) -> None:
        with web_server(hand_out(b"<html>", mime_type="text/html; charset=utf-8")) as url:
            trusting(settings, url)
            upload = services.begin_fetch(to=to, url=url)
            services.take_in_waiting()

        assert now(upload).state == UploadState.REFUSED
        assert now(upload).words.startswith("This address is that of a page.")

    def test_a_full_workspace_is_noticed_before_the_first_byte(self, to: Destination, settings: Settings) -> None:
        settings.MEDIA_WORKSPACE_BYTES = 10 * MEBIBYTE
        sent: list[int] = []
        with web_server(endless(sent, length=11 * MEBIBYTE)) as url:
            trusting(settings, url)
            upload = services.begin_fetch(to=to, url=url)
            services.take_in_waiting()

        assert "This needs 11.5 MB and 10.5 MB are left of 10.5 MB" in now(upload).words

    def test_room_is_reserved_while_a_file_of_unknown_size_comes(
        self, to: Destination, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(fetching, "STEP", MEBIBYTE)
        settings.MEDIA_WORKSPACE_BYTES = 3 * MEBIBYTE
        with web_server(endless([])) as url:
            trusting(settings, url)
            upload = services.begin_fetch(to=to, url=url)
            services.take_in_waiting()

        assert "This needs 4.2 MB and 3.1 MB are left" in now(upload).words
        assert now(upload).declared_size == 3 * MEBIBYTE

    def test_who_gives_it_up_stops_it(self, to: Destination) -> None:
        upload = services.begin_fetch(to=to, url="https://example.org/a.jpg")
        claim = receiving._claim()
        assert claim is not None
        services.abort(now(upload))

        with pytest.raises(receiving.LostClaim):
            claim.report(100)
        with pytest.raises(receiving.LostClaim):
            claim.make_room(100)

    def test_a_worker_that_died_is_followed_by_another(
        self, to: Destination, cup: bytes, settings: Settings, clock: Clock
    ) -> None:
        with web_server(hand_out(cup)) as url:
            trusting(settings, url)
            upload = services.begin_fetch(to=to, url=f"{url}/cup.jpg")
            assert receiving._claim() is not None  # and is never heard of again

            assert services.take_in_waiting() == 0
            clock.advance(minutes=16)
            assert services.take_in_waiting() == 1

        assert now(upload).state == UploadState.DONE


class TestWhere:
    @pytest.mark.parametrize(
        "url", ["http://example.org/a.jpg", "ftp://example.org/a", "https://example.org:22/a", "x"]
    )
    def test_an_address_of_the_wrong_shape_is_refused_when_it_is_typed(self, url: str) -> None:
        with pytest.raises(FileRefused):
            services.check_address(url)

    @pytest.mark.parametrize("address", PRIVATE)
    def test_no_name_leads_inside(self, journey: Journey, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
        resolve_to(monkeypatch, lambda: [address])

        assert journey.refused("https://rebind.example.org/a.jpg") == (
            "rebind.example.org is not a server on the public internet."
        )

    def test_a_name_that_changes_its_mind_leads_to_the_address_that_was_checked(
        self, journey: Journey, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        turns = iter([["93.184.216.34"], ["127.0.0.1"]])
        resolve_to(monkeypatch, lambda: next(turns))
        called: list[str] = []

        def connect(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
            called.append(address[0])
            raise ConnectionRefusedError

        monkeypatch.setattr(socket, "create_connection", connect)

        assert "cannot be reached" in journey.refused("https://rebind.example.org/a.jpg")
        assert called == ["93.184.216.34"]

    @pytest.mark.parametrize(
        "target", ["https://127.0.0.1/a", "http://169.254.169.254/", "https://user:pw@example.org/"]
    )
    def test_no_redirect_leads_inside(self, journey: Journey, settings: Settings, target: str) -> None:
        with web_server(redirect_to(target)) as url:
            trusting(settings, url)
            words = journey.refused(url)

        assert "public internet" in words or "must" in words
        assert not journey.path.exists()

    def test_a_redirect_to_another_server_is_followed(self, journey: Journey, settings: Settings, cup: bytes) -> None:
        with web_server(hand_out(cup)) as there, web_server(redirect_to(f"{there}/b.jpg")) as here:
            trusting(settings, here, there)

            assert journey.fetch(f"{here}/a.jpg") == "b.jpg"
        assert journey.path.read_bytes() == cup

    def test_redirects_without_end_are_not(self, journey: Journey, settings: Settings) -> None:
        asked: list[str] = []

        def answer(handler: BaseHTTPRequestHandler) -> None:
            asked.append(handler.path)
            redirect_to(f"/again{len(asked)}")(handler)

        with web_server(answer) as url:
            trusting(settings, url)
            assert "leads to another" in journey.refused(url)
        assert len(asked) == 4, "the first address and three redirects"


class TestHowMuch:
    def test_a_size_that_is_told_is_believed_before_a_byte_is_read(self, journey: Journey, settings: Settings) -> None:
        settings.MEDIA_MAX_UPLOAD_BYTES = 10 * MEBIBYTE
        sent: list[int] = []
        with web_server(endless(sent, length=100 * MEBIBYTE)) as url:
            trusting(settings, url)
            assert "larger than 10.5 MB" in journey.refused(url)

        assert not journey.path.exists()
        assert journey.room == []

    def test_an_answer_of_100_mb_to_a_cap_of_10_stops_at_10(self, journey: Journey, settings: Settings) -> None:
        settings.MEDIA_MAX_UPLOAD_BYTES = 10 * MEBIBYTE
        sent: list[int] = []
        with web_server(endless(sent, most=100 * MEBIBYTE)) as url:
            trusting(settings, url)
            assert "larger than 10.5 MB" in journey.refused(url)

        assert journey.path.stat().st_size <= 10 * MEBIBYTE
        assert sum(sent) < 30 * MEBIBYTE, "what the sockets of this machine hold besides"

    def test_bytes_that_drip_end_with_the_deadline(self, journey: Journey, settings: Settings) -> None:
        settings.MEDIA_FETCH_TIMEOUT = timedelta(seconds=0.5)
        stop = threading.Event()

        def drip(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.end_headers()
            while not stop.wait(0.02):
                handler.wfile.write(b".")
                handler.wfile.flush()

        with web_server(drip) as url:
            trusting(settings, url)
            began = time.monotonic()
            assert "takes too long" in journey.refused(url)
            stop.set()
        assert time.monotonic() - began < 10

    def test_the_deadline_is_for_all_redirects_together(self, journey: Journey, settings: Settings) -> None:
        settings.MEDIA_FETCH_TIMEOUT = timedelta(seconds=0.6)

        def slowly_on(handler: BaseHTTPRequestHandler) -> None:
            threading.Event().wait(0.35)
            redirect_to("/again")(handler)

        with web_server(slowly_on) as url:
            trusting(settings, url)
            assert "takes too long" in journey.refused(url)

    def test_a_server_that_breaks_off_is_noticed(self, journey: Journey, settings: Settings) -> None:
        def break_off(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
            handler.wfile.write(b"x" * 10)
            handler.close_connection = True

        with web_server(break_off) as url:
            trusting(settings, url)
            assert "broke off" in journey.refused(url)

    def test_progress_is_told(self, journey: Journey, settings: Settings, monkeypatch: Any) -> None:
        monkeypatch.setattr(fetching, "REPORT_EVERY", -1.0)
        with web_server(hand_out(b"x" * MEBIBYTE)) as url:
            trusting(settings, url)
            journey.fetch(url)

        assert journey.room == [MEBIBYTE]
        assert journey.reports == sorted(journey.reports)
        assert journey.reports[-1] == MEBIBYTE


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "lets only some people see this file"),
        (403, "lets only some people see this file"),
        (404, "has no file at this address"),
        (410, "has no file at this address"),
        (429, "cannot answer at the moment"),
        (503, "cannot answer at the moment"),
        (204, "in a way that is no file"),
        (304, "in a way that is no file"),
    ],
)
def test_each_refusal_has_words(journey: Journey, settings: Settings, status: int, words: str) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with web_server(answer) as url:
        trusting(settings, url)
        assert words in journey.refused(url)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="cup.jpg"', "cup.jpg"),
        ("attachment; filename*=UTF-8''t%C3%A9a.jpg", "téa.jpg"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ("attachment", "a.bin"),
    ],
)
def test_a_name_is_a_label_and_no_path(journey: Journey, settings: Settings, header: str, name: str) -> None:
    with web_server(hand_out(b"x", Content_Disposition=header)) as url:
        trusting(settings, url)
        assert journey.fetch(f"{url}/some/a.bin") == name


def redirect_to(target: str) -> Any:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", target)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def endless(sent: list[int], *, length: int = 0, most: int = 1024 * MEBIBYTE) -> Any:
    """Pours zeros until nobody listens; `sent` counts them."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "image/jpeg")
        if length:
            handler.send_header("Content-Length", str(length))
        handler.end_headers()
        piece = bytes(256 * 1024)
        while sum(sent) < most:
            handler.wfile.write(piece)
            sent.append(len(piece))

    return answer
