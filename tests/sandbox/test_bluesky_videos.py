"""The simulated video service and the AppView's reads."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from functools import partial
from urllib.parse import quote, urlsplit

import httpx
import pytest

from apps.sandbox.bluesky.scopes import Permissions, ScopeMissing
from tests.platforms.drafts import video_bytes
from tests.sandbox.bluesky_client import POST, Account, error_of, post_record
from tests.support.sandbox import Sandbox

RKEY = "3mzakfuhe222b"
SERVICE = "did:web:video.bsky.app"
UPLOAD = "com.atproto.repo.uploadBlob"


class Film(Account):
    """An account that sends films; each call of the service carries a token of its own."""

    @property
    def server(self) -> str:
        return "did:web:" + quote(urlsplit(self.origin).netloc, safe=".")

    def service_token(self, audience: str = "", method: str = UPLOAD, seconds: int = 1800) -> str:
        query = {"aud": audience or self.server, "lxm": method, "exp": int(time.time()) + seconds}
        return str(self.get("com.atproto.server.getServiceAuth", **query).json()["token"])

    def ask(self, name: str, *, method: str = "POST", token: str = "", **request: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.service_token()}", "Content-Type": "video/mp4"}
        if "json" in request:
            del headers["Content-Type"]
        return self._http.request(method, f"/app.bsky.video.{name}", headers=headers, **request)  # type: ignore[arg-type]

    def start(self, content: bytes, **changes: object) -> httpx.Response:
        return self.ask("startUpload", json={"sizeBytes": len(content), "mimeType": "video/mp4", **changes})

    def part(self, job: str, number: int, content: bytes) -> httpx.Response:
        return self.ask("uploadPart", params={"jobId": job, "partNumber": number}, content=content)

    def status(self, job: str) -> dict[str, object]:
        found: dict[str, object] = self.get("app.bsky.video.getJobStatus", jobId=job).json()["jobStatus"]
        return found


@pytest.fixture
def account(sandbox: Sandbox) -> Iterator[Film]:
    account = Film(sandbox.origin("bluesky"), sandbox.create_account("bluesky", "shop", name="A Shop"))
    yield account
    account.close()


def with_film(blob: object) -> dict[str, object]:
    embed = {"$type": "app.bsky.embed.video", "video": blob, "alt": "Waves"}
    return post_record("A film", embed=embed)


def test_a_film_in_parts_becomes_a_blob_of_the_account(account, sandbox):
    sandbox.set("bluesky", video_part_bytes=100_000)
    content = video_bytes(size=230_000)
    begun = account.start(content, durationMs=10_000).json()
    assert (begun["partSizeBytes"], begun["partCount"]) == (100_000, 3)
    job, parts = begun["jobId"], [content[at : at + 100_000] for at in (0, 100_000, 200_000)]

    assert error_of(account.part(job, 2, parts[1][:-1]))[1] == "InvalidPartSize"
    for number in (3, 1, 1):
        assert account.part(job, number, parts[number - 1]).status_code == 200
    told = account.ask("getUploadStatus", method="GET", params={"jobId": job}).json()
    assert (told["receivedParts"], told["state"]) == ([1, 3], "created")
    assert error_of(account.ask("finishUpload", json={"jobId": job}))[1] == "MissingParts"
    account.part(job, 2, parts[1])
    finished = [account.ask("finishUpload", json={"jobId": job}).json() for _ in range(2)]

    assert finished[0]["completedJobId"] == finished[1]["completedJobId"]
    assert account.status(finished[0]["completedJobId"])["state"] == "JOB_STATE_CREATED"
    sandbox.advance(seconds=10)
    done = account.status(finished[0]["completedJobId"])
    assert done["state"] == "JOB_STATE_COMPLETED"
    assert account.put(RKEY, with_film(done["blob"])).status_code == 200
    (medium,) = sandbox.posts("bluesky", account.handle)[0]["media"]
    assert (medium["mime"], medium["alt"], medium["size"]) == ("video/mp4", "Waves", len(content))
    assert medium["data"] == {"crc32": zlib.crc32(content), "received": len(content) + 100_000}


def test_a_whole_film_that_was_there_before_is_answered_with_its_blob(account, sandbox):
    sandbox.set("bluesky", video_multipart=False)
    assert account.start(b"x").status_code == 501
    query = {"did": account.did, "name": "one.mp4"}
    first = account.ask("uploadVideo", params=query, content=video_bytes()).json()
    sandbox.advance(seconds=10)

    again = account.ask("uploadVideo", params=query, content=video_bytes())

    assert again.status_code == 409
    assert again.json()["error"] == "already_exists"
    assert again.json()["blob"] == account.status(first["jobId"])["blob"]


def test_service_tokens_are_for_one_audience_one_method_and_an_hour(account):
    ask = "com.atproto.server.getServiceAuth"
    for query in (
        {"aud": SERVICE, "lxm": UPLOAD, "exp": int(time.time()) + 4000},
        {"aud": SERVICE, "lxm": UPLOAD, "exp": int(time.time()) - 5},
        {"aud": SERVICE, "exp": int(time.time()) + 600},
    ):
        assert error_of(account.get(ask, **query))[1] == "BadExpiration"
    assert account.get(ask, aud=SERVICE, lxm=UPLOAD, exp="soon").status_code == 400

    limits = account.service_token(SERVICE, "app.bsky.video.getUploadLimits")
    assert account.ask("getUploadLimits", method="GET", token=limits).json()["canUpload"] is True
    assert error_of(account.ask("startUpload", token=limits, json={}))[1] == "BadJwtAudience"
    wrong = account.service_token("", "app.bsky.video.getUploadLimits")
    assert error_of(account.ask("startUpload", token=wrong, json={}))[1] == "BadJwtLexiconMethod"
    session = account.credentials["access_jwt"]
    assert account.ask("startUpload", token=session, json={}).status_code == 401


def test_films_the_service_does_not_take_are_refused_by_name(account, sandbox):
    for changes, name in (
        ({"mimeType": "video/avi"}, "UnsupportedContentType"),
        ({"sizeBytes": 300_000_001}, "VideoTooLarge"),
        ({"durationMs": 601_000}, "VideoTooLong"),
        ({"width": 0, "height": 9}, "BadAspectRatio"),
    ):
        assert error_of(account.start(b"x", **changes))[1] == name
    query = {"did": account.did, "name": "one.mp4"}
    job = account.ask("uploadVideo", params=query, content=b"no film").json()["jobId"]
    sandbox.advance(seconds=10)
    assert account.status(job)["failureCode"] == "validation_failure"
    sandbox.set("bluesky", videos_per_day=1)
    assert error_of(account.start(b"x"))[1] == "DailyLimitExceeded"
    sandbox.set("bluesky", email_confirmed=False)
    assert error_of(account.start(b"x"))[1] == "UploadForbidden"


def test_counts_grow_and_what_is_not_indexed_is_left_out(account, sandbox):
    sandbox.set("bluesky", index_seconds=60)
    gate = {"$type": "app.bsky.feed.threadgate", "post": f"at://{account.did}/{POST}/{RKEY}", "allow": []}
    put = account.put(RKEY, post_record("hello")).json()
    account.put(RKEY, {**gate, "createdAt": "2026-11-21T10:00:00.000Z"}, collection="app.bsky.feed.threadgate")
    ref = {"uri": put["uri"], "cid": put["cid"]}
    account.put("3mzakfuhe222z", post_record("more", reply={"root": ref, "parent": ref}))

    read = lambda: account.get("app.bsky.feed.getPosts", uris=[put["uri"], "at://did:plc:x/y/z"]).json()["posts"]  # noqa: E731
    assert read() == []
    sandbox.advance(hours=1)
    (early,) = read()
    sandbox.advance(hours=30)
    (late,) = read()

    assert late["likeCount"] > early["likeCount"] >= 0
    assert (late["replyCount"], late["record"]["text"], late["threadgate"]["record"]["allow"]) == (1, "hello", [])
    profile = account.get("app.bsky.actor.getProfile", actor=account.handle).json()
    assert profile["postsCount"] == 2
    assert profile["followersCount"] > 0
    feed = account.get("app.bsky.feed.getAuthorFeed", actor=account.did, limit=1).json()
    assert feed["feed"][0]["post"]["record"]["text"] == "more"
    rest = account.get("app.bsky.feed.getAuthorFeed", actor=account.did, cursor=feed["cursor"]).json()["feed"]
    assert [one["post"]["record"]["text"] for one in rest] == ["hello"]
    no_replies = account.get("app.bsky.feed.getAuthorFeed", actor=account.did, filter="posts_no_replies").json()
    assert len(no_replies["feed"]) == 1


@pytest.mark.parametrize(
    ("scope", "granted"),
    [
        ("atproto transition:generic", True),
        ("atproto rpc:app.bsky.video.getUploadLimits?aud=*", True),
        ("atproto rpc:*?aud=did:web:video.bsky.app", True),
        ("atproto rpc:app.bsky.video.getUploadLimits?aud=did:web:video.bsky.app%23video", False),
        ("atproto repo:app.bsky.feed.post blob:*/*", False),
        ("atproto include:app.bsky.authCreatePosts", False),
    ],
)
def test_a_service_token_needs_the_method_and_the_bare_audience(scope, granted):
    ask = partial(Permissions(scope).require_rpc, "app.bsky.video.getUploadLimits", SERVICE)
    if granted:
        ask()
        return
    with pytest.raises(ScopeMissing, match="getUploadLimits"):
        ask()
