"""The Mastodon adapter against a server that somebody else wrote, with consent given in a browser."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from apps.platforms.adapters.mastodon import MastodonAdapter
from apps.platforms.contract import RemotePost, Role, Trace, Verdict
from apps.platforms.errors import Disconnected
from tests.platforms.drafts import draft, picture

pytestmark = pytest.mark.real

CALLBACK = "http://127.0.0.1:8123/accounts/connect/callback"  # nobody answers there: its address is all we need


def now():
    return datetime.now(UTC)


@pytest.fixture
def http():
    with httpx.Client(timeout=20) as client:
        yield client


@pytest.fixture
def adapter(mastodon_server, http):
    return MastodonAdapter(http=http, endpoints={"trusted": mastodon_server.origin}, clock=now)


@pytest.fixture
def credential(adapter, mastodon_server, page):
    """What a person gives who registers no app, types an address and presses one button."""
    server = adapter.resolve_server(mastodon_server.origin)
    client = adapter.register(server=server, redirect_uri=CALLBACK)
    start = adapter.begin_consent(client=client, redirect_uri=CALLBACK, state="state-1")
    page.goto(start.authorize_url)
    with page.expect_request(f"{CALLBACK}**") as request:
        page.get_by_role("button", name=mastodon_server.username).click()
    answer = dict(parse_qsl(urlsplit(request.value.url).query))
    assert answer["state"] == "state-1"
    consent = adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer=answer, keep=start.keep)
    assert [channel.kind for channel in consent.channels] == ["profile"]
    return consent.credential


def publish(adapter, credential, part, *, key):
    return adapter.commit(part, staged(adapter, credential, part, key=key), credential, key=key)


def staged(adapter, credential, part, *, key):
    before = adapter.stage(part, credential, key=key, before=None)
    for _ in range(20):
        if before.ready:
            return before
        before = adapter.stage(part, credential, key=key, before=before)
    raise AssertionError("The server never finished with the picture")


def status(http, server, receipt):
    """A post as anybody may read it."""
    return http.get(f"{server.origin}/api/v1/statuses/{receipt.remote_id}").raise_for_status().json()


def test_a_post_with_a_picture_goes_out_and_is_found(adapter, credential, mastodon_server, http):
    part = draft("Good morning #spring", picture(alt="A daffodil"), language="en")
    prepared = staged(adapter, credential, part, key="morning")
    trace = Trace(part, prepared, "morning", sent_at=now())

    receipt = adapter.commit(part, prepared, credential, key="morning")

    post = status(http, mastodon_server, receipt)
    assert "Good morning" in post["content"]
    assert [attachment["description"] for attachment in post["media_attachments"]] == ["A daffodil"]
    assert post["url"] == (receipt.remote_url or adapter.locate(receipt, credential))
    finding = adapter.find(trace, credential)
    assert (finding.verdict, finding.receipt.remote_id) == (Verdict.FOUND, receipt.remote_id)


def test_a_repeated_commit_with_one_key_is_one_post(adapter, credential):
    part = draft("Said once")
    prepared = staged(adapter, credential, part, key="once")

    assert len({adapter.commit(part, prepared, credential, key="once").remote_id for _ in range(3)}) == 1


def test_a_post_that_never_went_out_is_not_found(adapter, credential):
    part = draft("Never sent")
    trace = Trace(part, staged(adapter, credential, part, key="never"), "never", sent_at=now())

    assert adapter.find(trace, credential).verdict is not Verdict.FOUND


def test_a_thread_hangs_together(adapter, credential, mastodon_server, http):
    first = publish(adapter, credential, draft("1/2"), key="thread-1")
    root = RemotePost(first.remote_id, first.facts)

    second = publish(adapter, credential, draft("2/2", role=Role.REPLY, root=root, parent=root), key="thread-2")

    assert status(http, mastodon_server, second)["in_reply_to_id"] == status(http, mastodon_server, first)["id"]


def test_a_revoked_token_is_a_dead_connection(adapter, credential):
    assert adapter.check(credential).remote_id == credential.remote_user_id

    adapter.revoke(credential)

    with pytest.raises(Disconnected):
        adapter.check(credential)
