"""Answers that nobody should give come to a result or a named error."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.secrets import Secret
from apps.platforms.contract import Receipt, Staged, Trace
from apps.platforms.errors import (
    PlatformError,
    Uncertain,
)
from tests.platforms.drafts import draft, picture
from tests.platforms.mastodon.servers import account_at

JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "url", "error", "created_at", "media_attachments", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)
BODIES = st.one_of(st.binary(max_size=40), JSONISH.map(lambda value: json.dumps(value).encode()))


@pytest.fixture
def garbling(scripted):
    """A server that gives the same answer to everything, which a test may exchange."""

    class Everything(dict):
        answer = (200, b"")

        def get(self, key, default=None):
            return [self.answer]

    answers = Everything()
    return scripted(answers), answers


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(status=st.sampled_from([200, 201, 202, 204, 206, 301, 400, 401, 403, 404, 410, 422, 429, 500, 503]), body=BODIES)
def test_whatever_a_server_answers_is_a_result_or_a_named_error(garbling, adapter, clock, status, body):
    server, answers = garbling
    answers.answer = (status, b"" if status == 204 else body)
    credential = account_at(server, refresh_token=Secret("R"))
    written, staged = draft("Hello"), Staged({"media": []})
    calls = [
        lambda: adapter.check(credential),
        lambda: adapter.refresh(credential),
        lambda: adapter.stage(draft("Hello", picture()), credential, key="k", before=None),
        lambda: adapter.find(Trace(written, staged, "k", clock()), credential),
        lambda: adapter.locate(Receipt("1"), credential),
        lambda: adapter.register(server=server.origin, redirect_uri="https://p.example/"),
    ]
    for call in calls:
        with suppress(PlatformError):
            call()
    try:
        receipt = adapter.commit(written, staged, credential, key="k")
    except PlatformError as error:
        assert status >= 300 or isinstance(error, Uncertain)  # noqa: PT017
    else:
        assert status in {200, 201, 202, 206}
        assert receipt.remote_id == json.loads(body)["id"]
