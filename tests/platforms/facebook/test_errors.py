from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from apps.platforms.adapters.facebook import faults
from apps.platforms.errors import (
    AccountDisabled,
    Disconnected,
    MissingPermission,
    NotSent,
    Rejected,
    StagedLost,
    Throttled,
    TokenExpired,
    Uncertain,
)
from apps.platforms.http import Answer
from apps.platforms.meta.faults import Context

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)

SAME_FOR_ALL = [
    (4, None, Throttled),
    (341, None, Throttled),
    (17, None, Throttled),
    (32, None, Throttled),
    (80001, None, Throttled),
    (613, None, Throttled),
    (613, 1996, Throttled),
    (80002, None, Throttled),
    (80006, None, Throttled),
    (368, 1390008, Throttled),
    (368, 4854002, AccountDisabled),
    (102, None, Disconnected),
    (190, None, Disconnected),
    (190, 458, Disconnected),
    (190, 459, Disconnected),
    (190, 460, Disconnected),
    (190, 464, Disconnected),
    (190, 467, Disconnected),
    (190, 483, Disconnected),
    (190, 463, TokenExpired),
    (190, 492, TokenExpired),
    (190, 2069032, TokenExpired),
    (3, None, MissingPermission),
    (10, None, MissingPermission),
    (200, None, MissingPermission),
    (200, 2069030, MissingPermission),
    (200, 2069031, MissingPermission),
    (200, 2069033, MissingPermission),
    (299, None, MissingPermission),
    (1, 2853006, MissingPermission),
    (1404078, None, MissingPermission),
    (100, None, Rejected),
    (194, None, Rejected),
    (105, None, Rejected),
    (2500, None, Rejected),
    (2635, None, Rejected),
    (1609005, None, Rejected),
    (1609008, None, Rejected),
    (100, 1609008, Rejected),
    (2061006, None, Rejected),
    (1349125, None, Rejected),
    (368, None, Rejected),
    (368, 1404102, Rejected),
    (1346003, None, Rejected),
    (1404102, None, Rejected),
    (1404006, None, Rejected),
    (1404112, None, Rejected),
    (1366046, None, Rejected),
    (100, 1366046, Rejected),
    (2069019, None, Rejected),
    (1363040, None, Rejected),
    (1363127, None, Rejected),
    (1363128, None, Rejected),
    (1363129, None, Rejected),
]
# The second is what it means for a call that would have made something public.
DIFFERENT = [
    (1, None, NotSent, Uncertain),
    (1, 99, NotSent, Uncertain),
    (2, None, NotSent, Uncertain),
    (3919, None, NotSent, Uncertain),
    (506, None, Rejected, Uncertain),
    (368, 1404082, Rejected, Uncertain),
    (1366051, None, Rejected, Uncertain),
    (1363047, None, NotSent, Uncertain),
    (1609010, None, NotSent, Uncertain),
    (100, 33, NotSent, StagedLost),
    (31337, None, Rejected, Uncertain),
]


def failure(code, subcode, *, acting, status=400, **more):
    error = {"message": "No", "type": "OAuthException", "code": code, "fbtrace_id": "A1", **more}
    body = {"error": error | ({"error_subcode": subcode} if subcode else {})}
    answer = Answer(status, httpx.Headers(), json.dumps(body).encode())
    return faults.failure(answer, Context(NOW, acting=acting, needs=("pages_manage_posts",), field="media.0"))


@pytest.mark.parametrize(("code", "subcode", "kind"), SAME_FOR_ALL)
def test_a_refusal_means_the_same_whatever_was_asked(code, subcode, kind):
    for acting in (False, True):
        error = failure(code, subcode, acting=acting)
        assert type(error) is kind
        assert error.words
        assert error.evidence.request_id == "A1"


@pytest.mark.parametrize(("code", "subcode", "harmless", "acting"), DIFFERENT)
def test_a_doubtful_answer_to_a_publishing_call_is_looked_up(code, subcode, harmless, acting):
    assert type(failure(code, subcode, acting=False)) is harmless
    assert type(failure(code, subcode, acting=True)) is acting


def test_a_photo_that_was_answered_500_with_code_2_may_be_live():
    """A retry loop on this very answer once made seven copies."""
    assert type(failure(2, None, acting=True, status=500, is_transient=True)) is Uncertain


@pytest.mark.parametrize("code", [100, 190, 368, 506, 1363040])
def test_no_500_of_a_publishing_call_is_a_clear_refusal(code):
    assert type(failure(code, None, acting=True, status=500)) is Uncertain


def test_a_page_that_posts_too_often_waits_for_an_hour():
    assert failure(368, 1390008, acting=True).retry_at == NOW + timedelta(hours=1)


def test_a_picture_that_is_refused_is_named_by_its_place():
    assert failure(1366046, None, acting=False).field == "media.0"
    assert failure(1609005, None, acting=True).field == "link"


@pytest.mark.parametrize(("blamed", "field"), [("message", "text"), ("link", "link"), ("place", "options.place")])
def test_the_part_that_facebook_blames_is_named(blamed, field):
    data = {"blame_field_specs": [[blamed]]}
    assert failure(100, None, acting=True, error_data=data).field == field


def test_a_refusal_for_a_missing_permission_names_it():
    assert failure(200, None, acting=True).scopes == ("pages_manage_posts",)
