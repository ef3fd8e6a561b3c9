"""Instagram at its worst: every error of its table, answers in odd shapes."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.secrets import Secret
from apps.platforms.contract import OAuthClient, Receipt, Trace
from apps.platforms.errors import (
    AccountDisabled,
    Disconnected,
    MissingPermission,
    NotSent,
    PlatformError,
    Rejected,
    StagedLost,
    Throttled,
    Uncertain,
)
from tests.platforms.drafts import draft, picture
from tests.platforms.instagram.answers import (
    CALLBACK,
    ME,
    PUBLISH,
    error,
    staged_for,
)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (error(9007, 2207027), NotSent),
        (error(4, 2207051), Uncertain),
        (error(-1, 2207001), Uncertain),
        (error(-1, 2207032), Uncertain),
        (error(1), Uncertain),
        (error(2, status=500), Uncertain),
        (error(20, 1772107), Uncertain),
        (error(777), Uncertain),
        (error(777, is_transient=True), Uncertain),
        ((500, b"<html>"), Uncertain),
        ((502, b""), Uncertain),
        ((200, b"<html>"), Uncertain),
        ((200, {}), Uncertain),
        ((200, {"id": None}), Uncertain),
        (error(4), Throttled),
        (error(4, is_transient=True), Throttled),
        (error(9, 2207042), Throttled),
        (error(17), Throttled),
        (error(80002), Throttled),
        (error(368), Throttled),
        (error(24, 2207008), StagedLost),
        (error(24, 2207006), StagedLost),
        (error(-2, 2207020), StagedLost),
        (error(190, 460), Disconnected),
        (error(102), Disconnected),
        (error(25, 2207050), AccountDisabled),
        (error(100, message="The user is not an Instagram Business"), Disconnected),
        (error(10), MissingPermission),
        (error(200, status=403), MissingPermission),
        (error(36003, 2207009), Rejected),
        (error(36004, 2207010), Rejected),
        (error(100, 2207028), Rejected),
        (error(100), Rejected),
        (error(100, 33), NotSent),
    ],
)
def test_each_error_of_a_publish_says_what_to_do_next(instagram, credential, written, staged, answer, expected):
    server, adapter = instagram({f"POST {PUBLISH}": [answer]})
    with pytest.raises(expected) as caught:
        adapter.commit(written, staged, credential, key="k")
    assert type(caught.value) is expected
    assert caught.value.words.endswith((".", "No"))
    assert len(server.requests) == 1


def test_a_refusal_keeps_the_platforms_own_names_for_support(instagram, credential, written, staged):
    _, adapter = instagram({f"POST {PUBLISH}": [error(9007, 2207027, message="The media is not ready")]})
    with pytest.raises(NotSent) as caught:
        adapter.commit(written, staged, credential, key="k")
    seen = caught.value.evidence
    assert (seen.status, seen.code, seen.text, seen.request_id) == (400, "9007/2207027", "The media is not ready", "B1")


def test_the_usage_header_says_when_calls_are_taken_again(instagram, credential, clock, written, staged):
    usage = json.dumps({ME: [{"type": "instagram", "call_count": 100, "estimated_time_to_regain_access": 17}]})
    status, body = error(80002)
    _, adapter = instagram({f"POST {PUBLISH}": [(status, body, {"x-business-use-case-usage": usage})]})
    with pytest.raises(Throttled) as caught:
        adapter.commit(written, staged, credential, key="k")
    assert caught.value.retry_at == clock() + timedelta(minutes=17)


# --- answers that nobody should give

JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "error", "code", "error_subcode", "data", "status_code", "timestamp", "access_token"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
BODIES = st.one_of(st.binary(max_size=40), JSONISH.map(lambda value: json.dumps(value).encode()))


@pytest.fixture
def garbling(instagram):
    """A platform that gives the same answer to everything, which a test may exchange."""

    class Everything(dict):
        answer = (200, b"")

        def get(self, key, default=None):
            return [self.answer]

    answers = Everything()
    return instagram(answers)[1], answers


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(status=st.sampled_from([200, 201, 204, 301, 400, 401, 403, 404, 429, 500, 503]), body=BODIES)
def test_whatever_instagram_answers_is_a_result_or_a_named_error(garbling, credential, clock, status, body):
    adapter, answers = garbling
    answers.answer = (status, b"" if status == 204 else body)
    written = draft("Hello", picture())
    client = OAuthClient("app", Secret("app-secret"))
    old = replace(credential, facts={})
    calls = [
        lambda: adapter.check(credential),
        lambda: adapter.refresh(old),
        lambda: adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer={"code": "c"}, keep=Secret("{}")),
        lambda: adapter.stage(written, credential, key="k", before=None),
        lambda: adapter.find(Trace(written, staged_for(written), "k", clock()), credential),
        lambda: adapter.locate(Receipt("1"), credential),
        lambda: adapter.revoke(credential),
    ]
    for call in calls:
        with suppress(PlatformError):
            call()
    try:
        receipt = adapter.commit(written, staged_for(written), credential, key="k")
    except PlatformError as refused:
        is_named = isinstance(read(body), dict) and ({"error", "code"} & set(read(body)))
        assert status not in {200, 201} or is_named or isinstance(refused, Uncertain)  # noqa: PT017
    else:
        assert status in {200, 201}
        assert receipt.remote_id == str(read(body)["id"])


def read(body):
    with suppress(ValueError):
        return json.loads(body)
    return None
