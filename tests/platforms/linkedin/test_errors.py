from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.linkedin.line import Line
from apps.platforms.contract import RemotePost, Role, Staged
from apps.platforms.errors import (
    Disconnected,
    Gone,
    MissingPermission,
    NotSent,
    Rejected,
    StagedLost,
    Throttled,
    TokenExpired,
    Uncertain,
)
from tests.platforms.drafts import draft

POSTS = "POST /rest/posts"
PATH = "/rest/posts/urn%3Ali%3Ashare%3A7"
MAIN = RemotePost("urn:li:share:7")


def told(status, code="", message="No", number=None, **more):
    named = {"code": code} if code else {}
    numbered = {"serviceErrorCode": number} if number is not None else {}
    return (status, {"message": message, "status": status, **named, **numbered, **more}, {"x-li-uuid": "U1"})


def invalid(code, path="", status=422):
    wrong = {"code": code, "description": "No", "input": {"inputPath": {"fieldPath": path}}}
    details = {"errorDetailType": "com.linkedin.common.error.BadRequest", "errorDetails": {"inputErrors": [wrong]}}
    return told(status, message="Content is not valid", **details)


DAY = "Resource level throttle {} DAY limit for calls to this resource is reached."
CREATE = "Not enough permissions to access: partnerApiPostsExternal.CREATE.20260901"
ROLE = "Unpermitted fields present in PARAMETER [/shares[0]]"
FIELD = "ERROR :: /author :: field is required but not found and has no default value"


def commit(linkedin, credential, answer, written=None):
    server, adapter = linkedin({POSTS: [answer]})
    written = written or draft("Hello")
    staged = adapter.stage(written, credential, key="k", before=None)
    try:
        return adapter.commit(written, staged, credential, key="k")
    finally:
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (told(500), Uncertain),
        (told(502), Uncertain),
        ((503, b""), Uncertain),
        ((504, b"<html>"), Uncertain),
        ((999, b"<html>Request denied</html>"), Uncertain),
        ((403, b"<html>Request denied</html>"), Uncertain),
        ((401, b""), Uncertain),
        ((400, b"<html>"), Uncertain),
        (told(409, "CONFLICT"), Uncertain),
        (told(404, "RESOURCE_NOT_FOUND"), Uncertain),
        (told(418, "NEVER_HEARD_OF"), Uncertain),
        ((302, b""), Uncertain),
        ((200, b""), Uncertain),
        ((201, b"<html>"), Uncertain),
        ((201, {"id": "7"}), Uncertain),
        ((201, b"", {"x-restli-id": "7123"}), Uncertain),
        (told(429, message=DAY.format("APPLICATION"), number=101), Throttled),
        (told(429, message=DAY.format("MEMBER"), number=101), Throttled),
        (told(429, message="Too many requests"), Throttled),
        ((429, b"<html>"), Throttled),
        (told(401, "INVALID_ACCESS_TOKEN", number=65600), TokenExpired),
        (told(401, "REVOKED_ACCESS_TOKEN", number=65601), TokenExpired),
        (told(401, "EXPIRED_ACCESS_TOKEN", number=65602), TokenExpired),
        (told(401, message="Empty oauth2_access_token", number=401), TokenExpired),
        (told(403, "ACCESS_DENIED", CREATE, 100), MissingPermission),
        (told(403, message=ROLE, number=100), MissingPermission),
        (told(403, message="Accessing this video resource is forbidden"), MissingPermission),
        (told(426, "NONEXISTENT_VERSION", "Requested version 20250801 is not active"), NotSent),
        (told(400, "VERSION_MISSING", "A version must be present"), NotSent),
        (told(400, "MEDIA_ASSET_WAITING_UPLOAD", "Media asset is waiting upload"), NotSent),
        (told(400, "UPDATING_ASSET_FAILED"), NotSent),
        (told(400, "MEDIA_ASSET_PROCESSING_FAILED"), Rejected),
        (told(400, "EXPIRED_UPLOAD_URL"), StagedLost),
        (invalid("MISSING_FIELD"), Rejected),
        (invalid("INVALID_VALUE_FOR_FIELD"), Rejected),
        (invalid("INVALID_URN_TYPE"), Rejected),
        (invalid("INVALID_URN_ID", status=400), Rejected),
        (invalid("INVALID_IMAGE_ID"), Rejected),
        (invalid("INVALID_VIDEO_ID"), Rejected),
        (invalid("INVALID_URL"), Rejected),
        (invalid("FIELD_LENGTH_TOO_LONG", "commentary", 400), Rejected),
        (invalid("INVALID_VALUE_BLANK_FIELD"), Rejected),
        (told(400, "ILLEGAL_ARGUMENT"), Rejected),
        (told(422, message=FIELD), Rejected),
        (told(413, message="Too large"), Rejected),
    ],
)
def test_each_error_of_a_post_says_what_to_do_next(linkedin, page, answer, expected):
    with pytest.raises(expected) as caught:
        commit(linkedin, page, answer)
    assert type(caught.value) is expected
    assert "LinkedIn" in caught.value.words
    assert "AQV-access" not in repr(caught.value.evidence)


def test_a_member_whose_access_cannot_be_renewed_has_to_connect_again(linkedin, member):
    with pytest.raises(Disconnected):
        commit(linkedin, member, told(401, "EXPIRED_ACCESS_TOKEN", number=65602))


