"""YouTube on the bench: a channel, whose every post is a video."""

from __future__ import annotations

from typing import Any, ClassVar

from apps.platforms.contract import Draft
from tests.platforms.conformance.bench import Seen
from tests.platforms.conformance.sandbox_bench import AppBench, seen_post, settings_of
from tests.platforms.drafts import caption, draft
from tests.support.sandbox import Sandbox

_SCOPES = "https://www.googleapis.com/auth/"
# A day's quota belongs to the project, and all tests of a run share one.
_AMPLE = {"daily_units": 1_000_000, "daily_uploads": 100_000}


class YouTubeBench(AppBench):
    name = "youtube"
    paths: ClassVar[dict[str, str]] = {
        "commit": r"^/youtube/v3/videos$",
        "comment": r"^/youtube/v3/commentThreads$",
        "stage": r"^/upload/youtube/v3/videos$",
        "find": r"^/youtube/v3/videos$",
        "check": r"^/youtube/v3/channels$",
        "refresh": r"^/token$",
    }
    limited_scopes = (f"{_SCOPES}youtube.readonly", f"{_SCOPES}yt-analytics.readonly")

    def __init__(self, sandbox: Sandbox, handle: str, files: str) -> None:
        usual = settings_of(sandbox, self.name)
        self._usual = {name: usual[name] for name in _AMPLE}
        sandbox.set(self.name, **_AMPLE)
        super().__init__(sandbox, handle, files)

    def close(self) -> None:
        self.sandbox.set(self.name, **self._usual)
        super().close()

    def seen(self) -> list[Seen]:
        """What others see, with the address or without it; not what was only prepared."""
        posts = self.sandbox.posts(self.name, self.handle)
        return [seen_post(post) for post in posts if not post["deleted_at"] and post["visibility"] != "private"]

    def left_behind(self) -> int:
        return sum(not post["deleted_at"] for post in self.sandbox.posts(self.name, self.handle, kind="post"))

    def lapses(self, name: str, written: Draft) -> bool:
        """A private video stays."""
        return False

    def checksums(self) -> list[int]:
        posts = self.sandbox.posts(self.name, self.handle, kind="post")
        return [post["data"]["file"]["crc32"] for post in posts]

    def post(self, text: str = "Good morning", *, pictures: int = 0, **changes: Any) -> Draft:
        """A film, and no pictures: YouTube takes none."""
        options = {"title": "A film", **changes.pop("options", {})}
        return draft(text, self.video(), options=options, **changes)

    def samples(self) -> dict[str, Draft]:
        return {
            "video": draft(
                "A video",
                self.video("walk", width=1920, height=1080, filling=900_000),
                options={"title": "A walk", "tags": "walk\ntwo words", "category": "22"},
                cover=self.picture("frame"),
            ),
            "short": draft("A short", self.video("short"), options={"title": "A short", "format": "short"}),
            "captioned": draft(
                "Said",
                self.video("said"),
                options={"title": "Said"},
                captions=(caption("en"), caption("de", label="Deutsch")),
            ),
            "unlisted": draft("For some", self.video("some"), options={"title": "For some", "privacy": "unlisted"}),
        }
