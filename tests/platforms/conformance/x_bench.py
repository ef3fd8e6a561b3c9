"""The bench of X."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from apps.core.secrets import Secret
from apps.platforms.contract import Draft, OAuthClient
from tests.platforms.conformance.sandbox_bench import AppBench, settings_of
from tests.platforms.drafts import caption
from tests.support.sandbox import Sandbox


class XBench(AppBench):
    name = "x"
    paths: ClassVar[dict[str, str]] = {
        "commit": r"^/2/tweets$",
        "comment": r"^/2/tweets$",
        "stage": r"^/2/media/upload$",
        "find": r"^/2/users/[^/]+/tweets$",
        "check": r"^/2/users/me$",
        "refresh": r"^/2/oauth2/token$",
    }
    limited_scopes = ("tweet.read", "users.read")

    def __init__(self, sandbox: Sandbox, handle: str, files: str) -> None:
        sandbox.set(self.name, premium_handles=handle)  # others may not edit what they published
        super().__init__(sandbox, handle, files)

    def close(self) -> None:
        self.sandbox.set(self.name, premium_handles="")
        super().close()

    def client(self) -> OAuthClient:
        set_up = settings_of(self.sandbox, self.name)
        self._client = replace(super().client(), webhook_secret=Secret(set_up["consumer_secret"]))
        return self._client

    def samples(self) -> dict[str, Draft]:
        poll = {"format": "poll", "poll_options": "Tea\nCoffee", "poll_minutes": "60"}
        return {
            "text": self.post("Words alone"),
            "link": self.post("A link: https://acme.com/spring?a=1"),
            "picture": self.post("A picture", pictures=1),
            "four pictures": self.post("Four pictures", pictures=4),
            "video": Draft(text="A video", media=(self.video(filling=2_400_000),)),
            "captioned": Draft(text="Said", media=(self.video("said"),), captions=(caption("en"), caption("de"))),
            "poll": self.post("Tea or coffee?", options=poll),
        }
