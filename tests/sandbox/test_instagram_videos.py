"""Reels, stories, videos in carousels, covers, and videos that are sent instead of fetched."""

from __future__ import annotations

import json
import socket
import zlib
from urllib.parse import urlsplit

import httpx
import pytest

from tests.sandbox.clients import Instagram
from tests.sandbox.facebook_client import arrived, film
from tests.sandbox.gallery import Gallery, picture


def code_of(response: httpx.Response) -> tuple[int, int | None]:
    assert response.status_code == 400, response.text
    error = response.json()["error"]
    return error["code"], error.get("error_subcode")


def published(instagram: Instagram, **fields: object) -> str:
    container = instagram.container(**fields)
    instagram.sandbox.advance(seconds=2)
    answer = instagram.publish(container)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def reason(instagram: Instagram, **fields: object) -> str:
    """The last word of a failed container's status."""
    container = instagram.container(**fields)
    instagram.sandbox.advance(seconds=2)
    answer = instagram.get(f"/v26.0/{container}", fields="status_code,status").json()
    assert answer["status_code"] == "ERROR"
    return str(answer["status"]).rsplit(maxsplit=1)[-1]


def test_a_reel_is_fetched_once_and_measured(instagram, gallery):
    content = film(size=300_000)
    media = published(instagram, media_type="REELS", video_url=gallery.hang(content), caption="Pouring")

    fields = "media_type,media_product_type,permalink,thumbnail_url,is_shared_to_feed,caption,alt_text"
    answer = instagram.get(f"/v26.0/{media}", fields=fields).json()
    assert (answer["media_type"], answer["media_product_type"]) == ("VIDEO", "REELS")
    assert answer["is_shared_to_feed"] is True
    assert "alt_text" not in answer
    ((shown,),) = [post["media"] for post in instagram.sandbox.posts("instagram")]
    assert (shown["size"], shown["data"]["crc32"]) == (len(content), zlib.crc32(content))
    assert "Pouring" in httpx.get(answer["permalink"]).text


def test_a_reel_keeps_what_it_was_told(instagram, gallery):
    extras = {
        "share_to_feed": "false",
        "collaborators": "lumenyoga,alderandfinch",
        "user_tags": json.dumps([{"username": "lumenyoga"}]),
        "audio_name": "Rain on the roof",
        "trial_params": json.dumps({"graduation_strategy": "MANUAL"}),
        "thumb_offset": "1500",
        "is_ai_generated": "true",
    }
    media = published(instagram, media_type="REELS", video_url=gallery.hang(film()), **extras)

    (post,) = instagram.sandbox.posts("instagram")
    assert post["data"]["collaborators"] == ["lumenyoga", "alderandfinch"]
    assert post["data"]["thumb_offset"] == 1500
    assert post["data"]["trial_params"] == {"graduation_strategy": "MANUAL"}
    assert instagram.get(f"/v26.0/{media}", fields="is_shared_to_feed").json()["is_shared_to_feed"] is False


def test_a_cover_wins_over_a_moment_of_the_film(instagram, gallery):
    cover = picture(1080, 1920)
    reel = {"media_type": "REELS", "video_url": gallery.hang(film()), "thumb_offset": "1000"}
    media = published(instagram, **reel, cover_url=gallery.hang(cover))

    thumbnail = instagram.get(f"/v26.0/{media}", fields="thumbnail_url").json()["thumbnail_url"]
    assert httpx.get(thumbnail).content == cover
    (post,) = instagram.sandbox.posts("instagram")
    assert "thumb_offset" not in post["data"]


