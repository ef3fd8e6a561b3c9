"""Instagram: containers take time and are published once; what Instagram refuses is refused here."""

from __future__ import annotations

import httpx
import pytest

from tests.sandbox.clients import Instagram
from tests.sandbox.gallery import picture, video


def code_of(response: httpx.Response) -> tuple[int, int | None]:
    assert response.status_code == 400, response.text
    error = response.json()["error"]
    return error["code"], error.get("error_subcode")


def test_a_picture_is_staged_waits_and_is_published(instagram, gallery):
    container = instagram.container(image_url=gallery.hang(picture()), caption="Fresh beans #coffee", alt_text="Beans")
    assert instagram.status(container) == "IN_PROGRESS"
    assert code_of(instagram.publish(container)) == (9007, 2207027)
    assert instagram.sandbox.posts("instagram") == []

    instagram.sandbox.advance(seconds=2)
    assert instagram.status(container) == "FINISHED"
    media = instagram.publish(container).json()["id"]

    assert instagram.status(container) == "PUBLISHED"
    (post,) = instagram.sandbox.posts("instagram", "harbourcoffee")
    assert (post["id"], post["text"], post["media"][0]["alt"]) == (media, "Fresh beans #coffee", "Beans")


def test_a_container_is_published_once(instagram, gallery):
    container = instagram.container(image_url=gallery.hang(picture()))
    instagram.sandbox.advance(seconds=2)

    assert instagram.publish(container).status_code == 200
    assert code_of(instagram.publish(container)) == (24, 2207006)
    assert len(instagram.sandbox.posts("instagram")) == 1


def test_a_container_expires_after_a_day(instagram, gallery):
    container = instagram.container(image_url=gallery.hang(picture()))
    instagram.sandbox.advance(hours=24)

    assert instagram.status(container) == "EXPIRED"
    assert code_of(instagram.publish(container)) == (-2, 2207020)


def test_processing_can_be_slow_and_can_fail(instagram, gallery):
    url = gallery.hang(picture())
    instagram.sandbox.fault("slow_processing", platform="instagram", seconds=300)
    slow = instagram.container(image_url=url)
    instagram.sandbox.fault("failed_processing", platform="instagram", account="harbourcoffee")
    failed = instagram.container(image_url=url)

    instagram.sandbox.advance(seconds=60)
    assert (instagram.status(slow), instagram.status(failed)) == ("IN_PROGRESS", "ERROR")
    assert code_of(instagram.publish(failed)) == (-1, 2207032)
    instagram.sandbox.advance(seconds=300)
    assert instagram.status(slow) == "FINISHED"


def test_the_time_of_processing_is_a_setting(instagram, gallery):
    instagram.sandbox.set("instagram", container_seconds=0)

    assert instagram.status(instagram.container(image_url=gallery.hang(picture()))) == "FINISHED"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (picture(kind="PNG"), (36001, 2207005)),
        (picture(1000, 1300), (36003, 2207009)),
        (picture(2000, 1000), (36003, 2207009)),
        (picture() + bytes(8 * 1024 * 1024), (36000, 2207004)),
        (b"<html>not found, with a smile</html>", (9004, 2207052)),
    ],
    ids=["png", "too tall", "too wide", "too large", "no picture"],
)
def test_a_picture_is_judged_by_its_bytes(instagram, gallery, content, code):
    assert code_of(instagram.stage(image_url=gallery.hang(content))) == code


@pytest.mark.parametrize(("width", "height"), [(1080, 1350), (1910, 1000), (320, 320)])
def test_pictures_within_the_ratios_are_taken(instagram, gallery, width, height):
    assert instagram.stage(image_url=gallery.hang(picture(width, height))).status_code == 200


def test_a_picture_that_cannot_be_fetched_is_refused(instagram, gallery):
    assert code_of(instagram.stage(image_url=gallery.missing())) == (9004, 2207052)
    assert code_of(instagram.stage(image_url="http://127.0.0.1:9/a.jpg")) == (9004, 2207052)
    assert code_of(instagram.stage(image_url="file:///etc/hostname")) == (9004, 2207052)
    assert code_of(instagram.stage(caption="No picture at all")) == (100, None)


