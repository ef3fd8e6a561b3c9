"""Posts of a Page: text, links and pictures; the list of them; changing, scheduling and deleting."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.sandbox.facebook_client import Facebook, code_of, film
from tests.sandbox.gallery import picture
from tests.support.sandbox import Sandbox

LIST_FIELDS = "id,message,created_time,permalink_url,attachments{media_type,target{id},subattachments}"


@pytest.fixture
def facebook(sandbox: Sandbox) -> Iterator[Facebook]:
    with Facebook(sandbox, "harbourcoffee") as client:
        yield client


def test_a_text_is_published_and_found_again(facebook):
    id = facebook.post("Fresh beans")

    assert id.startswith(f"{facebook.id}_")
    (post,) = facebook.edge("published_posts", fields=LIST_FIELDS, limit=25).json()["data"]
    assert (post["id"], post["message"]) == (id, "Fresh beans")
    assert "attachments" not in post
    assert "Fresh beans" in httpx.get(post["permalink_url"]).text


def test_a_post_can_answer_with_its_permalink_at_once(facebook):
    answer = facebook.post_to("feed", params={"fields": "id,permalink_url"}, json={"message": "Hello"}).json()

    assert answer["permalink_url"].startswith(facebook.sandbox.url)


def test_a_link_stands_in_its_post(facebook):
    id = facebook.post("Read this", link="https://example.org/a")

    attachments = facebook.read(id, fields="attachments").json()["attachments"]["data"]
    assert (attachments[0]["media_type"], attachments[0]["unshimmed_url"]) == ("link", "https://example.org/a")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"message": ""}, (100, None)),
        ({"message": "  "}, (100, None)),
        ({"message": "x" * 63207}, (100, None)),
        ({"link": "not a link"}, (100, 2061006)),
        ({"link": "https://www.facebook.com/x"}, (100, 1609008)),
        ({"published": "perhaps"}, (100, None)),
        ({"targeting": "everybody"}, (100, None)),
        ({"place": "here"}, (100, None)),
        ({"attached_media": "[1]"}, (100, None)),
        ({"text_format_preset_id": "7"}, (1, None)),
        ({"text_format_preset_id": "100000000000001", "message": "x" * 131}, (100, None)),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_wrong_with_a_post_is_named(facebook, fields, code):
    assert code_of(facebook.write(**fields)) == code
    assert facebook.sandbox.texts("facebook", "harbourcoffee") == []


def test_a_refusal_says_which_parameter_is_to_blame(facebook):
    error = facebook.write("x" * 63207).json()["error"]

    assert error["error_data"] == {"blame_field_specs": [["message"]]}


def test_a_link_that_cannot_be_scraped_is_refused_where_links_are_scraped(facebook, gallery):
    facebook.sandbox.set("facebook", scrape_links=True)

    assert code_of(facebook.write(link=gallery.missing())) == (100, 1609005)


def test_a_picture_is_published_with_text_and_alternative_text(facebook, gallery):
    content = picture()
    answer = facebook.photo(gallery.hang(content), message="Beans", alt_text_custom="A bag").json()

    (post,) = facebook.sandbox.posts("facebook", "harbourcoffee")
    assert (post["id"], post["text"]) == (answer["post_id"], "Beans")
    assert (post["media"][0]["alt"], post["media"][0]["data"]["crc32"]) == ("A bag", zlib.crc32(content))
    photo = facebook.read(answer["id"], fields="page_story_id,alt_text_custom").json()
    assert photo == {"id": answer["id"], "page_story_id": answer["post_id"], "alt_text_custom": "A bag"}


def test_a_picture_can_be_sent_along(facebook):
    answer = facebook.post_to("photos", files={"source": ("a.png", picture(kind="PNG"))}, data={"caption": "Beans"})

    assert facebook.read(answer.json()["post_id"], fields="message").json()["message"] == "Beans"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "TIFF"])
def test_a_picture_may_have_the_format(facebook, gallery, kind):
    assert facebook.photo(gallery.hang(picture(64, 64, kind))).status_code == 200


def test_a_picture_that_will_not_do_is_refused_without_a_trace(facebook, gallery):
    assert code_of(facebook.photo(gallery.hang(picture(64, 64, "WEBP")))) == (1, 1366046)
    assert code_of(facebook.photo(gallery.hang(b"no picture"))) == (100, 2069019)
    assert code_of(facebook.photo(gallery.missing())) == (100, 2069019)
    assert code_of(facebook.post_to("photos", data={"message": "none"})) == (100, None)
    facebook.sandbox.set("facebook", photo_megabytes=0)
    assert code_of(facebook.photo(gallery.hang(picture()))) == (1, 1366046)
    assert facebook.sandbox.posts("facebook", "harbourcoffee") == []


@pytest.mark.parametrize("dress", ["json", "form"])
def test_several_pictures_become_one_post_in_their_order(facebook, gallery, dress):
    ids = [facebook.staged_photo(gallery.hang(picture(width, 600))) for width in (600, 700)]
    assert facebook.sandbox.posts("facebook", "harbourcoffee") == []

    listed = [{"media_fbid": id} for id in ids]
    if dress == "json":
        answer = facebook.post_to("feed", json={"message": "Two", "attached_media": listed})
    else:
        form = {f"attached_media[{place}]": json.dumps(one) for place, one in enumerate(listed)}
        answer = facebook.write("Two", **form)

    post = facebook.read(answer.json()["id"], fields=LIST_FIELDS).json()
    (album,) = post["attachments"]["data"]
    assert album["media_type"] == "album"
    assert [one["target"]["id"] for one in album["subattachments"]["data"]] == ids


def test_a_picture_is_posted_once(facebook, gallery):
    photo = facebook.staged_photo(gallery.hang(picture()))
    attached = json.dumps([{"media_fbid": photo}])

    assert facebook.write("One", attached_media=attached).status_code == 200
    assert code_of(facebook.write("Two", attached_media=attached)) == (100, 1366051)


def test_an_unpublished_picture_is_gone_after_a_day_or_when_it_is_deleted(facebook, gallery):
    old, new = (facebook.staged_photo(gallery.hang(picture())) for _ in range(2))
    assert facebook.call("DELETE", f"/v26.0/{new}").json() == {"success": True}
    facebook.sandbox.advance(hours=24)

    for photo in (old, new):
        assert code_of(facebook.write("Late", attached_media=json.dumps([{"media_fbid": photo}]))) == (100, 33)


def test_a_video_cannot_be_attached_to_a_post(facebook):
    video = facebook.post_to("videos", files={"source": ("a.mp4", film())}).json()["id"]

    assert code_of(facebook.write("Mixed", attached_media=json.dumps([{"media_fbid": video}]))) == (100, None)


def test_own_posts_are_listed_newest_first_in_pages(facebook):
    ids = [facebook.post(text) for text in ("one", "two", "three")]

    first = facebook.edge("published_posts", fields="id", limit=2).json()
    rest = facebook.call("GET", first["paging"]["next"]).json()
    assert [post["id"] for post in first["data"]] == [ids[2], ids[1]]
    assert [post["id"] for post in rest["data"]] == [ids[0]]


def test_a_scheduled_post_waits_for_its_time(facebook):
    now = datetime.fromisoformat(facebook.sandbox.health()["now"])
    later = str(int((now + timedelta(hours=1)).timestamp()))
    id = facebook.post("Later", published="false", scheduled_publish_time=later)
    assert facebook.edge("published_posts").json()["data"] == []
    assert [post["id"] for post in facebook.edge("scheduled_posts").json()["data"]] == [id]

    facebook.sandbox.advance(hours=1, seconds=1)
    (post,) = facebook.edge("published_posts", fields="id,created_time").json()["data"]
    assert post["id"] == id
    assert datetime.fromisoformat(post["created_time"]) == datetime.fromtimestamp(int(later), UTC)


@pytest.mark.parametrize("ahead", [timedelta(minutes=9), timedelta(days=31), timedelta(hours=-1)], ids=str)
def test_a_post_is_scheduled_between_ten_minutes_and_thirty_days_ahead(facebook, ahead):
    now = datetime.fromisoformat(facebook.sandbox.health()["now"])
    answer = facebook.write("Later", published="false", scheduled_publish_time=(now + ahead).isoformat())

    assert code_of(answer) == (100, None)


def test_an_unpublished_post_is_seen_by_nobody(facebook):
    id = facebook.post("Dark", published="false")

    assert facebook.read(id, fields="is_published").json()["is_published"] is False
    assert facebook.edge("published_posts").json() == {"data": []}
    assert facebook.sandbox.posts("facebook", "harbourcoffee") == []


def test_the_text_of_a_post_can_be_changed(facebook):
    id = facebook.post("Fersh beans")

    assert facebook.call("POST", f"/v26.0/{id}", data={"message": "Fresh beans"}).json() == {"success": True}
    assert facebook.read(id, fields="message").json()["message"] == "Fresh beans"
    assert code_of(facebook.call("POST", f"/v26.0/{id}")) == (100, None)


def test_a_deleted_post_is_gone(facebook):
    id = facebook.post()

    assert facebook.call("DELETE", f"/v26.0/{id}").json() == {"success": True}
    assert code_of(facebook.read(id)) == (100, 33)
    assert code_of(facebook.call("DELETE", f"/v26.0/{id}")) == (100, 33)
    assert facebook.edge("published_posts").json() == {"data": []}


def test_a_post_keeps_for_whom_and_where_it_is(facebook):
    id = facebook.post(place="112233", targeting=json.dumps({"geo_locations": {"countries": ["DE"]}}))

    assert facebook.read(id, fields="place").json()["place"] == {"id": "112233"}
    (post,) = facebook.sandbox.posts("facebook", "harbourcoffee")
    assert post["data"]["targeting"]["geo_locations"]["countries"] == ["DE"]


def test_nobody_comments_on_or_likes_what_is_not_public(facebook):
    id = facebook.post("Dark", published="false")

    assert code_of(facebook.comment(id)) == (100, 33)
    assert code_of(facebook.call("POST", f"/v26.0/{id}/likes")) == (100, 33)
    assert facebook.sandbox.posts("facebook", "harbourcoffee") == []


def test_the_same_text_twice_is_refused_where_duplicates_are(facebook):
    facebook.post("Again")
    assert facebook.write("Again").status_code == 200
    facebook.sandbox.set("facebook", refuse_duplicates=True)

    assert code_of(facebook.write("Again")) == (506, None)


def test_posts_of_the_past_are_listed_under_full_ids(facebook):
    past = {"platform": "facebook", "handle": "harbourcoffee", "text": "Old", "created_at": "2026-01-01T10:00:00Z"}
    httpx.post(f"{facebook.sandbox.url}/_control/posts", json={"posts": [past]})

    (post,) = facebook.edge("posts").json()["data"]
    assert post["id"].startswith(f"{facebook.id}_")
    assert facebook.read(post["id"]).json()["message"] == "Old"


def test_publishing_needs_the_pages_own_token(facebook):
    user = str(facebook.credentials()["user_token"])

    answer = facebook.http.post(f"/v26.0/{facebook.id}/feed", data={"message": "x", "access_token": user})

    assert code_of(answer) == (190, 2069032)


@pytest.mark.parametrize("scope", ["pages_manage_posts", "pages_read_engagement", "pages_show_list"])
def test_publishing_needs_every_one_of_its_permissions(sandbox, scope):
    scopes = {"pages_manage_posts", "pages_read_engagement", "pages_show_list"} - {scope}
    with Facebook(sandbox, "harbourcoffee", scopes=sorted(scopes)) as facebook:
        assert code_of(facebook.write())[0] in {10, 200}


def test_publishing_needs_the_task_under_either_name(facebook):
    facebook.sandbox.set("facebook", tasks="ANALYZE,MODERATE")
    assert code_of(facebook.write()) == (200, None)
    facebook.sandbox.set("facebook", tasks="PROFILE_PLUS_CREATE_CONTENT")
    assert facebook.write().status_code == 200


def test_nobody_posts_to_or_reads_the_page_of_another(facebook):
    other = facebook.sandbox.account("facebook", "lumenyoga")["id"]
    mine = facebook.post()

    assert code_of(facebook.call("POST", f"/v26.0/{other}/feed", data={"message": "x"})) == (100, 33)
    with Facebook(facebook.sandbox, "lumenyoga") as stranger:
        assert code_of(stranger.read(mine)) == (100, 33)
        assert code_of(stranger.call("DELETE", f"/v26.0/{mine}")) == (100, 33)
