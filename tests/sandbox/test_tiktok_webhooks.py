"""TikTok: signed notices, those that come again, and the end of an authorization."""

from __future__ import annotations

import json

import pytest

from apps.sandbox.tiktok.webhooks import body_of, signature
from tests.sandbox.threads_client import film
from tests.sandbox.tiktok_client import APP, Ear, TikTok, code_of, flat_error

FILM = film(21)


@pytest.fixture
def ear(sandbox):
    with Ear() as ear:
        sandbox.set("tiktok", webhook_url=ear.url)
        yield ear


@pytest.fixture
def tiktok(sandbox):
    with TikTok(sandbox, "harbourcoffee") as client:
        yield client


def heard(ear):
    """Event and content of the next notice, its signature and form checked."""
    headers, body = ear.next()
    said = json.loads(body)
    instant = int(headers["TikTok-Signature"].partition(",")[0].removeprefix("t="))
    assert headers["TikTok-Signature"] == signature(APP["client_secret"], instant, body)
    assert set(said) == {"client_key", "event", "create_time", "user_openid", "content"}
    assert said["client_key"] == APP["client_key"]
    return said["event"], json.loads(said["content"])


def test_the_signature_is_that_of_the_documentation():
    content = {"publish_id": "v_pub_file~v2-1.7570000000000000001", "publish_type": "DIRECT_POST"}
    body = body_of("awexample0000key", "post.publish.complete", 1795000000, "-000ExampleOpenId", content)
    assert len(body) == 226
    assert signature("tiktok-test-client-secret", 1795000000, body) == (
        "t=1795000000,s=0a24d28e120faeadb6d33389336b4642f9f1522c1dd4fe48fe97c1d47c795f93"
    )


def test_the_life_of_a_post_is_told(tiktok, sandbox, ear):
    publish_id = tiktok.upload(FILM)
    sandbox.advance(seconds=30)
    about = {"publish_id": publish_id, "publish_type": "DIRECT_POST"}
    told = dict(heard(ear) for _ in range(2))
    (post,) = tiktok.status(publish_id)["publicaly_available_post_id"]
    assert told == {
        "post.publish.complete": about,
        "post.publish.publicly_available": about | {"post_id": post},
    }
    tiktok.person("delete", post=str(post))
    assert heard(ear) == ("post.publish.no_longer_publicaly_available", about | {"post_id": post})
    assert tiktok.status(publish_id)["publicaly_available_post_id"] == []
    assert ear.is_quiet


def test_what_falls_due_is_told_without_being_asked_for(tiktok, sandbox, ear):
    sandbox.set("tiktok", video_seconds=0.01, moderation_seconds=0.01)
    tiktok.upload(FILM)
    # Two letters on their way at once may arrive in either order.
    assert {heard(ear)[0] for _ in range(2)} == {"post.publish.complete", "post.publish.publicly_available"}


def test_failures_and_drafts_are_told(tiktok, sandbox, ear):
    failed = tiktok.upload(b"no film")
    sandbox.advance(seconds=30)
    reason = {"reason": "file_format_check_failed"}
    assert heard(ear) == (
        "post.publish.failed", {"publish_id": failed, "publish_type": "DIRECT_POST"} | reason,
    )  # fmt: skip
    sandbox.set("tiktok", reason_name="fail_reason", webhook_copies=2)
    draft = tiktok.upload(FILM, draft=True)
    sandbox.advance(seconds=30)
    about = {"publish_id": draft, "publish_type": "INBOX_SHARE"}
    assert [heard(ear), heard(ear)] == [("post.publish.inbox_delivered", about)] * 2


def test_a_notice_that_is_not_answered_with_200_comes_again_for_three_days(tiktok, sandbox, ear):
    ear.answers = [500, 204]
    tiktok.upload(b"no film")
    sandbox.advance(seconds=10)
    first = ear.next()
    again = _after(tiktok, sandbox, ear, minutes=1.1)
    last = _after(tiktok, sandbox, ear, minutes=2.1)

    assert first[1] == again[1] == last[1]
    assert len({headers["TikTok-Signature"] for headers, _ in (first, again, last)}) == 3
    sandbox.advance(hours=80)
    assert ear.is_quiet


def _after(tiktok, sandbox, ear, **span):
    """The next notice, once the outcome of the last one has been noted and the clock has moved."""
    for _ in range(500):
        if all(one["status"] is not None for one in sandbox.things("tiktok", "delivery")):
            break
    sandbox.advance(**span)
    return ear.next()


def test_a_person_removes_the_application(tiktok, sandbox, ear):
    pair = tiktok.exchange(tiktok.allowed()["code"]).json()
    publish_id, url = tiktok.begin(len(FILM))
    tiktok.person("remove_app", reason=4)

    told = dict(heard(ear) for _ in range(2))
    assert told["authorization.removed"] == {"reason": 4}
    assert told["post.publish.failed"]["reason"] == "auth_removed"
    assert code_of(tiktok.fetch(publish_id)) == (401, "access_token_invalid")
    assert flat_error(tiktok.refresh(pair["refresh_token"])) == "invalid_grant"
    assert tiktok.put(url, FILM).status_code == 416
    tiktok.log_in()
    assert tiktok.status(publish_id)["fail_reason"] == "auth_removed"


def test_what_the_application_revokes_is_told_as_its_own_doing(tiktok, sandbox, ear):
    tiktok.revoke(tiktok.token)
    assert heard(ear) == ("authorization.removed", {"reason": 5})
    tiktok.revoke(tiktok.token)
    tiktok.log_in()
    tiktok.begin(1000)
    assert ear.is_quiet