@pytest.mark.parametrize(
    ("caption", "code"),
    [
        ("x" * 2201, (36004, 2207010)),
        ("👍" * 1101, (36004, 2207010)),
        (" ".join(f"#tag{n}" for n in range(31)), (100, None)),
        (" ".join(f"@name{n}" for n in range(21)), (100, 2207040)),
    ],
    ids=["long", "long in UTF-16", "31 hashtags", "21 mentions"],
)
def test_a_caption_beyond_the_limits_is_refused(instagram, gallery, caption, code):
    assert code_of(instagram.stage(image_url=gallery.hang(picture()), caption=caption)) == code


def test_a_caption_at_the_limits_is_taken(instagram, gallery):
    tags = " ".join(f"#tag{n}" for n in range(30))
    names = " ".join(f"@name{n}" for n in range(20))
    caption = f"{tags} {names} ".ljust(2200, "x")

    assert instagram.stage(image_url=gallery.hang(picture()), caption=caption).status_code == 200


def children(instagram: Instagram, url: str, count: int) -> list[str]:
    return [instagram.container(image_url=url, is_carousel_item="true", caption="lost") for _ in range(count)]


def test_a_carousel_is_one_post_with_its_pictures_in_order(instagram, gallery):
    urls = [gallery.hang(picture(1000, 1000 + n)) for n in range(3)]
    ids = [instagram.container(image_url=url, is_carousel_item="true") for url in urls]
    instagram.sandbox.advance(seconds=2)
    parent = instagram.container(media_type="CAROUSEL", children=",".join(ids), caption="Three views")
    instagram.sandbox.advance(seconds=2)
    media = instagram.publish(parent).json()["id"]

    (post,) = instagram.sandbox.posts("instagram")
    assert [picture["height"] for picture in post["media"]] == [1000, 1001, 1002]
    answer = instagram.get(f"/v26.0/{media}", fields="media_type,caption,children{id}").json()
    assert (answer["media_type"], answer["caption"], len(answer["children"]["data"])) == (
        "CAROUSEL_ALBUM",
        "Three views",
        3,
    )


@pytest.mark.parametrize("count", [1, 11])
def test_a_carousel_has_two_to_ten_items(instagram, gallery, count):
    ids = children(instagram, gallery.hang(picture()), count)
    instagram.sandbox.advance(seconds=2)

    assert code_of(instagram.stage(media_type="CAROUSEL", children=",".join(ids))) == (100, 2207028)


def test_a_carousel_wants_finished_children_of_its_own(instagram, gallery):
    url = gallery.hang(picture())
    ids = children(instagram, url, 2)
    assert code_of(instagram.stage(media_type="CAROUSEL", children=",".join(ids))) == (9007, 2207027)

    instagram.sandbox.advance(seconds=2)
    plain = instagram.container(image_url=url)
    assert code_of(instagram.stage(media_type="CAROUSEL", children=f"{ids[0]},{plain}")) == (24, 2207006)
    assert code_of(instagram.publish(ids[0])) == (100, 2207023)


def test_a_story_takes_any_ratio_and_no_caption_and_is_not_in_the_feed(instagram, gallery):
    story = instagram.container(media_type="STORIES", image_url=gallery.hang(picture(900, 1600)), caption="dropped")
    instagram.sandbox.advance(seconds=2)
    media = instagram.publish(story).json()["id"]

    assert instagram.get("/v26.0/me/media", fields="id").json()["data"] == []
    assert instagram.get("/v26.0/me/stories", fields="id,caption").json()["data"] == [{"id": media}]
    instagram.sandbox.advance(hours=24)
    assert instagram.get("/v26.0/me/stories", fields="id").json()["data"] == []


def test_a_video_is_a_reel_or_nothing(instagram, gallery):
    url = gallery.hang(video())
    assert code_of(instagram.stage(media_type="VIDEO", video_url=url)) == (100, 2207023)
    reel = instagram.container(media_type="REELS", video_url=url, caption="Pouring")
    fake = instagram.container(media_type="REELS", video_url=gallery.hang(picture()))
    instagram.sandbox.advance(seconds=2)

    assert (instagram.status(reel), instagram.status(fake)) == ("FINISHED", "ERROR")
    assert "2207026" in instagram.get(f"/v26.0/{fake}", fields="status").json()["status"]
    media = instagram.publish(reel).json()["id"]
    answer = instagram.get(f"/v26.0/{media}", fields="media_type,media_product_type").json()
    assert (answer["media_type"], answer["media_product_type"]) == ("VIDEO", "REELS")


def test_an_unknown_media_type_is_refused(instagram):
    assert code_of(instagram.stage(media_type="HOLOGRAM", image_url="http://127.0.0.1:9/")) == (100, 2207023)


