"""The Bluesky adapter against the real PDS of the reference implementation: consent, sign-in, publishing, repeats."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import httpx
import jwt
import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.bluesky import BlueskyAdapter
from apps.platforms.contract import Draft, RemotePost, Role, Staged, Trace, Verdict
from apps.platforms.errors import ConsentRefused, Disconnected, Rejected, StagedLost, Uncertain
from tests.platforms.drafts import picture

pytestmark = pytest.mark.real

CALLBACK = "http://127.0.0.1:8123/accounts/connect/callback"  # nobody answers there: its address is all we need


def now():
    return datetime.now(UTC)


@pytest.fixture
def http():
    with httpx.Client(timeout=20) as client:
        yield client


@pytest.fixture
def adapter(bluesky_network, http):
    return BlueskyAdapter(http=http, endpoints=bluesky_network.endpoints, clock=now)


@pytest.fixture
def northlight(bluesky_network):
    return bluesky_network.accounts[0]


@pytest.fixture
def harbour(bluesky_network):
    return bluesky_network.accounts[1]


@pytest.fixture
def signed_in(adapter, bluesky_network, northlight):
    """A credential by app password."""
    password = Secret(northlight.app_password)
    return adapter.sign_in(server=bluesky_network.pds, identifier=northlight.handle, password=password).credential


def come_back(page, decision):
    """Press a button of the consent page and read the query string it sends us back with."""
    with page.expect_request(f"{CALLBACK}**") as request:
        page.get_by_role("button", name=decision).click()
    return dict(parse_qsl(urlsplit(request.value.url).query))


def sign_in_at_consent_page(page, start, account, *, type_handle=False):
    page.goto(start.authorize_url)
    if type_handle:
        page.get_by_role("button", name="Sign in").first.click()
        page.get_by_placeholder("Username or email address").fill(account.handle)
    page.locator("input[type=password]").fill(account.password)
    page.locator("button[type=submit]").click()
    page.get_by_role("button", name="Authorize").wait_for()


@pytest.fixture
def consented(adapter, bluesky_network, northlight, page):
    """What consent in a real browser gave."""
    client = adapter.register(server=bluesky_network.pds, redirect_uri=CALLBACK)
    start = adapter.begin_consent(client=client, redirect_uri=CALLBACK, state="state-1", hint=northlight.handle)
    sign_in_at_consent_page(page, start, northlight)
    answer = come_back(page, "Authorize")
    assert answer["state"] == "state-1"
    return adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer=answer, keep=start.keep)


def publish(adapter, credential, draft, *, key):
    return adapter.commit(draft, adapter.stage(draft, credential, key=key, before=None), credential, key=key)


def read(http, network, receipt):
    """The record as anybody can read it from the account's server."""
    repo, collection, rkey = receipt.remote_id.removeprefix("at://").split("/")
    params = {"repo": repo, "collection": collection, "rkey": rkey}
    return http.get(f"{network.pds}/xrpc/com.atproto.repo.getRecord", params=params).raise_for_status().json()["value"]


def posts_of(http, network, account):
    params = {"repo": account.did, "collection": "app.bsky.feed.post", "limit": 100}
    records = http.get(f"{network.pds}/xrpc/com.atproto.repo.listRecords", params=params).json()["records"]
    return [record["value"]["text"] for record in records]


@pytest.mark.parametrize("write", ["{handle}", "@{handle}", " at://{handle} ", "{did}", "{pds}", "{pds}/"])
def test_each_way_to_write_an_account_leads_to_its_server(adapter, bluesky_network, northlight, write):
    address = write.format(handle=northlight.handle, did=northlight.did, pds=bluesky_network.pds)

    assert adapter.resolve_server(address) == bluesky_network.pds


@pytest.mark.parametrize(
    "address", ["nobody.test", "did:plc:aaaabbbbccccddddeeeeffff", "http://localhost:1", "nothing"]
)
def test_an_address_that_leads_nowhere_is_said_to_do_so(adapter, address):
    with pytest.raises(Rejected) as refusal:
        adapter.resolve_server(address)

    assert refusal.value.field == "address"


def test_a_post_with_picture_link_mention_and_tag_goes_out(adapter, signed_in, bluesky_network, harbour, http):
    text = f"Hé @{harbour.handle} and @nobody.test 👋 acme.com/a #spring"

    receipt = publish(
        adapter, signed_in, Draft(text, media=(picture(alt="A daffodil"),), language="en"), key="all-of-it"
    )

    record = read(http, bluesky_network, receipt)
    assert record["text"] == text
    assert record["langs"] == ["en"]
    features = [facet["features"][0] for facet in record["facets"]]
    assert features[0] == {"$type": "app.bsky.richtext.facet#mention", "did": harbour.did}
    assert features[1:] == [
        {"$type": "app.bsky.richtext.facet#link", "uri": "https://acme.com/a"},
        {"$type": "app.bsky.richtext.facet#tag", "tag": "spring"},
    ]
    [image] = record["embed"]["images"]
    assert (image["alt"], image["aspectRatio"]) == ("A daffodil", {"width": 400, "height": 400})
    assert image["image"]["size"] == picture().size


