from __future__ import annotations

import pytest

from apps.platforms.adapters.tiktok.status import Status, failure
from apps.platforms.contract import Staged
from apps.platforms.errors import (
    Disconnected,
    MissingPermission,
    NotSent,
    Rejected,
    StagedLost,
    Throttled,
    TokenExpired,
    Uncertain,
)
from tests.platforms.drafts import draft, picture
from tests.platforms.tiktok.conftest import fine, refused

CREATOR, SEND = "POST /v2/post/publish/creator_info/query/", "POST /v2/post/publish/content/init/"
INFO = fine(
    creator_username="demo.shop", privacy_level_options=["PUBLIC_TO_EVERYONE", "SELF_ONLY"], comment_disabled=False
)
PICTURES = draft("Five new looks", picture(), options={"privacy": "SELF_ONLY"})

# code, status, error, the seconds to wait, the field at fault
TABLE = [
    ("access_token_invalid", 401, TokenExpired, None, None),
    ("scope_not_authorized", 401, MissingPermission, None, None),
    ("scope_permission_missed", 403, MissingPermission, None, None),
    ("rate_limit_exceeded", 429, Throttled, 65, None),
    ("spam_risk_too_many_posts", 403, Throttled, 3600, None),
    ("spam_risk_too_many_posts", 200, Throttled, 3600, None),
    ("spam_risk_too_many_pending_share", 403, Throttled, 3600, None),
    ("reached_active_user_cap", 200, Throttled, 10800, None),
    ("spam_risk_user_banned_from_posting", 403, Rejected, None, ""),
    ("unaudited_client_can_only_post_to_private_accounts", 403, Rejected, None, "options.privacy"),
    ("url_ownership_unverified", 403, Rejected, None, "media"),
    ("privacy_level_option_mismatch", 403, Rejected, None, "options.privacy"),
    ("invalid_param", 400, Rejected, None, "media"),
    ("invalid_params", 400, Rejected, None, "media"),
    ("invalid_file_upload", 400, Rejected, None, "media.0"),
    ("app_version_check_failed", 400, Rejected, None, "options.format"),
    # What is in no table may have been carried out.
    ("internal_error", 500, Uncertain, None, None),
    ("internal_error", 200, Uncertain, None, None),
    ("brand_new_code", 403, Uncertain, None, None),
    ("brand_new_code", 200, Uncertain, None, None),
]


def test_each_refusal_of_a_post_has_one_meaning(tiktok, credential, clock):
    answers = {CREATOR: [INFO], SEND: [INFO]}
    _, adapter = tiktok(answers)
    staged = adapter.stage(PICTURES, credential, key="k", before=None)
    for code, status, error, seconds, field in TABLE:
        answers[SEND][:] = [refused(status, code, "what TikTok says")]
        with pytest.raises(error) as caught:
            adapter.commit(PICTURES, staged, credential, key="k")
        found = caught.value
        assert (found.evidence.code, found.evidence.request_id) == (code, "L2")
        if seconds is not None:
            assert (found.retry_at - clock()).total_seconds() == seconds
        if field is not None:
            assert found.field == field, code


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused(200, "spam_risk_user_banned_from_posting"), Rejected),
        (refused(200, "reached_active_user_cap"), Throttled),
        (refused(200, "brand_new_code"), NotSent),
        (refused(401, "access_token_invalid"), TokenExpired),
        ((502, b""), NotSent),
        (fine(), NotSent),
    ],
)
def test_a_refusal_with_status_200_is_a_refusal(tiktok, credential, answer, error):
    """Success is what says "ok": creator_info refuses with HTTP 200."""
    _, adapter = tiktok({CREATOR: [answer]})
    for call in (
        lambda: adapter.stage(PICTURES, credential, key="k", before=None),
        lambda: adapter.choices("privacy", credential),
    ):
        with pytest.raises(error):
            call()


def test_an_answer_without_a_name_for_the_post_is_no_success(tiktok, credential):
    _, adapter = tiktok({CREATOR: [INFO], SEND: [fine(publish_id="")]})
    staged = adapter.stage(PICTURES, credential, key="k", before=None)
    with pytest.raises(Uncertain):
        adapter.commit(PICTURES, staged, credential, key="k")
    with pytest.raises(StagedLost):  # prepared for other words
        adapter.commit(PICTURES, Staged({**staged.data, "draft": "another"}), credential, key="k")


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("file_format_check_failed", Rejected),
        ("duration_check_failed", Rejected),
        ("frame_rate_check_failed", Rejected),
        ("picture_size_check_failed", Rejected),
        ("internal", StagedLost),
        ("video_pull_failed", Rejected),
        ("photo_pull_failed", Rejected),
        ("publish_cancelled", Rejected),
        ("auth_removed", Disconnected),
        ("spam_risk_too_many_posts", Throttled),
        ("spam_risk_user_banned_from_posting", Rejected),
        ("spam_risk_text", Rejected),
        ("spam_risk", Rejected),
        ("a_new_reason", Rejected),
    ],
)
def test_each_reason_of_a_failed_post_has_one_meaning(reason, error, clock):
    found = failure(Status("FAILED", reason), clock())
    assert type(found) is error
    assert found.words
    assert found.evidence.code == reason
