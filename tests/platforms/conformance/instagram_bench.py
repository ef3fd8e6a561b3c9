"""Instagram on the bench: an account that signed in with Instagram, or is reached through its Page, and samples of all
that can be published there."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from apps.core.secrets import Secret
from apps.platforms import registry
from apps.platforms.contract import Credential, Draft, OAuthClient, channel_secret
from tests.platforms.conformance.sandbox_bench import AppBench, app_of, settings_of
from tests.platforms.drafts import draft
from tests.support.sandbox import Sandbox


class InstagramBench(AppBench):
    fetches_videos = True
    tells_of_many = False  # graph.instagram.com is not known to take batches
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

    limited_scopes: ClassVar[tuple[str, ...]] = ("instagram_business_basic",)

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
            "quiet_carousel": draft("Not in the feed", *two, options={"format": "carousel", "share_to_feed": "no"}),
            "reel": draft("A reel", self.video("two"), options={"share_to_feed": "no", "thumb_offset": "2000"}),
            "reel_with_cover": draft("A reel with a cover", self.video("three"), cover=self.picture("cover")),
            "picture_story": draft("", self.picture("story"), options={"format": "story"}),
            "video_story": draft("", self.video("five"), options={"format": "story"}),
            "choices": draft("With others", two[0], options={"collaborators": "@harbour", "tags": "quay 0.2 0.8"}),
        }


class LinkedInstagramBench(InstagramBench):
    """A person who signed in with Facebook, and one account that is linked to their Page."""

    key = "instagram_linked"
    tells_of_many = True

    paths: ClassVar[dict[str, str]] = {
        **InstagramBench.paths,
        "check": r"/v[\d.]+/\d+$",
        "refresh": r"/me/accounts$",
    }
    limited_scopes = ("instagram_basic", "pages_show_list", "pages_read_engagement")

    def __init__(self, sandbox: Sandbox, handle: str, files: str) -> None:
        super().__init__(sandbox, handle, files)
        self._was_linked = settings_of(sandbox, "facebook")["linked_instagram"]
        sandbox.set("facebook", linked_instagram=True)
        sandbox.create_account("facebook", handle)
        origin = sandbox.origin("facebook")
        through = dict.fromkeys(("facebook", "facebook_graph", "upload"), origin)
        self.endpoints = {**self.endpoints, **through, "login_with": "facebook"}
        self.adapter = registry.build(self.name, http=self.http, endpoints=self.endpoints, clock=self.clock)
        # As the limits of such a channel say.
        self.adapter.capabilities = replace(self.adapter.capabilities, deletes=True)  # type: ignore[misc]

    def client(self) -> OAuthClient:
        client_id, secret = app_of(self.sandbox, "facebook")
        self._client = OAuthClient(client_id, Secret(secret))
        return self._client

    def limited(self) -> Credential:
        made = self.sandbox.create_account("facebook", self.handle, scopes=list(self.limited_scopes))["credentials"]
        credential = self.connect()
        extra = {channel_secret(credential.channel_id): Secret(made["token"])}
        return replace(credential, extra=extra, scopes=self.limited_scopes)

    def revoke_tokens(self) -> None:
        assert self.sandbox.revoke_tokens("facebook", self.handle) > 0

    def expire_tokens(self) -> None:
        assert self.sandbox.expire_tokens("facebook", self.handle) > 0

    def strike(self, fault: str, call: str) -> None:
        """Calls about the account are Instagram's, wherever they arrive; those about Pages are Facebook's."""
        platform = "facebook" if call == "refresh" else "instagram"
        self.sandbox.fault(fault, platform=platform, path=self.paths[call])

    def close(self) -> None:
        self.sandbox.set("facebook", linked_instagram=self._was_linked)
        super().close()
