"""The bench of Bluesky."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import httpx

from apps.platforms.contract import Credential, Draft
from tests.platforms.conformance.bench import Seen
from tests.platforms.conformance.sandbox_bench import SandboxBench
from tests.platforms.conftest import local_client
from tests.platforms.drafts import caption, picture
from tests.support.sandbox import Sandbox

GIF = b"GIF89a" + bytes(range(256)) * 8


class BlueskyBench(SandboxBench):
    name = "bluesky"
    asked_before_a_commit = ("com.atproto.server.getSession",)  # for the nonce that the request is signed with
    is_on_machine_time = True  # proofs carry the time of the machine, and are compared with it
    paths: ClassVar[dict[str, str]] = {
        "commit": r"com\.atproto\.repo\.putRecord$",
        "comment": r"com\.atproto\.repo\.putRecord$",
        "stage": r"(com\.atproto\.repo\.uploadBlob|app\.bsky\.video\.uploadPart)$",
        "find": r"com\.atproto\.repo\.getRecord$",
        "gated": r"com\.atproto\.repo\.applyWrites$",
        "check": r"com\.atproto\.server\.getSession$",
        "refresh": r"/oauth/token$",
    }

    def __init__(self, sandbox: Sandbox, handle: str, files: str) -> None:
        origin = sandbox.origin(self.name)
        names = ("resolver", "plc", "app", "appview", "video")
        self.endpoints = {**dict.fromkeys(names, origin), "development": "1"}
        sandbox.set(self.name, video_part_bytes=1_000_000)
        super().__init__(sandbox, f"{handle}.test", files)

    def close(self) -> None:
        self.sandbox.set(self.name, video_part_bytes=8_000_000)
        super().close()

    def is_foreign(self, request: httpx.Request) -> bool:
        """The pages behind link cards are anybody's."""
        return not str(request.url).startswith(self.origin)

    def seen(self) -> list[Seen]:
        return [
            replace(post, remote_id=_uri(post.remote_id), parent_id=_uri(post.parent_id)) for post in super().seen()
        ]

    def captions(self) -> list[list[str]]:
        """As anybody reads them, in the records."""
        embeds = [self._record(post.remote_id).get("embed", {}) for post in self.seen()]
        return [[one["lang"] for one in embed.get("captions", ())] for embed in embeds]

    def _record(self, uri: str) -> dict[str, Any]:
        repo, collection, rkey = uri.removeprefix("at://").split("/")
        params = {"repo": repo, "collection": collection, "rkey": rkey}
        with local_client() as http:
            found: dict[str, Any] = http.get(f"{self.origin}/xrpc/com.atproto.repo.getRecord", params=params).json()
        return found.get("value", {})

    def limited(self) -> Credential:
        full = self.client
        self.client = lambda: replace(full(), scopes=("atproto",))  # type: ignore[method-assign]
        try:
            return self.connect()
        finally:
            self.client = full  # type: ignore[method-assign]

    def lapses(self, name: str, written: Draft) -> bool:
        """Files of the gallery are those of the pictures before it, which a post uses by then."""
        return bool(written.media) and name != "gallery"

    def samples(self) -> dict[str, Draft]:
        gated = {"who_replies": "mentioned_following", "no_quotes": "yes", "label": "nudity", "tags": "spring"}
        gif = picture("moving", content=GIF, mime_type="image/gif")
        return {
            "text": self.post("Words @alone.test #and https://acme.test", language="en"),
            "link": self.post("A link", link=f"{self.files}/page.html", options={"card_title": "Spring"}),
            "pictures": self.post("Four pictures", pictures=4),
            "gallery": self.post("Seven pictures", pictures=7),
            "video": Draft(text="A video", media=(self.video(filling=2_400_000),)),
            "captioned": Draft(text="Said", media=(self.video("said"),), captions=(caption("en"), caption("de"))),
            "gif": Draft(text="A GIF", media=(gif,)),
            "gated": self.post("Not for everybody", options=gated),
        }


def _uri(name: str) -> str:
    """The address of a record that the sandbox names by account and key."""
    repo, _, rkey = name.rpartition("/")
    return f"at://{repo}/app.bsky.feed.post/{rkey}" if repo else ""