def test_a_repeated_commit_is_the_same_post(adapter, signed_in, bluesky_network, northlight, http):
    draft = Draft("Said once", media=(picture("red"),))
    staged = adapter.stage(draft, signed_in, key="once", before=None)
    stored = Staged(dict(staged.data))  # as it comes back from a row

    receipts = {adapter.commit(draft, stored, signed_in, key="once").remote_id for _ in range(3)}

    assert len(receipts) == 1
    assert posts_of(http, bluesky_network, northlight).count("Said once") == 1


def test_the_content_hash_is_known_before_publishing(adapter, signed_in):
    draft = Draft("Hash me, 漢字 👩‍🚀 acme.com", media=(picture("blue"),), language="de")
    staged = adapter.stage(draft, signed_in, key="hash", before=None)

    assert adapter.commit(draft, staged, signed_in, key="hash").facts["cid"] == staged.data["cid"]


def test_a_lost_post_is_found_or_proved_absent(adapter, signed_in):
    draft = Draft("Where am I?")
    staged = adapter.stage(draft, signed_in, key="lost", before=None)
    trace = Trace(draft, staged, "lost", sent_at=now())

    before = adapter.find(trace, signed_in)
    receipt = adapter.commit(draft, staged, signed_in, key="lost")
    after = adapter.find(trace, signed_in)

    assert before.verdict is Verdict.ABSENT
    assert (after.verdict, after.receipt) == (Verdict.FOUND, receipt)


def test_another_post_at_our_key_is_never_written_over(adapter, signed_in, bluesky_network, http):
    ours, theirs = Draft("Ours"), Draft("Theirs")
    staged = adapter.stage(ours, signed_in, key="swap", before=None)
    record = {**staged.data["record"], "text": theirs.text, "createdAt": "2020-01-01T00:00:00.000Z"}
    standing = adapter.commit(theirs, Staged({**staged.data, "record": record}), signed_in, key="swap")

    with pytest.raises(Uncertain):
        adapter.commit(ours, staged, signed_in, key="swap")

    assert adapter.find(Trace(ours, staged, "swap", sent_at=now()), signed_in).verdict is Verdict.UNCLEAR
    assert read(http, bluesky_network, standing)["text"] == "Theirs"


def test_a_thread_hangs_together(adapter, signed_in, bluesky_network, http):
    first = publish(adapter, signed_in, Draft("1/3"), key="thread-1")
    root = RemotePost(first.remote_id, first.facts)
    second = publish(adapter, signed_in, Draft("2/3", role=Role.REPLY, root=root, parent=root), key="thread-2")
    parent = RemotePost(second.remote_id, second.facts)
    third = publish(adapter, signed_in, Draft("3/3", role=Role.REPLY, root=root, parent=parent), key="thread-3")

    reply = read(http, bluesky_network, third)["reply"]
    assert reply["root"] == {"uri": first.remote_id, "cid": first.facts["cid"]}
    assert reply["parent"] == {"uri": second.remote_id, "cid": second.facts["cid"]}
    assert first.remote_id < second.remote_id < third.remote_id


def test_pictures_the_server_let_go_of_are_staged_again(adapter, signed_in):
    draft = Draft("Gone", media=(picture("green"),))
    staged = adapter.stage(draft, signed_in, key="gone", before=None)
    record = staged.data["record"]
    image = record["embed"]["images"][0]
    unknown = {**image["image"], "ref": {"$link": "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"}}
    lost = {**record, "embed": {**record["embed"], "images": [{**image, "image": unknown}]}}

    with pytest.raises(StagedLost):
        adapter.commit(draft, Staged({**staged.data, "record": lost}), signed_in, key="gone")


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (Draft("x" * 301), "text"),
        (Draft("Tagged", options={"tags": "x" * 65}), "options.tags"),
    ],
    ids=["too long", "a tag too long"],
)
def test_what_the_server_refuses_names_its_field(adapter, signed_in, draft, field):
    with pytest.raises(Rejected) as refusal:
        publish(adapter, signed_in, draft, key=f"refused-{field}")

    assert refusal.value.field == field


def test_galleries_quotes_and_gates_are_taken_listed_and_deleted(adapter, signed_in, bluesky_network, http):
    quoted = publish(adapter, signed_in, Draft("Quote me"), key="quoted")
    options = {"quote": quoted.remote_id, "who_replies": "mentioned_following", "no_quotes": "yes", "label": "nudity"}
    draft = Draft("Look", media=tuple(picture(str(n)) for n in range(6)), options={**options, "tags": "spring"})
    staged = adapter.stage(draft, signed_in, key="gated", before=None)

    first, again = (adapter.commit(draft, staged, signed_in, key="gated") for _ in range(2))

    assert first == again
    embed = read(http, bluesky_network, first)["embed"]
    assert embed["record"]["record"]["uri"] == quoted.remote_id
    assert len(embed["media"]["items"]) == 6
    gate = replace(first, remote_id=first.remote_id.replace("feed.post", "feed.threadgate"))
    assert [rule["$type"].partition("#")[2] for rule in read(http, bluesky_network, gate)["allow"]] == [
        "mentionRule", "followingRule",
    ]  # fmt: skip
    listed = adapter.own_posts(signed_in).posts[0]
    assert (listed.remote_id, listed.facts["cid"], len(listed.media_urls)) == (first.remote_id, first.facts["cid"], 6)
    assert http.get(listed.media_urls[0]).content == picture("0").open().read()

    for _ in range(2):
        adapter.delete(RemotePost(first.remote_id, first.facts), signed_in)
    assert "Look" not in [post.text for post in adapter.own_posts(signed_in).posts]
    for gone in (first, gate):
        with pytest.raises(httpx.HTTPStatusError):
            read(http, bluesky_network, gone)


