"""The contract between rules and renditions: what fitting promises is what each platform's rules take."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.media.fitting import fit
from apps.media.fitting import pictures as fitting_of_pictures
from apps.media.fitting import videos as fitting_of_videos
from apps.media.fitting.framing import Bounds
from apps.media.recipes import Cut, canonical, recipe_from_json
from apps.platforms.capabilities import Capabilities
from apps.platforms.contract import Draft, MediaFile
from apps.platforms.media_rules import media_problems
from apps.platforms.problem import Problem
from tests.media import shapes

PLACES = shapes.every_place()
places = st.sampled_from([place for place in PLACES if shapes.settled(*place).max_media])
# Drawn so that most of it meets the bounds of platforms from both sides: what no place takes anyway shows little.
SIDES = st.integers(1, 12_000) | st.integers(150, 4000)
USUAL_SIDES = st.sampled_from(
    [1, 2, 31, 199, 200, 320, 359, 360, 539, 540, 720, 1079, 1080, 1081, 1280, 1920, 3840, 4000, 6100, 8000]
)
SIZES = st.sampled_from([100_000, 1_999_999, 2_000_001, 8_000_001, 300_000_001]) | st.integers(1, 30_000_000)

pictures = st.builds(
    shapes.picture,
    width=SIDES | USUAL_SIDES,
    height=SIDES | USUAL_SIDES,
    size=SIZES,
    mime_type=st.sampled_from(["image/jpeg", "image/png", "image/webp", "image/gif"]),
    frames=st.sampled_from([1, 1, 1, 2, 300]),
)
videos = st.builds(
    shapes.video,
    width=SIDES | USUAL_SIDES,
    height=SIDES | USUAL_SIDES,
    size=SIZES,
    mime_type=st.sampled_from(["video/mp4", "video/quicktime", "video/x-matroska", "video/webm"]),
    seconds=st.sampled_from([0.0, 2.99, 3.0, 5.0, 20.0, 59.98, 60.0, 60.01, 90.0, 140.0, 600.0])
    | st.floats(0.01, 9000),
    frame_rate=st.sampled_from(
        [0.0, 1.0, 12.0, 15.0, 23.976, 24.0, 25.0, 29.97, 30.0, 50.0, 59.94, 60.0, 119.88, 240.0]
    ),
    video_codec=st.sampled_from(["", "h264", "hevc", "vp9", "av1", "mpeg4", "prores"]),
    audio_codec=st.sampled_from(["", "aac", "pcm_s16le", "opus", "mp3"]),
    bit_rate=st.integers(0, 200_000_000),
)
ordinary_videos = st.builds(
    shapes.video,
    width=SIDES | USUAL_SIDES,
    height=SIDES | USUAL_SIDES,
    size=SIZES,
    mime_type=st.just("video/mp4"),
    seconds=st.floats(0.01, 50_000),
    frame_rate=st.sampled_from([24.0, 25.0, 29.97, 30.0]),
    video_codec=st.just("h264"),
    audio_codec=st.sampled_from(["", "aac"]),
    bit_rate=st.integers(0, 20_000_000),
)
documents = st.builds(shapes.picture, size=SIZES, mime_type=st.sampled_from(["application/pdf", "audio/mpeg"]))
shares = st.floats(0, 1)
cuts = st.builds(
    lambda box, focus, fit, start, length: Cut.from_json(
        {"box": box, "focus": focus, "fit": fit, "start": start, "end": start + length if length else None}
    ),
    box=st.none() | st.none() | st.tuples(shares, shares, shares, shares),
    focus=st.tuples(shares, shares),
    fit=st.sampled_from(["", "crop", "crop", "pad", "pad"]),
    start=st.sampled_from([0.0, 0.0, 0.0, 1.5, 400.0]),
    length=st.none() | st.none() | st.floats(0.05, 700),
)


@settings(max_examples=1500)
@given(place=places, shape=pictures | videos | documents, cut=cuts)
def test_what_fits_is_what_the_rules_take(place: tuple[str, str], shape: MediaFile, cut: Cut) -> None:
    can = shapes.settled(*place)

    fitted = fit(shape, cut, can, label="It")

    if fitted.is_fine:
        assert problems_of(fitted.shape, can) == []
    if fitted.recipe is None:
        assert fitted.shape == shape
    else:
        assert recipe_from_json(fitted.recipe.to_json()) == fitted.recipe
        assert_is_sound(fitted.recipe, shape)
    for problem in fitted.problems:
        assert problem.words.endswith(".")


@settings(max_examples=400)
@given(place=places, shape=pictures | ordinary_videos)
def test_what_is_taken_as_it_is_is_never_made_anew(place: tuple[str, str], shape: MediaFile) -> None:
    can = shapes.settled(*place)
    is_still = shape.frames == 1

    if can.max_media and is_still and not problems_of(shape, can) and bounds_of(shape, can).admit(*size_of(shape)):
        fitted = fit(shape, Cut(), can, label="It")
        assert (fitted.recipe, fitted.problems) == (None, ())


@pytest.mark.parametrize("place", PLACES, ids="-".join)
def test_each_place_takes_a_photo_and_a_film_of_a_phone_or_says_why_not(place: tuple[str, str]) -> None:
    can, cut = shapes.settled(*place), Cut(fit="crop")
    for shape, noun in ((shapes.picture(), "pictures"), (shapes.video(), "videos")):
        fitted = fit(shape, cut, can, label="It")
        words = "".join(problem.words for problem in fitted.problems)
        assert words in ("", f"It takes no {noun} here.", "It takes no files here.") or "GIF only" in words


def test_the_rules_notice_a_file_that_is_not_fitted() -> None:
    """The control: without fitting, the same files do not pass everywhere."""
    noticed = {place for place in PLACES if problems_of(shapes.picture(), shapes.settled(*place))}
    assert ("tiktok", "photos") in noticed
    noticed = {place for place in PLACES if problems_of(shapes.video(), shapes.settled(*place))}
    assert ("youtube", "short") in noticed


def problems_of(shape: MediaFile, can: Capabilities) -> list[Problem]:
    """What the rules say of this one file; how many files a post has is another matter."""
    draft = Draft("", media=(shape,))
    return [one for one in media_problems(draft, can, "It", limit=1) if one.field == "media.0"]


def bounds_of(shape: MediaFile, can: Capabilities) -> Bounds:
    return (fitting_of_pictures if shape.is_image else fitting_of_videos).bounds_of(can)


def size_of(shape: MediaFile) -> tuple[int, int]:
    return shape.width, shape.height


def assert_is_sound(recipe: Any, shape: MediaFile) -> None:
    assert canonical(recipe) == canonical(recipe_from_json(recipe.to_json()))
    framing = recipe.framing
    if framing is None:
        return
    left, top, width, height = framing.take
    assert min(left, top) >= 0
    assert min(width, height) >= 1
    assert left + width <= shape.width
    assert top + height <= shape.height
    assert framing.inner[0] <= framing.width
    assert framing.inner[1] <= framing.height
    assert framing.inner[0] == framing.width or framing.inner[1] == framing.height
    if shape.is_video:
        assert framing.width % 2 == framing.height % 2 == framing.inner[0] % 2 == framing.inner[1] % 2 == 0
