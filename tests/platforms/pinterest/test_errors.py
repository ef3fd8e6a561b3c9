"""Every error of Pinterest that is known of, and what is done about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from apps.platforms.adapters.pinterest import PinterestAdapter
from apps.platforms.adapters.pinterest.staging import print_of
from apps.platforms.contract import RemotePost, Staged
from apps.platforms.errors import (
    Gone,
    MissingPermission,
    NotSent,
    PlatformError,
    Rejected,
    Throttled,
    TokenExpired,
    Uncertain,
)
from apps.platforms.limits import Usage
from tests.platforms.pinterest.answers import CREATE, ME, ONE_PIN, PIN, bike, error

TRIAL = (
    "Apps with Trial access may not create Pins in production https://api.pinterest.com - use API Sandbox "
    "https://api-sandbox.pinterest.com instead."
)
NOT_PERMITTED = "You are not permitted to access that resource."
UNREACHABLE = "Unable to reach the URL. Please check the URL is correct and try again."
TOO_MANY = "Invalid request: [1,2,3,4,5,6] is too long, constraint: maxItems=5"
NO_COVER = "Video pins need cover_image_url or cover_image_content_type"

# (HTTP status, code, message): while publishing, the field, while changing a Pin, while reading.
TABLE = [
    ((400, 1, TOO_MANY), Rejected, "", Rejected, NotSent),
    (
        (400, 1, "Invalid request: 'x' does not match '^\\d+$' in board_id"),
        Rejected,
        "options.board",
        Rejected,
        NotSent,
    ),
    ((400, 1, "'title' is too long"), Rejected, "options.title", Rejected, NotSent),
    ((400, 1, "This link was blocked as spam"), Rejected, "link", Rejected, NotSent),
    ((400, None, UNREACHABLE), NotSent, None, NotSent, NotSent),
    ((400, 1, NO_COVER), Rejected, "cover", Rejected, NotSent),
    ((401, 2, "Authentication failed."), TokenExpired, None, TokenExpired, TokenExpired),
    ((401, 3, "Consumer type not supported"), Rejected, "", Rejected, NotSent),
    ((403, 3, "Your application is not approved"), Rejected, "", Rejected, NotSent),
    ((403, 7, "Not authorized to access board or Pin."), Rejected, "options.board", Rejected, NotSent),
    ((403, 29, TRIAL), Rejected, "", Rejected, NotSent),
    ((403, 29, NOT_PERMITTED), MissingPermission, None, MissingPermission, MissingPermission),
    ((403, 999, "Blocked for spam"), Rejected, "link", Rejected, NotSent),
    ((404, 30, "User not found."), Rejected, "", Gone, NotSent),
    ((404, 40, "Board not found."), Rejected, "options.board", Rejected, Rejected),
    ((404, 50, "Pin not found."), Rejected, "", Gone, NotSent),
    ((404, 2031, "Board section not found."), Rejected, "options.section", Rejected, Rejected),
    ((409, None, "Exclusive access"), NotSent, None, NotSent, NotSent),
    ((429, 8, "You have exceeded your rate limit. Try again later."), Throttled, None, Throttled, Throttled),
    ((429, 7, "Too many"), Throttled, None, Throttled, Throttled),
    ((408, None, "Late"), Uncertain, None, NotSent, NotSent),
    ((500, 12, "Something went wrong"), Uncertain, None, NotSent, NotSent),
    ((503, None, "Busy"), Uncertain, None, NotSent, NotSent),
    ((302, None, "Elsewhere"), Uncertain, None, NotSent, NotSent),
]


def caught(call):
    with pytest.raises(PlatformError) as failure:
        call()
    assert failure.value.words
    return failure.value


@pytest.fixture
def staged():
    return Staged({"files": print_of(bike()), "tries": 0, "is_inline": False, "media_id": ""})


def test_an_error_says_what_to_do_next(pinterest, credential, staged):
    _, adapter = pinterest(answers := {})
    for (status, code, message), publishing, field, changing, reading in TABLE:
        answers |= {call: [error(status, code, message)] for call in (CREATE, f"PATCH {ONE_PIN}", ME)}
        at_commit = caught(lambda: adapter.commit(bike(), staged, credential, key="k"))
        assert isinstance(at_commit, publishing), message
        assert field is None or at_commit.field == field, message
        assert at_commit.evidence.status == status
        assert isinstance(caught(lambda: adapter.edit(RemotePost(PIN), bike(), credential)), changing), message
        assert isinstance(caught(lambda: adapter.check(credential)), reading), message


@pytest.mark.parametrize("status", [400, 403, 404, 409])
def test_a_refusal_that_is_not_pinterests_own_may_have_published(pinterest, credential, staged, status):
    _, adapter = pinterest({CREATE: [(status, b"<html>Proxy</html>")]})
    assert isinstance(caught(lambda: adapter.commit(bike(), staged, credential, key="k")), Uncertain)


def test_an_app_on_trial_is_the_operators_matter_and_never_the_accounts(bench, connected, switch):
    written = bench.post("On trial")
    staged = bench.stage(written, connected, key="k")
    switch(access="trial")
    failure = caught(lambda: bench.adapter.commit(written, staged, connected, key="k"))
    assert isinstance(failure, Rejected)
    assert "operator" in failure.words
    assert (failure.field, failure.evidence.code) == ("", "29")
    assert bench.adapter.check(connected).handle == bench.handle


@pytest.mark.parametrize(
    ("headers", "message", "pause"),
    [
        ({}, "Slow down", timedelta(seconds=60)),
        ({"Retry-After": "17"}, "Slow down", timedelta(seconds=17)),
        ({"X-RateLimit-Reset": "30"}, "Slow down", timedelta(seconds=30)),
        ({"x-userendpoint-ratelimit-reset": "40"}, "Slow down", timedelta(seconds=40)),
        ({"X-RateLimit-Reset": "soon"}, "Slow down", timedelta(seconds=60)),
        ({}, "Apps with Trial access have 1000 requests", timedelta(hours=14)),
    ],
)
def test_a_pause_lasts_as_long_as_a_header_says(pinterest, credential, clock, headers, message, pause):
    _, adapter = pinterest({ME: [(*error(429, 8, message), headers)]})
    assert caught(lambda: adapter.check(credential)).retry_at == clock() + pause


@pytest.mark.parametrize(
    ("headers", "usage"),
    [
        ({}, ()),
        ({"x-ratelimit-limit": "soon", "x-ratelimit-remaining": ""}, ()),
        (
            {"x-ratelimit-limit": "100, 100;w=1, 1000;w=60", "x-ratelimit-remaining": "25", "x-ratelimit-reset": "1"},
            (Usage("calls", 100, 25, 0.75, datetime(2026, 11, 21, 10, 0, 1, tzinfo=UTC)),),
        ),
        (
            {"x-userendpoint-ratelimit-limit": "10", "x-userendpoint-ratelimit-remaining": "10"},
            (Usage("calls", 10, 10, 0.0),),
        ),
    ],
)
def test_headers_tell_what_is_left(clock, headers, usage):
    assert PinterestAdapter.usage(headers, now=clock()) == usage
