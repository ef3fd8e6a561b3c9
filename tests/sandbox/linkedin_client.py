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


def code_of(response: httpx.Response) -> tuple[int, str]:
    """The status of a refusal, and the code of what is wrong."""
    body = response.json()
    inner = body.get("errorDetails", {}).get("inputErrors", [{}])[0].get("code")
    return response.status_code, inner or body["code"]


class LinkedIn(Client):
    """Calls of the member who administers the page `handle`; `organization` and `person` are the two authors."""

    platform = "linkedin"

    def __init__(self, sandbox: Sandbox, handle: str, *, scopes: list[str] | None = None) -> None:
        details = {} if scopes is None else {"scopes": scopes}
        account = sandbox.create_account("linkedin", handle, **details)
        self.sandbox, self.handle, self.id = sandbox, handle, account["id"]
        self.http = httpx.Client(base_url=sandbox.origin("linkedin"), timeout=30, trust_env=False, verify=False)
        self.credentials: dict[str, Any] = account["credentials"]
        self.token = self.credentials["token"]
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

    # Posts

    def draft(self, commentary: str = "Fresh beans", **changes: Any) -> dict[str, Any]:
        body = {
            "author": self.organization,
            "commentary": commentary,
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        return {name: value for name, value in (body | changes).items() if value is not None}

    def create(self, commentary: str = "Fresh beans", **changes: Any) -> httpx.Response:
        """A change to None leaves the field out."""
        return self.rest("POST", "posts", json=self.draft(commentary, **changes))

    def post(self, commentary: str = "Fresh beans", **changes: Any) -> str:
        answer = self.create(commentary, **changes)
        assert (answer.status_code, answer.content) == (201, b""), answer.text
        return str(answer.headers["x-restli-id"])

    def read(self, urn: str) -> httpx.Response:
        return self.rest("GET", f"posts/{encoded(urn)}?viewContext=AUTHOR")

    def own_posts(self, more: str = "&count=10&sortBy=LAST_MODIFIED", *, author: str = "") -> httpx.Response:
        query = f"q=author&author={encoded(author or self.organization)}{more}"
        return self.rest("GET", f"posts?{query}", headers={"X-RestLi-Method": "FINDER"})

    def edit(self, urn: str, changes: dict[str, Any], **headers: str) -> httpx.Response:
        told = {"X-RestLi-Method": "PARTIAL_UPDATE"} | headers
        return self.rest("POST", f"posts/{encoded(urn)}", json={"patch": {"$set": changes}}, headers=told)

    def delete(self, urn: str) -> httpx.Response:
        return self.rest("DELETE", f"posts/{encoded(urn)}", headers={"X-RestLi-Method": "DELETE"})

    # Images and documents

    def announce(self, kind: str = "image", owner: str = "") -> dict[str, Any]:
        body = {"initializeUploadRequest": {"owner": owner or self.organization}}
        answer = self.rest("POST", f"{kind}s?action=initializeUpload", json=body)
        assert answer.status_code == 200, answer.text
        value: dict[str, Any] = answer.json()["value"]
        return value

    def put(self, url: str, content: bytes, **headers: str) -> httpx.Response:
        kinds = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/octet-stream"}
        told = {name: value for name, value in (kinds | headers).items() if value}
        return self.http.put(url, content=content, headers=told)

    def upload(self, content: bytes, *, kind: str = "image", owner: str = "", wait: float = 2) -> str:
        """The URN of a file that has arrived, after `wait` seconds of processing."""
        value = self.announce(kind, owner)
        assert self.put(value["uploadUrl"], content).status_code == 201
        self.sandbox.advance(seconds=wait)
        return str(value[kind])

    def status(self, urn: str) -> str:
        kind = urn.split(":")[2]
        return str(self.rest("GET", f"{kind}s/{encoded(urn)}").json()["status"])

    # Videos

    def announce_video(self, size: int, *, owner: str = "", **switches: Any) -> httpx.Response:
        request = {"owner": owner or self.organization, "fileSizeBytes": size, **switches}
        return self.rest("POST", "videos?action=initializeUpload", json={"initializeUploadRequest": request})

    def send_parts(self, value: dict[str, Any], content: bytes) -> list[str]:
        """Upload each part that was asked for; their ETags without quotes."""
        etags = []
        for part in value["uploadInstructions"]:
            piece = content[part["firstByte"] : part["lastByte"] + 1]
            answer = self.put(part["uploadUrl"], piece, Authorization="")
            assert answer.status_code == 200, answer.text
            etags.append(answer.headers["ETag"].strip('"'))
        return etags

    def finalize(self, value: dict[str, Any], etags: list[str], **changes: Any) -> httpx.Response:
        request = {"video": value["video"], "uploadToken": value["uploadToken"], "uploadedPartIds": etags} | changes
        return self.rest("POST", "videos?action=finalizeUpload", json={"finalizeUploadRequest": request})

    def look(self, urn: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.rest("GET", f"videos/{encoded(urn)}").json()
        return answer

    def upload_video(self, content: bytes, *, owner: str = "", wait: float = 10) -> str:
        value = self.announce_video(len(content), owner=owner).json()["value"]
        assert self.finalize(value, self.send_parts(value, content)).status_code == 200
        self.sandbox.advance(seconds=wait)
        return str(value["video"])

    # Comments

    def comment(self, post: str, words: str = "First!", *, at: str = "", **changes: Any) -> httpx.Response:
        """A comment under `post`; `at` is another address than the post's."""
        body = {"actor": self.organization, "object": post, "message": {"text": words}} | changes
        body = {name: value for name, value in body.items() if value is not None}
        return self.rest("POST", f"socialActions/{encoded(at or post)}/comments", json=body)

    def comments(self, urn: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.rest("GET", f"socialActions/{encoded(urn)}/comments").json()["elements"]
        return found

    # Webhooks

    def subscription_path(self, **changes: str) -> str:
        parts = {
            "developerApplication": self.credentials["developer_application"],
            "user": self.person,
            "entity": self.organization,
            "eventType": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS",
        } | changes
        return f"eventSubscriptions/({','.join(f'{name}:{encoded(value)}' for name, value in parts.items())})"

    def subscribe(self, url: str, **changes: str) -> httpx.Response:
        return self.rest("PUT", self.subscription_path(**changes), json={"webhook": url})
