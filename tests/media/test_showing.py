"""Thumbnails, posters and placeholders, as a person would see them."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from apps.media import probing
from apps.media.errors import FileRefused
from tests.media.corpus import H264, HEVC, TEN_BITS, at, ffmpeg_film, run

Colour = tuple[int, int, int]
RED, GREEN, BLUE = (254, 0, 0), (0, 128, 0), (0, 0, 254)


def thumbnail(path: Path, **options: object) -> Image.Image:
    to = path.with_suffix(".small")
    probing.thumbnail(path, probing.probe(path, name=path.name), to=to, **options)  # type: ignore[arg-type]
    image = Image.open(to, formats=("WEBP",))
    image.load()
    return image


def is_near(colour: object, wanted: Colour, by: int = 30) -> bool:
    return all(abs(a - b) <= by for a, b in zip(colour, wanted, strict=True))  # type: ignore[call-overload]


def quarters(path: Path) -> None:
    """Red, green, blue and white, from the upper left as one reads."""
    image = Image.new("RGB", (64, 48), "white")
    image.paste("red", (0, 0, 32, 24))
    image.paste("green", (32, 0, 64, 24))
    image.paste("blue", (0, 24, 32, 48))
    image.save(path)


def scenes(path: Path) -> None:
    """A second of red, one of green, one of blue."""
    inputs = [
        part for name in ("red", "green", "blue") for part in ("-f", "lavfi", "-i", f"color={name}:s=64x48:r=10:d=1")
    ]
    run("-y", *inputs, "-filter_complex", "concat=n=3", *H264, "-g", "15", str(path))


def test_a_large_picture_becomes_small_and_keeps_its_shape(corpus: Path) -> None:
    assert thumbnail(at("photo of 12 MP.jpg", corpus)).size == (480, 640)


def test_a_small_picture_is_not_made_larger(corpus: Path) -> None:
    assert thumbnail(at("plain.png", corpus)).size == (40, 20)


def test_one_sees_through_where_one_saw_through(corpus: Path) -> None:
    assert thumbnail(at("clear.webp", corpus)).getpixel((0, 0))[3] == pytest.approx(128, abs=4)  # type: ignore[index]


@pytest.mark.parametrize(
    "name", ["palette.png", "scan of 16 bits.png", "print.jpg", "moving.gif", "phone.heic", "fax.png"]
)
def test_pictures_of_every_kind_have_one(name: str, corpus: Path) -> None:
    assert thumbnail(at(name, corpus)).mode in ("RGB", "RGBA")


@pytest.mark.parametrize("degrees", [90, -90, 180])
def test_a_video_is_shown_as_a_player_turns_it(degrees: int, tmp_path: Path) -> None:
    quarters(tmp_path / "still.png")
    plain, path, seen = tmp_path / "plain.mp4", tmp_path / "turned.mp4", tmp_path / "seen.png"
    ffmpeg_film("-i", str(tmp_path / "still.png"), *H264)(plain)
    run("-y", "-display_rotation", str(degrees), "-i", str(plain), "-c", "copy", str(path))
    # FFmpeg plays it as any player would.
    run("-y", "-i", str(path), "-frames:v", "1", str(seen))

    small, wanted = thumbnail(path), Image.open(seen).convert("RGB")

    assert small.size == wanted.size
    corners = [(8, 8), (small.width - 8, 8), (8, small.height - 8)]
    assert all(is_near(small.getpixel(corner), wanted.getpixel(corner)) for corner in corners)  # type: ignore[arg-type]


def test_a_picture_is_taken_at_its_moment(tmp_path: Path) -> None:
    scenes(path := tmp_path / "scenes.mp4")
    found = probing.probe(path, name="scenes.mp4")
    shots = []
    for moment in (0.0, 0.95, 1.0, 2.5, 99.0):
        shape = probing.poster(path, found, to=tmp_path / "poster.jpg", at=moment)
        assert (shape.mime_type, shape.width, shape.height) == ("image/jpeg", 64, 48)
        shots.append(Image.open(tmp_path / "poster.jpg").getpixel((30, 20)))

    for shot, wanted in zip(shots, (RED, RED, GREEN, BLUE, BLUE), strict=True):
        assert is_near(shot, wanted)


def test_without_a_moment_a_picture_is_chosen_that_shows_something(tmp_path: Path) -> None:
    path = tmp_path / "fade.mp4"
    inputs = ("-f", "lavfi", "-i", "color=black:s=64x48:r=10:d=1", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=3")
    run("-y", *inputs, "-filter_complex", "concat=n=2", *H264, "-g", "5", str(path))

    assert max(high for _, high in thumbnail(path).getextrema()) > 200  # type: ignore[misc]


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_hdr_looks_right_on_an_ordinary_screen(transfer: str, tmp_path: Path) -> None:
    """Paper white is stored at 58 % of the signal by one curve and at 75 % by the other, and has to look white."""
    signal = {"smpte2084": 0x94, "arib-std-b67": 0xBF}[transfer]
    path = tmp_path / "white.mp4"
    still = ("-f", "lavfi", "-i", f"color=c=0x{signal:02x}{signal:02x}{signal:02x}:s=64x48:d=0.1")
    colours = f"log-level=error:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc"
    ffmpeg_film(*still, *HEVC, colours, *TEN_BITS)(path)

    red, green, blue = thumbnail(path).getpixel((20, 20))  # type: ignore[misc]

    assert 222 <= green <= 250
    assert max(red, green, blue) - min(red, green, blue) <= 6


def test_the_placeholder_is_tiny(corpus: Path, tmp_path: Path) -> None:
    small = tmp_path / "small.webp"
    path = at("film.mp4", corpus)
    probing.thumbnail(path, probing.probe(path, name="film.mp4"), to=small)

    address = probing.placeholder(small)

    assert len(address) < 1000
    kind, _, content = address.partition(",")
    assert kind == "data:image/webp;base64"
    assert max(Image.open(io.BytesIO(base64.b64decode(content))).size) <= 24


def test_a_document_has_no_picture(corpus: Path, tmp_path: Path) -> None:
    path = at("menu.pdf", corpus)

    with pytest.raises(FileRefused, match="no picture to show"):
        probing.thumbnail(path, probing.probe(path, name="menu.pdf"), to=tmp_path / "small")


def test_the_poster_of_a_phone_video_holds_nothing_private(corpus: Path, tmp_path: Path) -> None:
    path = at("phone.mov", corpus)

    probing.poster(path, probing.probe(path, name="phone.mov"), to=tmp_path / "poster.jpg", at=0.1)

    assert b"4711" not in (tmp_path / "poster.jpg").read_bytes()
