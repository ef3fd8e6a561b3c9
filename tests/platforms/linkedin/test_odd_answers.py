"""Answers in LinkedIn's own words that make no sense: a result or a named error, and never a false success."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, date, datetime

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.secrets import Secret
from apps.platforms.adapters.linkedin import LinkedInAdapter, files, publishing
from apps.platforms.contract import Credential, RemotePost, Role, Staged, Trace, Verdict
from apps.platforms.errors import PlatformError, Uncertain
from tests.platforms.drafts import document, draft, picture, video
from tests.platforms.linkedin.conftest import CLIENT, PAGE

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
POST = RemotePost("urn:li:share:7")
NAMES = [
    "id", "elements", "paging", "links", "value", "image", "video", "document", "uploadUrl", "uploadInstructions",
    "firstByte", "lastByte", "uploadUrlExpiresAt", "status", "code", "message", "serviceErrorCode", "errorDetails",
    "inputErrors", "commentary", "content", "media", "createdAt", "lifecycleState", "created", "actor", "count",
    "totalShareStatistics", "share", "access_token", "expires_in", "scope", "commentUrn", "reactionSummaries",
]  # fmt: skip
WORDS = st.sampled_from(
    [
        POST.remote_id,
        PAGE,
        "AVAILABLE",
        "PUBLISHED",
        "DUPLICATE_POST",
        "Content is a duplicate of urn:li:share:7",
        "next",
    ]
)
JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**16), 10**16) | st.floats() | WORDS | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=12,
)
BODIES = st.binary(max_size=30) | JSONISH.map(lambda value: json.dumps(value).encode())
ANSWERS = st.tuples(st.sampled_from([200, 200, 201, 204, 400, 401, 403, 404, 422, 426, 429, 500, 999]), BODIES)


class Odd(httpx.BaseTransport):
    """Gives the same answer to everything."""

    answer = (200, b"")

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        return httpx.Response(self.answer[0], content=self.answer[1])


@pytest.fixture(scope="module")
def odd():
    transport = Odd()
    with httpx.Client(transport=transport) as http:
        yield transport, LinkedInAdapter(http=http, endpoints={}, clock=lambda: NOW)


CREDENTIAL = Credential("urn:li:person:a", Secret("AQV-access"), Secret("AQX-refresh"), client=CLIENT, channel_id=PAGE)
COMMENT = draft("First!", role=Role.FIRST_COMMENT, parent=POST)


def staged_for(written):
    return Staged({"print": files.print_of(publishing.wanted_files(written), PAGE), "started_at": NOW.isoformat()})


@settings(max_examples=80)
@given(answer=ANSWERS)
def test_whatever_linkedin_answers_is_a_result_or_a_named_error(odd, answer):
    transport, adapter = odd
    transport.answer = answer
    calls = [
        lambda: adapter.finish_consent(client=CLIENT, redirect_uri="x", answer={"code": "c"}, keep=Secret("{}")),
        lambda: adapter.check(CREDENTIAL),
        lambda: adapter.refresh(CREDENTIAL),
        lambda: adapter.revoke(CREDENTIAL),
        lambda: adapter.own_posts(CREDENTIAL),
        lambda: adapter.edit(POST, draft("Hello"), CREDENTIAL),
        lambda: adapter.delete(POST, CREDENTIAL),
        lambda: adapter.post_metrics(POST, CREDENTIAL),
        lambda: adapter.account_metrics(CREDENTIAL, day=date(2026, 11, 20)),
    ]
    for file in (picture(), document(), video(filling=1000)):
        calls.append(lambda file=file: adapter.stage(draft("File", file), CREDENTIAL, key="k", before=None))
    for call in calls:
        with suppress(PlatformError):
            call()


@settings(max_examples=80)
@given(answer=ANSWERS)
def test_no_odd_answer_is_taken_for_a_post_or_for_its_absence(odd, answer):
    transport, adapter = odd
    transport.answer = answer
    status, body = answer
    for written in (draft("Hello"), COMMENT):
        try:
            receipt = adapter.commit(written, staged_for(written), CREDENTIAL, key="k")
        except PlatformError as refused:
            assert 400 <= status < 500 or isinstance(refused, Uncertain)  # noqa: PT017
        else:
            assert status < 300 or status == 422
            assert receipt.remote_id in body.decode()
        with suppress(PlatformError):
            finding = adapter.find(Trace(written, Staged({}), "k", NOW), CREDENTIAL)
            assert finding.verdict is not Verdict.ABSENT, "it is too early to tell"
