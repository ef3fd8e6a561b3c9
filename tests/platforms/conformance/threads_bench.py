"""Threads on the bench: samples of all that can be published there."""

from __future__ import annotations

from typing import ClassVar

from apps.platforms.contract import Draft
from tests.platforms.conformance.sandbox_bench import AppBench
from tests.platforms.conftest import local_client
from tests.platforms.drafts import draft


class ThreadsBench(AppBench):
    fetches_videos = True
    name = "threads"
    paths: ClassVar[dict[str, str]] = {
        "commit": r"/me/threads_publish$",
        "comment": r"/me/threads_publish$",
        "stage": r"/me/threads$",
        "find": r"/me/threads$",
        "check": r"/me$",
        "refresh": r"/refresh_access_token$",
    }

    limited_scopes = ("threads_basic",)

    def post_of_a_stranger(self) -> str:
        """The number of a post that another profile published."""
        friend = self.sandbox.create_account(self.name, f"{self.handle}.friend")["credentials"]["token"]
        form = {"media_type": "TEXT", "text": "Theirs", "auto_publish_text": "true", "access_token": friend}
        with local_client() as http:
            return str(http.post(f"{self.origin}/v1.0/me/threads", data=form).json()["id"])

    def lapses(self, name: str, written: Draft) -> bool:
        """Everything has a container but for a repost."""
        return name != "repost"

    def samples(self) -> dict[str, Draft]:
        """One draft of each kind that Threads takes."""
        four = tuple(self.picture(f"p{n}", alt=f"Picture {n}") for n in range(4))
        return {
            "text": draft("Plain words"),
            "link": draft("Have a look", link="https://example.org/menu"),
            "image": draft("A picture", four[0]),
            "video": draft("A video", self.video(alt="Waves")),
            "carousel": draft("Some pictures and a video", *four, self.video()),
            "wordless": draft("", four[0]),
            "poll": draft("Tea or coffee?", options={"format": "poll", "poll": "Tea\nCoffee"}),
            "long_text": draft("Read on", options={"format": "long_text", "long_text": "A long story. " * 60}),
            "gif": draft("It moves", options={"format": "gif", "gif": "3oEjI6SIIHBdRxXI40"}),
            "ghost": draft("Gone tomorrow", options={"format": "ghost"}),
            "repost": draft("", options={"format": "repost", "repost": self.post_of_a_stranger()}),
            "choices": draft("With a topic", options={"topic_tag": "Harbour walks", "reply_control": "followers_only"}),
        }
