"""The hub: what people see on its pages, and what tests and benchmarks get from the control API."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from tests.sandbox.clients import Mastodon
from tests.sandbox.gallery import picture


def test_the_seed_accounts_are_those_of_an_agency(sandbox):
    handles = [account["handle"] for account in sandbox.accounts if account["platform"] == "instagram"]

    assert len(handles) == 6
    assert {"northlight", "harbourcoffee", "alderandfinch", "lumenyoga"} <= set(handles)


def test_the_front_page_leads_to_every_feed(sandbox):
    page = httpx.get(sandbox.url)

    assert "script" not in page.text
    assert "style=" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for account in sandbox.accounts:
        assert f'href="/feed/{account["platform"]}/{account["handle"]}"' in page.text


def test_every_origin_serves_the_stylesheet_of_the_consent_page(sandbox):
    for origin in sandbox.health()["origins"].values():
        sheet = httpx.get(f"{origin}/_sandbox/sandbox.css")
        assert (sheet.status_code, sheet.headers["content-type"]) == (200, "text/css; charset=utf-8")


def test_a_feed_shows_pictures_alt_text_replies_and_time(mastodon):
    media = mastodon.upload(picture(), description="A bag of beans").json()["id"]
    parent = mastodon.post("Fresh beans", media_ids=[media]).json()["id"]
    mastodon.post("And a reply", in_reply_to_id=parent)
    page = httpx.get(f"{mastodon.sandbox.url}/feed/mastodon/harbourcoffee").text

    assert 'alt="A bag of beans"' in page
    assert page.count("<article") == 2
    assert "<time datetime=" in page
    assert f'href="/post/mastodon/{parent}"' in page


def test_what_was_uploaded_cannot_run_in_the_hubs_origin(mastodon):
    media = mastodon.upload(picture()).json()
    answer = httpx.get(media["url"])

    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox")


def test_every_account_has_a_picture(sandbox):
    answer = httpx.get(f"{sandbox.url}/avatar/instagram/lumenyoga.png")

    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "path",
    [
        "/feed/mastodon/nobody",
        "/feed/orkut/northlight",
        "/post/mastodon/1",
        "/media/mastodon/1",
        "/avatar/mastodon/x.png",
    ],
)
def test_what_is_not_there_is_not_found(sandbox, path):
    assert httpx.get(sandbox.url + path).status_code == 404


def test_a_deleted_post_leaves_the_feed_but_not_the_count(mastodon):
    id = mastodon.post("Oops").json()["id"]
    mastodon.call("DELETE", f"/api/v1/statuses/{id}")

    assert httpx.get(f"{mastodon.sandbox.url}/post/mastodon/{id}").status_code == 404
    (post,) = mastodon.sandbox.posts("mastodon", "harbourcoffee")
    assert post["deleted_at"]


def test_duplicates_are_counted_by_account_and_text(mastodon, sandbox):
    for text in ("one", "one", "two", "one"):
        mastodon.post(text)
    with Mastodon(sandbox, "lumenyoga") as other:
        other.post("one")
    counts = sandbox.counts("mastodon")

    assert (counts["total"], counts["repeated"]) == (5, 2)
    (harbour,) = [line for line in counts["accounts"] if line["handle"] == "harbourcoffee"]
    assert {line["text"]: line["times"] for line in harbour["texts"]} == {"one": 3, "two": 1}


def test_the_same_comment_under_two_posts_is_no_duplicate(mastodon):
    for text in ("one", "two"):
        parent = mastodon.post(text).json()["id"]
        mastodon.post("Link in bio", in_reply_to_id=parent)

    assert mastodon.sandbox.counts("mastodon")["repeated"] == 0


def test_many_accounts_are_made_at_once_with_tokens_that_work(sandbox):
    wanted = [{"platform": "mastodon", "handle": f"bench{n}", "name": f"Bench {n}"} for n in range(20)]
    created = sandbox.create_accounts(wanted)

    assert len({account["id"] for account in created}) == 20
    for account in (created[0], created[-1]):
        with Mastodon(sandbox, account["handle"], token=account["credentials"]["token"]) as client:
            assert client.get("/api/v1/accounts/verify_credentials").json()["display_name"] == account["name"]


def test_an_account_that_exists_gets_fresh_credentials(sandbox):
    first, second = (sandbox.create_account("instagram", "harbourcoffee") for _ in range(2))

    assert first["id"] == second["id"]
    assert first["credentials"]["token"] != second["credentials"]["token"]


def test_one_token_can_be_ended_and_the_others_live(sandbox):
    first, second = (sandbox.create_account("mastodon", "harbourcoffee")["credentials"]["token"] for _ in range(2))
    body = {"platform": "mastodon", "action": "revoke", "token": first}
    assert httpx.post(f"{sandbox.url}/_control/tokens", json=body).json() == {"changed": 1}

    for token, status in ((first, 401), (second, 200)):
        with Mastodon(sandbox, "harbourcoffee", token=token) as client:
            assert client.get("/api/v1/accounts/verify_credentials").status_code == status


def test_a_reset_may_put_the_clock_back(sandbox):
    sandbox.advance(days=2)

    httpx.post(f"{sandbox.url}/_control/reset", json={}).raise_for_status()
    assert sandbox.ahead() == timedelta(days=2)

    sandbox.reset()
    assert sandbox.ahead() == timedelta()


def test_a_reset_forgets_posts_tokens_faults_and_settings(mastodon, sandbox):
    mastodon.post("one")
    sandbox.fault("latency")
    sandbox.set("mastodon", max_characters=7)
    sandbox.create_account("mastodon", "passing")

    sandbox.reset()

    assert (sandbox.posts(), sandbox.faults(), sandbox.stats()["total"]) == ([], [], 0)
    assert mastodon.post("one").status_code == 401
    assert mastodon.http.get("/api/v2/instance").json()["configuration"]["statuses"]["max_characters"] == 500
    assert "passing" not in {account["handle"] for account in sandbox.accounts}


def test_no_web_page_can_play_with_the_controls(sandbox):
    answer = httpx.post(f"{sandbox.url}/_control/reset", content="{}", headers={"Content-Type": "text/plain"})

    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("accounts", {"platform": "orkut", "handle": "x"}),
        ("accounts", {"platform": "mastodon"}),
        ("accounts", {"accounts": "many"}),
        ("tokens", {"platform": "mastodon", "handle": "harbourcoffee", "action": "polish"}),
        ("tokens", {"platform": "mastodon", "handle": "nobody", "action": "revoke"}),
        ("clock", {"seconds": -1}),
        ("clock", {"fortnights": 1}),
        ("settings", {"platform": "mastodon", "colour": "red"}),
        ("settings", {"platform": ["mastodon"]}),
        ("settings", {"platform": "mastodon", "api_limit": "none"}),
        ("settings", {"platform": "mastodon", "pkce": 0}),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused_with_words(sandbox, path, body):
    answer = httpx.post(f"{sandbox.url}/_control/{path}", json=body)

    assert answer.status_code in {400, 404}
    assert answer.json()["error"]
