"""A bare client of the simulated LinkedIn: the requests as LinkedIn's documentation writes them."""

from __future__ import annotations

from typing import Any, Self
from urllib.parse import quote, urlencode

import httpx

from tests.sandbox.clients import CALLBACK, Client, query_of
from tests.support.sandbox import Sandbox

APP = {"client_id": "sandbox-linkedin-client", "client_secret": "sandbox-linkedin-secret"}
VERSION = "202609"


def encoded(urn: str) -> str:
    return quote(urn, safe="")


class LinkedIn(Client):
    """Calls of the member who administers the page `handle`; `organization` and `person` are the two authors."""

    platform = "linkedin"

    def __init__(self, sandbox: Sandbox, handle: str, *, scopes: list[str] | None = None) -> None:
        details = {} if scopes is None else {"scopes": scopes}
        self.credentials: dict[str, Any] = sandbox.create_account("linkedin", handle, **details)["credentials"]
        super().__init__(sandbox, handle, token=self.credentials["token"])
        self.organization, self.person = self.credentials["organization"], self.credentials["person"]
        self.member_handle = self.credentials["member_handle"]

    def __enter__(self) -> Self:
        return self

    def rest(self, method: str, path: str, **details: Any) -> httpx.Response:
        """`path` is sent as it stands, so that what is encoded in it stays encoded."""
        headers = {"LinkedIn-Version": VERSION, "X-Restli-Protocol-Version": "2.0.0"} | details.pop("headers", {})
        return self.call(method, f"/rest/{path}", headers=headers, **details)

    # Login

    def authorize_url(self, **changes: str) -> str:
        query = {
            "response_type": "code",
            "client_id": APP["client_id"],
            "redirect_uri": CALLBACK,
            "state": "s1",
            "scope": "openid profile w_member_social",
        }
        return f"{self.sandbox.origin('linkedin')}/oauth/v2/authorization?{urlencode(query | changes)}"

    def code(self, **changes: str) -> str:
        return query_of(self.sandbox.consent(self.authorize_url(**changes), self.handle))["code"]

    def exchange(self, code: str, **changes: str) -> httpx.Response:
        form = {**APP, "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        return self.http.post("/oauth/v2/accessToken", data=form | changes)

    def refresh(self, token: str = "") -> httpx.Response:
        form = {**APP, "grant_type": "refresh_token", "refresh_token": token or self.credentials["refresh_token"]}
        return self.http.post("/oauth/v2/accessToken", data=form)

    def introspect(self, token: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.post("/oauth/v2/introspectToken", data={**APP, "token": token}).json()
        return answer

    def revoke(self, token: str) -> httpx.Response:
        return self.http.post("/oauth/v2/revoke", data={**APP, "token": token})

    def acls(self, more: str = "") -> httpx.Response:
        return self.rest("GET", f"organizationAcls?q=roleAssignee&role=ADMINISTRATOR&state=APPROVED{more}")
