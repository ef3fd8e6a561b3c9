"""Uploads straight into a real S3 server that enforces what was signed; and files that lie there."""

from __future__ import annotations

import dataclasses
import io
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from pytest_django import Settings

from apps.media import services, storage
from apps.media.errors import PartsMissing
from apps.media.models import Upload
from apps.media.services import Destination, cleaning, parts
from apps.media.states import UploadState
from config import media
from tests.media.conftest import assets, now
from tests.support import factories
from tests.support.clock import Clock
from tests.support.s3 import STATIC, FreshBucket

pytestmark = pytest.mark.django_db
MEBIBYTE = 1024 * 1024


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """As small as S3 takes them, so that few bytes make several."""
    monkeypatch.setattr(parts, "SMALLEST_PART", 5 * MEBIBYTE)
    monkeypatch.setattr(parts, "SINGLE_PUT", MEBIBYTE)


def post(client: Client, path: str, **body: Any) -> Any:
    answer = client.post(path, json.dumps(body), content_type="application/json")
    return answer.json()


def send_parts(browser: Client, told: dict[str, Any], content: bytes, numbers: list[int]) -> dict[str, str]:
    """PUT these parts where we are told to; their ETags."""
    urls = post(browser, told["parts_url"], numbers=numbers)["urls"]
    size, etags = told["part_size"], {}
    for number in numbers:
        start = (number - 1) * size
        answer = httpx.put(urls[str(number)], content=content[start : start + size])
        assert answer.status_code == 200, answer.text
        etags[str(number)] = answer.headers["ETag"]
    return etags


def large_picture() -> bytes:
    """A picture of 11 MiB: what stands behind its end is not looked at."""
    return factories.picture(size=(300, 200), form="JPEG") + bytes(11 * MEBIBYTE)


class TestOneRequest:
    def test_a_picture_goes_straight_into_the_bucket(
        self, browser: Client, to: Destination, bucket: FreshBucket, cup: bytes
    ) -> None:
        told = post(browser, "/media/uploads/", name="cup.jpg", size=len(cup))
        assert told["how"] == "put"

        assert httpx.put(told["put_url"], content=cup).status_code == 200
        told = post(browser, f"{told['url']}complete/")
        assert told["state"] == "received", "no byte passes the web process, small or large"
        services.take_in_waiting()

        (asset,) = assets(to)
        assert browser.get(told["url"]).json()["asset"] == str(asset.pk)
        assert bucket.files == objects(asset), "what came in is gone, the clean copy is there"

    @pytest.mark.parametrize("change", ["longer", "shorter", "other name", "other signature"])
    def test_what_was_not_signed_is_refused(
        self, to: Destination, bucket: FreshBucket, cup: bytes, change: str
    ) -> None:
        upload = services.begin(to=to, name="cup.jpg", size=len(cup))
        url, content = services.plan_of(upload).put_url, cup
        if change == "longer":
            content = cup + b"x"
        elif change == "shorter":
            content = cup[:-1]
        elif change == "other name":
            url = url.replace("/incoming/", "/assets/")
        else:
            url = f"{url[:-4]}0000"

        assert httpx.put(url, content=content).status_code == 403
        assert bucket.files == []

    def test_an_address_ends(self, to: Destination, bucket: FreshBucket, cup: bytes, monkeypatch: Any) -> None:
        monkeypatch.setattr(parts, "ADDRESS_LIFETIME", timedelta(seconds=-1))
        upload = services.begin(to=to, name="cup.jpg", size=len(cup))

        assert httpx.put(services.plan_of(upload).put_url, content=cup).status_code in (400, 403)
        assert bucket.files == []

    def test_without_its_signature_nothing_can_be_read(self, to: Destination, bucket: FreshBucket, cup: bytes) -> None:
        asset = taken_in(to, cup)

        place = f"{bucket.settings.endpoint}/{bucket.settings.name}/postroom"
        assert httpx.get(f"{place}/{asset.file.name}").is_client_error

    def test_what_never_came_is_not_complete(self, to: Destination, bucket: FreshBucket) -> None:
        upload = services.begin(to=to, name="cup.jpg", size=1000)

        with pytest.raises(PartsMissing):
            services.complete(upload)

    def test_an_object_of_another_size_is_refused_and_goes(
        self, browser: Client, to: Destination, bucket: FreshBucket
    ) -> None:
        told = post(browser, "/media/uploads/", name="cup.jpg", size=1000)
        upload = now_of(told, to)
        storage.put(written(b"x" * 1001, bucket), upload.storage_name)

        answer = post(browser, f"{told['url']}complete/")

        assert answer["error"]["code"] == "refused"
        assert now(upload).state == UploadState.REFUSED
        assert bucket.files == []

    def test_an_object_that_grows_after_it_was_completed_is_refused_too(
        self, to: Destination, bucket: FreshBucket, cup: bytes
    ) -> None:
        upload = services.begin(to=to, name="cup.jpg", size=len(cup))
        httpx.put(services.plan_of(upload).put_url, content=cup)
        services.complete(upload)
        default_storage.delete(upload.storage_name)
        storage.put(written(cup + b"more", bucket), upload.storage_name)

        services.take_in_waiting()

        assert now(upload).words == "cup.jpg is larger than it was said to be. Choose it again."
        assert bucket.files == []


