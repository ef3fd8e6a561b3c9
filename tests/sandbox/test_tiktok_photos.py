"""TikTok: photo posts, what creators may do, own posts with their numbers, and limits."""

from __future__ import annotations

import pytest

from tests.sandbox.gallery import picture
from tests.sandbox.threads_client import film
from tests.sandbox.tiktok_client import TikTok, code_of, data_of, message_of, upload_of

FILM = film(21)
COUNTERS = "like_count,comment_count,share_count,view_count"


@pytest.fixture
def tiktok(sandbox):
    with TikTok(sandbox, "harbourcoffee") as client:
        yield client


@pytest.fixture
def photo(gallery):
    return gallery.put("/photo.jpg", picture(720, 1280))


def test_photos_are_pulled_and_shown_in_their_order(tiktok, sandbox, gallery, photo):
    other = gallery.put("/photo.webp", picture(600, 600, "WEBP"))
    publish_id = data_of(tiktok.photos([photo, other], cover=1))["publish_id"]
    assert publish_id.startswith("p_pub_url~v2.")
    assert tiktok.pulled(publish_id)["status"] == "PUBLISH_COMPLETE"

    (post,) = sandbox.posts("tiktok")
    assert (post["text"], post["data"]["title"]) == ("Five new looks #demo", "Autumn")
    assert (post["data"]["auto_add_music"], post["data"]["photo_cover_index"]) == (True, 1)
    assert [(one["mime"], one["width"]) for one in post["media"]] == [("image/jpeg", 720), ("image/webp", 600)]


def test_a_photo_that_cannot_be_used_fails_all_of_them(tiktok, sandbox, gallery, photo):
    unusable = {
        gallery.missing(): "photo_pull_failed",
        gallery.put("/a.png", picture(600, 600, "PNG")): "file_format_check_failed",
        gallery.put("/wide.jpg", picture(1440, 1440)): "picture_size_check_failed",
        gallery.put("/heavy.jpg", picture(60, 60) + bytes(20 * 1024 * 1024)): "picture_size_check_failed",
    }
    for url, reason in unusable.items():
        publish_id = data_of(tiktok.photos([photo, url]))["publish_id"]
        assert tiktok.pulled(publish_id)["fail_reason"] == reason
    assert sandbox.posts("tiktok") == []


def test_a_photo_post_is_checked_word_for_word(tiktok, sandbox, photo):
    sandbox.set("tiktok", content_init_per_minute=0)

    def refusal(urls=(photo,), **details):
        return message_of(tiktok.photos(urls, **details))

    assert "90" in refusal(title="a" * 91)
    assert "4000" in refusal(description="🎉" * 2001)
    assert "privacy_level" in refusal(privacy_level=None)
    assert "post_mode" in refusal(mode="DIRECT")
    assert "photo_cover_index" in refusal(cover=1)
    assert "photo_cover_index" in refusal(cover=None)
    assert "between 1 and 35" in refusal([photo] * 36)
    assert "between 1 and 35" in refusal([])
    source = {"source": "FILE_UPLOAD", "photo_images": [photo], "photo_cover_index": 0}
    body = {"post_mode": "DIRECT_POST", "media_type": "PHOTO", "source_info": source}
    assert "source" in message_of(tiktok.post("/v2/post/publish/content/init/", body))
    assert "media_type" in message_of(tiktok.post("/v2/post/publish/content/init/", {**body, "media_type": "VIDEO"}))
    assert code_of(tiktok.photos(["https://cdn.example.com/1.jpg"])) == (403, "url_ownership_unverified")


