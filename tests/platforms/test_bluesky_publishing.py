"""A part of a post on its way to Bluesky: staged, committed once, found again."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.bluesky import BlueskyAdapter
from apps.platforms.adapters.bluesky.records import timestamp
from apps.platforms.contract import RemotePost, Staged, Trace, Verdict
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
from tests.platforms.bluesky_world import (
    APP,
    APP_PASSWORD,
    DID,
    ENDPOINTS,
    HANDLE,
    OTHER_DID,
    PDS,
    Atproto,
    content_id,
    error,
)
from tests.platforms.drafts import draft, picture

PUT, UPLOAD = "repo.putRecord", "repo.uploadBlob"
CALLBACK = "http://127.0.0.1:8000/accounts/connect/callback"


@pytest.fixture
def network(clock):
    return Atproto(clock)


@pytest.fixture
def adapter(network, clock):
    return BlueskyAdapter(http=network.client(), endpoints=ENDPOINTS, clock=clock)


@pytest.fixture(params=["oauth", "app_password"])
def credential(request, adapter, network):
    if request.param == "app_password":
        return adapter.sign_in(server=PDS, identifier=HANDLE, password=Secret(APP_PASSWORD)).credential
    client = adapter.register(server=PDS, redirect_uri=CALLBACK)
    start = adapter.begin_consent(client=client, redirect_uri=CALLBACK, state="s", hint=HANDLE)
    answer = network.consent(start.authorize_url)
    return adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer=answer, keep=start.keep).credential


@pytest.fixture
def stage(adapter, credential):
    """Stage a draft and hand it back as it would come out of a row."""

    def stage(part, key="publication-1"):
        staged = adapter.stage(part, credential, key=key, before=None)
        return Staged(json.loads(json.dumps(staged.data)), staged.ready, staged.again_in)

    return stage


@pytest.fixture
def commit(adapter, credential):
    return lambda part, staged: adapter.commit(part, staged, credential, key="publication-1")


def test_a_post_goes_out_with_one_write_and_each_picture_with_one_upload(stage, commit, network):
    part = draft("Spring is here #spring", picture("one", alt="A daffodil"), picture("two"), language="en")

    receipt = commit(part, stage(part))

    assert len(network.calls(PUT)) == 1
    assert len(network.calls(UPLOAD)) == 2
    [(place, record)] = network.records.items()
    assert receipt.remote_id == f"at://{'/'.join(place)}"
    assert receipt.remote_url == f"{APP}/profile/{DID}/post/{place[2]}"
    assert [image["alt"] for image in record["embed"]["images"]] == ["A daffodil", ""]
    assert record["facets"][0]["features"][0]["tag"] == "spring"


def test_pictures_are_uploaded_as_they_are(stage, network):
    file = picture("one")

    stage(draft("x", file))

    [upload] = network.calls(UPLOAD)
    assert upload.content == file.open().read()
    assert upload.headers["content-type"] == "image/jpeg"


def test_mentions_are_resolved_and_those_of_nobody_stay_text(stage, network):
    network.handles["ann.bsky.social"] = OTHER_DID

    staged = stage(draft("Thanks @ann.bsky.social and @nobody.bsky.social"))

    assert [facet["features"][0]["did"] for facet in staged.data["record"]["facets"]] == [OTHER_DID]


def test_a_resolver_that_is_down_delays_the_post_rather_than_losing_the_mention(stage, network):
    network.fail("resolveHandle", httpx.Response(503))

    with pytest.raises(NotSent):
        stage(draft("Thanks @ann.bsky.social"))


def test_a_post_carries_the_moment_at_which_it_went_out(stage, commit, network, clock):
    """Feeds are sorted by it: a post that was prepared earlier would stand below everything that came since."""
    part = draft("Hello")
    staged = stage(part)
    clock.advance(minutes=20)

    commit(part, staged)

    assert [record["createdAt"] for record in network.records.values()] == [timestamp(clock())]


def test_a_post_with_other_words_is_staged_anew_at_the_same_key(adapter, credential, stage, clock):
    staged = stage(draft("Hello"))
    clock.advance(minutes=1)

    again = adapter.stage(draft("Hullo"), credential, key="publication-1", before=staged)

    assert (again.data["record"]["text"], again.data["rkey"]) == ("Hullo", staged.data["rkey"])


def test_staging_again_goes_on_with_what_was_staged(adapter, credential, stage, clock):
    staged = stage(draft("Hello"))
    clock.advance(minutes=20)

    assert adapter.stage(draft("Hello"), credential, key="publication-1", before=staged) == staged


def test_two_parts_staged_at_one_instant_have_keys_of_their_own(stage):
    assert stage(draft("x"), "part-1").data["rkey"] != stage(draft("x"), "part-2").data["rkey"]


def test_a_repeated_commit_is_the_same_post(stage, commit, network):
    part = draft("Hello")
    staged = stage(part)

    assert commit(part, staged) == commit(part, staged)
    assert len(network.records) == 1


def test_a_server_that_calls_our_own_record_a_conflict_has_published_it(stage, commit, network):
    part = draft("Hello")
    staged = stage(part)
    network.fail(PUT, error(400, "InvalidSwap", "Record was at bafyreigwhfvt"), after=True)

    receipt = commit(part, staged)

    [standing] = network.records.values()
    assert receipt.facts["cid"] == content_id(standing)


def test_another_record_at_our_key_is_looked_at_and_not_written_over(adapter, credential, stage, commit, network):
    part = draft("Hello")
    staged = stage(part)
    place = (DID, "app.bsky.feed.post", staged.data["rkey"])
    network.records[place] = {**staged.data["record"], "text": "Another", "createdAt": "2020-01-01T00:00:00.000Z"}

    with pytest.raises(Uncertain):
        commit(part, staged)

    finding = adapter.find(Trace(part, staged, "publication-1", sent_at=adapter._clock()), credential)
    assert finding.verdict is Verdict.UNCLEAR
    assert network.records[place]["text"] == "Another"


@pytest.mark.parametrize(
    ("outcome", "after"),
    [
        (httpx.ReadTimeout("slow"), True),
        (httpx.RemoteProtocolError("hung up"), True),
        (httpx.Response(500, json={"error": "InternalServerError"}), True),
        (httpx.Response(502, text="<html>bad gateway</html>"), False),
        (httpx.Response(200, text="<html>ok</html>"), True),
        (httpx.Response(200, json={"uri": "at://x"}), True),
    ],
    ids=["timeout", "hang-up", "500", "502", "garbage", "no cid"],
)
def test_a_lost_answer_is_uncertain_and_the_post_is_found_or_proved_absent(
    adapter, credential, stage, commit, network, clock, outcome, after
):
    part = draft("Hello")
    staged = stage(part)
    network.fail(PUT, outcome, after=after)

    with pytest.raises(Uncertain):
        commit(part, staged)

    finding = adapter.find(Trace(part, staged, "publication-1", sent_at=clock()), credential)
    assert finding.verdict is (Verdict.FOUND if after else Verdict.ABSENT)
    assert commit(part, staged).remote_id.endswith(staged.data["rkey"])
    assert len(network.records) == 1


def test_a_post_changed_by_another_program_is_still_this_post(adapter, credential, stage, commit, network, clock):
    part = draft("Hello")
    staged = stage(part)
    commit(part, staged)
    [place] = network.records
    network.records[place] = {**network.records[place], "text": "Hello!"}

    finding = adapter.find(Trace(part, staged, "publication-1", sent_at=clock()), credential)

    assert finding.verdict is Verdict.FOUND


def test_a_post_is_found_without_a_living_token(adapter, credential, stage, commit, network, clock):
    part = draft("Hello")
    staged = stage(part)
    commit(part, staged)
    network.access_tokens.clear()

    assert adapter.find(Trace(part, staged, "publication-1", sent_at=clock()), credential).verdict is Verdict.FOUND


@pytest.mark.parametrize(
    "outcome", [httpx.ReadTimeout("slow"), httpx.Response(500), httpx.Response(200, text="<html>")]
)
def test_a_search_that_fails_proves_nothing(adapter, credential, stage, network, clock, outcome):
    staged = stage(draft("Hello"))
    network.fail("getRecord", outcome)

    with pytest.raises(NotSent):
        adapter.find(Trace(draft("Hello"), staged, "publication-1", sent_at=clock()), credential)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (error(400, "BlobNotFound", "Could not find blob"), StagedLost),
        (error(400, "ExpiredToken"), TokenExpired),
        (error(401, "invalid_token"), TokenExpired),
        (error(400, "InvalidToken", "Bad token scope"), MissingPermission),
        (error(401, "AuthMissing"), Disconnected),
        (error(401, "AccountTakedown"), Disconnected),
        (error(403, "AccountNotFound"), Disconnected),
        (error(400, "InvalidRequest", "Could not find repo: did:plc:x"), Disconnected),
        (error(413, "PayloadTooLarge"), Rejected),
        (error(501, "MethodNotImplemented"), NotSent),
        (error(404, "XRPCNotSupported"), NotSent),
        (error(403, "Forbidden"), MissingPermission),
        (httpx.Response(403, text="<html>"), NotSent),
        (httpx.Response(404, text="<html>"), NotSent),
        (httpx.Response(301, headers={"location": "https://elsewhere.test"}), Uncertain),
        (httpx.Response(408), Uncertain),
        (httpx.Response(409, text="<html>"), Uncertain),
        (error(400, "SomethingNew", "No"), NotSent),
        (httpx.ConnectError("refused"), NotSent),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_refusal_is_named_after_what_to_do_next(stage, commit, network, answer, expected):
    part = draft("Hello")
    staged = stage(part)
    network.fail(PUT, answer)

    with pytest.raises(expected):
        commit(part, staged)

    assert network.records == {}


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("grapheme too big (maximum 300, got 301) at $.record.text", "text"),
        ("array too big (maximum 4, got 5) at $.record.embed.images", "media"),
        ("blob too big (maximum 1000000, got 1500136) at $.record.embed.images[1].image", "media.1"),
        ("Invalid language at $.record.langs[0]", "language"),
        ("grapheme too big (maximum 64, got 65) at $.record.tags[0]", "options.tags"),
        ("blob too big at $.record.embed.media.images[2].image", "media.2"),
        ("Invalid uri at $.record.embed.external.uri", "link"),
        ("something else", ""),
    ],
)
def test_refused_content_names_its_field(stage, commit, network, message, field):
    part = draft("Hello")
    staged = stage(part)
    network.fail(PUT, error(400, "InvalidRequest", f"Invalid app.bsky.feed.post record: {message}"))

    with pytest.raises(Rejected) as refusal:
        commit(part, staged)

    assert refusal.value.field == field


def test_a_refused_picture_names_its_place(stage, network):
    network.fail(UPLOAD, error(413, "PayloadTooLarge"))

    with pytest.raises(Rejected) as refusal:
        stage(draft("x", picture("one")))

    assert refusal.value.field == "media.0"


def test_a_missing_scope_is_named(stage, commit, network):
    part = draft("Hello")
    staged = stage(part)
    scope = "repo:app.bsky.feed.post?action=update"
    network.fail(PUT, error(403, "ScopeMissingError", f'Missing required scope "{scope}"'))

    with pytest.raises(MissingPermission) as missing:
        commit(part, staged)

    assert missing.value.scopes == (scope,)


def test_a_limit_says_when_it_ends(stage, commit, network, clock):
    part = draft("Hello")
    staged = stage(part)
    reset = clock() + timedelta(minutes=30)
    network.fail(PUT, error(429, "RateLimitExceeded", ratelimit_reset=str(int(reset.timestamp()))))

    with pytest.raises(Throttled) as throttled:
        commit(part, staged)

    assert throttled.value.retry_at == reset


@pytest.mark.parametrize("credential", ["oauth"], indirect=True)
def test_a_nonce_that_changed_under_way_is_answered_once(stage, commit, network):
    part = draft("Hello")
    staged = stage(part)
    network.fail(PUT, error(401, "use_dpop_nonce", dpop_nonce="nonce-1"))

    commit(part, staged)

    assert len(network.calls(PUT)) == 2
    assert len(network.records) == 1


@pytest.mark.parametrize("credential", ["oauth"], indirect=True)
def test_a_server_that_keeps_asking_for_nonces_is_not_asked_for_ever(stage, commit, network):
    part = draft("Hello")
    staged = stage(part)
    for _ in range(2):
        network.fail(PUT, error(401, "use_dpop_nonce", dpop_nonce="nonce-1"))

    with pytest.raises(NotSent):
        commit(part, staged)

    assert len(network.calls(PUT)) == 2


@pytest.mark.parametrize("credential", ["oauth"], indirect=True)
def test_a_token_over_its_time_is_noticed_before_anything_is_written(stage, commit, network):
    part = draft("Hello")
    staged = stage(part)
    network.access_tokens.clear()

    with pytest.raises(TokenExpired):
        commit(part, staged)


def test_a_reply_points_at_its_thread(stage, commit, network):
    first = commit(draft("1/2"), stage(draft("1/2"), "part-1"))
    root = RemotePost(first.remote_id, first.facts)
    reply = draft("2/2", root=root, parent=root)

    second = commit(reply, stage(reply, "part-2"))

    rkey = second.remote_id.rpartition("/")[2]
    expected = {"uri": first.remote_id, "cid": first.facts["cid"]}
    assert network.records[DID, "app.bsky.feed.post", rkey]["reply"] == {"root": expected, "parent": expected}


def test_the_address_of_a_post_survives_a_change_of_handle(adapter, credential, stage, commit):
    part = draft("Hello")
    receipt = commit(part, stage(part))

    assert adapter.locate(receipt, credential) == receipt.remote_url
    assert HANDLE not in receipt.remote_url
