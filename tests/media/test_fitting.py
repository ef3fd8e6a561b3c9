"""What becomes of a file for a platform: as it is, made anew, or a question for a person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from apps.media.fitting import Fitted, fit
from apps.media.fitting.words import aspect_words
from apps.media.recipes import Cut, Framing, PictureRecipe, VideoRecipe
from apps.platforms.capabilities import Capabilities, Counting
from tests.media.shapes import picture, settled, video

MIB = 1024 * 1024


def place(**limits: Any) -> Capabilities:
    """A platform with nothing but these limits."""
    usual = {
        "media_types": frozenset({"image/jpeg", "image/png", "video/mp4"}), "max_media": 4, "max_videos": 1,
        "video_codecs": frozenset({"h264"}), "audio_codecs": frozenset({"aac"}),
    }  # fmt: skip
    return Capabilities(max_text=500, counting=Counting.CODE_POINTS, **{**usual, **limits})


def made_picture(fitted: Fitted) -> PictureRecipe:
    assert isinstance(fitted.recipe, PictureRecipe)
    assert fitted.problems == ()
    return fitted.recipe


def made_video(fitted: Fitted) -> VideoRecipe:
    assert isinstance(fitted.recipe, VideoRecipe)
    assert fitted.problems == ()
    return fitted.recipe


class TestPictures:
    def test_go_as_they_are_where_nothing_speaks_against_it(self) -> None:
        shape = picture()
        assert fit(shape, Cut(), place()) == Fitted(None, shape)

    def test_are_made_smaller_and_keep_their_aspect(self) -> None:
        recipe = made_picture(fit(picture(4000, 3000), Cut(), place(max_width=1080, max_height=1920)))
        assert (recipe.framing.width, recipe.framing.height) == (1080, 810)
        assert recipe.framing.take == (0, 0, 4000, 3000)

    def test_keep_within_a_number_of_pixels(self) -> None:
        recipe = made_picture(fit(picture(4000, 3000), Cut(), place(max_image_pixels=2_073_600)))
        assert recipe.framing.width * recipe.framing.height <= 2_073_600
        assert recipe.framing.width == 1662

    def test_are_enlarged_up_to_twice_and_no_further(self) -> None:
        can = place(min_width=400, min_height=300)
        assert made_picture(fit(picture(250, 250), Cut(), can)).framing.width == 400
        fitted = fit(picture(190, 190), Cut(), can, label="Google")
        assert [problem.code for problem in fitted.problems] == ["too_small"]
        assert "Google takes pictures of at least 400 × 300 pixels" in fitted.problems[0].words

    def test_of_the_wrong_aspect_are_a_question(self) -> None:
        fitted = fit(picture(1080, 1920), Cut(), settled("instagram", "feed"), label="Instagram")
        (problem,) = fitted.problems
        assert problem.choices == ("crop", "pad")
        assert problem.words == (
            "Instagram takes pictures from 4:5 to 1.91:1 here; this one is 9:16. Crop it or add a border."
        )

    def test_are_cropped_around_the_focus(self) -> None:
        can = place(min_aspect=0.8, max_aspect=1.91)
        middle = made_picture(fit(picture(1080, 1920), Cut(fit="crop"), can)).framing
        above = made_picture(fit(picture(1080, 1920), Cut(fit="crop", focus=(0.5, 0.2)), can)).framing
        assert (middle.width, middle.height, middle.take) == (1080, 1350, (0, 285, 1080, 1350))
        assert above.take == (0, 0, 1080, 1350)

    def test_get_a_border_where_nothing_may_be_lost(self) -> None:
        framing = made_picture(fit(picture(1080, 1920), Cut(fit="pad"), place(min_aspect=0.8, max_aspect=1.91))).framing
        assert framing.take == (0, 0, 1080, 1920)
        assert framing.inner == (1080, 1920)
        assert (framing.width, framing.height) == (1536, 1920)

    def test_show_the_part_that_was_chosen_and_no_more(self) -> None:
        fitted = fit(picture(4000, 3000), Cut(box=(0.25, 0.5, 0.5, 0.5)), place())
        assert made_picture(fitted).framing.take == (1000, 1500, 2000, 1500)
        assert fitted.notes == ("Its edges are cut off.",)

    def test_with_too_many_bytes_get_fewer_pixels_before_they_get_ugly(self) -> None:
        fitted = fit(picture(4000, 3000, size=6_000_000), Cut(), place(max_image_bytes=2_000_000))
        recipe = made_picture(fitted)
        assert recipe.max_bytes == fitted.shape.size == 2_000_000
        assert recipe.framing.width * recipe.framing.height <= 5_000_000

    def test_that_can_be_seen_through_stay_png_where_they_fit(self) -> None:
        logo = picture(2000, 2000, mime_type="image/png", size=6_000_000)
        small = made_picture(fit(logo, Cut(), place(max_image_bytes=5_000_000, max_width=1000)))
        large = made_picture(fit(logo, Cut(), place(max_image_bytes=5_000_000)))
        assert (small.mime_type, small.max_bytes) == ("image/png", 0)
        assert large.mime_type == "image/jpeg"

    @pytest.mark.parametrize("mime_type", ["image/png", "image/webp", "image/gif"])
    def test_of_a_type_that_is_not_taken_become_jpegs(self, mime_type: str) -> None:
        fitted = fit(picture(mime_type=mime_type), Cut(), settled("instagram", "feed"))
        assert made_picture(fitted).mime_type == fitted.shape.mime_type == "image/jpeg"
        assert "It becomes a JPEG." in fitted.notes

    def test_that_move_go_as_they_are_or_not_at_all(self) -> None:
        moving = picture(600, 400, mime_type="image/gif", frames=20, size=900_000)
        assert fit(moving, Cut(), settled("x", "gif")) == Fitted(None, moving)
        (problem,) = fit(moving, Cut(), settled("threads", "media"), label="Threads").problems
        assert problem.words == "Threads takes no animated GIFs here. Upload it as a video (MP4)."
        (problem,) = fit(replace(moving, size=20_000_000), Cut(), settled("x", "gif"), label="X").problems
        assert problem.code == "animation_too_large"
        assert fit(moving, Cut(box=(0, 0, 0.5, 1)), settled("x", "gif")).problems[0].code == "animation"


class TestVideos:
    def test_go_as_they_are_where_nothing_speaks_against_it(self) -> None:
        shape = video(mime_type="video/mp4", video_codec="h264")
        assert fit(shape, Cut(), place()) == Fitted(None, shape)

    def test_of_a_phone_become_h264(self) -> None:
        fitted = fit(video(), Cut(), place())
        recipe = made_video(fitted)
        assert recipe.framing is not None
        assert (recipe.framing.width, recipe.framing.height, recipe.frame_rate) == (1920, 1080, 30.0)
        assert (fitted.shape.mime_type, fitted.shape.video_codec) == ("video/mp4", "h264")

    def test_in_the_wrong_container_are_put_into_another(self) -> None:
        assert fit(video(video_codec="h264"), Cut(), place()).recipe == VideoRecipe()
        hevc = place(video_codecs=frozenset({"h264", "hevc"}))
        assert fit(video(), Cut(), hevc).recipe == VideoRecipe()

    @pytest.mark.parametrize("mime_type", ["video/mp4", "video/quicktime"])
    def test_of_pixels_that_are_not_square_are_made_anew(self, mime_type: str) -> None:
        shape = video(1920, 1080, mime_type=mime_type, video_codec="h264", pixel_aspect=1.3333)

        fitted = fit(shape, Cut(), place())

        assert made_video(fitted).framing == Framing((0, 0, 1920, 1080), 1920, 1080, (1920, 1080))
        assert fitted.shape.pixel_aspect == 1.0
        assert "It gets square pixels, so that it is shown alike everywhere." in fitted.notes

    def test_with_the_wrong_sound_keep_their_pictures(self) -> None:
        fitted = fit(video(mime_type="video/mp4", video_codec="h264", audio_codec="pcm_s16le"), Cut(), place())
        assert (fitted.recipe, fitted.shape.audio_codec) == (VideoRecipe(), "aac")

    def test_are_cropped_to_the_nearest_aspect_in_even_sides(self) -> None:
        can = place(min_video_aspect=9 / 16, max_video_aspect=9 / 16)
        (problem,) = fit(video(1921, 1081), Cut(), can, label="Instagram").problems
        assert problem.choices == ("crop", "pad")
        assert problem.words.startswith("Instagram takes videos from 9:16 to 9:16 here; this one is 16:9.")

        framing = made_video(fit(video(3840, 2160), Cut(fit="crop"), can)).framing
        assert framing is not None
        assert (framing.width, framing.height) == (1080, 1920)
        assert framing.take == (1312, 0, 1215, 2160)

        framing = made_video(fit(video(1920, 1080), Cut(fit="pad"), can)).framing
        assert framing is not None
        assert (framing.width, framing.height, framing.inner) == (1080, 1920, (1080, 608))

    @pytest.mark.parametrize(
        ("rate", "least", "most", "made"),
        [(60.0, None, 30.0, 30.0), (59.94, 23.0, 60.0, 59.94), (50.0, None, 30.0, 25.0), (240.0, None, None, 60.0),
         (15.0, 23.0, 60.0, 30.0), (0.0, 24.0, 60.0, 30.0), (12.0, None, 60.0, 12.0)],
    )  # fmt: skip
    def test_get_a_constant_rate_within_the_bounds(
        self, rate: float, least: float | None, most: float | None, made: float
    ) -> None:
        can = place(min_frame_rate=least, max_frame_rate=most)
        assert made_video(fit(video(frame_rate=rate), Cut(), can)).frame_rate == made

    def test_keep_a_byte_limit_by_their_bit_rate(self) -> None:
        fitted = fit(video(seconds=100.0, size=400_000_000), Cut(), place(max_video_bytes=25_000_000))
        recipe = made_video(fitted)
        assert recipe.bit_rate * 100 / 8 < 25_000_000
        assert recipe.max_bytes == 25_000_000
        assert fitted.shape.size <= 25_000_000

    def test_too_long_for_a_byte_limit_get_fewer_pixels_and_then_are_a_question(self) -> None:
        long = made_video(fit(video(seconds=1000.0, size=400_000_000), Cut(), place(max_video_bytes=60_000_000)))
        assert long.framing is not None
        assert long.framing.width < 1280
        (problem,) = fit(video(seconds=9000.0, size=2**31), Cut(), place(max_video_bytes=60_000_000)).problems
        assert problem.choices == ("trim",)

    def test_too_long_are_a_question_until_they_are_trimmed(self) -> None:
        can = place(max_video_seconds=60.0)
        shape = video(seconds=75.0)
        (problem,) = fit(shape, Cut(), can, label="Instagram").problems
        assert (problem.code, problem.choices) == ("video_too_long", ("trim",))
        assert "up to 60 seconds here; this one lasts 75 seconds" in problem.words

        recipe = made_video(fit(shape, Cut(start=10.0, end=40.0), can))
        assert (recipe.start, recipe.seconds) == (10.0, 30.0)

    def test_as_long_as_can_be_leave_room_for_their_last_sound(self) -> None:
        fitted = fit(video(seconds=60.0), Cut(), place(max_video_seconds=60.0))
        assert made_video(fitted).seconds == fitted.shape.seconds == 59.9

    def test_too_short_need_another_film_or_more_of_this_one(self) -> None:
        can = place(min_video_seconds=3.0)
        assert fit(video(seconds=2.0), Cut(), can).problems[0].choices == ()
        assert fit(video(seconds=9.0), Cut(start=8.0), can).problems[0].choices == ("trim",)
        assert fit(video(seconds=9.0), Cut(start=9.5), can).problems[0].code == "video_too_short"

    def test_are_no_larger_than_anybody_shows(self) -> None:
        framing = made_video(fit(video(3840, 2160), Cut(), place())).framing
        assert framing is not None
        assert (framing.width, framing.height) == (1920, 1080)


class TestTheRest:
    def test_goes_as_it_is_or_not_at_all(self) -> None:
        paper = picture(0, 0, mime_type="application/pdf")
        taken = settled("linkedin", "document")
        assert fit(paper, Cut(), taken) == Fitted(None, paper)
        assert fit(paper, Cut(), place()).problems[0].code == "media_type"
        assert fit(replace(paper, size=200 * MIB), Cut(), taken).problems[0].code == "media_too_large"


def test_two_platforms_with_the_same_needs_share_a_recipe() -> None:
    one = made_video(fit(video(), Cut(), place(max_video_bytes=300_000_000)))
    other = made_video(fit(video(), Cut(), place(max_video_bytes=512_000_000, max_frame_rate=60.0)))
    assert one.key("a" * 64) == other.key("a" * 64)
    assert one.key("a" * 64) != one.key("b" * 64)
    assert replace(one, frame_rate=25.0).key("a" * 64) != one.key("a" * 64)


@pytest.mark.parametrize(
    ("aspect", "words"),
    [(9 / 16, "9:16"), (0.8, "4:5"), (1.91, "1.91:1"), (16 / 9, "16:9"), (1.0, "1:1"), (0.01, "1:100"), (10, "10:1"),
     (1920 / 1081, "16:9")],
)  # fmt: skip
def test_aspects_are_written_as_people_write_them(aspect: float, words: str) -> None:
    assert aspect_words(aspect) == words


@pytest.mark.parametrize(
    "stored",
    [{"box": [0, 0, 0, 0]}, {"box": "all"}, {"focus": [None, 1]}, {"fit": "stretch"}, {"start": -4}, {"end": 0},
     {"box": [0, 0, 1, 1]}, {"start": True}, {"end": float("nan")}],
    ids=str,
)  # fmt: skip
def test_a_stored_choice_that_makes_no_sense_is_none(stored: dict[str, Any]) -> None:
    assert Cut.from_json(stored) == Cut()
    assert Cut().to_json() == {}


def test_a_choice_survives_its_row() -> None:
    cut = Cut(box=(0.1, 0.2, 0.5, 0.5), focus=(0.2, 0.4), fit="pad", start=1.5, end=9.0)
    assert Cut.from_json(cut.to_json()) == cut
