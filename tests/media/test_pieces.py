"""Uploads through us: piece by piece, from several senders at once, over connections that break."""

from __future__ import annotations

import io
import json
import socket
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.media import services
from apps.media.errors import FileRefused, NoRoom, PartsMissing, UploadEnded, WrongOffset
from apps.media.models import Upload
from apps.media.services import Destination, pieces
from apps.media.states import UploadState
from apps.tenants.models import Membership, Workspace
from apps.tenants.permissions import Role
from tests.media.conftest import assets, now, stored
from tests.support import factories

pytestmark = pytest.mark.django_db
UPLOADS, FORM = "/media/uploads/", "/media/add/"


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(path, json.dumps(body), content_type="application/json")


def put(client: Client, told: dict[str, Any], piece: bytes, *, at: int) -> Any:
    headers = {"Upload-Offset": str(at)}
    return client.put(told["url"], piece, content_type="application/octet-stream", headers=headers)


def send(upload: Upload, piece: bytes, *, at: int, length: int | None = None) -> Upload:
    """As the view does; a `length` beyond the piece is a connection that breaks."""
    return services.receive(upload, offset=at, read=io.BytesIO(piece).read, length=length or len(piece))


class TestInABrowser:
    def test_a_picture_sent_in_pieces_is_in_the_library(self, browser: Client, to: Destination, cup: bytes) -> None:
        told = post(browser, UPLOADS, name="cup.jpg", size=len(cup), alt="A cup").json()
        assert (told["how"], told["received"], told["state"]) == ("pieces", 0, "receiving")

        for start in range(0, len(cup), 700):
            answer = put(browser, told, cup[start : start + 700], at=start)
            assert answer.json()["received"] == min(start + 700, len(cup))
        done = post(browser, f"{told['url']}complete/").json()

        (asset,) = assets(to)
        assert (done["state"], done["asset"]) == ("done", str(asset.pk))
        assert (asset.original_name, asset.alt, asset.width) == ("cup.jpg", "A cup", 300)

    def test_headers_alone_say_how_far_it_is(self, browser: Client, cup: bytes) -> None:
        told = post(browser, UPLOADS, name="cup.jpg", size=len(cup)).json()
        put(browser, told, cup[:100], at=0)

        answer = browser.head(told["url"])

        assert (answer["Upload-Offset"], answer["Upload-Length"]) == ("100", str(len(cup)))

    def test_a_piece_at_the_wrong_place_hears_the_right_one(self, browser: Client, cup: bytes) -> None:
        told = post(browser, UPLOADS, name="cup.jpg", size=len(cup)).json()
        put(browser, told, cup[:100], at=0)

        for place in (0, 50, 101):
            answer = put(browser, told, cup[place : place + 10], at=place)
            assert (answer.status_code, answer.json()["received"]) == (409, 100)
            assert answer.json()["error"]["code"] == "wrong_offset"

    def test_content_range_says_the_place_as_well(self, browser: Client, cup: bytes) -> None:
        told = post(browser, UPLOADS, name="cup.jpg", size=len(cup)).json()

        answer = browser.put(
            told["url"], cup[:10], content_type="image/jpeg", headers={"Content-Range": f"bytes 0-9/{len(cup)}"}
        )

        assert answer.json()["received"] == 10

    def test_more_than_was_declared_is_refused(self, browser: Client) -> None:
        told = post(browser, UPLOADS, name="cup.jpg", size=10).json()

        answer = put(browser, told, b"x" * 11, at=0)

        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")

    def test_what_is_not_whole_is_not_complete(self, browser: Client, cup: bytes) -> None:
        told = post(browser, UPLOADS, name="cup.jpg", size=len(cup)).json()
        put(browser, told, cup[:-1], at=0)

        answer = post(browser, f"{told['url']}complete/")

        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "incomplete")
        assert answer.json()["received"] == len(cup) - 1

    def test_a_file_that_is_no_picture_is_refused_in_words(self, browser: Client, media_root: Path) -> None:
        told = post(browser, UPLOADS, name="page.jpg", size=13).json()
        put(browser, told, b"<html></html>", at=0)

        done = post(browser, f"{told['url']}complete/").json()

        assert done["state"] == "refused"
        assert done["words"].startswith("page.jpg ")
        assert files_below(media_root) == []

    def test_what_is_given_up_is_forgotten(self, browser: Client, cup: bytes, media_root: Path) -> None:
        told = post(browser, UPLOADS, name="cup.jpg", size=len(cup)).json()
        put(browser, told, cup[:100], at=0)
        assert files_below(media_root)

        assert browser.delete(told["url"]).json()["state"] == "aborted"

        assert files_below(media_root) == []
        answer = put(browser, told, cup[100:200], at=100)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "ended")
        assert post(browser, f"{told['url']}complete/").status_code == 409

    def test_completing_twice_makes_one_asset(self, browser: Client, to: Destination, cup: bytes) -> None:
        told = post(browser, UPLOADS, name="cup.jpg", size=len(cup)).json()
        put(browser, told, cup, at=0)

        first = post(browser, f"{told['url']}complete/").json()
        second = post(browser, f"{told['url']}complete/").json()

        assert first["asset"] == second["asset"]
        assert len(assets(to)) == 1

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (b"no json", "The body is JSON"),
            (b"[1]", "JSON object"),
            (b'{"name": "a", "size": "12"}', "size is a whole number"),
            (b'{"name": "a", "size": true}', "size is a whole number"),
            (b'{"name": "a", "size": -1}', "size is a whole number"),
            (b'{"name": "a", "size": 0}', "a is empty"),
            (b'{"name": 7, "size": 1}', "name is a text"),
            (b'{"name": "a", "size": 1, "folder": "x"}', "id of a folder"),
            (b'{"name": "a", "size": 99999999999999}', "a file may have 5.4 GB"),
            (b'{"url": "http://example.org/a.jpg"}', "must begin with https"),
        ],
    )
    def test_what_cannot_be_begun_is_refused_in_words(self, browser: Client, body: bytes, words: str) -> None:
        answer = browser.post(UPLOADS, body, content_type="application/json")

        assert answer.status_code == 422
        assert words in answer.json()["error"]["words"]

    def test_a_piece_says_where_it_begins_and_how_long_it_is(self, browser: Client) -> None:
        told = post(browser, UPLOADS, name="cup.jpg", size=10).json()

        assert browser.put(told["url"], b"x" * 10, content_type="image/jpeg").status_code == 422
        answer = browser.put(
            told["url"], b"", content_type="image/jpeg", headers={"Upload-Offset": "0"}, CONTENT_LENGTH=""
        )
        assert answer.status_code == 411

    @pytest.mark.parametrize("role", [Role.APPROVER, Role.VIEWER])
    def test_who_may_only_look_sends_nothing(self, workspace: Workspace, role: Role) -> None:
        viewer = factories.member(workspace.organization, role, workspaces=[workspace])

        answer = post(factories.signed_in(viewer, at=workspace), UPLOADS, name="cup.jpg", size=10)

        assert answer.status_code == 403

    def test_nobody_continues_the_upload_of_another_workspace(
        self, browser: Client, other_workspace: Workspace, organization: Any, cup: bytes
    ) -> None:
        told = post(browser, UPLOADS, name="cup.jpg", size=len(cup)).json()
        neighbour = factories.member(organization, Role.MANAGER, workspaces=[other_workspace])
        elsewhere = factories.signed_in(neighbour, at=other_workspace)

        assert put(elsewhere, told, cup, at=0).status_code == 404
        assert elsewhere.delete(told["url"]).status_code == 404
        assert browser.get(told["url"]).json()["received"] == 0

    def test_a_page_elsewhere_cannot_send_in_a_members_name(self, owner: Membership, workspace: Workspace) -> None:
        client = Client(enforce_csrf_checks=True)
        client.cookies = factories.signed_in(owner, at=workspace).cookies

        assert post(client, UPLOADS, name="cup.jpg", size=10).status_code == 403