def test_the_day_has_fifty_posts_and_frees_them_one_by_one(instagram, gallery):
    instagram.sandbox.set("instagram", daily_posts=2)
    url = gallery.hang(picture())
    instagram.post(url)
    instagram.sandbox.advance(hours=12)
    instagram.post(url)
    third = instagram.container(image_url=url)
    instagram.sandbox.advance(seconds=2)

    assert code_of(instagram.publish(third)) == (9, 2207042)
    limit = instagram.get("/v26.0/me/content_publishing_limit", fields="config,quota_usage").json()
    assert limit == {"data": [{"config": {"quota_total": 2, "quota_duration": 86400}, "quota_usage": 2}]}
    instagram.sandbox.advance(hours=12)
    assert instagram.publish(third).status_code == 200


def test_the_day_has_so_many_containers(instagram, gallery):
    instagram.sandbox.set("instagram", daily_containers=1)
    url = gallery.hang(picture())

    assert instagram.stage(image_url=url).status_code == 200
    answer = instagram.stage(image_url=url)
    assert code_of(answer) == (80002, None)
    assert "estimated_time_to_regain_access" in answer.headers["x-business-use-case-usage"]


def test_media_are_listed_newest_first_in_pages(instagram, gallery):
    url = gallery.hang(picture())
    ids = [instagram.post(url, caption) for caption in ("one", "two", "three")]

    first = instagram.get("/v26.0/me/media", fields="id,caption,timestamp,permalink", limit=2).json()
    assert [media["id"] for media in first["data"]] == [ids[2], ids[1]]
    rest = instagram.call("GET", first["paging"]["next"]).json()
    assert [media["caption"] for media in rest["data"]] == ["one"]
    assert "next" not in rest["paging"]


def test_a_permalink_leads_to_a_page_with_picture_and_alt_text(instagram, gallery):
    container = instagram.container(image_url=gallery.hang(picture()), caption="<b>Beans</b>", alt_text='A "bag"')
    instagram.sandbox.advance(seconds=2)
    media = instagram.publish(container).json()["id"]
    page = httpx.get(instagram.get(f"/v26.0/{media}", fields="permalink").json()["permalink"]).text

    assert "&lt;b&gt;Beans&lt;/b&gt;" in page
    assert 'alt="A &quot;bag&quot;"' in page


def test_nobody_reads_or_publishes_what_belongs_to_another(instagram, gallery, sandbox):
    container = instagram.container(image_url=gallery.hang(picture()))
    sandbox.advance(seconds=2)
    with Instagram(sandbox, "lumenyoga") as stranger:
        assert code_of(stranger.get(f"/v26.0/{container}")) == (100, 33)
        assert code_of(stranger.publish(container)) == (24, 2207006)
        assert code_of(stranger.get(f"/v26.0/{instagram.id}/media")) == (100, 33)


def test_a_comment_and_a_reply_stand_under_the_post(instagram, gallery):
    media = instagram.post(gallery.hang(picture()))
    comment = instagram.call("POST", f"/v26.0/{media}/comments", data={"message": "Link in bio"}).json()["id"]
    reply = instagram.call("POST", f"/v26.0/{comment}/replies", data={"message": "Thanks"}).json()["id"]

    (shown,) = instagram.get(f"/v26.0/{media}/comments", fields="id,text,username").json()["data"]
    assert shown == {"id": comment, "text": "Link in bio", "username": "harbourcoffee"}
    assert code_of(instagram.call("POST", f"/v26.0/{reply}/replies", data={"message": "No"})) == (100, None)
    assert instagram.call("DELETE", f"/v26.0/{comment}").json() == {"success": True}
    assert instagram.get(f"/v26.0/{media}/comments").json() == {"data": []}


def test_a_comment_that_asks_for_fields_is_written_and_then_refused(instagram, gallery):
    media = instagram.post(gallery.hang(picture()))
    answer = instagram.call("POST", f"/v26.0/{media}/comments", params={"fields": "id"}, data={"message": "Twice?"})

    assert code_of(answer) == (20, 1772107)
    assert instagram.sandbox.texts("instagram", "harbourcoffee", kind="reply") == ["Twice?"]


def test_media_cannot_be_deleted(instagram, gallery):
    media = instagram.post(gallery.hang(picture()))

    assert code_of(instagram.call("DELETE", f"/v26.0/{media}")) == (100, 33)
