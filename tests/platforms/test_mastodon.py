"""The Mastodon adapter against a server that somebody else wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from mastodon_mock.testing import MockServer

from apps.core.secrets import Secret
from apps.platforms.adapters.mastodon import MastodonAdapter
from apps.platforms.contract import RemotePost, Role, Staged, Trace, Verdict
from apps.platforms.errors import (
    AccountDisabled,
    ConsentRefused,
    Disconnected,
    MissingPermission,
    NotSent,
    Rejected,
    StagedLost,
    Throttled,
    Uncertain,
)
from tests.platforms.conftest import HeldClock
from tests.platforms.drafts import draft, picture
from tests.platforms.mastodon_bench import CALLBACK, MastodonMock

STATUSES, MEDIA = "/api/v1/statuses", "/api/v2/media"


@pytest.fixture(scope="module")
def running() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture
def mastodon(running) -> Iterator[MastodonMock]:
    mock = MastodonMock(running)
    mock.client.post("/api/v1/_mock/reset").raise_for_status()
    yield mock
    mock.close()


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock(datetime.now(UTC))


@pytest.fixture
def adapter(http, clock) -> MastodonAdapter:
    return MastodonAdapter(
        http=http, endpoints={"client_name": "Postroom", "website": "https://p.example"}, clock=clock
    )


@pytest.fixture
def credential(mastodon, adapter):
    return mastodon.connect(adapter).credential


def publish(adapter, written, credential, key="key-1"):
    staged = adapter.stage(written, credential, key=key, before=None)
    return adapter.commit(written, staged, credential, key=key)


def lose(adapter, credential, written, key="key-1", sent_at=None, known=frozenset()):
    """The trace of a commit that was never made, or whose answer nobody read."""
    staged = adapter.stage(written, credential, key=key, before=None)
    return Trace(written, staged, key, sent_at or adapter._clock(), known)


# --- connecting


def test_a_consent_gives_one_channel_with_the_servers_own_limits(mastodon, adapter):
    consent = mastodon.connect(adapter)

    (channel,) = consent.channels
    host = mastodon.origin.removeprefix("http://")
    assert channel.kind == "profile"
    assert channel.handle == "alice@mock.local"
    assert channel.remote_id == consent.credential.remote_user_id == f"{consent.credential.facts['account_id']}@{host}"
    assert channel.limits["max_text"] == 500
    assert channel.limits["max_media"] == 4
    assert consent.missing_scopes == ()
    assert consent.credential.server == mastodon.origin
    json.dumps([dict(consent.credential.facts), dict(channel.limits)])


def test_the_server_asks_for_scopes_it_knows_and_always_for_pkce(mastodon, adapter):
    client = adapter.register(server=mastodon.origin, redirect_uri=CALLBACK)
    url = adapter.begin_consent(client=client, redirect_uri=CALLBACK, state="s").authorize_url
    assert "code_challenge_method=S256" in url
    assert client.client_secret.reveal() not in url
    assert set(client.scopes) <= {"read", "write", *adapter.scopes}


def test_a_consent_that_was_declined_is_refused_in_words(mastodon, adapter):
    client = adapter.register(server=mastodon.origin, redirect_uri=CALLBACK)
    keep = adapter.begin_consent(client=client, redirect_uri=CALLBACK, state="s").keep
    with pytest.raises(ConsentRefused, match="declined"):
        adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer={"error": "access_denied"}, keep=keep)
    with pytest.raises(ConsentRefused, match="start again"):
        adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer={"code": "stale"}, keep=keep)


def test_mastodon_has_no_password_sign_in(adapter):
    with pytest.raises(ConsentRefused):
        adapter.sign_in(server="", identifier="alice", password=Secret("x"))


def test_a_check_tells_who_it_is_and_a_revoked_token_is_disconnected(mastodon, adapter, credential):
    profile = adapter.check(credential)
    assert profile.remote_id == credential.remote_user_id
    assert profile.limits["max_text"] == 500

    adapter.revoke(credential)

    with pytest.raises(Disconnected):
        adapter.check(credential)
    adapter.revoke(credential)


def test_a_token_without_end_stays_the_same(adapter, credential, clock):
    assert adapter.refresh(credential) is credential
    ended = replace(credential, expires_at=clock())
    with pytest.raises(Disconnected):
        adapter.refresh(ended)


# --- publishing


def test_a_post_goes_out_with_picture_alt_text_and_language(mastodon, adapter, credential):
    written = draft("Good morning", picture(alt="A sunrise"), language="en-GB", options={"content_warning": "Weather"})

    receipt = publish(adapter, written, credential)

    (post,) = mastodon.posts()
    assert (post["id"], post["url"]) == (receipt.remote_id, receipt.remote_url)
    assert (post["visibility"], post["language"], post["spoiler_text"]) == ("public", "en", "Weather")
    assert [media["description"] for media in post["media_attachments"]] == ["A sunrise"]
    assert adapter.locate(receipt, credential) == post["url"]
    assert adapter.locate(replace(receipt, remote_url=""), credential) == post["url"]
    assert adapter.locate(replace(receipt, remote_url="", remote_id="1"), credential) == ""


def test_pictures_keep_their_order_and_are_not_uploaded_twice(mastodon, adapter, credential):
    written = draft("Three", picture("a", alt="a"), picture("b", alt="b"), picture("c", alt="c"))
    before = adapter.stage(written, credential, key="k", before=None)

    again = adapter.stage(written, credential, key="k", before=Staged(json.loads(json.dumps(dict(before.data)))))

    assert again.data["media"] == before.data["media"]
    adapter.commit(written, again, credential, key="k")
    assert [media["description"] for media in mastodon.posts()[0]["media_attachments"]] == ["a", "b", "c"]


def test_an_upload_that_has_grown_old_is_made_again(adapter, credential, clock):
    written = draft("Old", picture())
    before = adapter.stage(written, credential, key="k", before=None)
    clock.advance(hours=19)
    assert adapter.stage(written, credential, key="k", before=before).data["media"] != before.data["media"]


def test_a_changed_alt_text_uploads_the_picture_again(adapter, credential):
    before = adapter.stage(draft("Alt", picture(alt="Old")), credential, key="k", before=None)
    after = adapter.stage(draft("Alt", picture(alt="New")), credential, key="k", before=before)
    assert after.data["media"][0]["id"] != before.data["media"][0]["id"]


def test_an_older_server_takes_pictures_at_its_first_address(mastodon, adapter, credential):
    mastodon.answer_with(404, path=MEDIA, body={"error": "Record not found"})
    assert adapter.stage(draft("Old server", picture()), credential, key="k", before=None).ready


def test_comments_and_replies_answer_their_parent_quietly(mastodon, adapter, credential):
    main = publish(adapter, draft("Main"), credential, "k1")
    parent = RemotePost(main.remote_id)
    publish(adapter, draft("First!", role=Role.FIRST_COMMENT, parent=parent, root=parent), credential, "k2")
    publish(adapter, draft("2/2", role=Role.REPLY, parent=parent, options={"visibility": "private"}), credential, "k3")

    first = next(post for post in mastodon.posts() if "First!" in post["content"])
    assert (first["in_reply_to_id"], first["visibility"]) == (main.remote_id, "unlisted")


def test_the_same_key_is_the_same_post(mastodon, adapter, credential):
    assert (
        publish(adapter, draft("Once"), credential).remote_id == publish(adapter, draft("Once"), credential).remote_id
    )
    assert len(mastodon.posts()) == 1


# --- refusals


@pytest.mark.parametrize(
    ("status", "said", "error", "field"),
    [
        (401, "The access token was revoked", Disconnected, None),
        (403, "This action is outside the authorized scopes", MissingPermission, None),
        (403, "Your login is currently disabled", AccountDisabled, None),
        (403, "This action is not allowed", Rejected, ""),
        (422, "Validation failed: Text character limit of 500 exceeded", Rejected, "text"),
        (422, "Validation failed: Text can't be blank", Rejected, "text"),
        (422, "Cannot attach files that have not finished processing. Try again in a moment!", NotSent, None),
        (422, "Media 1 could not be found", StagedLost, None),
        (400, "Bad Request: text with spoiler exceed max chars (5000)", Rejected, "text"),
        (400, "Bad Request: media not found", StagedLost, None),
        (400, "Bad Request: media already attached to status: 01M7", Uncertain, None),
        (400, "Bad Request", Rejected, ""),
        (408, "Request timeout", Uncertain, None),
        (500, "An unexpected error occurred", Uncertain, None),
        (503, "There was a temporary problem serving your request", Uncertain, None),
        (302, "", Uncertain, None),
        (303, "", Uncertain, None),  # as servers answer a form that they have taken
        (409, "Conflict", Uncertain, None),
        (405, "", NotSent, None),
        (404, "Record not found", NotSent, None),
    ],
)
def test_each_refusal_of_a_post_says_what_to_do_next(mastodon, adapter, credential, status, said, error, field):
    staged = adapter.stage(draft(), credential, key="k", before=None)
    mastodon.answer_with(status, path=STATUSES, body={"error": said})

    with pytest.raises(error) as caught:
        adapter.commit(draft(), staged, credential, key="k")

    assert type(caught.value) is error
    assert caught.value.evidence.status == status
    if field is not None:
        assert caught.value.field == field
    if error is MissingPermission:
        assert caught.value.scopes == ("write:statuses",)
    assert mastodon.posts() == []


def test_a_throttled_post_knows_when_to_come_back(mastodon, adapter, credential, clock):
    reset = clock() + timedelta(minutes=5)
    body = {"error": "Too many requests"}
    mastodon.answer_with(429, path=STATUSES, body=body, headers={"X-RateLimit-Reset": reset.isoformat()})
    with pytest.raises(Throttled) as caught:
        publish(adapter, draft(), credential)
    assert caught.value.retry_at == reset


def test_a_garbled_answer_to_a_post_is_uncertain(mastodon, adapter, credential):
    mastodon.answer_with(200, path=STATUSES, type="malformed")
    with pytest.raises(Uncertain):
        publish(adapter, draft(), credential)


def test_a_400_for_a_dead_token_is_told_from_a_bad_post(mastodon, adapter, credential):
    adapter.revoke(credential)
    mastodon.answer_with(400, path=STATUSES, body={"error": "invalid_request"})
    with pytest.raises(Disconnected):
        adapter.commit(draft(), Staged({"media": []}), credential, key="k")


@pytest.mark.parametrize(
    ("status", "said", "error"),
    [
        (422, "Validation failed: File content type is invalid", Rejected),
        (413, "", Rejected),
        (500, "Error processing thumbnail for uploaded media", Rejected),
        (500, "oops", NotSent),
        (401, "The access token is invalid", Disconnected),
        (403, "This action is outside the authorized scopes", MissingPermission),
    ],
)
def test_each_refusal_of_a_picture_names_it(mastodon, adapter, credential, status, said, error):
    mastodon.answer_with(status, path=MEDIA, body={"error": said})
    with pytest.raises(error) as caught:
        adapter.stage(draft("a", picture()), credential, key="k", before=None)
    if error is Rejected:
        assert caught.value.field == "media.0"


def test_a_parent_that_is_gone_is_the_parts_fault(mastodon, adapter, credential):
    reply = draft("late", role=Role.REPLY, parent=RemotePost("404"))
    mastodon.answer_with(404, path=STATUSES, body={"error": "Record not found"})
    with pytest.raises(Rejected) as caught:
        publish(adapter, reply, credential)
    assert caught.value.field == "parent"


# --- looking for a lost post


def test_a_post_whose_answer_was_lost_is_found_by_its_text(mastodon, adapter, credential):
    written = draft("Lost & found: https://example.org/a/long/path #tag @bob ok")
    trace = lose(adapter, credential, written)
    receipt = publish(adapter, written, credential)
    publish(adapter, draft("Another one"), credential, "k2")

    finding = adapter.find(trace, credential)

    assert finding.verdict is Verdict.FOUND
    assert finding.receipt.remote_id == receipt.remote_id
    assert finding.receipt.remote_url == receipt.remote_url
    assert finding.looked_at


def test_a_post_whose_answer_was_lost_is_found_by_its_pictures(mastodon, adapter, credential):
    written = draft("", picture())
    trace = lose(adapter, credential, written)
    receipt = adapter.commit(written, trace.staged, credential, key="k")
    finding = adapter.find(trace, credential)
    assert (finding.verdict, finding.receipt.remote_id) == (Verdict.FOUND, receipt.remote_id)


def test_a_post_that_never_arrived_is_absent(mastodon, adapter, credential):
    publish(adapter, draft("Another one"), credential)
    for written in (draft("Never sent"), draft("Never sent", picture())):
        assert adapter.find(lose(adapter, credential, written), credential).verdict is Verdict.ABSENT


def test_an_equal_post_of_ours_is_not_taken_for_the_lost_one(mastodon, adapter, credential):
    twin = publish(adapter, draft("Twins"), credential, "k1")
    trace = lose(adapter, credential, draft("Twins"), known=frozenset({twin.remote_id}))
    assert adapter.find(trace, credential).verdict is Verdict.ABSENT

    publish(adapter, draft("Twins"), credential, "k2")
    publish(adapter, draft("Twins"), credential, "k3")
    assert adapter.find(trace, credential).verdict is Verdict.UNCLEAR


def test_an_equal_text_with_other_audience_or_parent_is_another_post(mastodon, adapter, credential):
    main = publish(adapter, draft("Same words"), credential, "k1")
    quiet = lose(adapter, credential, draft("Same words", options={"visibility": "private"}))
    reply = lose(adapter, credential, draft("Same words", role=Role.REPLY, parent=RemotePost(main.remote_id)))
    assert adapter.find(quiet, credential).verdict is Verdict.ABSENT
    assert adapter.find(reply, credential).verdict is Verdict.ABSENT


def test_an_older_equal_post_is_not_the_lost_one(mastodon, adapter, credential, clock):
    publish(adapter, draft("Every Monday"), credential)
    clock.advance(minutes=10)
    trace = lose(adapter, credential, draft("Every Monday"))
    # Our clock is ten minutes ahead of the server's: the post could be the lost one, and that is all.
    assert adapter.find(trace, credential).verdict is Verdict.UNCLEAR


def test_reading_the_list_may_fail_and_says_so(mastodon, adapter, credential):
    trace = lose(adapter, credential, draft("a"))
    path = f"/api/v1/accounts/{credential.facts['account_id']}/statuses"
    for status, error in ((500, NotSent), (401, Disconnected), (429, Throttled), (403, MissingPermission)):
        said = {"error": "This action is outside the authorized scopes"}
        mastodon.answer_with(status, path=path, methods=("GET",), body=said)
        with pytest.raises(error):
            adapter.find(trace, credential)
    mastodon.answer_with(200, path=path, methods=("GET",), type="malformed")
    with pytest.raises(NotSent):
        adapter.find(trace, credential)