def test_photos_can_be_sent_as_a_draft_to_an_app_that_is_new_enough(tiktok, sandbox, photo):
    publish_id = data_of(tiktok.photos([photo], mode="MEDIA_UPLOAD"))["publish_id"]
    assert tiktok.pulled(publish_id)["status"] == "SEND_TO_USER_INBOX"
    tiktok.person("finish_draft", publish_id=publish_id)
    assert sandbox.texts("tiktok", "harbourcoffee") == ["Five new looks #demo"]

    tiktok.person("change", app_version="31.7.9")
    assert code_of(tiktok.photos([photo], mode="MEDIA_UPLOAD")) == (400, "app_version_check_failed")


def test_creator_info_tells_what_this_creator_may_do(tiktok, sandbox):
    tiktok.person("change", stitch_disabled=True, max_video_post_duration_sec=300)
    data = data_of(tiktok.creator_info())
    assert data.pop("creator_avatar_url")
    assert data == {
        "creator_username": "harbourcoffee",
        "creator_nickname": "Harbour Coffee",
        "privacy_level_options": ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"],
        "comment_disabled": False,
        "duet_disabled": False,
        "stitch_disabled": True,
        "max_video_post_duration_sec": 300,
    }
    long, short = tiktok.upload(film(301)), tiktok.upload(FILM, {"disable_stitch": False})
    sandbox.advance(seconds=5)
    assert tiktok.status(long)["fail_reason"] == "duration_check_failed"
    assert tiktok.status(short)["status"] == "PUBLISH_COMPLETE"
    assert sandbox.posts("tiktok")[0]["data"]["disable_stitch"] is True

    tiktok.person("change", is_private=True)
    options = data_of(tiktok.creator_info())["privacy_level_options"]
    assert options == ["FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]
    assert code_of(tiktok.init(upload_of(1000))) == (403, "privacy_level_option_mismatch")


def test_a_cap_is_told_by_creator_info_with_200_and_by_init_with_403(tiktok, sandbox):
    sandbox.set("tiktok", daily_posts=2)
    tiktok.upload(FILM)
    failed = tiktok.upload(b"no film")
    assert code_of(tiktok.init(upload_of(1000))) == (403, "spam_risk_too_many_posts")
    sandbox.advance(minutes=2)
    assert tiktok.status(failed)["status"] == "FAILED"
    tiktok.upload(FILM)
    for code, change in (
        ("spam_risk_too_many_posts", {}),
        ("spam_risk_user_banned_from_posting", {"is_banned": True}),
    ):
        tiktok.person("change", **change)
        assert code_of(tiktok.creator_info()) == (200, code)
        assert code_of(tiktok.init(upload_of(1000))) == (403, code)
    tiktok.person("change", is_banned=False)
    sandbox.advance(hours=24)
    tiktok.log_in()
    data_of(tiktok.creator_info())


def test_an_unaudited_application_posts_for_few_and_for_the_author_alone(tiktok, sandbox):
    sandbox.set("tiktok", audited=False, unaudited_users=1)
    refusal = (403, "unaudited_client_can_only_post_to_private_accounts")
    assert code_of(tiktok.init(upload_of(1000), {"privacy_level": "SELF_ONLY"})) == refusal
    tiktok.person("change", is_private=True)
    assert code_of(tiktok.init(upload_of(1000), {"privacy_level": "FOLLOWER_OF_CREATOR"})) == refusal
    publish_id = tiktok.upload(FILM, {"privacy_level": "SELF_ONLY"})
    sandbox.advance(seconds=30)
    assert tiktok.status(publish_id) == {"status": "PUBLISH_COMPLETE", "publicaly_available_post_id": []}
    assert data_of(tiktok.videos())["videos"] == []

    with TikTok(sandbox, "lumenyoga") as second:
        second.person("change", is_private=True)
        assert code_of(second.creator_info()) == (200, "reached_active_user_cap")
        assert code_of(second.init(upload_of(1000), {"privacy_level": "SELF_ONLY"})) == (403, "reached_active_user_cap")
        second.begin(1000, draft=True)


def test_own_public_posts_are_listed_newest_first_by_pages(tiktok, sandbox, photo):
    ids = [tiktok.published(FILM, {"title": f"{place} " + "a" * 200}) for place in range(3)]
    hidden, deleted = tiktok.published(FILM), tiktok.published(FILM)
    tiktok.person("hide", post=hidden)
    tiktok.person("delete", post=deleted)
    fields = "id,create_time,video_description,title,duration,width,height,share_url,embed_link,embed_html,is_aigc"
    page = data_of(tiktok.videos(fields, max_count=2))
    first = page["videos"][0]
    assert [one["id"] for one in page["videos"]] == [ids[2], ids[1]]
    assert (len(first["video_description"]), first["duration"], first["width"]) == (150, 21, 720)
    assert page["has_more"] is True
    assert page["cursor"] // 1000 == page["videos"][1]["create_time"]
    assert data_of(tiktok.videos(cursor=page["cursor"]))["videos"] == [{"id": ids[0]}]
    assert tiktok.http.get(first["share_url"]).headers["location"] == sandbox.posts("tiktok")[2]["permalink"]

    tiktok.pulled(data_of(tiktok.photos([photo]))["publish_id"])
    sandbox.advance(seconds=5)
    assert len(data_of(tiktok.videos())["videos"]) == 4
    sandbox.set("tiktok", photos_listed=False)
    assert len(data_of(tiktok.videos())["videos"]) == 3
    sandbox.set("tiktok", list_lag_seconds=3600)
    assert data_of(tiktok.videos()) == {"videos": [], "cursor": 0, "has_more": False}
    assert "max_count" in message_of(tiktok.videos(max_count=21))
    assert "fields" in message_of(tiktok.post("/v2/video/list/", {"fields": "id"}))
    assert "reach" in message_of(tiktok.videos("id,reach"))


def test_counters_grow_with_time(tiktok, sandbox):
    post = tiktok.published(FILM)
    with TikTok(sandbox, "lumenyoga") as other:
        assert data_of(other.query([post])) == {"videos": []}
    before = data_of(tiktok.query([post, "1"], f"id,{COUNTERS}"))["videos"]
    sandbox.advance(hours=1)
    (after,) = data_of(tiktok.query([post], f"id,{COUNTERS}"))["videos"]
    assert before[0]["id"] == post
    assert 0 <= before[0]["view_count"] < after["view_count"]
    assert after["view_count"] > after["like_count"] > 0
    user = data_of(tiktok.user("follower_count,following_count,likes_count,video_count"))["user"]
    assert (user["likes_count"], user["video_count"]) == (after["like_count"], 1)
    assert user["follower_count"] > 0
    assert "between 1 and 20" in message_of(tiktok.query([post] * 21))
    assert sandbox.count("tiktok", "metrics") == 3


def test_a_minute_moves_with_the_clock(tiktok, sandbox):
    sandbox.set("tiktok", user_info_per_minute=3)
    for limit, ask in (
        (6, lambda: tiktok.init(upload_of(1000))),
        (20, tiktok.creator_info),
        (30, lambda: tiktok.fetch("1")),
        (3, lambda: tiktok.user("open_id")),
    ):
        ask()
        sandbox.advance(seconds=40)
        assert [ask().status_code for _ in range(limit - 1)].count(429) == 0
        assert code_of(ask()) == (429, "rate_limit_exceeded")
        sandbox.advance(seconds=25)
        assert ask().status_code != 429
        assert ask().status_code == 429


def test_the_faults_speak_like_tiktok(tiktok, sandbox):
    sandbox.fault("rate_limited", platform="tiktok", path="read")
    assert code_of(tiktok.creator_info()) == (429, "rate_limit_exceeded")
    sandbox.fault("error_before", platform="tiktok", path="find")
    assert code_of(tiktok.videos()) == (500, "internal_error")
    sandbox.fault("token_revoked", platform="tiktok", path="creator_info")
    assert code_of(tiktok.creator_info()) == (401, "access_token_invalid")
