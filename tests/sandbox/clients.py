"""Bare clients of the simulated platforms: the requests as the platforms' documentation writes them."""

from __future__ import annotations

import base64
import hashlib
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from tests.support.sandbox import Sandbox

CALLBACK = "http://127.0.0.1:9/callback"
INSTAGRAM_APP = {"client_id": "900100200300400", "client_secret": "sandbox-instagram-secret"}
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


class Client:
    """Requests to one platform with one account's token."""

    platform: str

    def __init__(self, sandbox: Sandbox, handle: str, *, token: str = "", scopes: list[str] | None = None) -> None:
        self.sandbox, self.handle = sandbox, handle
        self.id = sandbox.account(self.platform, handle)["id"]
        if not token:
            details = {} if scopes is None else {"scopes": scopes}
            token = sandbox.create_account(self.platform, handle, **details)["credentials"]["token"]
        self.token = token
        origin = sandbox.origin(self.platform)
        self.http = httpx.Client(base_url=origin, timeout=30, trust_env=False, verify=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.http.close()

    def call(self, method: str, path: str, **details: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} | details.pop("headers", {})
        return self.http.request(method, path, headers=headers, **details)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.call("GET", path, params=query)


class Instagram(Client):
    platform = "instagram"

    def authorize_url(self, **changes: str) -> str:
        query = {
            "client_id": INSTAGRAM_APP["client_id"],
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "instagram_business_basic,instagram_business_content_publish",
            "state": "s1",
        }
        return f"{self.sandbox.origin('instagram')}/oauth/authorize?{urlencode(query | changes)}"

    def code(self) -> str:
        return query_of(self.sandbox.consent(self.authorize_url(), self.handle))["code"]

    def exchange(self, code: str, **changes: str) -> httpx.Response:
        form = {**INSTAGRAM_APP, "grant_type": "authorization_code", "redirect_uri": CALLBACK, "code": code}
        return self.http.post("/oauth/access_token", data=form | changes)

    def long_token(self, short: str) -> httpx.Response:
        secret = INSTAGRAM_APP["client_secret"]
        query = {"grant_type": "ig_exchange_token", "client_secret": secret, "access_token": short}
        return self.http.get("/access_token", params=query)

    def refresh(self, token: str) -> httpx.Response:
        query = {"grant_type": "ig_refresh_token", "access_token": token}
        return self.http.get("/refresh_access_token", params=query)

    def stage(self, **fields: Any) -> httpx.Response:
        return self.call("POST", f"/v26.0/{self.id}/media", data=fields)

    def container(self, **fields: Any) -> str:
        answer = self.stage(**fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def status(self, container: str) -> str:
        return str(self.get(f"/v26.0/{container}", fields="status_code,status").json()["status_code"])

    def publish(self, container: str, **details: Any) -> httpx.Response:
        return self.call("POST", f"/v26.0/{self.id}/media_publish", data={"creation_id": container}, **details)

    def post(self, url: str, caption: str = "Fresh beans") -> str:
        """A published picture; the id of the media."""
        container = self.container(image_url=url, caption=caption)
        self.sandbox.advance(seconds=5)
        return str(self.publish(container).json()["id"])


class Mastodon(Client):
    platform = "mastodon"

    def post(self, status: str = "Fresh beans", **fields: Any) -> httpx.Response:
        headers = {"Idempotency-Key": key} if (key := fields.pop("key", "")) else {}
        return self.call("POST", "/api/v1/statuses", json={"status": status, **fields}, headers=headers)

    def upload(self, content: bytes, *, path: str = "/api/v2/media", **fields: str) -> httpx.Response:
        return self.call("POST", path, files={"file": ("a.bin", content)}, data=fields)

    def register(self, **changes: Any) -> dict[str, Any]:
        details = {"client_name": "Test", "redirect_uris": [CALLBACK], "scopes": "profile read write:statuses"}
        app: dict[str, Any] = self.http.post("/api/v1/apps", json=details | changes).json()
        return app

    def authorize_url(self, app: dict[str, Any], **changes: str) -> str:
        query = {
            "client_id": app["client_id"],
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "profile write:statuses",
            "state": "s1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return f"{self.sandbox.origin('mastodon')}/oauth/authorize?{urlencode(query | changes)}"

    def code(self, app: dict[str, Any], **changes: str) -> str:
        return query_of(self.sandbox.consent(self.authorize_url(app, **changes), self.handle))["code"]

    def exchange(self, app: dict[str, Any], code: str, **changes: str) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "client_id": app["client_id"],
            "client_secret": app["client_secret"],
            "redirect_uri": CALLBACK,
            "code": code,
            "code_verifier": VERIFIER,
        }
        return self.http.post("/oauth/token", data=form | changes)
