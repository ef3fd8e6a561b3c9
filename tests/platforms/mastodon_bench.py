"""A third party's Mastodon server, run in a thread, and the few things a test wants to do to it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from mastodon_mock.testing import MockServer

from apps.platforms.adapters.mastodon import MastodonAdapter
from apps.platforms.contract import Consent

CALLBACK = "https://postroom.example/connect/back"


class MastodonMock:
    def __init__(self, server: MockServer) -> None:
        self.origin = server.base_url
        self.client = httpx.Client(base_url=self.origin, timeout=10, verify=False)

    def answer_with(self, status: int, *, path: str, methods: tuple[str, ...] = ("POST",), **effect: Any) -> None:
        """The next call of `path` is answered with `status` and does nothing."""
        kind = effect.pop("type", "status")
        rule = {"match": {"methods": list(methods), "path": path}, "effect": {"type": kind, "status": status, **effect}}
        self.client.post("/api/v1/_mock/faults", json={**rule, "count": 1}).raise_for_status()

    def posts(self, username: str = "alice") -> list[dict[str, Any]]:
        """The posts of an account, newest first, as everybody may read them."""
        account = self.client.get("/api/v1/accounts/lookup", params={"acct": username}).json()
        return self.client.get(f"/api/v1/accounts/{account['id']}/statuses").raise_for_status().json()

    def connect(self, adapter: MastodonAdapter, username: str = "alice") -> Consent:
        """Walk the whole consent in the browser's place."""
        server = adapter.resolve_server(self.origin)
        client = adapter.register(server=server, redirect_uri=CALLBACK)
        start = adapter.begin_consent(client=client, redirect_uri=CALLBACK, state="state-1")
        asked = dict(parse_qsl(urlsplit(start.authorize_url).query))
        page = self.client.post("/oauth/authorize", data={**asked, "username": username})
        answer = dict(parse_qsl(urlsplit(page.headers["location"]).query))
        assert answer["state"] == "state-1"
        return adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer=answer, keep=start.keep)

    def close(self) -> None:
        self.client.close()
