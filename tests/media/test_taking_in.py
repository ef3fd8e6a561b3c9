from __future__ import annotations

import hashlib
import io
import os
import tempfile
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image, PngImagePlugin

from apps.core import tenancy
from apps.core.actors import Actor
from apps.media import probing, services
from apps.media.decoding import child, pictures
from apps.media.errors import AssetInUse, FileRefused
from apps.media.models import Asset
from apps.media.states import Kind
from apps.tenants.models import Membership, Workspace
from tests.media.corpus import at
from tests.support import factories
from tests.support.clock import Clock

ORIENTATION, GPS, MAKER = 0x0112, 0x8825, 0x010F


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "teal" if mode != "CMYK" else None).save(out, format=kind, **options)
    return out.getvalue()


def animation(kind: str, size: tuple[int, int] = (10, 10), **options: object) -> bytes:
    first, second = (Image.new("RGB", size, colour) for colour in ("red", "blue"))
    out = io.BytesIO()
    first.save(out, format=kind, save_all=True, append_images=[second], **options)
    return out.getvalue()


@dataclass(frozen=True)
class Cleaned:
    content: bytes
    mime_type: str
    width: int
    height: int
    frames: int


def cleaned(raw: bytes, name: str = "holiday.jpg") -> Cleaned:
    with tempfile.TemporaryDirectory() as folder:
        path, to = Path(folder) / "in", Path(folder) / "out"
        path.write_bytes(raw)
        found = probing.clean(path, probing.probe(path, name=name), to=to, name=name)
        return Cleaned(to.read_bytes(), found.mime_type, found.width, found.height, found.frames)


@pytest.fixture(autouse=True)
def _small_limits(settings: object) -> None:
    settings.MEDIA_MAX_BYTES, settings.MEDIA_MAX_PIXELS = 2_000_000, 1_000_000  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("kind", "mime"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/gif")],
)
def test_the_bytes_say_what_a_file_is(kind: str, mime: str) -> None:
    clean = cleaned(picture(kind), name="not-telling.bin")

    assert (clean.mime_type, clean.width, clean.height) == (mime, 40, 20)
    assert Image.open(io.BytesIO(clean.content)).format == kind


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_camera_data_and_the_place_are_removed(kind: str) -> None:
    exif = Image.Exif()
    exif[MAKER] = "A camera with a serial number"
    exif.get_ifd(GPS)[1] = "N"
    raw = picture(kind, exif=exif)
    assert b"serial number" in raw

    clean = cleaned(raw)

    assert b"serial number" not in clean.content
    assert not Image.open(io.BytesIO(clean.content)).getexif()


def test_notes_inside_a_png_are_removed() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "Somebody private")

    assert b"Somebody private" not in cleaned(picture("PNG", pnginfo=notes)).content


def test_a_picture_taken_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6

    clean = cleaned(picture(size=(40, 20), exif=exif))

    assert (clean.width, clean.height) == (20, 40)


def test_what_hides_behind_a_picture_does_not_survive() -> None:
    assert b"<script>" not in cleaned(picture() + b"<script>alert(1)</script>").content


