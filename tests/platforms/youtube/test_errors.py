"""What each refusal of YouTube means, and that none of them can bring a video out twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from apps.platforms.contract import RemotePost
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
from tests.platforms.youtube.answers import DELETE, LOOK, PUBLISH, START, VIDEO, film, prepared, refusal

MIDNIGHT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

SAME_EVERYWHERE = [
    (403, "rateLimitExceeded", Throttled),
    (429, "userRateLimitExceeded", Throttled),
    (403, "quotaExceeded", Throttled),
    (429, "quotaExceeded", Throttled),
    (403, "dailyLimitExceeded", Throttled),
    (400, "uploadLimitExceeded", Throttled),
    (401, "authError", TokenExpired),
    (401, "expired", TokenExpired),
    (401, "required", TokenExpired),
    (401, "authorizationRequired", TokenExpired),
    (401, "youtubeSignupRequired", Disconnected),
    (403, "insufficientPermissions", MissingPermission),
    (403, "authenticatedUserAccountClosed", Disconnected),
    (403, "authenticatedUserAccountSuspended", Disconnected),
    (403, "authenticatedUserNotChannel", Disconnected),
    (403, "accountDelegationForbidden", Disconnected),
    (403, "channelClosed", Disconnected),
    (403, "channelSuspended", Disconnected),
    (403, "forbidden", Rejected),
    (403, "accessNotConfigured", NotSent),
]
CONTENT = [
    ("invalidTitle", "options.title"),
    ("invalidDescription", "text"),
    ("invalidTags", "options.tags"),
    ("invalidCategoryId", "options.category"),
    ("invalidFilename", "media.0"),
    ("mediaBodyRequired", "media.0"),
    ("invalidPublishAt", ""),
    ("invalidRecordingDetails", ""),
    ("invalidVideoMetadata", ""),
    ("invalidVideoGameRating", ""),
    ("defaultLanguageNotSet", ""),
    ("badRequest", ""),
]


@pytest.fixture
def commit(youtube, credential):
    """What comes of a commit that YouTube answers in this way."""

    def ask(answer):
        _, adapter = youtube({PUBLISH: [answer]})
        written = film()
        return adapter.commit(written, prepared(written), credential, key="k")

    return ask


@pytest.mark.parametrize(("code", "reason", "error"), SAME_EVERYWHERE)
def test_a_refusal_before_anything_was_done_is_what_it_says(commit, youtube, credential, code, reason, error):
    with pytest.raises(error) as caught:
        commit(refusal(code, reason))
    assert caught.value.words
    assert caught.value.evidence.code == reason

    _, adapter = youtube({START: [refusal(code, reason)]})
    with pytest.raises(error):
        adapter.stage(film(), credential, key="k", before=None)


@pytest.mark.parametrize(("reason", "field"), CONTENT)
def test_a_refused_content_names_the_field_that_a_person_edits(commit, reason, field):
    with pytest.raises(Rejected) as caught:
        commit(refusal(400, reason))
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("reason", "field"),
    [("forbiddenPrivacySetting", "options.privacy"), ("forbiddenLicenseSetting", "options.license")],
)
def test_a_forbidden_setting_names_itself(commit, reason, field):
    with pytest.raises(Rejected) as caught:
        commit(refusal(403, reason))
    assert caught.value.field == field


@pytest.mark.parametrize(
    "answer",
    [
        refusal(500, "backendError"),
        refusal(503, "internalError"),
        refusal(403, "backendError"),
        (500, b"<html>"),
        (502, b""),
        refusal(403, "somethingNew"),
        refusal(400, "somethingNew"),
        (409, {"error": "strange"}),
        (404, b"<html>"),
        (200, {}),
        (200, b"<html>"),
        (200, {"id": "another", "status": {"privacyStatus": "public"}}),
        (200, {"id": VIDEO}),
        (200, {"id": VIDEO, "status": {"privacyStatus": 3}}),
        (308, b""),
    ],
    ids=str,
)
def test_what_is_in_no_table_is_uncertain_while_publishing(commit, answer):
    with pytest.raises(Uncertain):
        commit(answer)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("PERMISSION_DENIED", Rejected),
        ("RESOURCE_EXHAUSTED", Throttled),
        ("INVALID_ARGUMENT", Rejected),
        ("UNAVAILABLE", Uncertain),
    ],
)
def test_without_a_reason_the_status_decides(commit, status, error):
    with pytest.raises(error):
        commit(refusal(403, status=status))


def test_a_video_that_vanished_before_its_hour_is_prepared_again(commit):
    with pytest.raises(StagedLost):
        commit(refusal(404, "videoNotFound"))


def test_a_spent_quota_is_waited_for_until_midnight_in_california(commit):
    with pytest.raises(Throttled) as caught:
        commit(refusal(403, "quotaExceeded"))
    assert caught.value.retry_at == MIDNIGHT


def test_a_channel_that_uploaded_too_much_waits_for_a_day_whatever_the_quota(commit, clock):
    with pytest.raises(Throttled) as caught:
        commit(refusal(400, "uploadLimitExceeded"))
    assert caught.value.retry_at == clock() + timedelta(hours=24)


def test_slowing_down_has_an_end_only_where_youtube_names_one(commit, clock):
    with pytest.raises(Throttled) as caught:
        commit(refusal(403, "rateLimitExceeded"))
    assert caught.value.retry_at is None
    with pytest.raises(Throttled) as caught:
        commit((*refusal(429, "rateLimitExceeded"), {"Retry-After": "30"}))
    assert caught.value.retry_at == clock() + timedelta(seconds=30)


@pytest.mark.parametrize("answer", [refusal(500, "backendError"), refusal(403, "forbidden"), (200, {}), (200, [])])
def test_reading_that_fails_says_nothing_about_the_video(youtube, credential, answer):
    _, adapter = youtube({LOOK: [answer]})
    with pytest.raises(NotSent):
        adapter.post_metrics(RemotePost(VIDEO), credential)


@pytest.mark.parametrize("answer", [(200, b"<html>One moment</html>"), refusal(500, "backendError")])
def test_a_deletion_without_a_clear_answer_is_asked_for_again(youtube, credential, answer):
    _, adapter = youtube({DELETE: [answer]})
    with pytest.raises(NotSent):
        adapter.delete(RemotePost(VIDEO), credential)


def test_an_empty_list_means_that_the_video_is_gone(youtube, credential):
    _, adapter = youtube({LOOK: [(200, {"kind": "youtube#videoListResponse", "items": []})]})
    with pytest.raises(Gone):
        adapter.post_metrics(RemotePost(VIDEO), credential)
