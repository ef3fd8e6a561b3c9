"""Mastodon: films and sounds, edits, quotes, figures, and how other servers and older ones differ."""

from __future__ import annotations

import zlib

import httpx
import pytest

from tests.platforms.drafts import video_bytes
from tests.sandbox.clients import CALLBACK, Mastodon
from tests.sandbox.gallery import picture


def edit(mastodon: Mastodon, id: str, **fields: object) -> httpx.Response:
    return mastodon.call("PUT", f"/api/v1/statuses/{id}", json=fields)


def test_a_film_and_a_sound_arrive_whole_with_a_cover_of_their_own(mastodon):
    film, sound = video_bytes(width=640, height=360), b"ID3" + bytes(5000)
    details = {"data": {"description": "Waves"}, "files": {"file": ("a.mp4", film), "thumbnail": ("t.jpg", picture(8))}}
    shown = mastodon.call("POST", "/api/v2/media", **details)
    heard = mastodon.upload(sound).json()

    assert (shown.status_code, shown.json()["type"], heard["type"]) == (202, "video", "audio")
    assert httpx.get(shown.json()["preview_url"]).content == picture(8)
    mastodon.sandbox.advance(seconds=2)
    for id in (shown.json()["id"], heard["id"]):
        assert mastodon.get(f"/api/v1/media/{id}").status_code == 200
        assert mastodon.post("Look and listen", media_ids=[id]).status_code == 200
    media = [one["media"][0] for one in mastodon.sandbox.posts("mastodon", "harbourcoffee")]
    assert [one["data"]["crc32"] for one in media] == [zlib.crc32(film), zlib.crc32(sound)]


def test_a_film_may_be_too_large_and_a_cover_no_film(mastodon):
    huge = mastodon.upload(video_bytes(width=4096, height=4096, size=10))
    assert "4096x4096 videos are not supported" in huge.json()["error"]
    files = {"file": ("a.mp4", video_bytes(size=10)), "thumbnail": ("t.mp4", video_bytes(size=10))}
    assert mastodon.call("POST", "/api/v2/media", files=files).status_code == 422


def test_an_upload_tells_its_length(mastodon):
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    body = b'--b\r\nContent-Disposition: form-data; name="description"\r\n\r\nBeans\r\n--b--\r\n'
    assert mastodon.call("POST", "/api/v2/media", content=iter([body]), headers=kind).status_code == 411


def test_an_edit_replaces_all_and_its_history_is_kept(mastodon):
    media = [mastodon.upload(picture(), description="Beans").json()["id"] for _ in range(2)]
    sent = mastodon.post("Opne at 8", media_ids=media, spoiler_text="News", visibility="unlisted").json()
    mastodon.sandbox.advance(seconds=60)

    kept = {"media_ids": media[:1], "media_attributes": [{"id": media[0], "description": "Brown beans"}]}
    edited = edit(mastodon, sent["id"], status="Open at 8", visibility="public", **kept).json()
    again = edit(mastodon, sent["id"], status="Open at 8", **kept).json()

    assert (edited["visibility"], edited["spoiler_text"]) == ("unlisted", "")
    assert [one["description"] for one in edited["media_attachments"]] == ["Brown beans"]
    assert edited["edited_at"] == again["edited_at"] > sent["created_at"]
    history = mastodon.get(f"/api/v1/statuses/{sent['id']}/history").json()
    assert [one["content"] for one in history] == ["<p>Opne at 8</p>", "<p>Open at 8</p>"]
    assert [len(one["media_attachments"]) for one in history] == [2, 1]
    assert mastodon.post("The other one", media_ids=media[1:]).status_code == 200
    assert edit(mastodon, sent["id"], status="").status_code == 422
    assert edit(mastodon, sent["id"], status="No media").json()["media_attachments"] == []


def test_only_ones_own_statuses_can_be_edited_and_not_on_old_servers(mastodon, sandbox):
    id = mastodon.post("Mine").json()["id"]
    with Mastodon(sandbox, "lumenyoga") as stranger:
        assert edit(stranger, id, status="Yours").status_code == 404
    sandbox.set("mastodon", edits=False)
    assert edit(mastodon, id, status="New").status_code == 404


