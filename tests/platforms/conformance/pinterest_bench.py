"""Pinterest on the bench: an account with boards, where every post is a picture or a video on one of them."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

import httpx

from apps.platforms.contract import Draft
from tests.platforms.conformance.bench import Seen
from tests.platforms.conformance.sandbox_bench import AppBench
from tests.platforms.drafts import draft
from tests.support.sandbox import Sandbox


class PinterestBench(AppBench):
    name = "pinterest"
    pictures_needed = 1
    sent_with_the_commit = frozenset({"inline", "inline carousel"})  # Pinterest has no uploads of pictures
    paths: ClassVar[dict[str, str]] = {
        "commit": r"^/v5/pins$",
        "stage": r"^/v5/boards$|^/v5/media|^/media-upload/",
        "find": r"^/v5/boards/\d+/pins$",
        "check": r"^/v5/user_account$",
        "refresh": r"^/v5/oauth/token$",
    }
    limited_scopes = ("boards:read", "pins:read", "user_accounts:read")

    def __init__(self, sandbox: Sandbox, handle: str, files: str) -> None:
        super().__init__(sandbox, handle, files)
        sandbox.set(self.name, many_pins_analytics=True)

    def close(self) -> None:
        self.sandbox.set(self.name, many_pins_analytics=False)
        super().close()

    @cached_property
    def board(self) -> str:
        """The first board that the account may choose."""
        return self.adapter.choices("board", self.connect())[0][0]

    @cached_property
    def section(self) -> str:
        sections = [value for value, _ in self.adapter.choices("section", self.connect())]
        return next(value for value in sections if value.startswith(f"{self.board}/"))

    def pin(self, text: str, *media: Any, **changes: Any) -> Draft:
        options = {"board": self.board, **changes.pop("options", {})}
        return draft(text, *media, options=options, **changes)

    def post(self, text: str = "Good morning", *, pictures: int = 0, **changes: Any) -> Draft:
        return super().post(text, pictures=pictures, options={"board": self.board}, **changes)

    def seen(self) -> list[Seen]:
        """A Pin has one alt text, which has a line for each picture."""
        return [replace(one, alts=tuple("\n".join(one.alts).strip().splitlines())) for one in super().seen()]

    def is_foreign(self, request: httpx.Request) -> bool:
        """The store of uploads is not Pinterest's API: a registration says where it is."""
        return request.url.path.startswith("/media-upload/")

    def lapses(self, name: str, written: Draft) -> bool:
        """Of pictures nothing is prepared."""
        return written.media[0].is_video

    def samples(self) -> dict[str, Draft]:
        titled = {"title": "A walk", "section": self.section, "dominant_color": "#6E7874"}
        five = tuple(self.picture(f"p{n}", alt=f"Picture {n}") for n in range(5))
        return {
            "picture": self.pin("A picture", five[0], options=titled, link="https://a.example/hours?a=1"),
            "wordless": self.pin("", five[0]),
            "inline": self.pin("Not to be fetched", replace(five[0], public_url="")),
            "carousel": self.pin("Five pictures", *five, link="https://a.example/"),
            "inline carousel": self.pin("Two pictures", *(replace(one, public_url="") for one in five[:2])),
            "video": self.pin("A video", self.video("walk", alt="Waves", filling=900_000), cover=self.picture("frame")),
            "video with a frame": self.pin("A frame", self.video("frame"), options={"cover_seconds": "3"}),
        }