def test_a_token_for_the_video_service_is_given_for_this_servers_uploads(adapter, consented):
    repository = adapter._repository(consented.credential)
    token = repository.service_token(audience=repository.server_did(), method="com.atproto.repo.uploadBlob")
    claims = jwt.decode(token.reveal(), options={"verify_signature": False})
    assert (claims["iss"], claims["lxm"]) == (consented.credential.remote_user_id, "com.atproto.repo.uploadBlob")


def test_an_app_password_session_may_be_refreshed_twice_from_the_same_token(adapter, signed_in, northlight):
    fresh, again = adapter.refresh(signed_in), adapter.refresh(signed_in)

    assert adapter.check(fresh).handle == northlight.handle
    assert adapter.check(again).remote_id == northlight.did
    assert fresh.expires_at is not None
    assert fresh.refresh_expires_at > fresh.expires_at > now()


@pytest.mark.parametrize("which", ["password", "wrong"])
def test_only_an_app_password_signs_in(adapter, bluesky_network, northlight, which):
    password = Secret(getattr(northlight, which, "not the one"))

    with pytest.raises(ConsentRefused):
        adapter.sign_in(server=bluesky_network.pds, identifier=northlight.handle, password=password)


def test_a_revoked_session_is_dead(adapter, signed_in):
    adapter.revoke(signed_in)

    with pytest.raises(Disconnected):
        adapter.refresh(signed_in)
    adapter.revoke(signed_in)


def test_consent_in_the_browser_gives_an_account_that_publishes(adapter, consented, bluesky_network, northlight, http):
    credential = consented.credential

    assert consented.missing_scopes == ()
    assert [(channel.remote_id, channel.handle) for channel in consented.channels] == [
        (northlight.did, northlight.handle)
    ]
    assert (credential.server, credential.facts["issuer"]) == (bluesky_network.pds, bluesky_network.pds)
    assert adapter.check(credential).handle == northlight.handle

    draft = Draft("By consent https://acme.test #oauth", media=(picture("navy"),))
    staged = adapter.stage(draft, credential, key="oauth", before=None)
    first, second = (adapter.commit(draft, staged, credential, key="oauth") for _ in range(2))

    assert first == second
    assert adapter.find(Trace(draft, staged, "oauth", sent_at=now()), credential).receipt == first
    assert len(read(http, bluesky_network, first)["facets"]) == 2


def test_a_refresh_token_of_a_consent_works_once(adapter, consented, northlight):
    fresh = adapter.refresh(consented.credential)
    assert adapter.check(fresh).handle == northlight.handle

    fresher = adapter.refresh(fresh)
    assert adapter.check(fresher).handle == northlight.handle

    with pytest.raises(Disconnected):
        adapter.refresh(fresh)  # shown twice: the server ends the session
    with pytest.raises(Disconnected):
        adapter.refresh(fresher)


def test_a_consent_that_was_given_back_is_dead(adapter, consented):
    adapter.revoke(consented.credential)

    with pytest.raises(Disconnected):
        adapter.refresh(consented.credential)


def test_saying_no_at_the_consent_page_is_said_in_words(adapter, bluesky_network, northlight, page):
    client = adapter.register(server=bluesky_network.pds, redirect_uri=CALLBACK)
    start = adapter.begin_consent(client=client, redirect_uri=CALLBACK, state="state-2", hint=northlight.did)
    sign_in_at_consent_page(page, start, northlight)

    with pytest.raises(ConsentRefused, match="did not allow"):
        adapter.finish_consent(
            client=client, redirect_uri=CALLBACK, answer=come_back(page, "Deny access"), keep=start.keep
        )


def test_a_consent_that_began_at_a_server_finds_out_whose_it_is(adapter, bluesky_network, harbour, page):
    client = adapter.register(server=bluesky_network.pds, redirect_uri=CALLBACK)
    start = adapter.begin_consent(client=client, redirect_uri=CALLBACK, state="state-3", hint=bluesky_network.pds)
    sign_in_at_consent_page(page, start, harbour, type_handle=True)

    consent = adapter.finish_consent(
        client=client, redirect_uri=CALLBACK, answer=come_back(page, "Authorize"), keep=start.keep
    )

    assert consent.credential.remote_user_id == harbour.did
    assert consent.channels[0].handle == harbour.handle