def test_a_poll_collects_votes_and_shows_them_at_its_end(mastodon):
    poll = {"options": ["A", "B"], "expires_in": 3600, "hide_totals": True}
    id = mastodon.post("Vote", poll=poll).json()["id"]
    assert [one["votes_count"] for one in mastodon.get(f"/api/v1/polls/{id}").json()["options"]] == [None, None]

    mastodon.sandbox.advance(hours=1)

    ended = mastodon.get(f"/api/v1/polls/{id}").json()
    assert ended["expired"] is True
    assert sum(one["votes_count"] for one in ended["options"]) == ended["votes_count"]
    assert edit(mastodon, id, status="No vote").json()["poll"] is None


def test_a_quote_is_counted_with_the_quoted_and_goes_without_media(mastodon):
    first = mastodon.post("Quote me").json()["id"]
    quoting = mastodon.post("So true", quoted_status_id=first).json()

    assert quoting["quote"] == {"state": "accepted", "quoted_status": {"id": first}}
    assert mastodon.get(f"/api/v1/statuses/{first}").json()["quotes_count"] == 1
    media = mastodon.upload(picture()).json()["id"]
    assert mastodon.post("Both", quoted_status_id=first, media_ids=[media]).status_code == 422
    mastodon.sandbox.set("mastodon", software="gotosocial")
    assert "quote" not in mastodon.post("Unheard", quoted_status_id=first).json()


def test_figures_grow_and_can_be_hidden(mastodon):
    id, me = mastodon.post("Counted").json()["id"], "/api/v1/accounts/verify_credentials"
    before = mastodon.get(me).json()["followers_count"]
    mastodon.sandbox.advance(days=3)
    status = mastodon.get(f"/api/v1/statuses/{id}").json()

    assert status["favourites_count"] > 0
    assert mastodon.get(me).json()["followers_count"] == before + 6
    mastodon.sandbox.set("mastodon", hides_counts=True)
    assert "favourites_count" not in mastodon.get(f"/api/v1/statuses/{id}").json()


def test_deleted_media_cannot_be_used_again_when_they_go_too(mastodon):
    media = mastodon.upload(picture()).json()["id"]
    id = mastodon.post("Oops", media_ids=[media]).json()["id"]
    assert mastodon.call("DELETE", f"/api/v1/statuses/{id}", params={"delete_media": "true"}).status_code == 200
    assert mastodon.post("Again", media_ids=[media]).status_code == 422


def test_paging_and_all_tokens_of_a_user_have_limits_of_their_own(mastodon):
    path = f"/api/v1/accounts/{mastodon.id}/statuses"
    mastodon.sandbox.set("mastodon", paging_limit=1, user_limit=4)
    assert [mastodon.get(path, max_id="9").status_code for _ in range(2)] == [200, 429]
    with Mastodon(mastodon.sandbox, "harbourcoffee") as other:
        assert [other.get(path).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize("status", [401, 400])
def test_a_token_may_end_and_is_renewed_once(mastodon, status):
    mastodon.sandbox.set("mastodon", token_seconds=3600, bad_token_status=status)
    app = mastodon.register()
    told = mastodon.exchange(app, mastodon.code(app)).json()
    mastodon.token = told["access_token"]
    mastodon.sandbox.advance(seconds=3600)
    assert mastodon.get("/api/v1/accounts/verify_credentials").status_code == status

    ask = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    ask |= {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    mastodon.token = mastodon.http.post("/oauth/token", data=ask).json()["access_token"]

    assert mastodon.get("/api/v1/accounts/verify_credentials").status_code == 200
    assert mastodon.http.post("/oauth/token", data=ask).json()["error"] == "invalid_grant"


def test_an_application_that_nobody_used_may_be_forgotten(mastodon):
    mastodon.sandbox.set("mastodon", unused_app_days=2)
    used, unused = mastodon.register(), mastodon.register()
    code = mastodon.code(used)
    assert mastodon.exchange(used, code).status_code == 200
    mastodon.sandbox.advance(days=2)

    ask = {"grant_type": "client_credentials", "redirect_uri": CALLBACK}
    answers = [
        mastodon.http.post("/oauth/token", data=ask | {name: app[name] for name in ("client_id", "client_secret")})
        for app in (used, unused)
    ]
    assert [answer.status_code for answer in answers] == [200, 401]
    assert answers[1].json()["error"] == "invalid_client"