def test_an_animation_keeps_its_frames() -> None:
    frames = [Image.new("RGB", (10, 10), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, format="GIF", save_all=True, append_images=frames[1:], duration=50, comment=b"private note")

    clean = cleaned(out.getvalue())

    assert clean.frames == 3
    assert b"private note" not in clean.content


def test_an_animation_keeps_its_pace() -> None:
    clean = cleaned(animation("WEBP", duration=[100, 250], loop=3))

    copy = Image.open(io.BytesIO(clean.content))
    paces = []
    for number in range(clean.frames):
        copy.seek(number)
        copy.load()
        paces.append(copy.info["duration"])
    assert (paces, copy.info["loop"]) == ([100, 250], 3)


def test_an_animation_that_takes_minutes_to_decode_is_refused() -> None:
    with pytest.raises(FileRefused, match="too many frames"):
        cleaned(animation("GIF", size=(900, 900)))


def test_a_camera_picture_with_others_behind_it_is_a_jpeg() -> None:
    clean = cleaned(animation("MPO"))

    assert (clean.mime_type, clean.frames) == ("image/jpeg", 1)
    assert Image.open(io.BytesIO(clean.content)).format == "JPEG"


def test_sixteen_bits_of_grey_become_eight() -> None:
    out = io.BytesIO()
    Image.new("I;16", (8, 8), 0x8080).save(out, format="PNG")

    assert Image.open(io.BytesIO(cleaned(out.getvalue()).content)).getpixel((0, 0)) == 0x80


@pytest.mark.parametrize(("space", "is_kept"), [(b"RGB ", True), (b"GRAY", False), (b"CMYK", False)])
def test_a_colour_profile_stays_where_it_describes_the_pixels(space: bytes, is_kept: bool) -> None:
    profile = b"\0" * 16 + space + b"\0" * 108

    kept = Image.open(io.BytesIO(cleaned(picture(icc_profile=profile)).content)).info.get("icc_profile")

    assert kept == (profile if is_kept else None)


def test_a_palette_with_holes_keeps_them() -> None:
    image = Image.new("P", (8, 8), 0)
    out = io.BytesIO()
    image.save(out, format="PNG", transparency=0)

    assert Image.open(io.BytesIO(cleaned(out.getvalue()).content)).getpixel((0, 0))[3] == 0  # type: ignore[index]


def test_whatever_a_decoder_stumbles_over_is_a_damaged_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise IndexError("bytes past the end")

    path = tmp_path / "in.png"
    path.write_bytes(picture("PNG"))
    # The reader sets it for its whole process, which is ours here.
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)
    order = {"path": str(path), "reader": "PNG", "to": os.devnull, "max_pixels": 1_000_000, "max_frames": 300}
    assert pictures.look(str(path), "PNG", 1_000_000, 300)["width"] == 40
    monkeypatch.setattr(Image.Image, "save", stumble)

    assert "is damaged" in child.answer_to("pictures.clean", order)["refused"]


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_unusual_colours_become_ordinary(mode: str) -> None:
    assert Image.open(io.BytesIO(cleaned(picture(mode=mode)).content)).mode in ("L", "RGB")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "is empty"),
        (b"<html><script>alert(1)</script></html>", "is a web page"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Export it as PNG"),
        (picture(size=(900, 900))[:-2000], "damaged"),
        (picture(size=(2000, 1000)), "more than 1 million pixels"),
        (picture() + b"x" * 2_000_000, "larger than"),
    ],
    ids=["empty", "html", "svg", "truncated", "too many pixels", "too many bytes"],
)
def test_a_file_that_cannot_be_used_is_refused_by_name(raw: bytes, words: str) -> None:
    with pytest.raises(FileRefused, match=words) as refused:
        cleaned(raw, name="holiday.jpg")
    assert refused.value.words.startswith("holiday.jpg")


def test_a_small_file_cannot_unfold_into_a_large_one() -> None:
    bomb = picture("PNG", size=(20_000, 20_000), mode="1")
    assert len(bomb) < 200_000

    with pytest.raises(FileRefused, match="more than 1 million pixels"):
        cleaned(bomb)