class TestPieces:
    @given(cuts=st.lists(st.integers(1, 5000), max_size=8), lost=st.lists(st.integers(0, 5000), max_size=3))
    @hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
    def test_wherever_it_is_cut_and_however_often_it_breaks(
        self, to: Destination, cuts: list[int], lost: list[int]
    ) -> None:
        content = bytes(number % 251 for number in range(5000))
        upload = services.begin(to=to, name="any.bin", size=len(content))
        for place in sorted(lost):
            if place > upload.received:
                # The sender meant to send everything, and the line broke at `place`.
                left = content[upload.received : place]
                upload = send(upload, left, at=upload.received, length=len(content) - upload.received)
                assert upload.received == place
        for end in sorted({*cuts, len(content)}):
            if end > upload.received:
                upload = send(now(upload), content[upload.received : end], at=upload.received)

        assert services.complete(upload).state == UploadState.RECEIVED
        assert b"".join(path.read_bytes() for path in pieces.files(now(upload))) == content
        services.abort(now(upload))

    def test_of_a_long_request_each_part_is_counted_as_it_comes(
        self, to: Destination, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pieces, "PIECE", 1000)
        upload = services.begin(to=to, name="any.bin", size=5000)
        seen: list[int] = []

        def read(size: int) -> bytes:
            seen.append(now(upload).received)
            return b"x" * size

        services.receive(upload, offset=0, read=read, length=5000)

        assert seen == [0, 1000, 2000, 3000, 4000]

    def test_a_sender_that_breaks_with_an_error_loses_nothing_that_came(self, to: Destination) -> None:
        upload = services.begin(to=to, name="any.bin", size=1000)
        answers: list[Any] = [b"x" * 300, OSError("reset")]

        def read(size: int) -> bytes:
            answer = answers.pop(0)
            if isinstance(answer, bytes):
                return answer
            raise answer

        services.receive(upload, offset=0, read=read, length=1000)

        assert now(upload).received == 300

    def test_a_full_disk_is_an_error_and_leaves_no_half_piece(
        self, to: Destination, media_root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_: int) -> None:
            raise OSError("no space left on device")

        monkeypatch.setattr("os.fdatasync", full)
        upload = services.begin(to=to, name="any.bin", size=1000)

        with pytest.raises(OSError, match="no space"):
            send(upload, b"x" * 100, at=0)

        assert files_below(media_root) == []
        assert now(upload).received == 0

    def test_nobody_fills_the_folder_with_crumbs(self, to: Destination, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pieces, "MOST_PIECES", 3)
        upload = services.begin(to=to, name="any.bin", size=1000)
        for place in range(3):
            upload = send(upload, b"x", at=place)

        with pytest.raises(FileRefused, match="too many pieces"):
            send(upload, b"x", at=3)

    def test_of_two_senders_the_slower_one_hears_where_it_stands(self, to: Destination, media_root: Path) -> None:
        upload = services.begin(to=to, name="any.bin", size=1000)

        def slow(size: int) -> bytes:
            send(now(upload), b"fast" * 100, at=0)
            return b"slow" * 150

        with pytest.raises(WrongOffset) as wrong:
            services.receive(upload, offset=0, read=slow, length=600)

        assert wrong.value.received == 400
        assert [path.read_bytes() for path in map(Path, files_below(media_root))] == [b"fast" * 100]

    def test_a_sender_whose_upload_was_given_up_meanwhile_stops(self, to: Destination, media_root: Path) -> None:
        upload = services.begin(to=to, name="any.bin", size=1000)

        def read(size: int) -> bytes:
            services.abort(now(upload))
            return b"x" * size

        with pytest.raises(UploadEnded):
            services.receive(upload, offset=0, read=read, length=1000)

        assert files_below(media_root) == []

    def test_a_piece_that_the_disk_has_lost_is_noticed(self, to: Destination, cup: bytes, media_root: Path) -> None:
        upload = send(services.begin(to=to, name="cup.jpg", size=len(cup)), cup[:100], at=0)
        upload = send(upload, cup[100:], at=100)
        Path(files_below(media_root)[0]).unlink()

        done = services.take_in_now(services.complete(upload))

        assert (done.state, done.words) == (UploadState.REFUSED, "cup.jpg did not arrive whole. Choose it again.")

    def test_nothing_is_reserved_for_a_file_that_is_too_large(self, to: Destination, settings: Settings) -> None:
        settings.MEDIA_MAX_UPLOAD_BYTES = 1000

        with pytest.raises(FileRefused, match="a file may have 1 kB"):
            services.begin(to=to, name="film.mp4", size=1001)

        with to.scope():
            assert not Upload.objects.exists()

    def test_an_incomplete_upload_is_not_completed(self, to: Destination) -> None:
        with pytest.raises(PartsMissing):
            services.complete(services.begin(to=to, name="any.bin", size=1000))


