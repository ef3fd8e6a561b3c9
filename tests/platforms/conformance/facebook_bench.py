"""Facebook on the bench: a person with one Page, and samples of all that can be published there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from apps.core.secrets import Secret
from apps.platforms.contract import Credential, Draft, channel_secret
from tests.platforms.conformance.bench import Seen
from tests.platforms.conformance.sandbox_bench import AppBench, seen_post
from tests.platforms.drafts import draft


class FacebookBench(AppBench):
    name = "facebook"
    paths: ClassVar[dict[str, str]] = {
        "commit": r"/feed$",
        "comment": r"/comments$",
        "stage": r"/(photos|videos)$",
        "find": r"/published_posts$",
        "check": r"/v[\d.]+/\d+$",
        "refresh": r"/v[\d.]+/\d+$",
    }

    limited_scopes = ("pages_show_list", "pages_read_engagement")

    def limited(self) -> Credential:
        made = self.sandbox.create_account(self.name, self.handle, scopes=list(self.limited_scopes))["credentials"]
        credential = self.connect()
        extra = {channel_secret(credential.channel_id): Secret(made["token"])}
        return replace(credential, extra=extra, scopes=self.limited_scopes)

    def seen(self) -> list[Seen]:
        """By the names that publishing answers with: a story's is short, and a video has its own before it has a
        post's."""
        posts = [post for post in self.sandbox.posts(self.name, self.handle) if not post["deleted_at"]]
        return [replace(seen_post(post), remote_id=_answered_name(post)) for post in posts]

    def samples(self) -> dict[str, Draft]:
        """One draft of each kind that a Page takes."""
        two = tuple(self.picture(f"p{n}", alt=f"Picture {n}") for n in range(2))
        return {
            "text": draft("Plain words"),
            "link": draft("Have a look", link="https://example.org/menu"),
            "picture": draft("A picture", two[0]),
            "pictures": draft("Two pictures", *two),
            "video": draft("A video", self.video("one"), options={"title": "Waves"}),
            "reel": draft("A reel", self.video("two"), options={"format": "reel"}),
            "photo_story": draft("", self.picture("story"), options={"format": "story"}),
            "video_story": draft("", self.video("three"), options={"format": "story"}),
        }


def _answered_name(post: dict[str, Any]) -> str:
    if post["data"].get("type") == "video":
        return str(post["data"]["video_id"])
    return str(post["id"]).rpartition("_")[2] if post["data"].get("type") == "story" else str(post["id"])
