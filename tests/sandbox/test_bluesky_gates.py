"""Bluesky: who may answer and quote a post, as records beside it, and as people and tests see it."""

from __future__ import annotations

import pytest

from tests.sandbox.bluesky_client import POST, Account, error_of, post_record

RKEY, AT = "3mzakfuhe222b", "2026-11-21T10:00:00.000Z"
THREADGATE, POSTGATE = "app.bsky.feed.threadgate", "app.bsky.feed.postgate"


@pytest.fixture
def account(sandbox):
    account = Account(sandbox.origin("bluesky"), sandbox.create_account("bluesky", "shop", name="A Shop"))
    yield account
    account.close()


def threadgate(account: Account, *rules: object) -> dict[str, object]:
    return {"$type": THREADGATE, "post": f"at://{account.did}/{POST}/{RKEY}", "allow": list(rules), "createdAt": AT}


def list_rule(account: Account, list_: str = "") -> dict[str, str]:
    return {"$type": f"{THREADGATE}#listRule", "list": list_ or f"at://{account.did}/app.bsky.graph.list/3mzakfuhe222z"}


def data_of(sandbox) -> dict[str, object]:
    (post,) = sandbox.posts("bluesky")
    return dict(post["data"])


def test_a_gate_beside_the_post_is_seen_with_it(account, sandbox):
    account.put(RKEY, post_record("hello"))
    assert (data_of(sandbox)["threadgate"], data_of(sandbox)["postgate"]) == (None, None)

    rules = [list_rule(account), {"$type": f"{THREADGATE}#mentionRule"}]
    assert account.put(RKEY, threadgate(account, *rules), collection=THREADGATE).status_code == 200
    assert data_of(sandbox)["threadgate"]["allow"] == rules

    account.post("com.atproto.repo.deleteRecord", {"repo": account.did, "collection": THREADGATE, "rkey": RKEY})
    assert data_of(sandbox)["threadgate"] is None


@pytest.mark.parametrize("gate_first", [False, True])
def test_post_and_gates_go_out_as_one(account, sandbox, gate_first):
    postgate = {
        "$type": POSTGATE,
        "post": f"at://{account.did}/{POST}/{RKEY}",
        "createdAt": AT,
        "embeddingRules": [{"$type": f"{POSTGATE}#disableRule"}],
    }
    records = [(POST, post_record("hello")), (THREADGATE, threadgate(account)), (POSTGATE, postgate)]
    writes = [
        {"$type": "com.atproto.repo.applyWrites#create", "collection": collection, "rkey": RKEY, "value": value}
        for collection, value in (records[::-1] if gate_first else records)
    ]
    assert account.post("com.atproto.repo.applyWrites", {"repo": account.did, "writes": writes}).status_code == 200

    assert data_of(sandbox)["threadgate"]["allow"] == []
    assert data_of(sandbox)["postgate"]["embeddingRules"] == postgate["embeddingRules"]


def test_a_list_rule_names_a_list_and_there_are_five_rules_at_most(account):
    account.put(RKEY, post_record("hello"))

    def refused(*rules: object) -> str:
        return error_of(account.put(RKEY, threadgate(account, *rules), collection=THREADGATE))[2]

    assert "array too big (maximum 5, got 6)" in refused(*[list_rule(account)] * 6)
    assert 'Missing required key "list"' in refused({"$type": f"{THREADGATE}#listRule"})
    assert "Invalid AT-URI" in refused(list_rule(account, "https://bsky.app/profile/shop/lists/x"))
