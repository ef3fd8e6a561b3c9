from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.secrets import Secret
from apps.platforms.errors import (
    Disconnected,
    MissingPermission,
    NotSent,
    PlatformError,
    Rejected,
    Throttled,
    Uncertain,
)
from apps.platforms.http import Answer
from apps.platforms.meta import faults

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def answer(value, *, status=400, **headers):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Answer(status, httpx.Headers(headers), body)


def failure(code, subcode=None, *, status=400, acting=False, headers=None, **more):
    error = {
        "message": "No",
        "code": code,
        "fbtrace_id": "A1",
        **({"error_subcode": subcode} if subcode else {}),
        **more,
    }
    said = answer({"error": error}, status=status, **(headers or {}))
    return judged(said, acting=acting)


def judged(said, *, acting):
    fault = faults.read_fault(said)
    context = faults.Context(now=NOW, acting=acting, needs=("pages_manage_posts",), field="text")
    return faults.common(said, fault, context, faults.evidence(said, fault, ()), label="Facebook")


@pytest.mark.parametrize(
    ("code", "subcode", "kind"),
    [
        (1, None, NotSent),
        (2, None, NotSent),
        (3919, None, NotSent),
        (4, None, Throttled),
        (17, None, Throttled),
        (32, None, Throttled),
        (341, None, Throttled),
        (613, 1996, Throttled),
        (80001, None, Throttled),
        (102, None, Disconnected),
        (190, None, Disconnected),
        (190, 460, Disconnected),
        (3, None, MissingPermission),
        (10, None, MissingPermission),
        (299, None, MissingPermission),
        (100, 33, NotSent),
        (100, None, Rejected),
        (31337, None, Rejected),
    ],
)
def test_an_error_of_a_harmless_call_means(code, subcode, kind):
    error = failure(code, subcode)
    assert type(error) is kind
    assert error.evidence.code == "/".join(str(part) for part in (code, subcode) if part)
    assert error.evidence.request_id == "A1"


@pytest.mark.parametrize("code", [1, 2, 3919, 31337])
def test_what_is_not_known_of_a_publishing_call_may_have_happened(code):
    assert type(failure(code, acting=True)) is Uncertain


@pytest.mark.parametrize("code", [2, 100, 190, 4])
def test_a_server_error_of_a_publishing_call_may_have_happened_whatever_it_says(code):
    assert type(failure(code, status=500, acting=True)) is Uncertain


@pytest.mark.parametrize(
    ("code", "kind"), [(190, Disconnected), (4, Throttled), (10, MissingPermission), (100, Rejected)]
)
def test_a_clear_refusal_of_a_publishing_call_did_nothing(code, kind):
    assert type(failure(code, acting=True)) is kind


def test_digits_elsewhere_in_the_body_are_no_code():
    assert type(judged(answer({"error": {"message": "190, 490", "code": 1}}), acting=False)) is NotSent


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({}, 60),
        ({"retry-after": "1200"}, 20),
        ({"x-business-use-case-usage": '{"111":[{"type":"pages","estimated_time_to_regain_access":19}]}'}, 19),
        ({"x-business-use-case-usage": '{"111":[{"type":"pages","estimated_time_to_regain_access":1}]}'}, 5),
        ({"x-business-use-case-usage": "nonsense"}, 60),
    ],
)
def test_a_throttled_call_waits_as_long_as_meta_says_but_at_least_five_minutes(headers, pause):
    assert failure(80001, headers=headers).retry_at == NOW + timedelta(minutes=pause)


def test_the_words_meta_wrote_for_people_are_passed_on_without_secrets():
    said = answer({"error": {"code": 100, "message": "raw", "error_user_msg": "Not with EAASECRET, please"}})
    fault = faults.read_fault(said)
    context = faults.Context(now=NOW, secrets=(Secret("EAASECRET"),))
    error = faults.common(said, fault, context, faults.evidence(said, fault, context.secrets), label="Facebook")
    assert "please" in error.words
    assert "EAASECRET" not in error.words + error.evidence.text


def test_the_parameters_that_meta_blames_are_read():
    said = {"error": {"code": 100, "error_data": {"blame_field_specs": [["message"], ["link"]]}}}
    assert faults.fault_in(said).blamed == ("message", "link")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["error", "code", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    said=JSON | st.binary(max_size=20),
    status=st.sampled_from([200, 400, 401, 403, 429, 500]),
    usage=st.text(max_size=20),
    acting=st.booleans(),
)
def test_no_answer_is_too_odd_to_be_named(said, status, usage, acting):
    odd = answer(said, status=status, **{"x-business-use-case-usage": usage.encode("ascii", "ignore").decode()})
    assert isinstance(judged(odd, acting=acting), PlatformError)


@pytest.mark.parametrize(
    "body",
    [
        b'{"access_token":"EAAnew-token","token_ty',
        b"access_token=EAAnew-token&expires=5183944",
        b'{"data":[{"name":"Acme","access_token" : "EAAnew-token"}',
        b"<p>access_token: EAAnew-token</p>",
    ],
)
def test_a_token_that_nobody_knew_yet_is_in_no_evidence_of_a_garbled_answer(body):
    seen = faults.unreadable(answer(body, status=200), [Secret("old-token")])
    assert (seen.status, seen.code) == (200, "unreadable")
    assert "access_token" in seen.text
    assert "EAAnew" not in seen.text


def test_a_garbled_answer_is_quoted_otherwise():
    assert faults.unreadable(answer(b"<h1>old-token Down</h1>"), [Secret("old-token")]).text == "<h1>*** Down</h1>"