@pytest.mark.django_db
class TestTheLibrary:
    def test_keeps_the_same_picture_once(self, owner: Membership, workspace: Workspace) -> None:
        actor = Actor.user(owner.user_id)
        with inside(workspace):
            first = upload(workspace, actor)
            assert upload(workspace, actor).pk == first.pk
        assert str(first.file.name).startswith(f"assets/{workspace.organization_id}/{workspace.pk}/")

    def test_knows_what_a_video_is(self, owner: Membership, workspace: Workspace, corpus: Path) -> None:
        raw = at("left.mp4", corpus).read_bytes()
        with inside(workspace):
            asset = Asset.objects.get(pk=upload(workspace, Actor.user(owner.user_id), raw, "clip.mp4").pk)
            media = services.media_file(asset)

        assert (asset.kind, asset.mime_type, asset.width, asset.height) == (Kind.VIDEO, "video/mp4", 48, 64)
        assert (media.seconds, media.frame_rate, media.video_codec, media.audio_codec) == (0.4, 25.0, "h264", "")
        assert probing.Probe.from_json(asset.probe).rotation == 270
        assert asset.source_sha256 == hashlib.sha256(raw).hexdigest() != asset.sha256
        with default_storage.open(str(asset.thumbnail.name)) as small:
            assert Image.open(small).size == (48, 64)
        assert asset.placeholder.startswith("data:image/webp;base64,")
        with default_storage.open(str(asset.file.name)) as copy:
            assert hashlib.sha256(copy.read()).hexdigest() == asset.sha256

    def test_keeps_the_same_video_once(self, owner: Membership, workspace: Workspace, corpus: Path) -> None:
        actor, raw = Actor.user(owner.user_id), at("film.mp4", corpus).read_bytes()
        with inside(workspace):
            assert upload(workspace, actor, raw).pk == upload(workspace, actor, raw).pk

    def test_takes_a_document_as_it_is(self, owner: Membership, workspace: Workspace, corpus: Path) -> None:
        raw = at("menu.pdf", corpus).read_bytes()
        with inside(workspace):
            asset = upload(workspace, Actor.user(owner.user_id), raw, "menu.pdf")

        assert (asset.kind, asset.mime_type, asset.size) == (Kind.DOCUMENT, "application/pdf", len(raw))
        assert asset.sha256 == asset.source_sha256 == hashlib.sha256(raw).hexdigest()
        assert not asset.thumbnail
        assert str(asset.file.name).endswith(".pdf")

    def test_removes_all_of_a_file(
        self, owner: Membership, workspace: Workspace, django_capture_on_commit_callbacks: Any
    ) -> None:
        with inside(workspace):
            asset = upload(workspace, Actor.user(owner.user_id))
            names = [str(asset.file.name), str(asset.thumbnail.name)]
            assert all(default_storage.exists(name) for name in names)
            with django_capture_on_commit_callbacks(execute=True):
                services.remove(asset_id=asset.pk, actor=Actor.user(owner.user_id))

        assert not any(default_storage.exists(name) for name in names)

    def test_stops_at_the_size_of_the_largest_file(
        self, owner: Membership, workspace: Workspace, settings: Any
    ) -> None:
        settings.MEDIA_MAX_UPLOAD_BYTES = settings.MEDIA_MAX_BYTES

        with inside(workspace), pytest.raises(FileRefused, match="larger than"):
            upload(workspace, Actor.user(owner.user_id), b"x" * 4_000_000)

    def test_gives_platforms_an_address_that_ends(
        self, owner: Membership, workspace: Workspace, client: object, settings: object, clock: Clock
    ) -> None:
        with inside(workspace):
            asset = upload(workspace, Actor.user(owner.user_id))
        path = services.public_url(asset).removeprefix(settings.PUBLIC_URL)  # type: ignore[attr-defined]

        answer = client.get(path)  # type: ignore[attr-defined]
        assert answer.status_code == 200
        content = b"".join(answer.streaming_content)

        with inside(workspace):
            assert content == asset.file.read()
            asset.file.close()
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert client.get(path.replace("/files/", "/files/A")).status_code == 404  # type: ignore[attr-defined]
        clock.advance(hours=26)
        assert client.get(path).status_code == 404  # type: ignore[attr-defined]

    def test_shows_a_file_to_members_of_its_workspace_alone(
        self, owner: Membership, workspace: Workspace, stranger_workspace: Workspace
    ) -> None:
        with inside(workspace):
            asset = upload(workspace, Actor.user(owner.user_id))
        stranger = factories.member(stranger_workspace.organization)

        answer = factories.signed_in(owner.user).get(f"/media/{asset.pk}/")
        assert answer.status_code == 200
        # Reading to the end is what closes a streamed answer without closing the database of the test.
        assert b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        assert factories.signed_in(stranger.user).get(f"/media/{asset.pk}/").status_code == 404

    def test_knows_no_file_that_is_gone_from_the_disk(self, owner: Membership, workspace: Workspace) -> None:
        with inside(workspace):
            asset = upload(workspace, Actor.user(owner.user_id))
        default_storage.delete(str(asset.file.name))

        assert factories.signed_in(owner.user).get(f"/media/{asset.pk}/").status_code == 404

    def test_answers_a_look_at_the_headers_with_headers(self, owner: Membership, workspace: Workspace) -> None:
        with inside(workspace):
            asset = upload(workspace, Actor.user(owner.user_id))

        answer = factories.signed_in(owner.user).head(f"/media/{asset.pk}/")

        assert answer["Content-Length"] == str(asset.size)
        assert answer["Cache-Control"] == "private, max-age=3600"
        assert b"".join(answer.streaming_content) == b""  # type: ignore[attr-defined]

    def test_leaves_no_file_behind_when_its_row_is_not_written(
        self, owner: Membership, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("the diary is full")

        monkeypatch.setattr("apps.audit.services.record", fail)

        with pytest.raises(RuntimeError, match="diary"), inside(workspace):
            upload(workspace, Actor.user(owner.user_id))

        folder = f"assets/{workspace.organization_id}/{workspace.pk}"
        assert default_storage.listdir(folder)[1] == []

    def test_takes_words_with_characters_that_no_column_takes(self, owner: Membership, workspace: Workspace) -> None:
        actor = Actor.user(owner.user_id)
        with inside(workspace):
            asset = upload(workspace, actor)
            assert (
                services.describe(asset_id=asset.pk, said=services.Description(alt=" A\0 cup "), actor=actor).alt
                == "A cup"
            )

    def test_does_not_remove_what_a_post_uses(self, owner: Membership, workspace: Workspace) -> None:
        with inside(workspace):
            asset = upload(workspace, Actor.user(owner.user_id))
        factories.post(workspace, text="With a picture", assets=[asset])

        with inside(workspace), pytest.raises(AssetInUse):
            services.remove(asset_id=asset.pk, actor=Actor.user(owner.user_id))

        with inside(workspace):
            assert Asset.objects.filter(pk=asset.pk).exists()


def upload(workspace: Workspace, actor: Actor, raw: bytes = b"", name: str = "cup.jpg") -> Asset:
    return services.upload(
        file=io.BytesIO(raw or picture()), name=name, workspace_id=workspace.pk, actor=actor, alt="A cup of coffee"
    )


def inside(workspace: Workspace) -> AbstractContextManager[tenancy.Tenant]:
    return tenancy.scope(organization_id=workspace.organization_id, workspace_ids=[workspace.pk])
