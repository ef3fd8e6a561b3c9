"""The bench of LinkedIn: one page, and the member who administers it."""

from __future__ import annotations

from typing import ClassVar

from apps.core.secrets import Secret
from apps.platforms.contract import Draft, OAuthClient
from tests.platforms.conformance.sandbox_bench import AppBench, settings_of
from tests.platforms.drafts import document, draft

# What an app asks for that publishes for pages only: its consents have one channel.
PAGE_SCOPES = (
    "r_basicprofile",
    "w_organization_social",
    "w_organization_social_feed",
    "r_organization_social",
    "r_organization_social_feed",
    "rw_organization_admin",
)


class LinkedInBench(AppBench):
    name = "linkedin"
    scopes: ClassVar[tuple[str, ...]] = PAGE_SCOPES
    paths: ClassVar[dict[str, str]] = {
        "commit": r"/rest/posts$",
        "comment": r"/comments$",
        "stage": r"/rest/(images|documents|videos)$|/dms-uploads/",
        "find": r"/rest/posts$",
        "check": r"/rest/organizations/\d+$",
        "refresh": r"/oauth/v2/accessToken$",
    }
    limited_scopes = ("r_basicprofile", "r_organization_social", "rw_organization_admin")

    def client(self) -> OAuthClient:
        set_up = settings_of(self.sandbox, self.name)
        self._client = OAuthClient(set_up["client_id"], Secret(set_up["client_secret"]), scopes=self.scopes)
        return self._client

    def samples(self) -> dict[str, Draft]:
        poll = {
            "format": "poll",
            "poll_question": "Tea or coffee?",
            "poll_choices": "Tea\nCoffee",
            "poll_duration": "ONE_DAY",
        }
        link = {"link_title": "Opening hours", "link_description": "When we are there"}
        return {
            "text": draft("Only words"),
            "link": draft("A link", link="https://a.example/hours", options=link, cover=self.picture("card")),
            "picture": draft("One picture", self.picture("one", alt="A red bike")),
            "pictures": draft("Three pictures", *(self.picture(f"p{n}", alt=f"Picture {n}") for n in range(3))),
            "video": draft("A video", self.video("walk", filling=5_000_000), cover=self.picture("frame")),
            "document": draft("A document", document("report")),
            "poll": draft("Your turn", options=poll),
        }
