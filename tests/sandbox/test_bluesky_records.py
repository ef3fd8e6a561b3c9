"""Publishing on the simulated Bluesky with an app password."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import httpx
import pytest

from apps.sandbox.bluesky import dagcbor
from apps.sandbox.bluesky.tid import tid
from tests.sandbox.bluesky_client import POST, Account, error_of, png, post_record
from tests.support.sandbox import Sandbox

HELLO_CID = "bafyreigwhfvtrg6hnvwa36qleipbmk3fbj4gbkn3txtfayw4zcvuas34m4"
RKEY = "3mzakfuhe222b"


@pytest.fixture
def account(sandbox: Sandbox) -> Iterator[Account]:
    created = sandbox.create_account("bluesky", "shop", name="A Shop")
    account = Account(sandbox.origin("bluesky"), created)
    yield account
    account.close()


# Idempotent publishing


def test_a_put_answers_with_the_cid_of_the_real_server(account):
    answer = account.put(RKEY, post_record("hello")).json()

    assert answer["uri"] == f"at://{account.did}/{POST}/{RKEY}"
    assert answer["cid"] == HELLO_CID
    assert answer["validationStatus"] == "valid"
    assert set(answer["commit"]) == {"cid", "rev"}


def test_the_same_bytes_again_change_nothing(account, sandbox):
    account.put(RKEY, post_record("hello"))

    again = account.put(RKEY, post_record("hello"))

    assert again.status_code == 200
    assert again.json()["cid"] == HELLO_CID
    assert "commit" not in again.json()
    assert sandbox.texts("bluesky", account.handle) == ["hello"]


def test_other_bytes_do_not_replace_what_must_not_exist(account):
    account.put(RKEY, post_record("hello"))

    answer = account.put(RKEY, post_record("other"))

    assert error_of(answer) == (400, "InvalidSwap", f"Record was at {HELLO_CID}")


def test_a_swap_names_what_it_replaces(account, sandbox):
    account.put(RKEY, post_record("hello"))

    answer = account.put(RKEY, post_record("changed"), swapRecord=HELLO_CID)

    assert answer.status_code == 200
    assert account.read(RKEY).json()["value"]["text"] == "changed"
    assert sandbox.texts("bluesky", account.handle) == ["hello"], "apps show the first version for ever"


def test_a_swap_of_nothing_says_null(account):
    answer = account.put(RKEY, post_record("hello"), swapRecord=HELLO_CID)

    assert error_of(answer) == (400, "InvalidSwap", "Record was at null")


def test_a_lost_answer_leaves_a_post_that_can_be_found_and_repeated(account, sandbox):
    sandbox.fault("lost_after", platform="bluesky", account=account.handle, path="commit")

    with pytest.raises(httpx.TransportError):
        account.put(RKEY, post_record("hello"))

    assert account.read(RKEY).json()["cid"] == HELLO_CID
    assert account.put(RKEY, post_record("hello")).status_code == 200
    assert sandbox.counts("bluesky", account.handle)["total"] == 1


def test_create_on_a_taken_key_answers_500(account):
    assert account.create(RKEY, post_record("hello")).status_code == 200
    assert error_of(account.create(RKEY, post_record("hello"))) == (
        500,
        "InternalServerError",
        "Internal Server Error",
    )


def test_a_created_record_without_a_key_gets_a_tid(account):
    body = {"repo": account.did, "collection": POST, "record": post_record("hello")}

    answer = account.post("com.atproto.repo.createRecord", body).json()

    assert len(answer["uri"].rpartition("/")[2]) == 13


def test_several_writes_happen_together_or_not_at_all(account):
    kind = "com.atproto.repo.applyWrites"
    account.put(RKEY, post_record("hello"))
    free = tid(1793527200000000)

    def create(rkey: str) -> dict[str, object]:
        return {"$type": f"{kind}#create", "collection": POST, "rkey": rkey, "value": post_record("more")}

    taken = account.post(kind, {"repo": account.did, "writes": [create(free), create(RKEY)]})
    assert taken.status_code == 500
    assert account.read(free).status_code == 400

    gate = {"post": f"at://{account.did}/{POST}/{free}", "createdAt": "2026-11-21T10:00:00.000Z", "allow": []}
    threadgate = {**create(free), "collection": "app.bsky.feed.threadgate", "value": gate}
    made = account.post(kind, {"repo": account.did, "writes": [create(free), threadgate]}).json()
    assert [result["$type"] for result in made["results"]] == [f"{kind}#createResult"] * 2
    assert made["results"][0]["cid"] == account.read(free).json()["cid"]


# Reading


def test_a_missing_record_is_a_400_and_not_a_404(account):
    uri = f"at://{account.did}/{POST}/{RKEY}"

    assert error_of(account.read(RKEY)) == (400, "RecordNotFound", f"Could not locate record: {uri}")


def test_a_listing_begins_with_the_newest_key_and_goes_on_at_the_cursor(account):
    keys = [tid(1793527200000000 + step) for step in range(3)]
    for key in (keys[1], keys[0], keys[2]):
        account.put(key, post_record(key))

    first = account.listing(limit=2)
    rest = account.listing(limit=2, cursor=first["cursor"])
    backwards = account.listing(reverse="true")

    assert [record["value"]["text"] for record in first["records"]] == [keys[2], keys[1]]
    assert [record["value"]["text"] for record in rest["records"]] == [keys[0]]
    assert [record["value"]["text"] for record in backwards["records"]] == keys


def test_deleting_twice_is_deleting_once(account, sandbox):
    account.put(RKEY, post_record("hello"))

    assert set(account.delete(RKEY).json()) == {"commit"}
    assert account.delete(RKEY).json() == {}
    assert account.read(RKEY).status_code == 400
    assert [post["deleted_at"] is None for post in sandbox.posts("bluesky", account.handle)] == [False]


# Validation


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"text": "a" * 301}, "grapheme too big (maximum 300, got 301) at $.record.text"),
        ({"text": "👨‍👩‍👧‍👦" * 121}, "string too big (maximum 3000, got 3025) at $.record.text"),
        ({"text": None}, "Expected string value type (got null) at $.record.text"),
        ({"createdAt": "yesterday"}, 'Invalid datetime (got "yesterday") at $.record.createdAt'),
        ({"createdAt": "2026-02-30T10:00:00Z"}, 'Invalid datetime (got "2026-02-30T10:00:00Z") at $.record.createdAt'),
        (
            {"embed": {"$type": "app.bsky.embed.images", "images": [{}] * 5}},
            "array too big (maximum 4, got 5) at $.record.embed.images",
        ),
        ({"langs": ["en", "de", "fr", "it"]}, "array too big (maximum 3, got 4) at $.record.langs"),
        ({"facets": [{"features": []}]}, 'Missing required key "index" at $.record.facets[0]'),
        (
            {"reply": {"root": {"uri": "nowhere", "cid": HELLO_CID}}},
            'Missing required key "parent" at $.record.reply',
        ),
    ],
)
def test_a_bad_post_is_told_what_is_wrong_and_where(account, fields, problem):
    answer = account.put(RKEY, {**post_record("hello"), **fields})

    assert error_of(answer) == (400, "InvalidRequest", f"Invalid {POST} record: {problem}")


def test_a_key_that_is_no_tid_is_refused(account):
    message = f'Invalid record key for {POST}: Invalid TID string (got "my-key") at $'

    assert error_of(account.create("my-key", post_record("hello"))) == (400, "InvalidRequest", message)


def test_a_facet_beyond_the_text_is_taken_as_on_the_real_server(account):
    feature = {"$type": "app.bsky.richtext.facet#tag", "tag": "x"}
    facet = {"index": {"byteStart": 90, "byteEnd": 95}, "features": [feature]}

    assert account.put(RKEY, post_record("hello", facets=[facet])).status_code == 200


def test_nobody_writes_into_another_repository(account, sandbox):
    stranger = sandbox.account("bluesky", "northlight.test")

    assert account.put(RKEY, post_record("hello"), repo=stranger["id"]).status_code == 401


@pytest.mark.parametrize(
    "record",
    [post_record("\ud800"), post_record("x", odd=1.5), post_record("x", odd={"$bytes": "?"}), "no object", None],
    ids=["half a character", "a float", "bytes that are none", "a text", "nothing"],
)
def test_what_no_repository_could_hold_is_refused(account, record):
    content = json.dumps({"repo": account.did, "collection": POST, "rkey": RKEY, "record": record})
    token = account.credentials["access_jwt"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    answer = httpx.post(
        f"{account.origin}/xrpc/com.atproto.repo.putRecord", content=content, headers=headers, trust_env=False
    )

    assert error_of(answer)[:2] == (400, "InvalidRequest")


# Files


def picture_post(blob: dict[str, object], text: str = "look") -> dict[str, object]:
    images = [{"image": blob, "alt": "A red square"}]
    return post_record(text, embed={"$type": "app.bsky.embed.images", "images": images})


def test_a_picture_is_seen_with_its_post(account, sandbox):
    content = png(5, 4)

    blob = account.upload(content, "image/jpeg").json()["blob"]
    account.put(RKEY, picture_post(blob))

    assert blob == {
        "$type": "blob",
        "ref": {"$link": dagcbor.blob_cid(content)},
        "mimeType": "image/png",
        "size": len(content),
    }
    (post,) = sandbox.posts("bluesky", account.handle)
    (medium,) = post["media"]
    assert (medium["width"], medium["height"], medium["alt"]) == (5, 4, "A red square")
    assert httpx.get(medium["url"], trust_env=False).content == content


def test_a_truncated_picture_answers_500(account):
    assert error_of(account.upload(png()[:-20]))[:2] == (500, "InternalServerError")


def test_a_text_is_no_picture(account):
    blob = account.upload(b"just words", "text/plain").json()["blob"]

    answer = account.put(RKEY, picture_post(blob))

    assert answer.json()["message"].endswith(
        'Expected "image/*" (got "text/plain") at $.record.embed.images[0].image.mimeType'
    )


def test_a_picture_that_was_never_uploaded_is_not_found(account):
    blob = {"$type": "blob", "ref": {"$link": dagcbor.blob_cid(b"x")}, "mimeType": "image/png", "size": 1}

    answer = account.put(RKEY, picture_post(blob))

    assert error_of(answer) == (400, "BlobNotFound", f"Could not find blob: {blob['ref']['$link']}")


def test_a_picture_too_large_is_refused_by_the_record(account):
    blob = account.upload(png()).json()["blob"] | {"size": 2_000_001}

    assert "blob too big (maximum 2000000, got 2000001)" in account.put(RKEY, picture_post(blob)).json()["message"]


def test_an_unused_file_fades_away_and_comes_back_with_the_same_name(account, sandbox):
    content = png()
    blob = account.upload(content).json()["blob"]
    sandbox.advance(minutes=61)

    assert account.put(RKEY, picture_post(blob)).json()["error"] == "BlobNotFound"
    assert account.upload(content).json()["blob"] == blob
    assert account.put(RKEY, picture_post(blob)).status_code == 200


def test_a_deleted_post_takes_its_picture_along(account):
    blob = account.upload(png()).json()["blob"]
    other = tid(1793527200000000)
    account.put(RKEY, picture_post(blob))
    account.put(other, picture_post(blob, "again"))

    account.delete(RKEY)
    assert account.put(RKEY, picture_post(blob, "third")).status_code == 200, "another post still shows it"
    account.delete(other)
    account.delete(RKEY)
    assert account.put(RKEY, picture_post(blob, "fourth")).json()["error"] == "BlobNotFound"


# What the public sees


def test_a_thread_is_shown_as_a_post_with_replies(account, sandbox):
    root = account.put(RKEY, post_record("one")).json()
    ref = {"uri": root["uri"], "cid": root["cid"]}
    account.put(tid(1793527300000000), post_record("two", reply={"root": ref, "parent": ref}))

    first, second = sandbox.posts("bluesky", account.handle)

    assert (first["kind"], second["kind"]) == ("post", "reply")
    assert second["parent_id"] == first["id"]
    assert "two" in httpx.get(first["permalink"], trust_env=False).text


def test_a_link_facet_is_a_link_in_the_feed(account, sandbox):
    text = "Hé 👋 read this"
    start = len("Hé 👋 ".encode())
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": "https://acme.test/a?b=1&c=2"}
    facet = {"index": {"byteStart": start, "byteEnd": start + 4}, "features": [feature]}
    account.put(RKEY, post_record(text, facets=[facet]))

    (post,) = sandbox.posts("bluesky", account.handle)
    page = httpx.get(post["permalink"], trust_env=False).text

    assert post["data"]["links"] == [{"start": 5, "end": 9, "text": "read", "uri": "https://acme.test/a?b=1&c=2"}]
    assert 'href="https://acme.test/a?b=1&amp;c=2"' in page


def test_the_address_the_app_would_have_leads_to_the_post(account, sandbox):
    account.put(RKEY, post_record("hello"))
    (post,) = sandbox.posts("bluesky", account.handle)

    answer = httpx.get(f"{account.origin}/profile/{account.handle}/post/{RKEY}", trust_env=False)

    assert answer.headers["location"] == post["permalink"]
    assert httpx.get(post["permalink"], trust_env=False).status_code == 200


# Limits and faults


def test_writes_cost_points_and_run_out(account, sandbox):
    sandbox.set("bluesky", points_per_hour=5)

    first = account.put(RKEY, post_record("hello"))
    second = account.create(tid(1793527200000000), post_record("more"))
    third = account.delete(RKEY)
    sandbox.advance(minutes=61)
    later = account.delete(RKEY)

    assert first.headers["RateLimit-Remaining"] == "3"
    assert first.headers["RateLimit-Policy"] == "5;w=3600"
    assert second.headers["RateLimit-Remaining"] == "0"
    assert error_of(third) == (429, "RateLimitExceeded", "Rate Limit Exceeded")
    assert third.headers["RateLimit-Reset"].isdigit()
    assert later.status_code == 200


@pytest.mark.parametrize(
    ("kind", "status", "published"), [("error_before", 500, 0), ("error_after", 500, 1), ("rate_limited", 429, 0)]
)
def test_a_fault_strikes_before_or_after_the_post_is_accepted(account, sandbox, kind, status, published):
    sandbox.fault(kind, platform="bluesky", account=account.handle, path="commit")

    answer = account.put(RKEY, post_record("hello"))

    assert answer.status_code == status
    assert set(answer.json()) == {"error", "message"}
    assert sandbox.counts("bluesky", account.handle)["total"] == published


def test_a_reply_is_a_comment_to_faults_and_a_limit_of_nothing_is_none(account, sandbox):
    sandbox.set("bluesky", points_per_hour=0, points_per_day=0)
    root = account.put(RKEY, post_record("one")).json()
    ref = {"uri": root["uri"], "cid": root["cid"]}
    sandbox.fault("error_before", platform="bluesky", account=account.handle, path="comment")

    assert account.put(tid(1793527200000000), post_record("two")).status_code == 200
    assert (
        account.put(tid(1793527300000000), post_record("three", reply={"root": ref, "parent": ref})).status_code == 500
    )


def test_what_belongs_to_the_appview_answers_502(account):
    assert account.get("app.bsky.feed.getTimeline").status_code == 502
    assert account.get("com.atproto.server.nothing").status_code == 501


def test_two_puts_at_once_publish_once(account, sandbox):
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda: answers.append(account.put(RKEY, post_record("hello")).status_code))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [200] * 8
    assert sandbox.counts("bluesky", account.handle)["total"] == 1