@pytest.mark.parametrize(
    ("fields", "content", "subcode"),
    [
        ({"media_type": "REELS"}, film(seconds=2), "2207026"),
        ({"media_type": "REELS"}, film(seconds=901), "2207026"),
        ({"media_type": "REELS"}, film(width=3840, height=2160), "2207026"),
        ({"media_type": "REELS"}, film(width=1900, height=100), "2207009"),
        ({"media_type": "REELS", "thumb_offset": "12001"}, film(seconds=12), "2207057"),
        ({"media_type": "REELS"}, b"\x1aE\xdf\xa3 a film of another kind", "2207026"),
        ({"media_type": "STORIES"}, film(seconds=61), "2207026"),
        ({"media_type": "STORIES"}, film(width=100, height=1900), "2207009"),
    ],
    ids=["short", "long", "wide", "flat", "offset", "webm", "long story", "thin story"],
)
def test_a_wrong_video_fails_in_its_status(instagram, gallery, fields, content, subcode):
    assert reason(instagram, **fields, video_url=gallery.hang(content)) == subcode


def test_a_video_whose_index_comes_last_fails_where_that_is_looked_at(instagram, gallery):
    url = gallery.hang(b"\x00\x00\x00\x18ftypmp42" + bytes(64))
    published(instagram, media_type="REELS", video_url=url)
    instagram.sandbox.set("instagram", index_first=True)

    assert reason(instagram, media_type="REELS", video_url=url) == "2207026"


def test_a_video_that_cannot_be_fetched_is_refused_or_fails_in_its_status(instagram, gallery):
    assert code_of(instagram.stage(media_type="REELS", video_url=gallery.missing())) == (9004, 2207052)
    instagram.sandbox.set("instagram", fetch_errors_in_status=True)
    assert reason(instagram, media_type="REELS", video_url=gallery.missing()) == "2207052"


@pytest.mark.parametrize(
    "fields",
    [
        {"media_type": "REELS", "collaborators": "a,b,c,d"},
        {"media_type": "REELS", "user_tags": '[{"username": "ann", "x": 0.1, "y": 0.2}]'},
        {"media_type": "REELS", "trial_params": '{"graduation_strategy": "SOON"}'},
        {"media_type": "REELS", "location_id": "1"},
        {"media_type": "REELS", "thumb_offset": "late"},
        {"media_type": "STORIES", "collaborators": "lumenyoga"},
        {"media_type": "REELS", "is_carousel_item": "true"},
        {"media_type": "IMAGE"},
    ],
    ids=str,
)
def test_what_a_video_may_not_be_told_is_refused(instagram, gallery, fields):
    code, _ = code_of(instagram.stage(**fields, video_url=gallery.hang(film())))

    assert code == 100


def test_tags_in_a_picture_have_a_place(instagram, gallery):
    url = gallery.hang(picture())
    placed, nowhere = ([{"username": "ann", "x": x, "y": 0.5}] for x in (0.25, 1.5))

    assert instagram.stage(image_url=url, user_tags=json.dumps(placed)).status_code == 200
    assert code_of(instagram.stage(image_url=url, user_tags=json.dumps(nowhere))) == (100, None)
    assert code_of(instagram.stage(image_url=url, user_tags='[{"username": "ann"}]')) == (100, None)
    assert code_of(instagram.stage(image_url=url, user_tags=json.dumps(placed * 21))) == (100, 2207040)


def test_what_does_not_belong_is_dropped_or_refused(instagram, gallery):
    story = {"media_type": "STORIES", "video_url": gallery.hang(film()), "caption": "lost", "alt_text": "lost"}
    published(instagram, **story)
    (post,) = instagram.sandbox.posts("instagram")
    assert (post["text"], post["media"][0]["alt"]) == ("", "")

    instagram.sandbox.set("instagram", strict_parameters=True)
    assert code_of(instagram.stage(**story)) == (100, None)


def test_a_video_story_is_listed_for_a_day(instagram, gallery):
    media = published(instagram, media_type="STORIES", video_url=gallery.hang(film(seconds=20)))

    (story,) = instagram.get("/v26.0/me/stories", fields="id,media_type,media_product_type").json()["data"]
    assert story == {"id": media, "media_type": "VIDEO", "media_product_type": "STORY"}
    instagram.sandbox.advance(hours=24)
    assert instagram.get("/v26.0/me/stories", fields="id").json()["data"] == []


