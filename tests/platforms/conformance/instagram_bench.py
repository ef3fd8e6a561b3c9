"""Instagram on the bench: an account that signed in with Instagram, and samples of all that can be published there."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from apps.platforms.contract import Draft
from tests.platforms.conformance.sandbox_bench import AppBench
from tests.platforms.drafts import draft


class InstagramBench(AppBench):
    name = "instagram"
    pictures_needed = 1
    paths: ClassVar[dict[str, str]] = {
        "commit": r"/media_publish$",
        "comment": r"/comments$",
        "stage": r"/media$",
        "find": r"/media$",
        "check": r"/me$",
        "refresh": r"/refresh_access_token$",
    }

    limited_scopes = ("instagram_business_basic",)

    def checksums(self) -> list[int]:
        posts = self.sandbox.posts(self.name, self.handle)
        media = [one for post in posts for one in post["media"] if one["mime"].startswith("video/")]
        return [one["data"]["crc32"] for one in media if "crc32" in one["data"]]

    def samples(self) -> dict[str, Draft]:
        """One draft of each kind that Instagram takes."""
        two = tuple(self.picture(f"p{n}", alt=f"Picture {n}") for n in range(2))
        return {
            "uploaded_reel": draft("A reel from here", replace(self.video("zero"), public_url="")),
            "picture": draft("A picture", two[0]),
            "pictures": draft("Two pictures", *two),
            "carousel": draft("A picture and a video", two[0], self.video("one")),
            "reel": draft("A reel", self.video("two"), options={"share_to_feed": "no", "thumb_offset": "2000"}),
            "reel_with_cover": draft("A reel with a cover", self.video("three"), cover=self.picture("cover")),
            "picture_story": draft("", self.picture("story"), options={"format": "story"}),
            "video_story": draft("", self.video("five"), options={"format": "story"}),
            "choices": draft("With others", two[0], options={"collaborators": "@harbour", "tags": "quay 0.2 0.8"}),
        }
