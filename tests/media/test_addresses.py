"""Addresses of files and what they answer: to platforms, to members, to strangers."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.media import services, storage
from apps.media.models import Asset, Rendition
from apps.media.services import Destination, addresses
from apps.media.states import RenditionState
from apps.tenants.models import Membership, Workspace
from tests.media.conftest import hand_out, web_server
from tests.support import factories
from tests.support.clock import Clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset(workspace: Workspace) -> Asset:
    return factories.asset(workspace)


@pytest.fixture
def content(asset: Asset) -> bytes:
    with asset.file.open() as file:
        return file.read()


@pytest.fixture
def path(asset: Asset, settings: Settings) -> str:
    return services.public_url(asset).removeprefix(settings.PUBLIC_URL)


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


class TestForPlatforms:
    def test_a_file_comes_whole_with_its_type_and_length(self, path: str, content: bytes) -> None:
        answer = Client().get(path)

        assert body(answer) == content
        assert (answer["Content-Type"], answer["Content-Length"]) == ("image/png", str(len(content)))
        assert answer["Accept-Ranges"] == "bytes"
        assert path.endswith(".png")

    def test_headers_alone_come_alone(self, path: str, content: bytes) -> None:
        answer = Client().head(path)

        assert (answer.status_code, answer["Content-Length"], body(answer)) == (200, str(len(content)), b"")

    @given(first=st.integers(0, 400), length=st.integers(1, 400))
    @hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
    def test_every_part_is_the_slice_of_the_file(self, path: str, content: bytes, first: int, length: int) -> None:
        answer = Client().get(path, headers={"Range": f"bytes={first}-{first + length - 1}"})

        if first >= len(content):
            assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(content)}")
            return
        wanted = content[first : first + length]
        assert (answer.status_code, body(answer), answer["Content-Length"]) == (206, wanted, str(len(wanted)))
        assert answer["Content-Range"] == f"bytes {first}-{first + len(wanted) - 1}/{len(content)}"

    def test_several_parts_at_once_are_the_whole(self, path: str, content: bytes) -> None:
        answer = Client().get(path, headers={"Range": "bytes=0-1,5-9"})

        assert (answer.status_code, body(answer)) == (200, content)

    def test_a_part_of_another_file_is_the_whole_of_this_one(self, path: str, content: bytes) -> None:
        etag = Client().head(path)["ETag"]

        answer = Client().get(path, headers={"Range": "bytes=0-1", "If-Range": '"another"'})
        assert (answer.status_code, body(answer)) == (200, content)
        answer = Client().get(path, headers={"Range": "bytes=0-1", "If-Range": etag})
        assert (answer.status_code, body(answer)) == (206, content[:2])

    def test_a_copy_that_somebody_has_is_confirmed_without_a_byte(self, path: str, asset: Asset) -> None:
        answer = Client().get(path, headers={"If-None-Match": f'W/"{asset.sha256}"'})

        assert (answer.status_code, answer.content) == (304, b"")

    def test_a_rendition_has_an_address_once_it_is_ready(self, asset: Asset, to: Destination, content: bytes) -> None:
        with to.scope():
            made = Rendition.objects.create(
                organization_id=to.organization_id, workspace_id=to.workspace_id, asset=asset, key="a", recipe={},
                needed_at=asset.created_at, state=RenditionState.READY, file=asset.file.name, mime_type="video/mp4",
                size=len(content), sha256="ab" * 32,
            )  # fmt: skip
        path = httpx_path(services.public_url(made))

        answer = Client().get(path)
        assert (answer["Content-Type"], answer["ETag"], body(answer)) == ("video/mp4", f'"{"ab" * 32}"', content)
        assert path.endswith(".mp4")
        with to.scope():
            Rendition.objects.update(state=RenditionState.CANCELED)
        assert Client().get(path).status_code == 404

    def test_an_address_is_the_same_for_an_hour_and_good_for_a_day(
        self, asset: Asset, clock: Clock, settings: Settings
    ) -> None:
        clock.set(clock.now.replace(minute=0, second=0))
        first = services.public_url(asset)

        clock.advance(minutes=59)
        assert services.public_url(asset) == first
        clock.advance(minutes=2)
        assert services.public_url(asset) != first
        clock.advance(hours=23)
        assert Client().head(httpx_path(first)).status_code == 200
        clock.advance(hours=2)
        assert Client().head(httpx_path(first)).status_code == 404

    @given(place=st.integers(0, 90), letter=st.sampled_from("Aa0_-"))
    @hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
    def test_a_changed_address_leads_nowhere(self, path: str, place: int, letter: str) -> None:
        start = len("/media/files/")
        token, _, name = path[start:].partition("/")
        place %= len(token)
        changed = token[:place] + letter + token[place + 1 :]

        if changed != token:
            assert Client().get(f"/media/files/{changed}/{name}").status_code == 404

    def test_a_file_that_is_gone_is_not_found(self, asset: Asset, path: str) -> None:
        storage.delete(asset.file.name or "")
        assert Client().get(path).status_code == 404

    def test_addresses_that_were_given_out_before_still_work(self, asset: Asset, content: bytes) -> None:
        named = {"o": str(asset.organization_id), "a": str(asset.pk)}
        token = signing.dumps(named, salt="media.public")

        assert body(Client().get(f"/media/public/{token}/")) == content
        assert Client().get(f"/media/public/{token}x/").status_code == 404

    def test_no_proxy_and_no_browser_keeps_them(self, path: str) -> None:
        assert Client().head(path)["Cache-Control"] == "private, no-store"


class TestForMembers:
    def test_pictures_and_films_are_shown_and_nothing_in_them_runs(self, browser: Client, asset: Asset) -> None:
        answer = browser.get(f"/media/{asset.pk}/")

        assert answer["Content-Disposition"].startswith("inline")
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert body(answer)

    @pytest.mark.parametrize("mime_type", ["text/html", "image/svg+xml", "application/pdf", "text/xml", ""])
    def test_everything_else_is_offered_to_be_saved(
        self, browser: Client, workspace: Workspace, mime_type: str
    ) -> None:
        asset = factories.asset(workspace, mime_type=mime_type, original_name='a "b".html')

        answer = browser.head(f"/media/{asset.pk}/")

        assert answer["Content-Disposition"] == 'attachment; filename="a \\"b\\".html"'

    def test_a_photo_is_saved_as_what_it_is_now(self, browser: Client, workspace: Workspace) -> None:
        asset = factories.asset(workspace, original_name="IMG_1.HEIC")

        assert browser.head(f"/media/{asset.pk}/")["Content-Disposition"] == 'inline; filename="IMG_1.png"'

    def test_a_film_can_be_wound_forward(self, browser: Client, asset: Asset, content: bytes) -> None:
        answer = browser.get(f"/media/{asset.pk}/", headers={"Range": "bytes=10-"})

        assert (answer.status_code, body(answer)) == (206, content[10:])

    def test_a_thumbnail_is_kept_for_long_under_an_address_of_its_content(
        self, browser: Client, workspace: Workspace
    ) -> None:
        asset = factories.asset(workspace, thumbnail="assets/small.jpg")
        storage.default_storage.save("assets/small.jpg", storage.File(open_bytes(b"small")))

        answer = browser.get(services.thumbnail_url(asset))

        assert (body(answer), answer["Content-Type"]) == (b"small", "image/jpeg")
        assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
        assert asset.sha256[:12] in services.thumbnail_url(asset)

    def test_without_one_the_picture_itself_stands_in(self, browser: Client, asset: Asset, content: bytes) -> None:
        answer = browser.get(services.thumbnail_url(asset))

        assert (body(answer), answer["Cache-Control"]) == (content, "private, max-age=3600")

    def test_strangers_find_neither(self, asset: Asset, stranger_workspace: Workspace) -> None:
        stranger = factories.signed_in(factories.member(stranger_workspace.organization))

        assert stranger.get(f"/media/{asset.pk}/").status_code == 404
        assert stranger.get(f"/media/{asset.pk}/thumbnail/").status_code == 404


class TestOnAnOriginOfTheirOwn:
    @pytest.fixture(autouse=True)
    def origin(self, settings: Settings) -> None:
        settings.MEDIA_ORIGIN = "https://files.example"
        settings.ALLOWED_HOSTS = ["files.example", "testserver", "pages.example"]
        settings.PUBLIC_URL = "https://pages.example"

    @pytest.fixture
    def there(self, owner: Membership) -> Client:
        """A browser that would send its session, if it could."""
        client = factories.signed_in(owner)
        client.defaults["HTTP_HOST"] = "files.example"
        return client

    def test_members_are_led_there_by_a_signed_address(self, browser: Client, asset: Asset, content: bytes) -> None:
        answer = browser.get(f"/media/{asset.pk}/")
        assert answer.status_code == 302
        assert answer["Location"] == services.member_url(asset)
        assert answer["Location"].startswith("https://files.example/media/files/")

        nobody = Client(headers={"Host": "files.example"}).get(httpx_path(answer["Location"]))

        assert body(nobody) == content
        assert nobody["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Set-Cookie" not in nobody

    @pytest.mark.parametrize("path", ["/", "/media/", "/accounts/login/", "/media/uploads/", "/operator/"])
    def test_nothing_but_files_is_answered_there(self, there: Client, path: str) -> None:
        answer = there.get(path)

        assert (answer.status_code, answer.content) == (404, b"Not found")

    def test_even_who_is_signed_in_finds_no_file_by_its_id_there(self, there: Client, asset: Asset) -> None:
        assert there.get(f"/media/{asset.pk}/").status_code == 404

    def test_platforms_fetch_from_the_public_address_as_before(self, asset: Asset) -> None:
        assert services.public_url(asset).startswith("https://pages.example/media/files/")

    def test_a_members_address_ends_too(self, asset: Asset, clock: Clock) -> None:
        url = services.member_url(asset)
        clock.advance(days=2, hours=1)
        assert Client(headers={"Host": "files.example"}).get(httpx_path(url)).status_code == 404


class TestAskingOurselves:
    @pytest.mark.django_db(transaction=True)
    def test_a_good_address_gives_no_reason_to_complain(
        self, live_server: LiveServer, asset: Asset, settings: Settings
    ) -> None:
        settings.PUBLIC_URL = live_server.url
        url = services.public_url(asset)

        assert services.self_check(url, mime_type="image/png", size=asset.size) == ""
        assert "it is video/mp4" in services.self_check(url, mime_type="video/mp4")
        assert "another number of bytes" in services.self_check(url, size=asset.size + 1)
        assert "answers 404" in services.self_check(url.replace("/files/", "/files/A"))

    def test_a_server_that_is_not_there_is_named(self) -> None:
        assert services.self_check("http://127.0.0.1:9/a.jpg").startswith(
            "Platforms cannot fetch files: 127.0.0.1 does not"
        )

    def test_a_redirect_is_named(self) -> None:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(301)
            handler.send_header("Location", "https://example.org/")
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        with web_server(answer) as url:
            assert "sends them elsewhere (301)" in services.self_check(url)

    def test_a_proxy_that_takes_ranges_away_is_named(self, cup: bytes) -> None:
        with web_server(hand_out(cup)) as url:
            assert "ignores ranges" in services.self_check(url)


def test_a_file_of_any_size_is_streamed_in_small_pieces(workspace: Workspace, browser: Client) -> None:
    asset = factories.asset(workspace)
    storage.delete(asset.file.name or "")
    storage.default_storage.save(asset.file.name or "", storage.File(open_bytes(bytes(3_000_000))))

    answer = browser.get(f"/media/{asset.pk}/")

    sizes = [len(piece) for piece in answer.streaming_content]  # type: ignore[attr-defined]
    assert sum(sizes) == 3_000_000
    assert max(sizes) <= storage.CHUNK


def test_addresses_are_signed_for_one_file_of_one_organization(asset: Asset, stranger_workspace: Workspace) -> None:
    """The organization in an address is part of what is signed; one of another finds no such file."""
    token = httpx_path(services.public_url(asset)).split("/")[3]
    assert addresses.by_token(token) is not None

    asset.organization_id = stranger_workspace.organization_id
    token = httpx_path(services.public_url(asset)).split("/")[3]
    assert addresses.by_token(token) is None


def test_two_who_ask_at_once_get_the_same_address(asset: Asset, clock: Clock) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(services.public_url(asset))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1


def httpx_path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def open_bytes(content: bytes) -> Any:
    import io

    return io.BytesIO(content)