@pytest.mark.django_db(transaction=True)
def test_many_senders_at_once_make_one_whole_file(to: Destination) -> None:
    content = bytes(number % 251 for number in range(40_000))
    upload = services.begin(to=to, name="any.bin", size=len(content))
    counted: list[int] = []

    def run() -> None:
        try:
            while (mine := now(upload)).received < len(content):
                start = mine.received
                try:
                    send(mine, content[start : start + 4000], at=start)
                    counted.append(start)
                except WrongOffset:
                    continue
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted(counted) == list(range(0, 40_000, 4000)), "each piece was counted once"
    assert b"".join(path.read_bytes() for path in pieces.files(now(upload))) == content


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_cut_goes_on_where_it_broke(
    live_server: LiveServer, browser: Client, to: Destination, cup: bytes
) -> None:
    told = post(browser, UPLOADS, name="cup.jpg", size=len(cup)).json()
    half = len(cup) // 2

    cut_off(live_server.url, told["url"], browser, cup[:half], length=len(cup))
    stands = browser.get(told["url"]).json()["received"]
    assert stands == half
    put(browser, told, cup[stands:], at=stands)

    assert post(browser, f"{told['url']}complete/").json()["state"] == "done"
    assert len(assets(to)) == 1


def cut_off(server: str, path: str, browser: Client, piece: bytes, *, length: int) -> None:
    """Announce `length` bytes, send some, and hang up; until the server has noticed."""
    host = urlsplit(server).netloc
    session, token = browser.cookies["sessionid"].value, "a" * 32
    lines = [
        f"PUT {path} HTTP/1.1", f"Host: {host}", f"Cookie: sessionid={session}; csrftoken={token}",
        f"X-CSRFToken: {token}", "Upload-Offset: 0", f"Content-Length: {length}", "Connection: close",
    ]  # fmt: skip
    head = "".join(f"{line}\r\n" for line in [*lines, ""])
    with socket.create_connection((urlsplit(server).hostname, urlsplit(server).port), timeout=10) as line:
        line.sendall(head.encode() + piece)
        line.shutdown(socket.SHUT_WR)
        while line.recv(4096):
            pass


