from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.platforms import registry
from apps.platforms.contract import Finding, Receipt, Staged, Verdict
from apps.platforms.errors import PlatformError
from apps.platforms.http import MAX_ANSWER_BYTES
from tests.platforms.conformance.bench import Bench, remote
from tests.platforms.conformance.benches import SANDBOX_BENCHES
from tests.platforms.conformance.conftest import opened

HUGE = 50 * 1024 * 1024

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "data", "error", "code", "errors", "status", "message", "paging", "value", "uri"])
            | st.text(max_size=8),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
bodies = st.one_of(
    values.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=60),
    st.sampled_from(
        [b"", b"<html><body>One moment</body></html>", b'{"id": ', b"null", b"[[[[", b'{"data": {"id": 1}}']
    ),
)
answers = st.tuples(
    st.sampled_from([200, 200, 200, 201, 202, 204, 206, 301, 308, 400, 401, 403, 404, 409, 413, 429, 500, 503]),
    st.sampled_from(["application/json", "text/html", ""]),
    bodies,
    st.dictionaries(
        st.sampled_from(["retry-after", "x-rate-limit-reset", "location", "range", "etag", "x-app-usage", "link"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12),
        max_size=2,
    ),
)


class OddPlatform(httpx.BaseTransport):
    """Answers whatever it is told to."""

    def __init__(self) -> None:
        self.answer: tuple[int, str, bytes, dict[str, str]] = (200, "", b"", {})

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        status, kind, body, headers = self.answer
        return httpx.Response(status, headers={"content-type": kind, **headers}, content=body)


@pytest.fixture(params=tuple(SANDBOX_BENCHES))
def bench(request) -> Iterator[Bench]:
    """Those that have a wire."""
    yield from opened(request)


@pytest.fixture
def odd(bench, credential):
    """What can be called with a real credential and a real draft, at a platform that has lost its mind."""
    written = bench.post("Good morning", pictures=1)
    staged = bench.stage(written, credential, key="key-1")
    receipt = bench.adapter.commit(written, staged, credential, key="key-1")
    platform = OddPlatform()
    with httpx.Client(transport=platform) as http:
        adapter = registry.build(bench.adapter.name, http=http, endpoints=bench.endpoints, clock=bench.clock)
        day = (bench.clock() - timedelta(days=1)).date()
        yield (
            platform,
            {
                "check": lambda: adapter.check(credential),
                "refresh": lambda: adapter.refresh(credential),
                "revoke": lambda: adapter.revoke(credential),
                "stage": lambda: adapter.stage(written, credential, key="key-2", before=None),
                "commit": lambda: adapter.commit(written, staged, credential, key="key-1"),
                "find": lambda: adapter.find(bench.trace(written, staged), credential),
                "locate": lambda: adapter.locate(Receipt(receipt.remote_id, facts=receipt.facts), credential),
                "edit": lambda: adapter.edit(remote(receipt), written, credential),
                "delete": lambda: adapter.delete(remote(receipt), credential),
                "own_posts": lambda: adapter.own_posts(credential),
                "post_metrics": lambda: adapter.post_metrics(remote(receipt), credential),
                "account_metrics": lambda: adapter.account_metrics(credential, day=day),
            },
        )


def outcome_of(call):
    try:
        return call()
    except PlatformError as error:
        return error


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answer=answers)
def test_whatever_a_platform_answers_is_a_result_or_a_named_error(odd, answer):
    platform, calls = odd
    platform.answer = answer
    for name, call in calls.items():
        found = outcome_of(call)
        if isinstance(found, PlatformError):
            assert found.words
        if isinstance(found, Receipt):
            assert found.remote_id, f"{name} took an answer without an id for a success"
        if isinstance(found, Staged):
            json.dumps(dict(found.data))


def test_an_answer_without_an_id_is_no_success_and_no_proof_of_absence(odd):
    platform, calls = odd
    for body in (b"", b"<html>One moment</html>", b"null", b'"ok"', b"[]", b"{}"):
        platform.answer = (200, "application/json", body, {})
        assert isinstance(outcome_of(calls["commit"]), PlatformError), body
        found = outcome_of(calls["find"])
        assert not isinstance(found, Finding) or found.verdict is not Verdict.ABSENT or body in (b"{}", b"[]"), body


class Endless(httpx.SyncByteStream):
    def __init__(self) -> None:
        self.sent = 0

    def __iter__(self) -> Iterator[bytes]:
        while self.sent < HUGE:
            self.sent += 65536
            yield b"[" * 65536


def test_an_endless_answer_is_not_read_to_its_end(odd):
    platform, calls = odd
    for name, call in calls.items():
        endless = Endless()
        platform.handle_request = lambda request, stream=endless: httpx.Response(200, stream=stream)
        found = outcome_of(call)
        assert not isinstance(found, Receipt), name
        assert endless.sent <= MAX_ANSWER_BYTES * 3, f"{name} read {endless.sent} bytes"