class TestParts:
    def test_a_large_file_goes_in_parts(self, browser: Client, to: Destination, bucket: FreshBucket) -> None:
        content = large_picture()
        told = post(browser, "/media/uploads/", name="cup.jpg", size=len(content))
        assert (told["how"], told["part_size"], told["parts"]) == ("multipart", 5 * MEBIBYTE, {})

        etags = send_parts(browser, told, content, [3, 1, 2])
        told = post(browser, f"{told['url']}complete/", etags=etags)
        assert told["state"] == "received"
        services.take_in_waiting()

        assert browser.get(told["url"]).json()["state"] == "done"
        assert bucket.files == objects(*assets(to))

    def test_a_cut_connection_goes_on_with_what_is_missing(
        self, browser: Client, to: Destination, bucket: FreshBucket
    ) -> None:
        content = large_picture()
        told = post(browser, "/media/uploads/", name="cup.jpg", size=len(content))
        send_parts(browser, told, content, [1])
        # Not the next one: this server, unlike Amazon's, streams that on at once and cannot take it back.
        url = post(browser, told["parts_url"], numbers=[3])["urls"]["3"]
        with pytest.raises(httpx.WriteError), httpx.Client() as line:
            line.put(
                url, content=breaks_after(content[:1000]), headers={"Content-Length": str(told["size"] - 10 * MEBIBYTE)}
            )

        told = browser.get(told["url"]).json()
        assert set(told["parts"]) == {"1"}
        answer = post(browser, f"{told['url']}complete/")
        assert (answer["error"]["code"], answer["missing"]) == ("incomplete", [2, 3])

        send_parts(browser, told, content, [2, 3])
        assert post(browser, f"{told['url']}complete/")["state"] == "received"

    def test_a_part_that_is_not_the_one_that_was_sent_is_missing(self, browser: Client, bucket: FreshBucket) -> None:
        content = large_picture()
        told = post(browser, "/media/uploads/", name="cup.jpg", size=len(content))
        etags = send_parts(browser, told, content, [1, 2, 3])

        answer = post(browser, f"{told['url']}complete/", etags=etags | {"2": '"0123"'})
        assert answer["missing"] == [2]

        assert post(browser, f"{told['url']}complete/", etags=etags)["state"] == "received", "nothing was lost by that"

    def test_completing_again_after_a_lost_answer_is_fine(
        self, browser: Client, to: Destination, bucket: FreshBucket
    ) -> None:
        content = large_picture()
        told = post(browser, "/media/uploads/", name="cup.jpg", size=len(content))
        send_parts(browser, told, content, [1, 2, 3])
        upload = now_of(told, to)
        parts.join(upload, {})  # and nobody heard of it

        assert services.complete(upload).state == UploadState.RECEIVED

    def test_only_parts_of_the_upload_get_an_address(self, browser: Client, bucket: FreshBucket) -> None:
        told = post(browser, "/media/uploads/", name="cup.jpg", size=11 * MEBIBYTE)

        assert set(post(browser, told["parts_url"], numbers=[0, 1, 3, 4, 99])["urls"]) == {"1", "3"}
        assert post(browser, told["parts_url"], numbers="1")["error"]["code"] == "unreadable"

    @pytest.mark.parametrize("way", ["given up", "expired"])
    def test_what_is_abandoned_leaves_no_part_behind(
        self, browser: Client, to: Destination, bucket: FreshBucket, clock: Clock, way: str
    ) -> None:
        content = large_picture()
        told = post(browser, "/media/uploads/", name="cup.jpg", size=len(content))
        send_parts(browser, told, content, [1, 2])
        upload = now_of(told, to)
        there = storage.bucket()
        assert there is not None

        if way == "given up":
            browser.delete(told["url"])
        else:
            clock.advance(hours=25)
            assert cleaning.expire_uploads(now=clock.now) == 1

        assert now(upload).state in (UploadState.ABORTED, UploadState.EXPIRED)
        with pytest.raises(storage.UploadGone):
            there.parts(upload.storage_name, upload.multipart_id)
        assert bucket.files == []

    def test_no_file_has_more_parts_than_a_bucket_takes(self) -> None:
        for size in (MEBIBYTE, 5 * 1024**3, 5 * 1024**4):
            each = parts.size_of(size)
            assert each >= 5 * MEBIBYTE
            assert -(-size // each) <= 10_000


class TestFilesInABucket:
    def test_are_read_where_one_wants_to(self, to: Destination, bucket: FreshBucket, cup: bytes) -> None:
        asset = taken_in(to, cup)
        with to.scope():
            file = services.media_file(asset).open()

        with file:
            whole = file.read()
            assert len(whole) == asset.size
            file.seek(100)
            assert file.read(50) == whole[100:150]
            file.seek(-10, 2)
            assert file.read() == whole[-10:]
            assert file.tell() == asset.size

    def test_platforms_fetch_them_without_a_redirect(self, to: Destination, bucket: FreshBucket, cup: bytes) -> None:
        asset = taken_in(to, cup)
        url = services.public_url(asset)

        assert httpx.URL(url).path.endswith(".jpg")
        answer = httpx.get(url, headers={"Range": "bytes=0-9"})
        assert (answer.headers["Content-Type"], len(answer.content)) == ("image/jpeg", 10)
        assert answer.headers["Content-Range"] == f"bytes 0-9/{asset.size}"
        assert services.self_check(url, mime_type="image/jpeg", size=asset.size) == ""

    def test_their_address_stays_the_same_for_an_hour(
        self, to: Destination, bucket: FreshBucket, cup: bytes, clock: Clock
    ) -> None:
        clock.set(clock.now.replace(minute=1))
        asset = taken_in(to, cup)
        first = services.public_url(asset)

        clock.advance(minutes=50)
        assert services.public_url(asset) == first
        clock.advance(minutes=10)
        assert services.public_url(asset) != first

    def test_a_cdn_takes_the_place_of_the_bucket(
        self, to: Destination, bucket: FreshBucket, cup: bytes, settings: Settings
    ) -> None:
        asset = taken_in(to, cup)
        settings.MEDIA_BUCKET = dataclasses.replace(bucket.settings, public_url="https://cdn.example")

        assert services.public_url(asset) == f"https://cdn.example/postroom/{asset.file.name}"

    def test_members_are_sent_there(self, browser: Client, to: Destination, bucket: FreshBucket, cup: bytes) -> None:
        asset = taken_in(to, cup)

        answer = browser.get(f"/media/{asset.pk}/")

        assert answer.status_code == 302
        assert answer["Cache-Control"].startswith("private")
        assert httpx.get(answer["Location"]).headers["Content-Type"] == "image/jpeg"

    def test_or_everything_passes_us_where_the_bucket_is_hidden(
        self, browser: Client, to: Destination, bucket: FreshBucket, cup: bytes, settings: Settings
    ) -> None:
        settings.MEDIA_S3_DIRECT = False
        asset = taken_in(to, cup)

        assert services.public_url(asset).startswith(settings.PUBLIC_URL)
        answer = browser.get(f"/media/{asset.pk}/", headers={"Range": "bytes=-5"})
        assert (answer.status_code, len(b"".join(answer.streaming_content))) == (206, 5)  # type: ignore[attr-defined]

    def test_what_no_row_names_goes_after_a_day(
        self, to: Destination, bucket: FreshBucket, cup: bytes, clock: Clock
    ) -> None:
        kept = taken_in(to, cup)
        storage.put(written(b"lost", bucket), "assets/somebody/lost.jpg")
        storage.put(written(b"late", bucket), "incoming/somebody/late")

        assert cleaning.remove_orphans(now=clock.now) == 0, "it may still get its row"
        clock.advance(hours=25)
        assert cleaning.remove_orphans(now=clock.now) == 2

        assert bucket.files == objects(kept)

    def test_need_no_folder_of_their_own_there(
        self, to: Destination, bucket: FreshBucket, cup: bytes, settings: Settings, clock: Clock
    ) -> None:
        settings.MEDIA_BUCKET = dataclasses.replace(bucket.settings, prefix="")
        settings.STORAGES = media.storages(settings.MEDIA_BUCKET, static=STATIC)
        kept = taken_in(to, cup)
        storage.put(written(b"lost", bucket), "assets/somebody/lost.jpg")
        clock.advance(hours=25)

        assert cleaning.remove_orphans(now=clock.now) == 1
        assert bucket.files == objects(kept, prefix="")

    def test_a_form_goes_there_as_well(self, browser: Client, to: Destination, bucket: FreshBucket, cup: bytes) -> None:
        file = io.BytesIO(cup)
        file.name = "cup.jpg"
        assert browser.post("/media/add/", {"files": file}).status_code == 302
        services.take_in_waiting()

        assert [asset.original_name for asset in assets(to)] == ["cup.jpg"]


def objects(*found: Any, prefix: str = "postroom/") -> list[str]:
    """The names of what is stored of these assets."""
    return sorted(f"{prefix}{file.name}" for asset in found for file in (asset.file, asset.thumbnail) if file)


def taken_in(to: Destination, content: bytes) -> Any:
    with storage.workshop() as folder:
        path = folder / "cup"
        path.write_bytes(content)
        return services.take_in(path, name="cup.jpg", to=to)


def now_of(told: dict[str, Any], to: Destination) -> Any:
    with to.scope():
        return Upload.objects.get(pk=told["id"])


def written(content: bytes, bucket: FreshBucket) -> Any:
    path = bucket.folder.parent.parent / "on-its-way"
    path.write_bytes(content)
    return path


def breaks_after(content: bytes) -> Any:
    yield content
    raise httpx.WriteError("the line is cut")
