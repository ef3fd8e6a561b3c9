"""Posts that quote another one, as far as X lets an app make them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from apps.platforms.adapters.x.quotes import quoted_id
from apps.platforms.contract import RemotePost, Role, Trace, Verdict
from apps.platforms.errors import Rejected
from tests.platforms.drafts import draft, picture
from tests.platforms.x.conftest import ME, problem

POST, TIMELINE = "POST /2/tweets", f"GET /2/users/{ME}/tweets"
QUOTED = "1879999999999999999"
CREATED = (201, {"data": {"id": "1900000000000000001", "text": "Well said"}})


def quoting(text="Well said", *media, address=QUOTED, **changes):
    return draft(text, *media, options={"quote": address}, **changes)


@pytest.mark.parametrize(
    "address",
    [
        QUOTED,
        f"https://x.com/acme/status/{QUOTED}",
        f"https://twitter.com/acme/status/{QUOTED}?s=20",
        f"https://x.com/i/web/status/{QUOTED}",
        f"https://x.com/acme/status/{QUOTED}/photo/1",
    ],
)
def test_a_post_is_named_as_people_copy_it(address):
    assert quoted_id(quoting(address=address)) == QUOTED


@pytest.mark.parametrize("address", ["https://x.com/acme", "https://acme.test/acme/status/1", "1" * 20, "@acme"])
def test_what_is_no_post_of_x_is_refused_before_anything_leaves(x, credential, address):
    server, adapter = x({})
    with pytest.raises(Rejected) as refused:
        adapter.stage(quoting(address=address), credential, key="k", before=None)
    assert (refused.value.field, server.requests) == ("options.quote", [])


def test_a_quote_has_no_pictures(x, credential):
    server, adapter = x({})
    with pytest.raises(Rejected, match="either a quote or pictures"):
        adapter.stage(quoting("Well said", picture()), credential, key="k", before=None)
    assert server.requests == []


def test_a_quote_is_sent_by_its_id_and_kept_for_an_edit(x, credential, staged):
    newest = {"id": "1900000000000000001", "text": "Well said"}
    server, adapter = x({POST: [CREATED], "GET /2/tweets": [(200, {"data": [newest]})]})
    receipt = adapter.commit(quoting(), staged, credential, key="k")
    adapter.edit(RemotePost(receipt.remote_id, receipt.facts), quoting("Very well said"), credential)

    bodies = [json.loads(body) for body in server.bodies if body]
    assert bodies[0] == {"text": "Well said", "quote_tweet_id": QUOTED}
    assert bodies[1]["quote_tweet_id"] == QUOTED


def test_a_reply_quotes_nothing(x, credential, staged):
    server, adapter = x({POST: [CREATED]})
    parent = RemotePost("1900000000000000000")
    adapter.commit(quoting(role=Role.REPLY, root=parent, parent=parent), staged, credential, key="k")
    assert "quote_tweet_id" not in json.loads(server.bodies[0])


def test_an_app_without_a_contract_is_told_so(x, credential, staged):
    forbidden = problem(403, "No.", type="https://api.x.com/2/problems/client-forbidden", reason="client-not-enrolled")
    _, adapter = x({POST: [forbidden]})
    with pytest.raises(Rejected):
        adapter.commit(quoting(), staged, credential, key="k")


@pytest.mark.parametrize(
    ("post", "verdict"),
    [
        ({"text": "Well said", "referenced_tweets": [{"type": "quoted", "id": QUOTED}]}, Verdict.FOUND),
        (
            {
                "text": "Well said https://t.co/Q",
                "referenced_posts": [{"type": "quoted", "id": QUOTED}],
                "entities": {"urls": [{"url": "https://t.co/Q", "expanded_url": f"https://x.com/a/status/{QUOTED}"}]},
            },
            Verdict.FOUND,
        ),
        ({"text": "Well said", "referenced_tweets": [{"type": "quoted", "id": "5"}]}, Verdict.ABSENT),
        ({"text": "Well said"}, Verdict.UNCLEAR),  # what it quotes is not told
        ({"text": "Badly said", "referenced_tweets": [{"type": "quoted", "id": QUOTED}]}, Verdict.ABSENT),
    ],
)
def test_a_lost_quote_is_known_by_what_it_quotes(x, credential, staged, clock, post, verdict):
    listed = {"data": [{"id": "7", "created_at": clock().isoformat(), **post}], "meta": {"result_count": 1}}
    _, adapter = x({TIMELINE: [(200, listed)]})
    trace = Trace(quoting(), staged, "k", clock() - timedelta(minutes=2))
    assert adapter.find(trace, credential).verdict is verdict
