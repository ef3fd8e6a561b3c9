"""Captions of a video: made SubRip, sent once, and shown with the video that goes out."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from apps.platforms.errors import Rejected
from tests.platforms.drafts import SAID, caption, draft, video
from tests.platforms.x.conftest import problem

SHOW, BEGIN = "/2/media/subtitles", "/2/media/upload/initialize"
FILMS, ENGLISH, GERMAN = "100", "201", "202"


def answers(**changes):
    """A video and its captions, of which X gives each the next id."""
    begun = [(200, {"data": {"id": one, "media_key": f"7_{one}"}}) for one in (FILMS, ENGLISH, GERMAN)]
    usual = {f"POST {BEGIN}": begun, f"POST {SHOW}": [(200, {"data": {"id": FILMS}})]}
    for one in (FILMS, ENGLISH, GERMAN):
        usual[f"POST /2/media/upload/{one}/append"] = [(200, {"data": {"expires_at": 1}})]
        usual[f"POST /2/media/upload/{one}/finalize"] = [(200, {"data": {"id": one, "expires_after_secs": 86400}})]
    return {**usual, **changes}


def stored(staged):
    return replace(staged, data=json.loads(json.dumps(dict(staged.data))))


def bodies(server, path):
    sent = zip(server.requests, server.bodies, strict=True)
    return [json.loads(body) for (_, asked), body in sent if asked == path]


def film(*captions):
    return draft("Look", video(filling=500), captions=captions)


def test_each_language_is_a_file_of_its_own_that_is_shown_with_the_video(x, credential):
    server, adapter = x(answers())
    staged = adapter.stage(film(caption("en"), caption("de", label="Deutsch")), credential, key="k", before=None)

    assert staged.ready
    assert [one["media_category"] for one in bodies(server, BEGIN)] == ["tweet_video", "subtitles", "subtitles"]
    assert [one["media_type"] for one in bodies(server, BEGIN)][1:] == ["text/srt", "text/srt"]
    shown = bodies(server, SHOW)
    assert [one["id"] for one in shown] == [FILMS, FILMS]
    assert [one["subtitles"] for one in shown] == [
        {"id": ENGLISH, "language_code": "EN", "display_name": "en"},
        {"id": GERMAN, "language_code": "DE", "display_name": "Deutsch"},
    ]
    (sent,) = [
        one for one, (_, path) in zip(server.bodies, server.requests, strict=True) if f"{ENGLISH}/append" in path
    ]
    assert b"00:00:01,000 --> 00:00:03,500\nThe sea is calm." in sent
    assert b"WEBVTT" not in sent


def test_what_was_shown_is_not_shown_again(x, credential):
    server, adapter = x(answers())
    written = film(caption("en"))
    staged = stored(adapter.stage(written, credential, key="k", before=None))
    count = len(server.requests)
    adapter.stage(written, credential, key="k", before=staged)
    assert len(server.requests) == count


def test_captions_whose_answer_was_lost_are_shown_without_being_sent_again(x, credential):
    server, adapter = x(answers(**{f"POST {SHOW}": [(503, {}), (200, {"data": {"id": FILMS}})]}))
    written = film(caption("en"))
    paused = stored(adapter.stage(written, credential, key="k", before=None))
    assert not paused.ready

    assert adapter.stage(written, credential, key="k", before=paused).ready
    assert len(bodies(server, SHOW)) == 2
    assert len(bodies(server, BEGIN)) == 2


def test_other_words_or_another_language_are_sent_and_shown(x, credential):
    server, adapter = x(answers())
    staged = stored(adapter.stage(film(caption("en")), credential, key="k", before=None))
    staged = stored(adapter.stage(film(caption("en", f"{SAID}\n")), credential, key="k", before=staged))
    assert len(bodies(server, BEGIN)) == 3
    adapter.stage(film(caption("fr", f"{SAID}\n")), credential, key="k", before=staged)
    assert len(bodies(server, BEGIN)) == 3
    assert [one["subtitles"]["language_code"] for one in bodies(server, SHOW)] == ["EN", "EN", "FR"]


@pytest.mark.parametrize(
    ("captions", "field"),
    [
        ((caption("en"), caption("pt-BR"), caption("pt-PT")), "captions.2"),
        ((caption("en", "WEBVTT\n\nNOTE silence\n"),), "captions.0"),
        ((caption("en", "1\n00:00:01,000 --> 00:00:02,000\nHi\n"),), "captions.0"),
    ],
)
def test_captions_that_x_cannot_show_are_refused_before_anything_is_sent(x, credential, captions, field):
    server, adapter = x(answers())
    with pytest.raises(Rejected) as refused:
        adapter.stage(film(*captions), credential, key="k", before=None)
    assert (refused.value.field, server.requests) == (field, [])


def test_captions_that_x_refuses_are_named(x, credential):
    refusal = problem(400, "Invalid language code", type="https://api.x.com/2/problems/invalid-request")
    _, adapter = x(answers(**{f"POST {SHOW}": [refusal]}))
    with pytest.raises(Rejected) as refused:
        adapter.stage(film(caption("en")), credential, key="k", before=None)
    assert refused.value.field == "captions.0"


def test_captions_without_a_video_are_left_out(x, credential):
    _, adapter = x({})
    staged = adapter.stage(draft("Words alone", captions=(caption("en"),)), credential, key="k", before=None)
    assert staged.ready


def test_a_throttled_caption_keeps_what_was_sent(x, credential):
    _, adapter = x(answers(**{f"POST {SHOW}": [(429, {"title": "Too Many Requests", "status": 429})]}))
    paused = adapter.stage(film(caption("en")), credential, key="k", before=None)
    assert not paused.ready
    assert paused.data["subtitles"][0]["id"] == ENGLISH
