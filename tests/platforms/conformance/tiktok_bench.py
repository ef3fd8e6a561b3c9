"""TikTok on the bench: a public account, whose posts are looked at by TikTok in no time."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from apps.platforms.adapters.tiktok.uploading import CHUNK
from apps.platforms.contract import Draft, Receipt
from tests.platforms.conformance.bench import Seen
from tests.platforms.conformance.sandbox_bench import AppBench, settings_of
from tests.platforms.drafts import draft
from tests.support.sandbox import Sandbox

PUBLIC, FRIENDS = "PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS"
# A post is there as soon as it is taken, and each account may publish more than once a minute.
_AT_ONCE = {"video_seconds": 0, "photo_seconds": 0, "moderation_seconds": 0}
_AMPLE = {"video_init_per_minute": 0, "content_init_per_minute": 0, "inbox_init_per_minute": 0, "daily_posts": 0}
FETCHING, LONGEST_FETCH = "PROCESSING_DOWNLOAD", 5.0


class TikTokBench(AppBench):
    name = "tiktok"
    asked_before_a_commit = ("/status/fetch/",)  # so that an upload that is complete is not completed twice
    sent_with_the_commit = frozenset({"chunks", "video", "friends"})  # a video's last chunk publishes it
    paths: ClassVar[dict[str, str]] = {
        "commit": "commit",
        "stage": r"/video/init/$|/creator_info/query/$",
        "find": r"/status/fetch/$",
        "check": r"/user/info/$",
        "refresh": r"/oauth/token/$",
    }
    limited_scopes = ("user.info.basic", "video.list")

    def __init__(self, sandbox: Sandbox, handle: str, files: str) -> None:
        usual, wanted = settings_of(sandbox, self.name), {**_AT_ONCE, **_AMPLE}
        self._usual = {name: usual[name] for name in wanted}
        sandbox.set(self.name, **wanted)
        super().__init__(sandbox, handle, files)

    def close(self) -> None:
        self.sandbox.set(self.name, **self._usual)
        super().close()

    def seen(self) -> list[Seen]:
        """TikTok shows a post when it has looked at it, a moment after it took it."""
        self._wait_for_fetching()
        self.clock.advance(seconds=1)
        return super().seen()

    def wait_until_settled(self) -> None:
        self._wait_for_fetching()
        super().wait_until_settled()

    def _wait_for_fetching(self) -> None:
        """Pictures are fetched from us in real time."""
        until = time.monotonic() + LONGEST_FETCH
        while any(one["status"] == FETCHING and not one["media"] for one in self.sandbox.things(self.name, "publish")):
            assert time.monotonic() < until, "TikTok never fetched the pictures"
            time.sleep(0.005)

    def known_as(self, receipt: Receipt) -> str:
        """Publishing answers with a publish_id; the post has a name of its own."""
        posts = self.sandbox.posts(self.name, self.handle)
        names = {post["data"]["publish_id"]: str(post["id"]) for post in posts}
        return names.get(receipt.remote_id, receipt.remote_id)

    def post(self, text: str = "Good morning", *, pictures: int = 0, **changes: Any) -> Draft:
        """A film where no pictures are asked for: each post has one or the other."""
        options = {"privacy": PUBLIC, "allow_comments": "yes", **changes.pop("options", {})}
        media = tuple(self.picture(f"p{n}") for n in range(pictures)) or (self.video(),)
        return draft(text, *media, options=options, **changes)

    def lapses(self, name: str, written: Draft) -> bool:
        """Of pictures nothing is prepared."""
        return written.media[0].is_video

    def samples(self) -> dict[str, Draft]:
        """One draft of each kind that is published; those for the inbox are no posts yet."""
        several = tuple(self.picture(f"p{n}") for n in range(4))
        settings = {
            "privacy": PUBLIC,
            "allow_duet": "yes",
            "allow_stitch": "yes",
            "ai_generated": "yes",
            "cover_at": "1500",
        }
        return {
            "chunks": draft("A video in chunks", self.video("long", filling=2 * CHUNK), options=settings),
            "video": self.post("A video"),
            "friends": self.post("For friends", options={"privacy": FRIENDS, "own_brand": "yes"}),
            "picture": self.post("A picture", pictures=1),
            "pictures": draft(
                "Some pictures",
                *several,
                options={"privacy": PUBLIC, "title": "A walk", "cover_picture": "2", "auto_music": "yes"},
            ),
        }
