"""The bench of a platform that the sandbox simulates: an account of its own, over real HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import httpx

from apps.core.secrets import Secret
from apps.platforms import registry
from apps.platforms.calls import call_of
from apps.platforms.contract import Adapter, Consent, Credential, MediaFile, OAuthClient
from apps.platforms.inbound import Incoming
from tests.platforms.conformance.bench import CALLBACK, Bench, BenchClock, Seen
from tests.platforms.conftest import local_client
from tests.platforms.drafts import picture, picture_bytes, video
from tests.support.sandbox import Sandbox


@cache
def app_of(sandbox: Sandbox, platform: str) -> tuple[str, str]:
    """The client id and secret of the application that the sandbox knows at `platform`; they never change."""
    told = settings_of(sandbox, platform)
    return told["client_id"], told["client_secret"]


def settings_of(sandbox: Sandbox, platform: str) -> dict[str, Any]:
    with local_client() as http:
        found: dict[str, Any] = http.get(f"{sandbox.url}/_control/settings").json()["settings"][platform]
        return found


class SandboxBench(Bench):
    """An account of its own at one platform of the running sandbox."""

    key: ClassVar[str] = ""  # what it is called where a platform has several benches
    paths: ClassVar[dict[str, str]]  # call: where it goes, as a pattern
    endpoints: dict[str, str]
    is_on_machine_time = False

    def __init__(self, sandbox: Sandbox, handle: str, files: str) -> None:
        """`files` is an address at which any picture (x.jpg) and video (x.mp4) is found."""
        self.sandbox, self.handle, self.files = sandbox, handle, files
        self.origin = sandbox.origin(self.name)
        sandbox.clear()
        self.account = sandbox.create_account(self.name, handle)
        now = datetime.fromisoformat(sandbox.health()["now"])
        move = sandbox.advance
        self.clock = BenchClock(now, lambda seconds: move(seconds=seconds), is_machine=self.is_on_machine_time)
        self.http = local_client()
        self.requests: list[httpx.Request] = []
        self.http.event_hooks["request"].append(self.requests.append)
        self.adapter = registry.build(self.name, http=self.http, endpoints=self.endpoints, clock=self.clock)

    def consent(self, *, allow: bool = True) -> Consent:
        client = self.client()
        start = self.adapter.begin_consent(client=client, redirect_uri=CALLBACK, state="state-1", hint=self.handle)
        back = self.sandbox.consent(start.authorize_url, self.handle, allow=allow)
        assert back.startswith(CALLBACK)
        answer = dict(parse_qsl(urlsplit(back).query))
        assert answer.pop("state") == "state-1"
        return self.adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer=answer, keep=start.keep)

    def client(self) -> OAuthClient:
        server = self.adapter.resolve_server(self.origin)
        self._client = self.adapter.register(server=server, redirect_uri=CALLBACK)
        return self._client

    @property
    def secrets(self) -> tuple[str, ...]:  # type: ignore[override]
        secret = self._client.client_secret.reveal()
        return (secret,) if secret else ()

    def revoke_tokens(self) -> None:
        assert self.sandbox.revoke_tokens(self.name, self.handle) > 0

    def expire_tokens(self) -> None:
        assert self.sandbox.expire_tokens(self.name, self.handle) > 0

    def strike(self, fault: str, call: str) -> None:
        self.sandbox.fault(fault, platform=self.name, path=self.paths[call])

    def seen(self) -> list[Seen]:
        posts = self.sandbox.posts(self.name, self.handle)
        return [seen_post(post) for post in posts if not post["deleted_at"]]

    def fresh(self) -> Adapter:
        return registry.build(self.name, http=self.http, endpoints=self.endpoints, clock=self.clock)

    def checksums(self) -> list[int]:
        media = [one for post in self.sandbox.posts(self.name, self.handle) for one in post["media"]]
        return [one["data"]["crc32"] for one in media if "crc32" in one["data"]]

    def captions(self) -> list[list[str]]:
        return [captions_in(post) for post in self.sandbox.posts(self.name, self.handle) if not post["deleted_at"]]

    def deliveries(self) -> list[Incoming]:
        sent = self.sandbox.things(self.name, "delivery")
        return [
            Incoming(
                "POST",
                {name.lower(): value for name, value in one["headers"].items()},
                dict(parse_qsl(urlsplit(one["url"]).query)),
                one["body"].encode(),
                self.clock(),
            )
            for one in sent
        ]

    counts_requests = True
    asked_before_a_commit: tuple[str, ...] = ()  # ends of paths

    def requests_made(self) -> int:
        return len(self.requests)

    def requests_since(self, made: int) -> list[str]:
        paths = [request.url.path for request in self.requests[made:]]
        return [path for path in paths if not path.endswith(self.asked_before_a_commit)]

    def close(self) -> None:
        """Faults that are left over are taken away by the next bench before it begins."""
        self.http.close()
        assert self.unregistered() == [], "requests that are missing from the adapter's permission registry"

    def unregistered(self) -> list[str]:
        """The requests that were made and that `adapter.calls` does not know."""
        calls = self.adapter.calls
        made = {(request.method, request.url.path) for request in self.requests if not self.is_foreign(request)}
        return sorted(f"{method} {path}" for method, path in made if call_of(calls, method, path) is None)

    def is_foreign(self, request: httpx.Request) -> bool:
        """Whether it is a discovery of somebody else's server, which no consent covers."""
        return False


class AppBench(SandboxBench):
    """A platform on which an operator registers an application, and that may come and get media."""

    limited_scopes: ClassVar[tuple[str, ...]]  # a consent that does not cover publishing

    def __init__(self, sandbox: Sandbox, handle: str, files: str) -> None:
        origin = sandbox.origin(self.name)
        defaults = registry.adapter_class(self.name).default_endpoints
        self.endpoints = {name: origin for name, value in defaults.items() if value.startswith("http")}
        super().__init__(sandbox, handle, files)

    def client(self) -> OAuthClient:
        client_id, secret = app_of(self.sandbox, self.name)
        self._client = OAuthClient(client_id, Secret(secret))
        return self._client

    def limited(self) -> Credential:
        made = self.sandbox.create_account(self.name, self.handle, scopes=list(self.limited_scopes))["credentials"]
        return replace(self.connect(), access_token=Secret(made["token"]), scopes=self.limited_scopes)

    def picture(self, id: str = "sunrise", *, alt: str = "") -> MediaFile:
        content = picture_bytes(width=400, height=400)
        address = f"{self.files}/{id}.jpg"
        return picture(id, alt=alt, content=content, width=400, height=400, public_url=address)

    def video(self, id: str = "waves", **changes: Any) -> MediaFile:
        return video(id, public_url=f"{self.files}/{id}.mp4", **changes)


def captions_in(post: dict[str, Any]) -> list[str]:
    """The languages that the sandbox keeps with the files of a post."""
    return [one["language"].lower() for file in post["media"] for one in file["data"].get("captions", ())]


def seen_post(post: dict[str, object]) -> Seen:
    media = post.get("media")
    alts = tuple(str(one.get("alt") or "") for one in media) if isinstance(media, list) else ()
    return Seen(str(post["id"]), str(post["text"]), alts, str(post["parent_id"]))
