"""Mistakes that others have made at a platform, or that its documentation warns of: no request of ours makes them.

Everything that a platform has is published, commented on where it can be, and found again; then what was sent is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx
import pytest

from apps.platforms.validation import problems
from tests.platforms.conformance.benches import SANDBOX_BENCHES
from tests.platforms.conformance.conftest import opened


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as one line, "POST /path?query", and its body as far as it was not streamed."""

    line: str
    body: str


def _read(request: httpx.Request) -> Sent:
    try:
        body = request.content.decode("latin-1")
    except httpx.RequestNotRead:
        body = ""
    return Sent(f"{request.method} {request.url.raw_path.decode()}", body)


@pytest.fixture(params=SANDBOX_BENCHES)
def bench(request):
    """Each platform with a wire, in turn."""
    yield from opened(request)


@pytest.fixture
def sent(bench):
    """All that was sent while each kind of post went out, with a comment below it and a search for it."""
    credential, first = bench.connect(), None
    for number, written in enumerate(bench.samples().values(), start=1):
        staged = bench.stage(written, credential, key=f"key-{number}")
        receipt = bench.adapter.commit(written, staged, credential, key=f"key-{number}")
        first = first or receipt
        bench.wait_until_settled()
        credential = bench.lasting(credential)
        bench.adapter.find(bench.trace(written, staged, key=f"key-{number}"), credential)
    comment = bench.comment("The first comment", first)
    if not problems(comment, bench.adapter.capabilities, label="It"):
        bench.publish(comment, credential, key="comment")
    return [_read(request) for request in bench.requests if not bench.is_foreign(request)]


# Platform: (which requests, what must not stand in their address or body, why).
NEVER = {
    "threads": [
        (".", "auto_publish_text", "it publishes in the first call, without a stage that can be repeated"),
        ("^GET ", "status_code", "a container has a status, and asking for another field is an error"),
    ],
    "instagram": [
        (r"^POST .*/comments", r"\bfields=", "the comment is made and an error answered: a retry doubles it"),
        ("^GET .*/me", r"fields=id(&|$)", "the id there is another one than the account's"),
        (".", "cross_post_to_threads|published=false", "Instagram does not schedule"),
    ],
    "facebook": [
        (".", "scheduled_publish_time|unpublished_content_type", "two schedulers could publish twice"),
        (".", "code_challenge", "PKCE is another flow"),
    ],
    "mastodon": [(".", "scheduled_at", "a time that is past publishes at once, or back-dated")],
    "youtube": [
        (".", "publishAt", "two schedulers could publish twice"),
        ("/youtube/v3/search", "", "it lags, and has a quota of a hundred"),
    ],
    "x": [
        (".", r'upload\.twitter\.com|name="command"|command=(INIT|APPEND|FINALIZE)', "those endpoints are gone"),
        ("^POST /2/tweets$", "auto_populate_reply_metadata|nullcast", "unknown keys are refused, others hide the post"),
    ],
    "google_business": [
        (".", "scheduledTime|recurrenceInfo", "two schedulers could publish twice"),
        (".", '"mediaFormat": ?"VIDEO"', "a video is answered with a 500, for ever"),
        ("^(GET|POST) /v4/locations/", "", "posts live below an account"),
        (".", "canOperateLocalPost", "it is not filled in any more"),
    ],
    "linkedin": [(".", "code_challenge", "PKCE is another flow")],
    "pinterest": [(r"^POST .*/oauth/token", "refresh_token_expires_in=365", "the long kind has ended")],
    "bluesky": [("createRecord", "", "a record that is there is answered with a 500")],
    "tiktok": [(r"/video/init/", "PULL_FROM_URL", "fetching videos is known to hang")],
}  # fmt: skip
NEVER |= {"fediverse": NEVER["mastodon"], "instagram_linked": NEVER["instagram"]}

# Platform: (which requests, what must stand in each of them, why).
ALWAYS = {
    "mastodon": [(r"^POST /api/v1/statuses", '"?visibility', "else the account's own default decides")],
    "youtube": [
        (r"^POST /upload/youtube/v3/videos", '"privacyStatus": ?"private"', "else YouTube shows it at once"),
        (r"^PUT /youtube/v3/videos", '"selfDeclaredMadeForKids"', "parts that are named are replaced whole"),
    ],
    "google_business": [
        (r"^GET /v1/accounts/[^/]+/locations", "readMask=", "without it the call is refused"),
        (r"^POST /v4/.*localPosts", "/v4/accounts/[^/]+/locations/", "posts live below an account"),
    ],
    "threads": [(r"^GET /v1.0/\d+\?", "fields=", "")],
    "instagram": [(r"^POST .*/media\b(?!_publish)", "image_url|video_url|children|upload_type", "a kind of its own")],
    "linkedin": [(r"^POST /rest/posts", '"lifecycleState": ?"PUBLISHED"', "required")],
    "bluesky": [(r"putRecord", '"swapRecord": ?null', "else a repeat writes over what is there")],
    "tiktok": [(r"/content/init/", '"photo_cover_index"', "required")],
}  # fmt: skip
ALWAYS |= {"fediverse": ALWAYS["mastodon"], "instagram_linked": ALWAYS["instagram"]}


def test_no_request_makes_a_mistake_that_is_known(bench, sent):
    assert len(sent) > 2
    name = _name(bench)
    for which, what, why in NEVER.get(name, []):
        wrong = [one.line for one in sent if re.search(which, one.line) and re.search(what, f"{one.line}\n{one.body}")]
        assert wrong == [], f"{what}: {why}"
    for which, what, why in ALWAYS.get(name, []):
        asked = [one for one in sent if re.search(which, one.line)]
        assert asked, f"nothing was sent to {which}, so that nothing was looked at"
        wrong = [one.line for one in asked if not re.search(what, f"{one.line}\n{one.body}")]
        assert wrong == [], f"without {what}: {why}"


def test_tiktok_is_asked_what_the_creator_may_before_each_post(bench, sent):
    if bench.name != "tiktok":
        return
    lines = [one.line for one in sent]
    direct = [n for n, line in enumerate(lines) if re.search(r"/publish/(video|content)/init/", line)]
    assert direct
    for here, before in zip(direct, [0, *direct], strict=False):
        assert any("creator_info/query" in line for line in lines[before:here]), "an earlier answer does not count"


def _name(bench):
    return next(name for name, made in SANDBOX_BENCHES.items() if type(bench) is made)
