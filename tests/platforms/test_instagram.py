"""Instagram at its worst: every error of its table, answers in odd shapes, containers that fail."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.secrets import Secret
from apps.platforms.adapters.instagram import InstagramAdapter, publishing
from apps.platforms.contract import Credential, OAuthClient, Receipt, RemotePost, Role, Staged, Trace, Verdict
from apps.platforms.errors import (
    ConsentRefused,
    Disconnected,
    MissingPermission,
    NotSent,
    PlatformError,
    Rejected,
    StagedLost,
    Throttled,
    Uncertain,
)
from tests.platforms.conftest import Script
from tests.platforms.drafts import draft, picture

ME = "17841400000000001"
MEDIA, PUBLISH = f"/v26.0/{ME}/media", f"/v26.0/{ME}/media_publish"
QUOTA = f"GET /v26.0/{ME}/content_publishing_limit"
CALLBACK = "https://p.example/back"
FINISHED = (200, {"status_code": "FINISHED", "status": "Finished: ready", "id": "1"})
WORKING = (200, {"status_code": "IN_PROGRESS", "status": "In Progress", "id": "1"})


def failed(subcode):
    text = f"Error: Media upload has failed with error code {subcode}"
    return (200, {"status_code": "ERROR", "status": text, "id": "1"})


def error(code, subcode=None, status=400, message="No", **more):
    described = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "B1", **more}
    return (status, {"error": described | ({"error_subcode": subcode} if subcode else {})})


@pytest.fixture
def instagram(serve, http, clock):
    """`instagram({"GET /path": [...]})`: a platform that follows a script, and an adapter that talks to it."""

    def start(answers):
        server = serve(Script(answers))
        origin = {"login": server.origin, "api": server.origin, "graph": server.origin, "version": "v26.0"}
        return server, InstagramAdapter(http=http, endpoints=origin, clock=clock)

    return start


@pytest.fixture
def credential(clock):
    return Credential(
        remote_user_id=ME,
        access_token=Secret("IGAA-long-token"),
        expires_at=clock() + timedelta(days=60),
        scopes=("instagram_business_basic",),
        facts={"issued_at": clock().isoformat(), "username": "acme", "app_scoped_id": "99"},
    )


@pytest.fixture
def written():
    return draft("Hello #x", picture(alt="A"))


@pytest.fixture
def staged(written):
    return staged_for(written)


def staged_for(written, container="c1"):
    entry = {"id": container, "created_at": "", "is_finished": True, "failures": 0}
    return Staged({"draft": publishing.fingerprint(written), "pictures": [entry]})


def forms(server, path):
    """The forms that were posted to `path`."""
    pairs = zip(server.requests, server.bodies, strict=True)
    return [dict(parse_qsl(body.decode())) for (method, where), body in pairs if (method, where) == ("POST", path)]


# --- connecting

SHORT = {"access_token": "IGAA-short", "user_id": 17841400000000001, "permissions": "instagram_business_basic"}
EVERYTHING = ",".join(InstagramAdapter.scopes)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({**SHORT, "permissions": EVERYTHING}, 0),
        ({"data": [{**SHORT, "permissions": EVERYTHING.split(",")}]}, 0),
        (SHORT, 2),
        ({"access_token": "IGAA-short"}, 0),
    ],
)
def test_a_consent_is_exchanged_for_a_long_token_of_the_account(instagram, clock, given, missing):
    profile = {"id": "99", "user_id": ME, "username": "acme", "account_type": "BUSINESS"}
    server, adapter = instagram(
        {
            "POST /oauth/access_token": [(200, given)],
            "GET /access_token": [(200, {"access_token": "IGAA-long", "token_type": "bearer", "expires_in": 5183944})],
            "GET /v26.0/me": [(200, profile)],
        }
    )
    client = OAuthClient("app", Secret("app-secret"))
    start = adapter.begin_consent(client=client, redirect_uri=CALLBACK, state="s")
    asked = parse_qs(urlsplit(start.authorize_url).query)
    assert asked["scope"] == [EVERYTHING]
    assert asked["redirect_uri"] == [CALLBACK]

    answer = {"code": "code-1#_", "state": "s"}
    consent = adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer=answer, keep=start.keep)

    assert forms(server, "/oauth/access_token")[0]["code"] == "code-1"
    assert len(consent.missing_scopes) == missing
    assert consent.credential.access_token == Secret("IGAA-long")
    assert consent.credential.remote_user_id == consent.channels[0].remote_id == ME
    assert consent.credential.facts["app_scoped_id"] == "99"
    assert consent.credential.expires_at == clock() + timedelta(seconds=5183944)


@pytest.mark.parametrize(
    ("answers", "refused"),
    [
        (
            {
                "POST /oauth/access_token": [
                    (400, {"error_type": "OAuthException", "code": 400, "error_message": "Invalid"})
                ]
            },
            True,
        ),
        ({"POST /oauth/access_token": [error(190)]}, True),
        ({"POST /oauth/access_token": [(500, b"oops")]}, False),
        ({"POST /oauth/access_token": [(200, b"<html>")]}, False),
        ({"POST /oauth/access_token": [(200, SHORT)], "GET /access_token": [error(2, status=500)]}, False),
    ],
)
def test_a_consent_that_fails_is_refused_or_may_be_tried_again(instagram, answers, refused):
    _, adapter = instagram(answers)
    client = OAuthClient("app", Secret("app-secret"))
    with pytest.raises(ConsentRefused if refused else NotSent):
        adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer={"code": "c"}, keep=Secret("{}"))


def test_a_personal_account_is_refused_with_the_reason(instagram):
    _, adapter = instagram(
        {
            "POST /oauth/access_token": [(200, SHORT)],
            "GET /access_token": [(200, {"access_token": "IGAA-long"})],
            "GET /v26.0/me": [(200, {"id": "99", "user_id": ME, "username": "acme", "account_type": "PERSONAL"})],
        }
    )
    client = OAuthClient("app", Secret("app-secret"))
    with pytest.raises(ConsentRefused, match="professional"):
        adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer={"code": "c"}, keep=Secret("{}"))


def test_what_needs_an_app_or_a_password_is_refused(instagram):
    _, adapter = instagram({})
    assert adapter.resolve_server("anything") == ""
    with pytest.raises(ConsentRefused):
        adapter.register(server="", redirect_uri=CALLBACK)
    with pytest.raises(ConsentRefused):
        adapter.sign_in(server="", identifier="acme", password=Secret("x"))


def test_a_young_token_is_not_renewed_and_an_old_one_is(instagram, credential, clock):
    renewed = {"access_token": "IGAA-next", "expires_in": 5184000, "permissions": "instagram_business_basic"}
    server, adapter = instagram({"GET /refresh_access_token": [(200, renewed)]})
    assert adapter.refresh(credential) is credential
    assert server.requests == []

    clock.advance(hours=24)
    after = adapter.refresh(credential)
    assert after.access_token == Secret("IGAA-next")
    assert after.expires_at == clock() + timedelta(days=60)
    assert adapter.refresh(after) is after


def test_a_token_over_its_time_cannot_be_renewed(instagram, credential, clock):
    server, adapter = instagram({})
    clock.advance(days=60)
    with pytest.raises(Disconnected):
        adapter.refresh(credential)
    assert server.requests == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (error(190), Disconnected),
        (error(10), MissingPermission),
        (error(100), NotSent),
        (error(4), Throttled),
        ((200, {}), NotSent),
    ],
)
def test_a_renewal_that_fails_says_what_to_do(instagram, credential, clock, answer, expected):
    _, adapter = instagram({"GET /refresh_access_token": [answer]})
    clock.advance(days=2)
    with pytest.raises(expected):
        adapter.refresh(credential)


def test_giving_a_token_back_never_fails(instagram, credential):
    for answer in ((200, {"success": True}), error(190), (500, b"")):
        _, adapter = instagram({"DELETE /v26.0/me/permissions": [answer]})
        adapter.revoke(credential)


# --- preparing


def stage(adapter, written, credential, before=None):
    stored = None if before is None else replace(before, data=json.loads(json.dumps(dict(before.data))))
    return adapter.stage(written, credential, key="k", before=stored)


def test_a_picture_is_prepared_with_caption_and_alt_text_and_waited_for(instagram, credential, clock, written):
    server, adapter = instagram({f"POST {MEDIA}": [(200, {"id": "c1"})], "GET /v26.0/c1": [WORKING, WORKING, FINISHED]})
    staged, pauses = None, []
    while staged is None or not staged.ready:
        staged = stage(adapter, written, credential, staged)
        pauses.append(staged.again_in.total_seconds())
    assert pauses == [2, 3, 0]
    expected = {"image_url": written.media[0].public_url, "caption": "Hello #x", "alt_text": "A"}
    assert forms(server, MEDIA) == [expected]


def test_a_carousel_waits_for_its_pictures_before_it_is_made(instagram, credential):
    ids = [(200, {"id": name}) for name in ("c1", "c2", "c3")]
    server, adapter = instagram(
        {
            f"POST {MEDIA}": ids,
            "GET /v26.0/c1": [WORKING, FINISHED],
            "GET /v26.0/c2": [FINISHED],
            "GET /v26.0/c3": [WORKING, FINISHED],
        }
    )
    written = draft("Two", picture("a"), picture("b"))
    first = stage(adapter, written, credential)
    assert (first.ready, len(forms(server, MEDIA))) == (False, 2)
    second = stage(adapter, written, credential, first)
    third = stage(adapter, written, credential, second)

    assert (second.ready, third.ready) == (False, True)
    assert publishing.container_id(third) == "c3"
    children, carousel = forms(server, MEDIA)[:2], forms(server, MEDIA)[2]
    assert all(form["is_carousel_item"] == "true" and "caption" not in form for form in children)
    assert carousel == {"media_type": "CAROUSEL", "children": "c1,c2", "caption": "Two"}


def test_the_publishing_limit_is_read_before_anything_is_made(instagram, credential, clock, written):
    used_up = {"data": [{"quota_usage": 50, "config": {"quota_total": 50}}]}
    server, adapter = instagram({QUOTA: [(200, used_up)]})
    with pytest.raises(Throttled, match="24 hours") as caught:
        stage(adapter, written, credential)
    assert caught.value.retry_at > clock()
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        error(100),
        error(1, status=500),
        (200, {"data": []}),
        (200, {"data": [{"quota_usage": 49}]}),
        (200, {"data": [3]}),
    ],
)
def test_a_publishing_limit_that_cannot_be_read_stops_nobody(instagram, credential, written, answer):
    _, adapter = instagram({QUOTA: [answer], f"POST {MEDIA}": [(200, {"id": "c1"})], "GET /v26.0/c1": [FINISHED]})
    assert stage(adapter, written, credential).ready


def test_a_picture_that_cannot_be_fetched_is_tried_three_times_more(instagram, credential, written):
    unfetched = error(9004, 2207052, message="Only photo or video can be accepted as media type.")
    server, adapter = instagram({f"POST {MEDIA}": [unfetched]})
    staged, pauses = None, []
    for _ in range(3):
        staged = stage(adapter, written, credential, staged)
        pauses.append(staged.again_in.total_seconds())
    with pytest.raises(Rejected, match="fetch") as caught:
        stage(adapter, written, credential, staged)
    assert pauses == [5, 20, 60]
    assert caught.value.field == "media.0"
    assert len(forms(server, MEDIA)) == 4


def test_a_container_that_failed_for_a_passing_reason_is_made_anew(instagram, credential, written):
    _, adapter = instagram(
        {
            f"POST {MEDIA}": [(200, {"id": "c1"}), (200, {"id": "c2"})],
            "GET /v26.0/c1": [failed(2207053)],
            "GET /v26.0/c2": [FINISHED],
        }
    )
    first = stage(adapter, written, credential)
    assert (first.ready, first.again_in) == (False, timedelta(seconds=5))
    assert publishing.container_id(stage(adapter, written, credential, first)) == "c2"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (failed(2207026), Rejected),
        (failed(2207009), Rejected),
        (failed(9999999), Rejected),
        ((200, {"status_code": "EXPIRED"}), StagedLost),
        (error(190), Disconnected),
        (error(24, 2207006), StagedLost),
        (error(2, status=500), NotSent),
        ((200, b"<html>"), NotSent),
    ],
)
def test_a_container_that_fails_for_good_says_why(instagram, credential, written, status, expected):
    _, adapter = instagram({f"POST {MEDIA}": [(200, {"id": "c1"})], "GET /v26.0/c1": [status]})
    with pytest.raises(expected) as caught:
        stage(adapter, written, credential)
    if expected is Rejected:
        assert caught.value.field == "media.0"


@pytest.mark.parametrize("unseen", [error(100, 33), error(24, 2207008)])
def test_a_fresh_container_that_is_not_shown_yet_is_asked_for_again(instagram, credential, clock, written, unseen):
    _, adapter = instagram({f"POST {MEDIA}": [(200, {"id": "c1"})], "GET /v26.0/c1": [unseen]})
    staged = stage(adapter, written, credential)
    assert not staged.ready
    clock.advance(minutes=3)
    with pytest.raises(StagedLost):
        stage(adapter, written, credential, staged)


def test_containers_that_exist_are_kept_when_a_later_one_has_to_wait(instagram, credential):
    server, adapter = instagram(
        {f"POST {MEDIA}": [(200, {"id": "c1"}), error(4), (200, {"id": "c2"}), (200, {"id": "c3"})]}
    )
    written = draft("Two", picture("a"), picture("b"))
    paused = stage(adapter, written, credential)
    assert (paused.ready, paused.data["pictures"][0]["id"]) == (False, "c1")
    assert len(forms(server, MEDIA)) == 2


def test_processing_without_end_is_given_up(instagram, credential, clock, written):
    _, adapter = instagram({f"POST {MEDIA}": [(200, {"id": "c1"})], "GET /v26.0/c1": [WORKING]})
    staged = stage(adapter, written, credential)
    clock.advance(minutes=16)
    with pytest.raises(NotSent, match="fifteen minutes"):
        stage(adapter, written, credential, staged)


def test_containers_are_made_anew_for_another_draft_or_after_a_day(instagram, credential, clock, written):
    ids = [(200, {"id": f"c{number}"}) for number in range(1, 4)]
    _, adapter = instagram({f"POST {MEDIA}": ids, **{f"GET /v26.0/c{number}": [FINISHED] for number in range(1, 4)}})
    first = stage(adapter, written, credential)
    edited = stage(adapter, replace(written, text="Edited"), credential, first)
    clock.advance(hours=24)
    aged = stage(adapter, replace(written, text="Edited"), credential, edited)
    assert [publishing.container_id(one) for one in (first, edited, aged)] == ["c1", "c2", "c3"]


@pytest.mark.parametrize(
    ("written", "field"),
    [
        (draft("No picture"), "media"),
        (draft("Nowhere", replace(picture(), public_url="")), "media.0"),
        (draft("Thread", role=Role.REPLY), "role"),
    ],
)
def test_what_instagram_cannot_do_is_rejected_by_field(instagram, credential, written, field):
    _, adapter = instagram({})
    with pytest.raises(Rejected) as caught:
        stage(adapter, written, credential)
    assert caught.value.field == field


# --- publishing


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
        (error(25, 2207050), Disconnected),
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


def test_an_earlier_version_of_the_post_is_never_published(instagram, credential, written, staged):
    server, adapter = instagram({})
    with pytest.raises(StagedLost):
        adapter.commit(replace(written, text="Edited"), staged, credential, key="k")
    assert server.requests == []


def test_a_first_comment_sends_its_words_and_nothing_else(instagram, credential):
    server, adapter = instagram({"POST /v26.0/m1/comments": [(200, {"id": "k1"})]})
    comment = draft("First", role=Role.FIRST_COMMENT, parent=RemotePost("m1"))
    assert adapter.commit(comment, Staged({}), credential, key="k") == Receipt("k1")
    assert server.requests == [("POST", "/v26.0/m1/comments")]
    assert server.bodies == [b"message=First"]


def test_an_address_that_is_not_told_is_empty(instagram, credential):
    _, adapter = instagram({"GET /v26.0/m1": [(200, {"permalink": "https://www.instagram.com/p/AbC/"})]})
    assert adapter.locate(Receipt("m1"), credential) == "https://www.instagram.com/p/AbC/"
    assert adapter.locate(Receipt("gone"), credential) == ""


# --- looking for a lost post


def posted(clock, **changes):
    described = {
        "id": "m1",
        "caption": "Hello #x",
        "timestamp": clock().isoformat(),
        "media_type": "IMAGE",
        "permalink": "https://p",
    }
    return {**described, **changes}


def search(instagram, credential, clock, status, posts, *, written, known=frozenset(), wait=90):
    _, adapter = instagram({"GET /v26.0/c1": [status], f"GET {MEDIA}": [(200, {"data": posts})]})
    trace = Trace(written, staged_for(written), "k", clock(), known)
    clock.advance(seconds=wait)
    return adapter.find(trace, credential)


@pytest.mark.parametrize("status", [(200, {"status_code": "PUBLISHED"}), error(100, 33), failed(2207001)])
def test_a_published_container_is_matched_with_one_post(instagram, credential, clock, written, status):
    posts = [
        posted(clock),
        posted(clock, id="m2", caption="Other"),
        posted(clock, id="m3", media_type="CAROUSEL_ALBUM"),
    ]
    finding = search(instagram, credential, clock, status, posts, written=written)
    assert (finding.verdict, finding.receipt.remote_id, finding.receipt.remote_url) == (
        Verdict.FOUND,
        "m1",
        "https://p",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"caption": "Hello"},
        {"timestamp": "2026-11-21T09:58:00+0000"},
        {"timestamp": None},
        {"id": None},
        {"media_type": "VIDEO"},
    ],
)
def test_a_published_container_without_its_post_is_a_case_for_a_person(instagram, credential, clock, written, changes):
    status, posts = (200, {"status_code": "PUBLISHED"}), [posted(clock, **changes)]
    assert search(instagram, credential, clock, status, posts, written=written).verdict is Verdict.UNCLEAR


def test_two_equal_posts_are_a_case_for_a_person_unless_one_is_known(instagram, credential, clock, written):
    status, posts = (200, {"status_code": "PUBLISHED"}), [posted(clock), posted(clock, id="m2")]
    assert search(instagram, credential, clock, status, posts, written=written).verdict is Verdict.UNCLEAR
    posts = [posted(clock), posted(clock, id="m2")]
    finding = search(instagram, credential, clock, status, posts, written=written, known=frozenset({"m2"}))
    assert (finding.verdict, finding.receipt.remote_id) == (Verdict.FOUND, "m1")


@pytest.mark.parametrize("status", [FINISHED, (200, {"status_code": "EXPIRED"})])
def test_a_container_that_is_not_published_a_minute_later_is_absent(instagram, credential, clock, written, status):
    assert search(instagram, credential, clock, status, [], written=written).verdict is Verdict.ABSENT
    assert search(instagram, credential, clock, status, [], written=written, wait=30).verdict is Verdict.UNCLEAR
    twin = [posted(clock, timestamp=(clock() + timedelta(minutes=5)).isoformat())]
    assert search(instagram, credential, clock, status, twin, written=written).verdict is Verdict.UNCLEAR


def test_nothing_seen_of_the_container_is_no_proof_of_absence(instagram, credential, clock, written):
    assert search(instagram, credential, clock, error(100, 33), [], written=written).verdict is Verdict.UNCLEAR
    assert search(instagram, credential, clock, failed(2207001), [], written=written).verdict is Verdict.UNCLEAR


def commented(clock, **changes):
    described = {"id": "k1", "text": "First", "username": "acme", "from": {"id": "x"}, "timestamp": clock().isoformat()}
    return {**described, **changes}


def search_comment(instagram, credential, clock, *pages):
    _, adapter = instagram({"GET /v26.0/m1/comments": [(200, page) for page in pages]})
    comment = draft("First", role=Role.FIRST_COMMENT, parent=RemotePost("m1"))
    trace = Trace(comment, Staged({}), "k", clock())
    clock.advance(seconds=90)
    return adapter.find(trace, credential)


def page(*comments, after=""):
    return {"data": list(comments)} | ({"paging": {"next": "https://n", "cursors": {"after": after}}} if after else {})


def test_a_lost_comment_is_looked_for_on_every_page(instagram, credential, clock):
    other = commented(clock, id="k0", text="Other")
    found = search_comment(instagram, credential, clock, page(other, after="a"), page(commented(clock)))
    assert (found.verdict, found.receipt.remote_id) == (Verdict.FOUND, "k1")
    assert search_comment(instagram, credential, clock, page(other, after="a"), page(other)).verdict is Verdict.ABSENT


def test_a_comment_is_not_absent_while_a_doubt_remains(instagram, credential, clock):
    endless = page(commented(clock, text="Other"), after="a")
    assert search_comment(instagram, credential, clock, endless).verdict is Verdict.UNCLEAR
    stranger = page(commented(clock, username="bob", **{"from": {"id": "7", "username": "bob"}}))
    assert search_comment(instagram, credential, clock, stranger).verdict is Verdict.UNCLEAR
    nameless = page({"id": "k1", "text": "First", "timestamp": clock().isoformat()})
    assert search_comment(instagram, credential, clock, nameless).verdict is Verdict.FOUND


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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