def test_a_day_that_is_used_up_ends_at_midnight_utc_and_a_short_throttle_within_minutes(linkedin, page, clock):
    with pytest.raises(Throttled, match="our application") as caught:
        commit(linkedin, page, told(429, message=DAY.format("APPLICATION")))
    midnight = datetime(2026, 11, 22, tzinfo=UTC)
    assert midnight < caught.value.retry_at < midnight + timedelta(minutes=10)
    with pytest.raises(Throttled) as caught:
        commit(linkedin, page, told(429, message="Too many requests"))
    assert timedelta(minutes=1) <= caught.value.retry_at - clock() <= timedelta(minutes=5)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("commentary", "text"),
        ("content/media/altText", "media"),
        ("content/article/title", "options.link_title"),
        ("content/article/thumbnail", "cover"),
        ("content/article/source", "link"),
        ("content/poll/question", "options.poll_question"),
        ("content/poll/options", "options.poll_choices"),
        ("visibility", "options.visibility"),
        ("reshareContext/parent", "options.reshare_of"),
        ("lifecycleState", ""),
    ],
)
def test_the_part_that_is_at_fault_is_named(linkedin, page, path, field):
    with pytest.raises(Rejected) as caught:
        commit(linkedin, page, invalid("INVALID_VALUE_FOR_FIELD", path))
    assert caught.value.field == field


def test_a_refusal_keeps_the_platforms_own_names_for_support(linkedin, page):
    with pytest.raises(MissingPermission) as caught:
        commit(linkedin, page, told(403, "ACCESS_DENIED", CREATE, 100))
    seen = caught.value.evidence
    assert (seen.status, seen.code, seen.text, seen.request_id) == (403, "ACCESS_DENIED", CREATE, "U1")
    assert caught.value.scopes == ("w_organization_social",)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (told(404, message="Unable to obtain activity"), NotSent),
        (told(404, "RESOURCE_NOT_FOUND"), Rejected),
        ((404, b"<html>"), Uncertain),
        (told(403, "ACCESS_DENIED"), MissingPermission),
        (told(500), Uncertain),
        ((201, b""), Uncertain),
        ((201, {"id": None}), Uncertain),
    ],
)
def test_a_comment_on_a_post_that_is_not_known_yet_is_told_from_one_on_a_post_that_is_gone(
    linkedin, page, clock, answer, expected
):
    _, adapter = linkedin({"POST /rest/socialActions/urn%3Ali%3Ashare%3A7/comments": [answer]})
    written = draft("First!", role=Role.FIRST_COMMENT, parent=MAIN, root=MAIN)
    staged = adapter.stage(written, page, key="k", before=None)
    with pytest.raises(expected):
        adapter.commit(written, staged, page, key="k")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (told(404, "RESOURCE_NOT_FOUND"), Gone),
        (told(410), Gone),
        (told(403, "ACCESS_DENIED"), MissingPermission),
        (invalid("FIELD_LENGTH_TOO_LONG", "commentary"), Rejected),
        (told(500), NotSent),
        ((200, b"<html>"), NotSent),
        (told(429, message=DAY.format("MEMBER")), Throttled),
    ],
)
def test_a_change_that_fails_may_be_made_again_or_says_why_not(linkedin, page, answer, expected):
    _, adapter = linkedin({f"POST {PATH}": [answer]})
    with pytest.raises(expected):
        adapter.edit(MAIN, draft("Corrected"), page)


def test_taking_down_what_is_gone_is_no_error(linkedin, page):
    for answer in ((204, b""), told(404, "RESOURCE_NOT_FOUND"), told(410)):
        _, adapter = linkedin({f"DELETE {PATH}": [answer]})
        adapter.delete(MAIN, page)
    _, adapter = linkedin({f"DELETE {PATH}": [told(500)]})
    with pytest.raises(NotSent):
        adapter.delete(MAIN, page)


@pytest.mark.parametrize("scopes", [("w_member_social",), ("r_organization_social",)])
def test_scopes_of_a_member_do_not_let_us_act_for_a_page(linkedin, page, scopes):
    server, adapter = linkedin({})
    with pytest.raises(MissingPermission) as caught:
        adapter.commit(draft("Hello"), staged_nothing(adapter, page), replace(page, scopes=scopes), key="k")
    assert caught.value.scopes == ("w_organization_social",)
    assert server.requests == []


def staged_nothing(adapter, page) -> Staged:
    return adapter.stage(draft("Hello"), page, key="k", before=None)


def test_our_token_goes_to_no_address_that_is_not_linkedins(linkedin, page):
    _, adapter = linkedin({})
    line = Line(
        adapter.http, {"www": "https://www.linkedin.com", "api": "https://api.linkedin.com"}, adapter.clock, page
    )
    assert line.is_ours("https://www.linkedin.com/dms-uploads/IMG1")
    assert line.is_ours("https://media-upload.linkedin.com/x")
    assert not line.is_ours("http://media-upload.linkedin.com/x")
    assert not line.is_ours("https://www.linkedin.com.evil.example/x")
    assert not line.is_ours("https://evil-linkedin.com/x")
    assert Secret("AQV-access") in line.hidden
