"""YouTube: videos found, changed, scheduled and deleted, with their thumbnails and playlists."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.sandbox.gallery import animation, picture
from tests.sandbox.youtube_client import GRAIN, READONLY, UPLOAD, YouTube, film, reason_of


@pytest.fixture
def youtube(sandbox):
    with YouTube(sandbox, "harbourcoffee") as client:
        yield client


@pytest.fixture
def other(sandbox):
    with YouTube(sandbox, "lumenyoga") as client:
        yield client


def uploads_of(youtube: YouTube) -> str:
    return "UU" + youtube.id[2:]


def in_(sandbox, **span: float) -> str:
    """A time that far ahead, as RFC 3339."""
    now = datetime.fromisoformat(sandbox.health()["now"]) + timedelta(**span)
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_own_uploads_are_listed_newest_first_and_in_pages(youtube):
    made = [youtube.upload(title=f"Day {day}") for day in range(3)]

    first = youtube.items(uploads_of(youtube), maxResults=2).json()
    second = youtube.items(uploads_of(youtube), maxResults=2, pageToken=first["nextPageToken"]).json()

    found = [item["contentDetails"]["videoId"] for item in first["items"] + second["items"]]
    assert found == made[::-1]
    assert "nextPageToken" not in second
    assert first["pageInfo"] == {"totalResults": 3, "resultsPerPage": 2}
    assert first["items"][0]["snippet"]["title"] == "Day 2"
    assert first["items"][0]["snippet"]["resourceId"] == {"kind": "youtube#video", "videoId": made[2]}


def test_private_uploads_are_listed_to_their_owner_unless_set_otherwise(youtube, other, sandbox):
    id = youtube.upload(privacyStatus="private")

    (own,) = youtube.items(uploads_of(youtube)).json()["items"]
    assert own["status"] == {"privacyStatus": "private"}
    assert other.items(uploads_of(youtube)).json()["items"] == []
    assert other.api("GET", "videos", part="snippet", id=id).json()["items"] == []
    sandbox.set("youtube", uploads_list_private=False)
    assert youtube.items(uploads_of(youtube)).json()["items"] == []


def test_lists_refuse_what_they_cannot_read(youtube):
    uploads = uploads_of(youtube)

    assert reason_of(youtube.items("UUnobody")) == (404, "playlistNotFound")
    assert reason_of(youtube.items("PLnothing")) == (404, "playlistNotFound")
    assert reason_of(youtube.items(uploads, maxResults=51)) == (400, "badRequest")
    assert reason_of(youtube.items(uploads, pageToken="later")) == (400, "invalidPageToken")
    assert reason_of(youtube.api("GET", "videos", part="id", id=",".join("x" * 51))) == (400, "badRequest")


def test_a_change_replaces_each_named_part_as_a_whole(youtube):
    id = youtube.upload(tags=["coffee"], description="From green to brown")

    assert youtube.change(id, "snippet", title="Roasting night", description=None).status_code == 200

    seen = youtube.video(id)
    assert (seen["snippet"]["title"], seen["snippet"]["description"]) == ("Roasting night", "")
    assert "tags" not in seen["snippet"]
    assert seen["status"]["privacyStatus"] == "public"
    (post,) = youtube.sandbox.posts("youtube")
    assert post["text"] == "Roasting night"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"categoryId": None}, "invalidCategoryId"),
        ({"title": None}, "invalidTitle"),
        ({"publishAt": "2031-01-01T00:00:00Z", "privacyStatus": "private"}, "invalidPublishAt"),  # it was public
    ],
)
def test_a_change_that_lacks_something_is_refused(youtube, changes, reason):
    assert reason_of(youtube.change(youtube.upload(), **changes)) == (400, reason)


def test_only_its_owner_changes_and_deletes_a_video(youtube, other, sandbox):
    id = youtube.upload()

    assert reason_of(other.change(id)) == (403, "forbidden")
    assert reason_of(other.api("DELETE", "videos", id=id)) == (403, "forbidden")
    assert reason_of(youtube.change("nothing")) == (404, "videoNotFound")
    with YouTube(sandbox, "harbourcoffee", scopes=[UPLOAD, READONLY]) as uploader:
        assert reason_of(uploader.change(id)) == (403, "insufficientPermissions")
        assert reason_of(uploader.api("DELETE", "videos", id=id)) == (403, "insufficientPermissions")


def test_a_deleted_video_is_gone_and_its_session_too(youtube, sandbox):
    content = film()
    session = youtube.session(len(content))
    id = youtube.put(session, content).json()["id"]

    answer = youtube.api("DELETE", "videos", id=id)

    assert (answer.status_code, answer.content) == (204, b"")
    assert youtube.api("GET", "videos", part="id", id=id).json()["items"] == []
    assert youtube.items(uploads_of(youtube)).json()["items"] == []
    assert reason_of(youtube.api("DELETE", "videos", id=id)) == (404, "videoNotFound")
    assert youtube.probe(session, len(content)).status_code == 404


def test_a_scheduled_video_becomes_public_on_its_own(youtube, sandbox):
    at = in_(sandbox, minutes=20)
    id = youtube.upload(privacyStatus="private", publishAt=at)
    assert youtube.video(id)["status"]["publishAt"] == at

    sandbox.advance(minutes=20)

    status = youtube.video(id)["status"]
    assert (status["privacyStatus"], "publishAt" in status) == ("public", False)
    assert youtube.video(id)["snippet"]["publishedAt"] == at
    assert sandbox.posts("youtube")[0]["visibility"] == "public"


def test_a_schedule_can_be_moved_and_a_time_that_has_passed_publishes_at_once(youtube, sandbox):
    id = youtube.upload(privacyStatus="private", publishAt=in_(sandbox, minutes=20))
    youtube.change(id, privacyStatus="private", publishAt=in_(sandbox, minutes=50))
    sandbox.advance(minutes=30)
    assert youtube.video(id)["status"]["privacyStatus"] == "private"

    youtube.change(id, privacyStatus="private", publishAt=in_(sandbox, minutes=-10))

    assert youtube.video(id)["status"]["privacyStatus"] == "public"


def test_the_last_byte_commits_what_others_see_and_stages_what_they_do_not(youtube, sandbox):
    id = youtube.upload(privacyStatus="private")
    assert sandbox.count("youtube", "commit") == 0

    youtube.change(id, privacyStatus="public")
    assert sandbox.count("youtube", "commit") == 1

    youtube.upload()
    assert sandbox.count("youtube", "commit") == 2
    youtube.change(id, title="Another")
    assert (sandbox.count("youtube", "commit"), sandbox.count("youtube", "edit")) == (2, 1)


def test_a_thumbnail_is_shown_with_the_video(youtube, sandbox):
    id, content = youtube.upload(), picture(1280, 720)

    answer = youtube.thumbnail(id, content).json()

    assert answer["kind"] == "youtube#thumbnailSetResponse"
    (sizes,) = answer["items"]
    assert (sizes["default"]["width"], sizes["default"]["height"]) == (120, 90)
    shown = httpx.get(sizes["maxres"]["url"], trust_env=False, verify=False)
    assert shown.content == content
    (_, medium) = sandbox.posts("youtube")[0]["media"]
    assert (medium["mime"], medium["data"]["crc32"]) == ("image/jpeg", zlib.crc32(content))
    youtube.thumbnail(id, picture(640, 360, "PNG"), "image/png")
    assert [one["mime"] for one in sandbox.posts("youtube")[0]["media"]] == ["video/mp4", "image/png"]


def test_a_thumbnail_that_is_none_is_refused(youtube, other, sandbox):
    id = youtube.upload()

    assert reason_of(youtube.thumbnail(id, b"")) == (400, "mediaBodyRequired")
    assert reason_of(youtube.thumbnail(id, b"no picture")) == (400, "invalidImage")
    assert reason_of(youtube.thumbnail(id, animation())) == (400, "invalidImage")
    assert reason_of(youtube.thumbnail(id, picture(), "image/gif")) == (400, "badContent")
    assert reason_of(youtube.thumbnail("nothing", picture())) == (404, "videoNotFound")
    assert reason_of(other.thumbnail(id, picture())) == (403, "forbidden")
    sandbox.set("youtube", daily_thumbnails=1)
    assert youtube.thumbnail(id, picture()).status_code == 200
    assert reason_of(youtube.thumbnail(id, picture())) == (429, "uploadRateLimitExceeded")
    sandbox.set("youtube", custom_thumbnails=False)
    assert reason_of(youtube.thumbnail(id, picture())) == (403, "forbidden")


def test_a_thumbnail_of_more_than_fifty_megabytes_is_too_large(youtube):
    assert reason_of(youtube.thumbnail(youtube.upload(), bytes(52_428_801))) == (413, "uploadTooLarge")


def test_a_short_takes_its_thumbnail_once_it_is_processed(youtube, sandbox):
    id = youtube.upload(film(seconds=60, width=720, height=1280), wait=0)

    assert reason_of(youtube.thumbnail(id, picture(1080, 1920))) == (403, "forbidden")
    sandbox.advance(seconds=10)
    assert "shortsAspectRatio" in youtube.thumbnail(id, picture(1080, 1920)).json()["items"][0]


def test_addresses_of_videos_lead_to_their_page(youtube):
    id = youtube.upload()

    for path in (f"/watch?v={id}", f"/shorts/{id}"):
        answer = youtube.http.get(path)
        assert answer.status_code == 302
        assert httpx.get(answer.headers["location"], trust_env=False, verify=False).status_code == 200


def test_a_playlist_is_made_filled_and_taken_apart(youtube):
    playlist, (first, second) = youtube.playlist(), (youtube.upload(), youtube.upload())
    assert playlist in [
        one["id"] for one in youtube.api("GET", "playlists", part="snippet", mine="true").json()["items"]
    ]

    item = youtube.add_to(playlist, first).json()
    assert (item["snippet"]["playlistId"], item["snippet"]["position"]) == (playlist, 0)
    youtube.add_to(playlist, second, position=0)
    youtube.add_to(playlist, first)

    def videos(**query):
        return [one["contentDetails"]["videoId"] for one in youtube.items(playlist, **query).json()["items"]]

    assert videos() == [second, first, first]
    assert videos(videoId=second) == [second]
    assert youtube.api("DELETE", "playlistItems", id=item["id"]).status_code == 204
    assert videos() == [second, first]
    assert youtube.api("DELETE", "playlists", id=playlist).status_code == 204
    assert reason_of(youtube.items(playlist)) == (404, "playlistNotFound")


def test_playlists_refuse_what_is_not_there_and_not_ones_own(youtube, other):
    video, playlist = youtube.upload(), youtube.playlist()

    assert reason_of(youtube.add_to("PLnothing", video)) == (404, "playlistNotFound")
    assert reason_of(youtube.add_to(playlist, "nothing")) == (404, "videoNotFound")
    assert reason_of(youtube.add_to(uploads_of(youtube), video)) == (403, "forbidden")
    assert reason_of(other.add_to(playlist, video)) == (403, "forbidden")
    assert reason_of(youtube.api("DELETE", "playlistItems", id="nothing")) == (404, "playlistItemNotFound")
    assert reason_of(youtube.api("POST", "playlists", part="snippet", json={"snippet": {}})) == (400, "badRequest")


def test_categories_tell_which_may_be_chosen(youtube):
    items = youtube.api("GET", "videoCategories", part="snippet", regionCode="DE").json()["items"]

    assignable = {item["id"]: item["snippet"]["assignable"] for item in items}
    assert (assignable["22"], assignable["21"]) == (True, False)
    assert reason_of(youtube.api("GET", "videoCategories", part="snippet")) == (400, "missingRequiredParameter")


def test_a_search_finds_late_and_only_what_is_public(youtube, other, sandbox):
    id = youtube.upload(title="Cascara")
    youtube.upload(title="Cascara, unfinished", privacyStatus="private")

    def found(client, **query):
        items = client.api("GET", "search", part="snippet", **query).json()["items"]
        return [item["id"]["videoId"] for item in items]

    assert found(other, q="cascara") == []
    sandbox.advance(minutes=10)
    assert found(other, q="cascara") == [id]
    assert len(found(youtube, forMine="true", type="video")) == 2


def test_details_may_be_late_and_the_name_of_the_file_lost(youtube, sandbox):
    sandbox.set("youtube", details_after_processing=True, slug_names_file=False)
    id = youtube.upload(wait=0)

    early = youtube.video(id, "contentDetails,fileDetails")
    assert (early["contentDetails"]["duration"], early["fileDetails"]) == ("P0D", {})
    sandbox.advance(seconds=10)
    late = youtube.video(id, "contentDetails,fileDetails")
    assert late["contentDetails"]["duration"] == "PT30S"
    assert late["fileDetails"]["fileSize"] == str(3 * GRAIN + 1000)
    assert "fileName" not in late["fileDetails"]


def test_a_planted_video_of_the_past_is_a_video(youtube, sandbox):
    sandbox._post("/posts", posts=[{"platform": "youtube", "handle": "harbourcoffee", "text": "Long ago",
                                    "created_at": "2026-01-05T10:00:00+00:00"}])  # fmt: skip

    (item,) = youtube.items(uploads_of(youtube)).json()["items"]
    seen = youtube.video(item["contentDetails"]["videoId"])

    assert (seen["snippet"]["title"], seen["status"]["uploadStatus"]) == ("Long ago", "processed")
    assert seen["snippet"]["publishedAt"] == "2026-01-05T10:00:00Z"