class TestForms:
    @pytest.mark.parametrize("in_memory", [True, False])
    def test_a_form_takes_pictures_without_a_script(
        self, browser: Client, to: Destination, cup: bytes, settings: Settings, in_memory: bool, media_root: Path
    ) -> None:
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000 if in_memory else 10

        answer = browser.post(FORM, {"files": named(cup, "cup.jpg")})

        assert answer.status_code == 302, answer.content
        (asset,) = assets(to)
        assert files_below(media_root) == stored(asset)

    def test_a_refused_file_is_told_in_words_and_leaves_nothing(self, browser: Client, media_root: Path) -> None:
        assert "page.jpg" in told(browser, named(b"<html>", "page.jpg"))
        assert files_below(media_root) == []

    def test_who_is_not_signed_in_writes_no_byte_to_the_disk(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
        begun: list[object] = []
        to_the_disk = "django.core.files.uploadhandler.TemporaryFileUploadHandler.new_file"
        monkeypatch.setattr(to_the_disk, lambda *arguments, **_: begun.append(arguments))
        anybody = Client(enforce_csrf_checks=True)
        anybody.cookies["csrftoken"] = "a" * 32  # whoever brings a cookie makes Django read the form

        answer = anybody.post(FORM, {"files": named(b"x" * 5000, "film.mp4")})

        assert answer.status_code == 403
        assert begun == []

    def test_a_form_beyond_the_largest_file_is_not_read(self, browser: Client, settings: Settings) -> None:
        settings.MEDIA_MAX_UPLOAD_BYTES = 10

        answer = browser.post(FORM, {"files": named(b"x" * 2_000_000, "film.mp4")})

        assert answer.status_code == 400

    def test_a_full_workspace_says_so(self, browser: Client, cup: bytes, settings: Settings) -> None:
        settings.MEDIA_WORKSPACE_BYTES = 100

        assert "are left of 100 bytes" in told(browser, named(cup, "cup.jpg"))


def told(browser: Client, file: io.BytesIO) -> str:
    """What the page says after a form."""
    answer = browser.post(FORM, {"files": file})
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def test_room_is_refused_before_a_byte_is_sent(to: Destination, settings: Settings) -> None:
    settings.MEDIA_WORKSPACE_BYTES = 1000

    with pytest.raises(NoRoom):
        services.begin(to=to, name="film.mp4", size=1001)


def named(content: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def files_below(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*") if path.is_file())