def test_a_carousel_mixes_pictures_and_videos(instagram, gallery):
    first = instagram.container(image_url=gallery.hang(picture()), is_carousel_item="true", alt_text="Beans")
    second = instagram.container(media_type="VIDEO", video_url=gallery.hang(film()), is_carousel_item="true")
    instagram.sandbox.advance(seconds=2)
    media = published(instagram, media_type="CAROUSEL", children=f"{first},{second}", caption="Both")

    children = "children{id,media_type,media_url,alt_text,permalink,timestamp}"
    items = instagram.get(f"/v26.0/{media}", fields=children).json()["children"]["data"]
    assert [item["media_type"] for item in items] == ["IMAGE", "VIDEO"]
    assert [item.get("alt_text") for item in items] == ["Beans", None]
    item = instagram.get(f"/v26.0/{items[1]['id']}", fields="media_type,permalink").json()
    assert item["media_type"] == "VIDEO"
    listed = instagram.get("/v26.0/me/media", fields="id,media_type,children{media_type}").json()["data"]
    assert [child["media_type"] for child in listed[0]["children"]["data"]] == ["IMAGE", "VIDEO"]


def uploading(instagram: Instagram, **fields: object) -> tuple[str, str]:
    answer = instagram.stage(upload_type="resumable", **{"media_type": "REELS", "caption": "Sent"} | fields).json()
    return answer["id"], answer["uri"]


def send(instagram: Instagram, uri: str, body: bytes = b"", **headers: object) -> httpx.Response:
    named = {"Authorization": f"OAuth {instagram.token}"} | {name: str(value) for name, value in headers.items()}
    return instagram.http.post(uri, content=body, headers=named)


def transferred(instagram: Instagram, container: str) -> int:
    answer = instagram.get(f"/v26.0/{container}", fields="status_code,video_status").json()
    assert answer["status_code"] == "IN_PROGRESS"
    return int(answer["video_status"]["uploading_phase"]["bytes_transferred"])


def test_a_video_is_sent_and_carried_on_after_a_break(instagram):
    content = film(size=50_000)
    container, uri = uploading(instagram)
    half = send(instagram, uri, content[:20_000], offset=0, file_size=len(content))
    assert half.json()["debug_info"]["retriable"] is True
    assert transferred(instagram, container) == 20_000

    assert send(instagram, uri, content, offset=0, file_size=len(content)).status_code == 400
    rest = send(instagram, uri, content[20_000:], offset=20_000, file_size=len(content))
    assert rest.json() == {"success": True, "message": "Upload successful."}
    instagram.sandbox.advance(seconds=2)
    assert instagram.publish(container).status_code == 200
    ((shown,),) = [post["media"] for post in instagram.sandbox.posts("instagram")]
    assert (shown["size"], shown["data"]["crc32"]) == (len(content), zlib.crc32(content))
    assert shown["data"]["received"] == len(content)


def test_an_upload_whose_connection_broke_goes_on_where_it_was(instagram):
    content = film(size=200_000)
    container, uri = uploading(instagram)
    place = urlsplit(uri)
    lines = [f"POST {place.path} HTTP/1.1", f"Host: {place.netloc}", f"Content-Length: {len(content)}"]
    lines += [f"Authorization: OAuth {instagram.token}", "offset: 0", f"file_size: {len(content)}"]
    with socket.create_connection((place.hostname, place.port)) as line:
        line.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + content[:120_000])

    came = arrived(lambda: transferred(instagram, container))
    assert send(instagram, uri, content[came:], offset=came, file_size=len(content)).status_code == 200
    instagram.sandbox.advance(seconds=2)
    assert instagram.publish(container).status_code == 200
    ((shown,),) = [post["media"] for post in instagram.sandbox.posts("instagram")]
    assert shown["data"]["crc32"] == zlib.crc32(content)


