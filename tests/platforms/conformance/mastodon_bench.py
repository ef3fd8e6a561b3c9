"""The benches of Mastodon, and of a server of other software."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from typing import Any, ClassVar

from apps.core.secrets import Secret
from apps.platforms.contract import Credential, Draft, MediaFile
from tests.platforms.conformance.sandbox_bench import SandboxBench, settings_of
from tests.platforms.drafts import draft
from tests.support.sandbox import Sandbox


def sound(id: str = "jingle", **changes: Any) -> MediaFile:
    """An MP3 as far as its first bytes tell."""
    content = b"ID3" + bytes(3000)
    digest = hashlib.sha256(content).hexdigest()
    described = MediaFile(id, "audio/mpeg", len(content), 0, 0, digest, lambda: io.BytesIO(content), seconds=3.0)
    return replace(described, **changes)


class MastodonBench(SandboxBench):
    name = "mastodon"
    endpoints: ClassVar[dict[str, str]] = {}
    paths: ClassVar[dict[str, str]] = {
        "commit": r"/api/v1/statuses$",
        "comment": r"/api/v1/statuses$",
        "stage": r"/api/v2/media$",
        "find": r"/api/v1/accounts/[^/]+/statuses$",
        "check": r"/api/v1/accounts/verify_credentials$",
    }

    def limited(self) -> Credential:
        made = self.sandbox.create_account(self.name, self.handle, scopes=["read"])["credentials"]
        credential = self.connect()
        return replace(credential, access_token=Secret(made["token"]), scopes=("read",))

    def samples(self) -> dict[str, Draft]:
        poll = {"poll": "Tea\nCoffee", "poll_seconds": "3600", "poll_multiple": "yes", "poll_hide_totals": "yes"}
        film = self.video(filling=400_000, alt="Waves")
        return {
            "text": self.post("Words alone", options={"content_warning": "Words", "quote_policy": "nobody"}),
            "link": self.post("A link: https://acme.example/spring?a=1"),
            "picture": self.post("A picture", pictures=1, options={"focus": "0,-0.5", "sensitive": "yes"}),
            "four pictures": self.post("Four pictures", pictures=4),
            "video": draft("A video", film),
            "video with a cover": draft("A video", film, cover=self.picture("cover")),
            "sound": draft("A sound", sound(alt="Bells")),
            "poll": self.post("Tea or coffee?", options={"format": "poll", **poll}),
        }


class FediverseBench(MastodonBench):
    """A server of other software: no OAuth metadata, no keys honoured, files at the old address only."""

    key = "fediverse"

    settings: ClassVar[dict[str, object]] = {
        "software": "gotosocial",
        "metadata": False,
        "media_v2": False,
        "pkce": False,
        "idempotency_keys": False,
    }
    paths: ClassVar[dict[str, str]] = {**MastodonBench.paths, "stage": r"/api/v1/media$"}

    def __init__(self, sandbox: Sandbox, handle: str, files: str) -> None:
        usual = settings_of(sandbox, "mastodon")
        self._usual = {name: usual[name] for name in self.settings}
        sandbox.set("mastodon", **self.settings)
        super().__init__(sandbox, handle, files)

    def close(self) -> None:
        self.sandbox.set("mastodon", **self._usual)
        super().close()
