"""Captions of a film: on it before its hour, never in its way, and never twice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes

import pytest

from apps.platforms.adapters.youtube import permits
from apps.platforms.adapters.youtube.abilities import CAPABILITIES
from apps.platforms.errors import TokenExpired
from apps.platforms.validation import problems
from tests.platforms.drafts import SAID, caption, picture
from tests.platforms.youtube.answers import PUBLISH, THUMBNAIL, VIDEO, film, found, listing, prepared, refusal

PUT, LIST, DROP = "POST /upload/youtube/v3/captions", "GET /youtube/v3/captions", "DELETE /youtube/v3/captions"
EXISTS = refusal(409, "captionExists")


def track(id="track-1", **snippet):
    return 200, {"kind": "youtube#caption", "id": id, "snippet": {"language": "en", "name": "", **snippet}}


def standing(id="track-0", language="en", name=""):
    return listing({"id": id, "snippet": {"language": language, "name": name}})


def stored(staged):
    return replace(staged, data=json.loads(json.dumps(dict(staged.data))))


def staged_with(youtube, credential, written, answers, before=None):
    server, adapter = youtube(answers)
    return server, adapter, adapter.stage(written, credential, key="k", before=before or prepared(written))


def made(server, call):
    method, path = call.split()
    return [one for one in server.requests if one[0] == method and one[1].partition("?")[0] == path]


def test_captions_are_sent_with_their_language_and_name(youtube, credential, sent):
    written = film(captions=(caption("de-AT", label="Deutsch"),))
    server, _, staged = staged_with(youtube, credential, written, {PUT: [track()]})

    (request,) = [one for one in sent if one.url.path == "/upload/youtube/v3/captions"]
    assert dict(request.url.params) == {"uploadType": "multipart", "part": "snippet"}
    assert request.headers["content-type"].startswith("multipart/related; boundary=")
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n"
    body = message_from_bytes(head.encode() + server.bodies[0])
    resource, file = body.get_payload()
    assert json.loads(resource.get_payload()) == {
        "snippet": {"videoId": VIDEO, "language": "de-AT", "name": "Deutsch", "isDraft": False}
    }
    assert file.get_payload() == SAID
    assert staged.ready
    assert staged.data["captions"]["de-AT"]["outcome"] == "set"


def test_captions_that_are_there_are_not_sent_again(youtube, credential):
    written = film(captions=(caption("en"), caption("de")))
    server, adapter, staged = staged_with(youtube, credential, written, {PUT: [track("a"), track("b")]})
    assert len(made(server, PUT)) == 2

    adapter.stage(written, credential, key="k", before=stored(staged))

    assert len(made(server, PUT)) == 2


def test_a_lost_answer_is_looked_up_and_the_captions_are_not_sent_twice(youtube, credential):
    written = film(captions=(caption("en"),))
    answers = {PUT: [refusal(503, "backendError"), EXISTS], LIST: [standing("track-7")]}
    server, adapter, paused = staged_with(youtube, credential, written, answers)
    assert not paused.ready

    done = adapter.stage(written, credential, key="k", before=stored(paused))

    assert done.ready
    assert (done.data["captions"]["en"]["track"], done.data["captions"]["en"]["outcome"]) == ("track-7", "set")
    assert made(server, DROP) == []


def test_captions_of_a_process_that_died_are_replaced(youtube, credential):
    """Nobody wrote down which words they have."""
    written = film(captions=(caption("en"),))
    answers = {PUT: [EXISTS, track("track-8")], LIST: [standing("track-7")], DROP: [(204, b"")]}
    server, _, staged = staged_with(youtube, credential, written, answers)
    assert staged.data["captions"]["en"]["track"] == "track-8"
    assert made(server, DROP) == [("DELETE", "/youtube/v3/captions?id=track-7")]


@pytest.mark.parametrize(
    ("later", "dropped", "count"),
    [
        ((caption("en", f"{SAID}\n"),), ["track-1"], 2),
        ((caption("en", label="English"),), ["track-1"], 2),
        ((caption("fr"),), ["track-1"], 2),
        ((), ["track-1"], 1),
    ],
)
def test_captions_follow_the_draft(youtube, credential, later, dropped, count):
    answers = {PUT: [track("track-1"), track("track-2")], DROP: [(204, b"")]}
    written = film(captions=(caption("en"),))
    server, adapter, staged = staged_with(youtube, credential, written, answers)

    done = adapter.stage(replace(written, captions=later), credential, key="k", before=stored(staged))

    assert done.ready
    assert [path.rpartition("=")[2] for _, path in made(server, DROP)] == dropped
    assert len(made(server, PUT)) == count
    assert set(done.data["captions"]) == {one.language for one in later}


@pytest.mark.parametrize(
    "answer",
    [
        refusal(403, "forbidden"),
        refusal(403, "insufficientPermissions"),
        refusal(400, "invalidMetadata"),
        refusal(403, "quotaExceeded"),
        refusal(503, "backendError"),
        (200, {"kind": "youtube#caption"}),
        (200, b"<html>"),
    ],
)
def test_captions_that_fail_never_keep_a_post_back_and_are_told(youtube, credential, answer):
    written = film(captions=(caption("en"), caption("de")))
    answers = {PUT: [track("a"), answer], PUBLISH: [(200, {"id": VIDEO, **found("public")})]}
    server, adapter, staged = staged_with(youtube, credential, written, answers)
    for _ in range(3):
        staged = staged if staged.ready else adapter.stage(written, credential, key="k", before=stored(staged))

    receipt = adapter.commit(written, staged, credential, key="k")

    assert list(receipt.facts["captions"]) == ["de"]
    assert receipt.facts["captions"]["de"]
    assert len([one for one in server.requests if one[0] == "PUT"]) == 1


def test_captions_that_we_hold_back_ourselves_wait_and_lose_no_try(youtube, credential, pace, clock):
    written = film(captions=(caption("en"),))
    pace.holds_back(PUT.split()[1], times=4, pause=timedelta(seconds=40))
    server, adapter, staged = staged_with(youtube, credential, written, {PUT: [track()]})
    for _ in range(3):
        assert (staged.ready, staged.again_in) == (False, timedelta(seconds=40))
        clock.advance(seconds=40)
        staged = adapter.stage(written, credential, key="k", before=stored(staged))
    assert staged.data["captions"]["en"]["failures"] == 0
    clock.advance(seconds=40)

    done = adapter.stage(written, credential, key="k", before=stored(staged))

    assert (done.ready, done.data["captions"]["en"]["outcome"], done.data["held_since"]) == (True, "set", "")
    assert len(made(server, PUT)) == 1


def test_captions_that_we_hold_back_for_long_keep_no_post_back(youtube, credential, pace, clock):
    """All of them together: each would otherwise wait as long again."""
    written = film(captions=(caption("en"), caption("de")), cover=picture("frame"))
    pace.holds_back(PUT.split()[1], times=99, pause=timedelta(minutes=2))
    _, adapter, staged = staged_with(youtube, credential, written, {THUMBNAIL: [(200, {"items": []})]})
    waited = timedelta(0)
    while not staged.ready:
        waited += staged.again_in
        clock.advance(seconds=staged.again_in.total_seconds())
        staged = adapter.stage(written, credential, key="k", before=stored(staged))

    assert waited == timedelta(minutes=4)
    assert {one["outcome"] for one in staged.data["captions"].values()} == {
        "What YouTube lets us do in this time is used up."
    }
    assert staged.data["cover"]["outcome"] == "set"


def test_a_file_that_is_no_caption_keeps_no_post_back_either(youtube, credential):
    written = film(captions=(caption("en", "1\n00:00:01,000 --> 00:00:02,000\nHi\n"),))
    server, _, staged = staged_with(youtube, credential, written, {})
    assert staged.ready
    assert ".vtt" in staged.data["captions"]["en"]["outcome"]
    assert server.requests == []


def test_a_token_over_its_time_is_renewed_first(youtube, credential):
    with pytest.raises(TokenExpired):
        staged_with(youtube, credential, film(captions=(caption("en"),)), {PUT: [refusal(401, "authError")]})


def test_a_consent_without_the_right_to_captions_publishes_without_them(youtube, credential):
    limited = replace(credential, scopes=(permits.MANAGE, permits.UPLOADS, permits.READS))
    server, _, staged = staged_with(youtube, limited, film(captions=(caption("en"),)), {})
    assert staged.ready
    assert staged.data["captions"]["en"]["outcome"]
    assert server.requests == []


def test_what_was_staged_before_captions_were_known_goes_on(youtube, credential):
    written = film()
    _, _, staged = staged_with(youtube, credential, written, {})
    assert staged.data["captions"] == {}


def test_captions_take_their_share_of_the_quota():
    (units,) = [one for one in permits.LIMITS if one.name == "units"]
    assert {name: units.costs[name] for name in ("caption", "captions", "uncaption")} == {
        "caption": 400,
        "captions": 50,
        "uncaption": 50,
    }


def test_the_composer_hears_of_too_many_languages():
    written = film(captions=tuple(caption(f"x{number}") for number in range(11)))
    assert [one.code for one in problems(written, CAPABILITIES, label="YouTube")] == ["too_many_captions"]