def test_a_reel_has_a_largest_size(instagram, gallery):
    instagram.sandbox.set("instagram", reel_megabytes=1)
    content = film(size=1024 * 1024 + 1)

    assert reason(instagram, media_type="REELS", video_url=gallery.hang(content)) == "2207026"
    _, uri = uploading(instagram)
    assert send(instagram, uri, content, offset=0, file_size=len(content)).status_code == 400


def test_a_video_of_a_story_can_be_fetched_by_the_upload_host(instagram, gallery: Gallery):
    container, uri = uploading(instagram, media_type="STORIES")
    failed = send(instagram, uri, file_url=gallery.missing()).json()["debug_info"]
    assert (failed["type"], failed["retriable"]) == ("ProcessingFailedError", True)

    assert send(instagram, uri, file_url=gallery.hang(film(seconds=20))).status_code == 200
    instagram.sandbox.advance(seconds=2)
    assert instagram.status(container) == "FINISHED"
    assert send(instagram, uri, file_url=gallery.hang(film())).status_code == 400


def test_an_address_built_by_hand_leaves_the_container_waiting_for_ever(instagram):
    content = film()
    container, uri = uploading(instagram)
    elsewhere = uri.replace("/v26.0/", "/v25.0/")

    assert send(instagram, elsewhere, content, offset=0, file_size=len(content)).status_code == 200
    instagram.sandbox.advance(minutes=10)
    assert transferred(instagram, container) == 0


def test_the_upload_host_wants_its_own_scheme_and_one_size(instagram):
    content = film()
    _, uri = uploading(instagram)

    bearer = instagram.http.post(uri, content=content, headers={"Authorization": f"Bearer {instagram.token}"})
    assert bearer.status_code == 401
    assert send(instagram, uri, content, offset=0).status_code == 400
    assert send(instagram, uri, content, offset=0, file_size=len(content) - 1).status_code == 400
    assert send(instagram, uri, content, offset=5, file_size=len(content)).status_code == 400


def test_pictures_are_never_sent(instagram):
    assert code_of(instagram.stage(upload_type="resumable", caption="x")) == (100, None)


def test_uploads_may_be_refused_to_instagram_login(instagram):
    instagram.sandbox.set("instagram", resumable_with_instagram_login=False)

    assert code_of(instagram.stage(media_type="REELS", upload_type="resumable")) == (100, None)


def test_a_fresh_container_may_not_be_found_yet(instagram, gallery):
    instagram.sandbox.set("instagram", visible_after_seconds=20)
    container = instagram.container(image_url=gallery.hang(picture()))
    instagram.sandbox.advance(seconds=10)

    assert code_of(instagram.publish(container)) == (24, 2207008)
    instagram.sandbox.advance(seconds=10)
    assert instagram.publish(container).status_code == 200


@pytest.mark.parametrize(("spam", "count"), [("blocked", 0), ("published", 1)])
def test_a_suspicion_is_told_alike_whether_the_post_is_live_or_not(instagram, gallery, spam, count):
    container = instagram.container(image_url=gallery.hang(picture()))
    instagram.sandbox.advance(seconds=2)
    instagram.sandbox.set("instagram", suspected_spam=spam)

    assert code_of(instagram.publish(container)) == (4, 2207051)
    assert len(instagram.sandbox.posts("instagram")) == count
    assert instagram.status(container) == ("PUBLISHED" if count else "FINISHED")


def test_stories_count_against_the_day_unless_they_do_not(instagram, gallery):
    published(instagram, media_type="STORIES", video_url=gallery.hang(film(seconds=20)))
    usage = "/v26.0/me/content_publishing_limit"

    assert instagram.get(usage, fields="quota_usage").json() == {"data": [{"quota_usage": 1}]}
    instagram.sandbox.set("instagram", stories_count=False)
    assert instagram.get(usage, fields="quota_usage").json() == {"data": [{"quota_usage": 0}]}
    assert code_of(instagram.get(usage, fields="quota_usage", since=1)) == (100, None)
