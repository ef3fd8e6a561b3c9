"""How early a post may be prepared, by platform, format and operator."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from apps.platforms import ahead, registry
from apps.platforms.ahead import Said
from apps.platforms.formats import with_limits
from tests.platforms.drafts import draft, picture, video

HALF_AN_HOUR, NOTHING = timedelta(minutes=30), timedelta(0)
BEGUN_AT = datetime(2026, 11, 29, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", registry.names())
def test_what_is_prepared_as_early_as_may_be_outlives_its_hour_by_as_much_again(name):
    can = registry.capabilities(name)
    for one in (can, *(with_limits(can, one.limits) for one in can.formats)):
        assert NOTHING <= one.stage_ahead <= HALF_AN_HOUR
        assert one.staged_for is None or one.stage_ahead <= one.staged_for / 2


def test_a_text_has_nothing_to_prepare_where_no_container_is_made():
    text = draft("Good morning")
    spans = {name: ahead.before_the_hour(name, text, Said()) for name in registry.names()}
    assert {name for name, span in spans.items() if not span} == {"mastodon", "bluesky", "linkedin", "facebook", "x"}


def test_a_picture_is_prepared_half_an_hour_ahead_and_less_where_it_lapses_sooner():
    written = draft("Good morning", picture())
    spans = {name: ahead.before_the_hour(name, written, Said()) for name in ("mastodon", "x", "bluesky", "tiktok")}
    assert spans == {
        "mastodon": HALF_AN_HOUR,
        "x": HALF_AN_HOUR,
        "bluesky": timedelta(minutes=10),
        "tiktok": timedelta(minutes=20),
    }


def test_a_format_may_differ_and_the_longest_span_covers_them_all():
    assert ahead.before_the_hour("bluesky", draft("Waves", video()), Said()) == timedelta(minutes=25)
    assert ahead.longest("bluesky", Said()) == timedelta(minutes=25)


def test_the_operator_may_say_otherwise_within_what_stays_good():
    written, given = draft("Waves", video(), options={"title": "Waves"}), Said(given=timedelta(hours=2))
    assert ahead.before_the_hour("youtube", written, given) == timedelta(hours=2)
    assert ahead.before_the_hour("instagram", written, given) == timedelta(hours=2)
    assert ahead.before_the_hour("tiktok", written, given) == timedelta(minutes=27, seconds=30)
    assert ahead.longest("tiktok", given) == timedelta(hours=2), "of pictures nothing lapses that soon"


def test_the_operator_may_shorten_it_for_all_and_lengthen_it_for_one():
    five_minutes = Said(most=timedelta(minutes=5))
    assert ahead.longest("x", five_minutes) == timedelta(minutes=5)
    assert ahead.longest("youtube", replace(five_minutes, given=timedelta(hours=1))) == timedelta(hours=1)
    assert ahead.before_the_hour("x", draft("", picture()), Said(most=NOTHING)) == NOTHING


def test_what_was_seen_to_take_longer_begins_sooner_within_what_stays_good():
    film, slow = (
        draft("Waves", video(), options={"title": "Waves"}),
        Said(most=HALF_AN_HOUR, measured=timedelta(hours=3)),
    )
    spans = [ahead.before_the_hour(name, film, slow) for name in ("youtube", "tiktok")]
    assert spans == [timedelta(hours=3), timedelta(minutes=27, seconds=30)]


def test_what_was_seen_to_be_quick_begins_as_ever():
    quick = Said(most=HALF_AN_HOUR, measured=timedelta(minutes=3))
    assert ahead.longest("youtube", quick) == HALF_AN_HOUR


def test_what_the_operator_says_holds_whatever_was_measured():
    slow = Said(measured=timedelta(hours=3))
    assert ahead.longest("youtube", replace(slow, given=timedelta(hours=1))) == timedelta(hours=1)
    assert ahead.longest("youtube", replace(slow, most=NOTHING)) == NOTHING


def test_an_operator_can_switch_it_off():
    given = Said(given=NOTHING)
    assert ahead.longest("youtube", given) == NOTHING
    assert ahead.before_the_hour("youtube", draft("", video()), given) == NOTHING


@pytest.mark.parametrize(
    ("name", "lasts"),
    [
        ("instagram", timedelta(hours=23)),
        ("mastodon", timedelta(hours=18)),
        ("tiktok", timedelta(minutes=55)),
        ("youtube", None),
    ],
)
def test_what_was_prepared_is_good_until(name, lasts):
    told = ahead.good_until(name, draft("", video()), begun_at=BEGUN_AT)
    assert told == (BEGUN_AT + lasts if lasts else None)


def test_what_needed_no_preparation_has_no_end():
    assert ahead.good_until("mastodon", draft("Good morning"), begun_at=BEGUN_AT) is None
