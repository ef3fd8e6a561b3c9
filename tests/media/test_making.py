"""Files are really made here: small pictures, and films of a second."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from apps.media.errors import CannotMake
from apps.media.making import make
from apps.media.probing import Probe
from apps.media.probing import probe as look
from apps.media.recipes import Framing, PictureRecipe, Recipe, VideoRecipe
from apps.media.room import asking
from apps.media.states import Kind
from tests.media.films import HEVC, film, first_sound, frames, hdr_film, noise, photo, run_ffmpeg, tags

RED = (255, 0, 0)


def whole(width: int, height: int, to_width: int = 0, to_height: int = 0) -> Framing:
    """All of it, in another size."""
    size = (to_width or width, to_height or height)
    return Framing((0, 0, width, height), *size, size)


@pytest.fixture(scope="module")
def phone_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("films") / "phone.mov", codec=HEVC)


class TestPictures:
    @pytest.fixture
    def drawn(self, tmp_path: Path) -> Callable[..., tuple[Image.Image, Probe]]:
        def draw(content: bytes, framing: Framing, **recipe: Any) -> tuple[Image.Image, Probe]:
            source, to = tmp_path / "source", tmp_path / "made"
            source.write_bytes(content)
            wanted = PictureRecipe(framing=framing, **{"mime_type": "image/jpeg", **recipe})
            found = Probe(Kind.IMAGE, "image/jpeg", len(content))
            probe = make(wanted, source, found, to=to)
            image = Image.open(io.BytesIO(to.read_bytes()))
            image.load()
            assert (probe.width, probe.height, probe.size) == (*image.size, to.stat().st_size)
            return image, probe

        return draw

    def test_of_12_megapixels_become_small(self, drawn: Any) -> None:
        image, probe = drawn(photo(4000, 3000, quality=80), whole(4000, 3000, 1080, 810))
        assert (image.format, image.size, probe.mime_type) == ("JPEG", (1080, 810), "image/jpeg")
        assert is_like(image.getpixel((540, 405)), RED)

    def test_are_cropped_where_the_recipe_says(self, drawn: Any) -> None:
        half = Image.new("RGB", (200, 100), "blue")
        half.paste("red", (100, 0, 200, 100))
        image, _ = drawn(encoded(half), Framing((100, 0, 100, 100), 50, 50, (50, 50)))
        assert is_like(image.getpixel((2, 25)), RED)
        assert is_like(image.getpixel((47, 25)), RED)

    def test_get_a_border_of_themselves_out_of_focus(self, drawn: Any) -> None:
        blue = encoded(Image.new("RGB", (100, 200), "blue"))
        image, _ = drawn(blue, Framing((0, 0, 100, 200), 160, 200, (100, 200)))
        assert is_like(image.getpixel((5, 100)), (0, 0, 255))
        white, _ = drawn(blue, Framing((0, 0, 100, 200), 160, 200, (100, 200), border="white"))
        assert is_like(white.getpixel((5, 100)), (255, 255, 255))
        assert is_like(white.getpixel((80, 100)), (0, 0, 255))

    def test_keep_a_byte_limit_even_as_noise(self, drawn: Any) -> None:
        """The promise that fitting builds on: so many pixels always fit."""
        limit = 200_000
        side = int((limit / 0.4) ** 0.5)
        image, probe = drawn(noise(side, side), whole(side, side), max_bytes=limit)
        assert probe.size <= limit
        assert image.size == (side, side)

    def test_are_no_worse_than_a_byte_limit_asks_for(self, drawn: Any) -> None:
        content = photo(1200, 900, quality=95)
        _, free = drawn(content, whole(1200, 900))
        _, bound = drawn(content, whole(1200, 900), max_bytes=free.size - 1)
        assert free.size * 0.9 < bound.size < free.size

    def test_that_cannot_keep_a_limit_are_not_made(self, drawn: Any) -> None:
        with pytest.raises(CannotMake, match="fewer pixels"):
            drawn(noise(300, 300), whole(300, 300), max_bytes=9_000)

    def test_that_can_be_seen_through_become_white_behind(self, drawn: Any) -> None:
        clear = encoded(Image.new("RGBA", (40, 40), (255, 0, 0, 0)), "PNG")
        image, probe = drawn(clear, whole(40, 40))
        assert is_like(image.getpixel((20, 20)), (255, 255, 255))
        assert not probe.has_alpha
        image, probe = drawn(clear, whole(40, 40, 20, 20), mime_type="image/png")
        assert image.getpixel((10, 10))[3] == 0
        assert probe.has_alpha

    def test_lose_all_that_is_not_to_be_seen(self, drawn: Any) -> None:
        exif = Image.Exif()
        exif[0x010E] = "Somebody's house"
        image, _ = drawn(photo(64, 64, exif=exif.tobytes(), comment=b"private"), whole(64, 64))
        assert not image.getexif()
        assert "comment" not in image.info

    def test_show_their_colours_in_srgb(self, drawn: Any) -> None:
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        strange = photo(64, 64, icc_profile=profile.tobytes())  # of another space than its pixels
        image, _ = drawn(strange, whole(64, 64))
        assert "icc_profile" not in image.info
        image, _ = drawn(photo(64, 64, icc_profile=b"no profile at all"), whole(64, 64))
        assert is_like(image.getpixel((32, 32)), RED)

    def test_as_webp_keep_to_it(self, drawn: Any) -> None:
        image, _ = drawn(photo(200, 100, form="WEBP"), whole(200, 100, 100, 50), mime_type="image/webp")
        assert (image.format, image.size) == ("WEBP", (100, 50))

    @pytest.mark.parametrize("content", [b"", b"<html>", photo(400, 400)[:3000]], ids=["empty", "html", "half"])
    def test_that_are_damaged_are_refused_in_words(self, drawn: Any, content: bytes) -> None:
        with pytest.raises(CannotMake) as caught:
            drawn(content, whole(400, 400, 100, 100))
        assert caught.value.words.endswith(".")


class TestVideos:
    def test_of_a_phone_become_what_every_platform_takes(self, phone_film: Path, tmp_path: Path) -> None:
        shares: list[float] = []
        recipe = VideoRecipe(Framing((110, 0, 101, 180), 180, 320, (180, 320)), 30.0, 1_000_000)

        made = make(recipe, phone_film, probe(phone_film), to=tmp_path / "made.mp4", progress=shares.append)

        assert (made.mime_type, made.width, made.height) == ("video/mp4", 180, 320)
        assert (made.video_codec, made.video_profile, made.pixel_format) == ("h264", "High", "yuv420p")
        assert (made.audio_codec, made.channels, made.sample_rate) == ("aac", 2, 48000)
        assert (made.frame_rate, made.is_faststart) == (30.0, True)
        assert made.seconds == pytest.approx(1.0, abs=0.05)
        assert len(frames(tmp_path / "made.mp4")) == 30
        assert b"elst" not in (tmp_path / "made.mp4").read_bytes()
        assert shares == sorted(shares)
        assert shares[-1] == 1.0

    def test_are_trimmed_to_the_frame(self, tmp_path: Path) -> None:
        """Each picture of this film is a little brighter than the one before."""
        source = tmp_path / "brighter.mp4"
        grey = "geq=lum='16+4*N':cb=128:cr=128"
        run_ffmpeg("-f", "lavfi", "-i", "nullsrc=size=64x64:rate=25", "-vf", grey, "-t", 2, "-qp", 1, source)
        to = tmp_path / "made.mp4"

        make(VideoRecipe(whole(64, 64), 25.0, 2_000_000, start=0.4, seconds=0.8), source, probe(source), to=to)

        greys = [picture.convert("YCbCr").getpixel((32, 32))[0] for _, picture in frames(to)]  # type: ignore[index]
        first = [picture.convert("YCbCr").getpixel((32, 32))[0] for _, picture in frames(source)]  # type: ignore[index]
        assert len(greys) == 20
        assert greys == pytest.approx(first[10:30], abs=2)

    def test_stay_in_step_with_their_sound(self, tmp_path: Path) -> None:
        source, to = tmp_path / "flash.mp4", tmp_path / "made.mp4"
        flash = "color=black:size=64x64:rate=30,drawbox=color=white:t=fill:enable='between(t,0.49,0.7)'"
        beep = "aevalsrc='if(between(t,0.5,0.7),0.8*sin(6283*t),0)':s=48000"
        run_ffmpeg("-f", "lavfi", "-i", flash, "-f", "lavfi", "-i", beep, "-t", 1, source)

        make(VideoRecipe(whole(64, 64), 30.0, 1_000_000), source, probe(source), to=to)

        seen = next(at for at, picture in frames(to) if is_like(picture.getpixel((32, 32)), (255, 255, 255)))
        assert seen == pytest.approx(0.5, abs=0.005)
        assert first_sound(to) == pytest.approx(seen, abs=0.005)

    def test_keep_a_byte_limit_at_the_second_try(self, tmp_path: Path) -> None:
        source, to = film(tmp_path / "noise.mp4", extra=("-vf", "noise=alls=90:allf=t")), tmp_path / "made.mp4"
        found = probe(source)
        free = make(VideoRecipe(whole(320, 180), 30.0, 4_000_000), source, found, to=to)

        limit = free.size * 2 // 3
        bound = make(VideoRecipe(whole(320, 180), 30.0, 4_000_000, max_bytes=limit), source, found, to=to)
        assert limit / 2 < bound.size <= limit

        with pytest.raises(CannotMake, match="small enough"):
            make(VideoRecipe(whole(320, 180), 30.0, 4_000_000, max_bytes=9_000), source, found, to=to)

    def test_with_odd_sides_and_a_border_become_even(self, tmp_path: Path) -> None:
        odd = ("-vf", "format=yuv444p,crop=161:91:0:0")
        source = film(tmp_path / "odd.mkv", sound=(), extra=odd, seconds=0.4)
        recipe = VideoRecipe(Framing((0, 0, 161, 91), 160, 160, (160, 90)), 15.0, 500_000)

        made = make(recipe, source, probe(source), to=tmp_path / "made.mp4")

        assert (made.width, made.height, made.audio_codec, made.pixel_format) == (160, 160, "", "yuv420p")
        assert len(frames(tmp_path / "made.mp4")) == 6

    def test_too_bright_for_a_screen_are_brought_within_its_range(self, tmp_path: Path) -> None:
        source = hdr_film(tmp_path / "hdr.mov")
        found = probe(source)
        assert found.is_hdr

        made = make(VideoRecipe(whole(320, 180), 30.0, 1_000_000), source, found, to=tmp_path / "made.mp4")

        assert (made.is_hdr, made.pixel_format) == (False, "yuv420p")

    def test_that_stand_on_their_side_are_turned(self, tmp_path: Path) -> None:
        flat, turned = film(tmp_path / "flat.mp4", sound=(), seconds=0.2), tmp_path / "turned.mp4"
        run_ffmpeg("-display_rotation", 90, "-i", flat, "-c", "copy", turned)
        found = probe(turned)
        assert (found.width, found.height) == (180, 320)

        made = make(VideoRecipe(whole(180, 320), 30.0, 1_000_000), turned, found, to=tmp_path / "made.mp4")
        assert (made.width, made.height, made.rotation) == (180, 320, 0)

    def test_that_stand_on_their_side_stay_so_where_they_are_copied(self, tmp_path: Path) -> None:
        flat, turned = film(tmp_path / "flat.mp4", seconds=0.2), tmp_path / "turned.mov"
        run_ffmpeg("-display_rotation", 90, "-i", flat, "-c", "copy", turned)
        found = probe(turned)

        made = make(VideoRecipe(), turned, found, to=tmp_path / "made.mp4")

        assert (made.width, made.height, made.rotation) == (180, 320, found.rotation)
        assert found.rotation == 270

    @pytest.mark.parametrize("rotation", [0, 90])
    def test_of_pixels_that_are_not_square_get_others(self, rotation: int, tmp_path: Path) -> None:
        """Stored is a picture of 160 x 90, its left half red; it is shown twice as wide."""
        flat, source, to = tmp_path / "flat.mp4", tmp_path / "source.mp4", tmp_path / "made.mp4"
        halves = "color=blue:size=160x90:rate=25,drawbox=color=red:w=80:t=fill,setsar=2"
        run_ffmpeg("-f", "lavfi", "-i", halves, "-t", 0.2, "-pix_fmt", "yuv420p", flat)
        run_ffmpeg("-display_rotation", rotation, "-i", flat, "-c", "copy", source)
        found = probe(source)
        size = (90, 320) if rotation else (320, 90)
        assert (found.width, found.height, found.pixel_aspect) == (*size, 2.0)

        made = make(VideoRecipe(whole(*size), 25.0, 1_000_000), source, found, to=to)

        assert (made.width, made.height, made.pixel_aspect, made.rotation) == (*size, 1.0, 0)
        _, picture = frames(to)[0]
        first, last = ((45, 315), (45, 5)) if rotation else ((5, 45), (315, 45))
        assert is_like(picture.getpixel(first), RED)
        assert is_like(picture.getpixel(last), (0, 0, 255))

    def test_of_pixels_that_are_not_square_are_not_copied(self, tmp_path: Path) -> None:
        source = film(tmp_path / "wide.mov", seconds=0.2, extra=("-vf", "setsar=2"))
        with pytest.raises(CannotMake, match="did not become"):
            make(VideoRecipe(), source, probe(source), to=tmp_path / "made.mp4")

    def test_of_a_wavering_rate_become_steady(self, tmp_path: Path) -> None:
        source = tmp_path / "wavering.mp4"
        slow = "setpts='if(lt(N,10),N/30/TB,(N*2-10)/30/TB)'"
        extra = ("-vf", slow, "-fps_mode", "vfr", "-video_track_timescale", "90000")
        film(source, extra=extra, sound=())

        make(VideoRecipe(whole(320, 180), 30.0, 1_000_000), source, probe(source), to=tmp_path / "made.mp4")

        times = [at for at, _ in frames(tmp_path / "made.mp4")]
        assert {round(b - a, 3) for a, b in pairwise(times)} <= {0.033, 0.034}

    def test_in_the_wrong_container_are_copied(self, tmp_path: Path) -> None:
        extra = ("-metadata", "title=My house", "-metadata", "location=+52.5+013.4/")
        source, to = film(tmp_path / "film.mkv", extra=extra), tmp_path / "made.mp4"
        found = probe(source)

        made = make(VideoRecipe(), source, found, to=to)

        assert (made.mime_type, made.video_codec, made.is_faststart) == ("video/mp4", "h264", True)
        assert [picture.tobytes() for _, picture in frames(to)] == [picture.tobytes() for _, picture in frames(source)]
        assert not {"title", "location", "comment"} & set(tags(to))

    def test_with_the_wrong_sound_keep_their_pictures(self, tmp_path: Path) -> None:
        source, to = film(tmp_path / "film.mov", sound=("-c:a", "pcm_s16le")), tmp_path / "made.mp4"
        made = make(VideoRecipe(), source, probe(source), to=to)
        assert made.audio_codec == "aac"

    def test_that_are_damaged_are_refused_in_words(self, phone_film: Path, tmp_path: Path) -> None:
        half = tmp_path / "half.mov"
        half.write_bytes(phone_film.read_bytes()[:20_000])
        recipe = VideoRecipe(whole(320, 180), 30.0, 1_000_000)
        with pytest.raises(CannotMake, match="cannot be read"):
            make(recipe, half, probe(phone_film), to=tmp_path / "made.mp4")

    def test_that_are_playlists_are_not_followed(self, phone_film: Path, tmp_path: Path) -> None:
        playlist = tmp_path / "list.mov"
        playlist.write_text(f"ffconcat version 1.0\nfile '{phone_film}'\n")
        recipe = VideoRecipe(whole(320, 180), 30.0, 1_000_000)
        with pytest.raises(CannotMake, match=r"^This video is a list of where"):
            make(recipe, playlist, probe(phone_film), to=tmp_path / "made.mp4")

    def test_that_came_out_otherwise_than_planned_do_not_leave_the_house(
        self, phone_film: Path, tmp_path: Path
    ) -> None:
        longer = replace(probe(phone_film), seconds=3.0)
        with pytest.raises(CannotMake, match="did not become"):
            make(VideoRecipe(), phone_film, longer, to=tmp_path / "made.mp4")


@pytest.mark.parametrize("kind", [Kind.IMAGE, Kind.VIDEO])
def test_what_is_made_waits_for_no_turn_of_files_that_arrive(kind: Kind, tmp_path: Path) -> None:
    """Their number is limited by the places of the lane, and some take an hour."""
    source, began = tmp_path / "source", threading.Event()
    recipe: Recipe = PictureRecipe("image/jpeg", whole(64, 48, 32, 24))
    if kind == Kind.IMAGE:
        source.write_bytes(photo(64, 48))
    else:
        film(tmp_path / "film.mp4", seconds=0.2).rename(source)
        recipe = VideoRecipe(whole(320, 180), 30.0, 1_000_000)

    def work() -> None:
        make(recipe, source, found, to=tmp_path / "made", progress=lambda share: began.set())

    found, worker = probe(source), threading.Thread(target=work, daemon=True)
    with asking.TURNS, asking.TURNS:
        worker.start()
        assert began.wait(20)
    worker.join()


def encoded(image: Image.Image, form: str = "JPEG") -> bytes:
    out = io.BytesIO()
    image.save(out, form, **({"quality": 95, "subsampling": 0} if form == "JPEG" else {}))
    return out.getvalue()


def probe(path: Path) -> Probe:
    return look(path, name=path.name)


def is_like(found: Any, wanted: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 40 for a, b in zip(found, wanted, strict=False))
