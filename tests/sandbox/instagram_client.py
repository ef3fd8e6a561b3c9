"""More of the simulated Instagram: what people do there, and the accounts behind a login with Facebook."""

from __future__ import annotations

from typing import Any

import httpx

from tests.sandbox.clients import Instagram
from tests.support.sandbox import Sandbox

SCOPES = [
    "pages_show_list",
    "pages_read_engagement",
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_comments",
    "instagram_manage_insights",
    "instagram_manage_contents",
]


def act(instagram: Instagram, name: str, **said: Any) -> Any:
    """What somebody does in Instagram itself."""
    origin = instagram.sandbox.origin("instagram")
    answer = httpx.post(f"{origin}/_people/{name}", json={"account": instagram.handle, **said}, trust_env=False)
    assert answer.status_code == 200, answer.text
    return answer.json()["done"]


class LinkedInstagram(Instagram):
    """The account that is linked with a Page, reached with that Page's token or the token of its person."""

    def __init__(
        self, sandbox: Sandbox, handle: str, *, scopes: list[str] | None = None, as_user: bool = False
    ) -> None:
        sandbox.set("facebook", linked_instagram=True)
        self.granted = sandbox.create_account("facebook", handle, scopes=scopes or SCOPES)["credentials"]
        token = self.granted["user_token" if as_user else "token"]
        super().__init__(sandbox, handle, token=token)
        self.http.close()
        origin = sandbox.origin("facebook")
        self.http = httpx.Client(base_url=origin, timeout=30, trust_env=False, verify=False)
