"""What each refusal of Google Business means, and that none of them can bring a post out twice."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import httpx
import pytest

from apps.platforms.adapters.google_business import faults
from apps.platforms.errors import (
    Disconnected,
    Gone,
    MissingPermission,
    NotSent,
    Rejected,
    Throttled,
    TokenExpired,
    Uncertain,
)
from apps.platforms.http import Answer

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def refusal(status, name="", *, reason="", detail=None):
    details = [{"reason": reason}] if reason else []
    if detail:
        kind = "type.googleapis.com/google.mybusiness.v4.ValidationError"
        details.append({"@type": kind, "errorDetails": [detail]})
    said = {"error": {"code": status, "message": "No.", "status": name, "details": details}} if name else {}
    return Answer(status, httpx.Headers(), json.dumps(said).encode())


def meaning(answer, **context):
    return faults.failure(answer, faults.Context(now=NOW, **context))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(401, "UNAUTHENTICATED"), Disconnected),
        (refusal(403, "PERMISSION_DENIED"), MissingPermission),
        (refusal(403, "PERMISSION_DENIED", reason="ACCESS_TOKEN_SCOPE_INSUFFICIENT"), MissingPermission),
        (refusal(403, "PERMISSION_DENIED", reason="SERVICE_DISABLED"), NotSent),
        (refusal(400, "FAILED_PRECONDITION"), MissingPermission),
        (refusal(400, "INVALID_ARGUMENT", detail={"code": "LOCATION_DISABLED_FOR_LOCAL_POST_API"}), Rejected),
        (refusal(400, "INVALID_ARGUMENT", detail={"code": "PHOTO_FETCH_FAILED"}), NotSent),
        (refusal(400, "INVALID_ARGUMENT", detail={"code": 1000, "message": "Fetching image failed."}), NotSent),
        (refusal(400, "INVALID_ARGUMENT"), Rejected),
        (refusal(404, "NOT_FOUND"), Disconnected),
        (refusal(429, "RESOURCE_EXHAUSTED"), Throttled),
        (refusal(409, "ABORTED"), Uncertain),
        (refusal(503, "UNAVAILABLE"), Uncertain),
        (refusal(504, "DEADLINE_EXCEEDED"), Uncertain),
        (refusal(500, "INTERNAL"), Uncertain),
        (refusal(502), Uncertain),
        (refusal(404), Uncertain),
        (refusal(418, "TEAPOT"), Uncertain),
    ],
    ids=lambda value: f"{value.status}-{value.text[-90:-60]}" if isinstance(value, Answer) else "",
)
def test_a_refused_post_is_one_named_error(answer, error):
    found = meaning(answer, acting=True)
    assert type(found) is error
    assert found.words


def test_a_token_that_can_be_renewed_is_renewed():
    assert isinstance(meaning(refusal(401, "UNAUTHENTICATED"), is_renewable=True), TokenExpired)


def test_a_post_that_is_not_there_is_gone_and_a_gateway_without_words_proves_nothing():
    assert isinstance(meaning(refusal(404, "NOT_FOUND"), is_of_post=True), Gone)
    assert isinstance(meaning(refusal(404), is_of_post=True), NotSent)


def test_reading_never_blames_the_content():
    assert isinstance(meaning(refusal(400, "INVALID_ARGUMENT"), is_reading=True), NotSent)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("summary", "text"),
        ("local_post.summary", "text"),
        ("media[0].source_url", "media.0"),
        ("event.title", "options.event_title"),
        ("event.schedule.startDate", "options.event_start"),
        ("event.schedule.end_time", "options.event_end"),
        ("offer.couponCode", "options.coupon"),
        ("callToAction.url", "options.action_url"),
        ("call_to_action.action_type", "options.action"),
        ("languageCode", ""),
    ],
)
def test_a_refusal_names_the_part_to_edit(theirs, ours):
    detail = {"code": 3, "field": theirs, "message": "Must be otherwise"}
    found = meaning(refusal(400, "INVALID_ARGUMENT", detail=detail), acting=True)
    assert isinstance(found, Rejected)
    assert found.field == ours
    assert "Must be otherwise" in found.words
