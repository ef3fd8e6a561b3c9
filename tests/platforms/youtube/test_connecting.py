"""Connecting a channel: one consent, one channel, and scopes that people may untick."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.youtube import permits
from apps.platforms.adapters.youtube.line import DEFAULT_ENDPOINTS, Line
from apps.platforms.calls import Feature, cannot
from apps.platforms.errors import ConsentRefused, Disconnected, NotSent
from tests.platforms.conformance.bench import CALLBACK
from tests.platforms.youtube.answers import CHANNEL, CHANNELS, TOKEN, listing, refusal

TOKENS = {
    "access_token": "ya29.test01", "expires_in": 3599, "refresh_token": "1//0test", "token_type": "Bearer",
    "scope": f"{permits.UPLOADS} {permits.READS}",
}  # fmt: skip
DEMO = {
    "kind": "youtube#channel", "id": CHANNEL,
    "snippet": {
        "title": "Demo Channel", "customUrl": "@demo",
        "thumbnails": {"default": {"url": "https://yt3.example/88.jpg", "width": 88, "height": 88}},
    },
    "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": "UUtest00000000000000001"}},
    "status": {"privacyStatus": "public", "isLinked": True, "longUploadsStatus": "allowed"},
}  # fmt: skip


def finish(adapter, credential):
    start = adapter.begin_consent(client=credential.client, redirect_uri=CALLBACK, state="s")
    answer = {"code": "4/0code"}
    return adapter.finish_consent(client=credential.client, redirect_uri=CALLBACK, answer=answer, keep=start.keep)


def test_a_consent_is_asked_for_in_a_way_that_lasts_and_lets_people_choose_their_channel(youtube, credential):
    _, adapter = youtube({})
    start = adapter.begin_consent(client=credential.client, redirect_uri=CALLBACK, state="s", hint="@demo")
    asked = dict(httpx.URL(start.authorize_url).params)
    assert (asked["access_type"], asked["prompt"]) == ("offline", "consent select_account")
    assert asked["scope"] == " ".join(("openid", "email", *permits.SCOPES))
    assert asked["code_challenge_method"] == "S256"
    assert "login_hint" not in asked, "a handle is no e-mail address"


def test_what_was_unticked_is_told_at_once_and_what_it_costs(youtube, credential):
    _, adapter = youtube({TOKEN: [(200, TOKENS)], CHANNELS: [listing(DEMO)]})
    consent = finish(adapter, credential)

    assert consent.missing_scopes == (permits.ALL, permits.FIGURES)
    lacking = cannot(permits.CALLS, consent.credential.scopes)
    assert {Feature.PUBLISH, Feature.COMMENT, Feature.EDIT, Feature.DELETE} <= set(lacking)
    assert Feature.READ not in lacking


def test_a_channel_is_named_as_youtube_writes_it(youtube, credential):
    _, adapter = youtube({TOKEN: [(200, TOKENS)], CHANNELS: [listing(DEMO)]})
    consent = finish(adapter, credential)
    (channel,) = consent.channels
    assert (channel.remote_id, channel.kind, channel.handle) == (CHANNEL, "channel", "demo")
    assert (channel.name, channel.avatar_url) == ("Demo Channel", "https://yt3.example/88.jpg")
    assert channel.limits == {}
    assert consent.credential.facts == {"uploads": "UUtest00000000000000001"}


@pytest.mark.parametrize(
    "answer",
    [
        listing(),
        (200, {"kind": "youtube#channelListResponse", "pageInfo": {"totalResults": 0}}),
        refusal(401, "youtubeSignupRequired"),
    ],
)
def test_an_account_without_a_channel_is_told_to_make_one(youtube, credential, answer):
    _, adapter = youtube({TOKEN: [(200, TOKENS)], CHANNELS: [answer]})
    with pytest.raises(ConsentRefused, match="has no YouTube channel"):
        finish(adapter, credential)


def test_a_consent_that_does_not_cover_reading_is_refused_in_words(youtube, credential):
    _, adapter = youtube({TOKEN: [(200, {**TOKENS, "scope": permits.UPLOADS})]})
    with pytest.raises(ConsentRefused, match="allow all"):
        finish(adapter, credential)


@pytest.mark.parametrize(("told", "limit"), [("allowed", None), ("eligible", 900), ("disallowed", 900)])
def test_a_channel_that_is_not_verified_has_shorter_videos(youtube, credential, told, limit):
    _, adapter = youtube({CHANNELS: [listing({**DEMO, "status": {"longUploadsStatus": told}})]})
    assert adapter.check(credential).limits.get("max_video_seconds") == limit


def test_a_channel_without_a_name_of_its_own_goes_by_its_id(youtube, credential):
    _, adapter = youtube({CHANNELS: [listing({"id": CHANNEL})]})
    assert adapter.check(credential).handle == CHANNEL


@pytest.mark.parametrize("answer", [(200, {}), (200, {"items": [1]}), listing({"id": 5}), (200, b"[]")])
def test_a_channel_that_cannot_be_read_disconnects_nobody(youtube, credential, answer):
    _, adapter = youtube({CHANNELS: [answer]})
    with pytest.raises(NotSent):
        adapter.check(credential)


def test_without_a_refresh_token_a_dead_token_is_the_end(youtube, credential):
    _, adapter = youtube({CHANNELS: [refusal(401, "authError")]})
    with pytest.raises(Disconnected):
        adapter.check(replace(credential, refresh_token=Secret("")))


@pytest.mark.parametrize(
    ("address", "home"),
    [
        ("https://www.googleapis.com/upload/youtube/v3/videos?upload_id=1", True),
        ("https://youtube.googleapis.com/upload/youtube/v3/videos?upload_id=1", True),
        ("http://www.googleapis.com.example/upload", False),
        ("https://googleapis.com.example/upload", False),
        ("http://youtube.googleapis.com/upload", False),
        ("https://www.googleapis.com@evil.example/upload", False),
        ("", False),
    ],
)
def test_only_google_is_given_the_token(http, clock, address, home):
    assert Line(http, DEFAULT_ENDPOINTS, clock).is_home(address) is home
