"""One bench for each adapter: the in-memory platform, and the sandbox's simulated ones over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from apps.core.secrets import Secret
from apps.platforms import registry
from apps.platforms.adapters.memory import MemoryPlatform
from apps.platforms.contract import Consent, Credential, MediaFile, OAuthClient
from tests.platforms.conformance.bench import CALLBACK, Bench, BenchClock, Seen
from tests.platforms.conftest import local_client
from tests.platforms.drafts import picture, picture_bytes
from tests.support.sandbox import Sandbox

# --- in memory --------------------------------------------------------------------------------------------------------


class MemoryBench(Bench):
    name = "memory"
    secrets = ()

    def __init__(self) -> None:
        self.clock = BenchClock(datetime.now().astimezone(), lambda seconds: None)
        self.platform = MemoryPlatform(self.clock)
        self.platform.add_account("harbour")
        self.adapter = self.platform.adapter_class()(clock=self.clock)

    def consent(self, *, allow: bool = True) -> Consent:
        client = self.adapter.register(server="", redirect_uri=CALLBACK)
        start = self.adapter.begin_consent(client=client, redirect_uri=CALLBACK, state="state-1")
        answer = (
            self.platform.allow(start.authorize_url, "harbour") if allow else self.platform.deny(start.authorize_url)
        )
        return self.adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer=answer, keep=start.keep)

    def limited(self) -> Credential:
        return self.platform.credential("harbour", scopes=("read",))

    def revoke_tokens(self) -> None:
        self.platform.revoke_tokens("harbour")

    def expire_tokens(self) -> None:
        self.platform.expire_tokens("harbour")

    def strike(self, fault: str, call: str) -> None:
        named = "garbage_after" if fault == "garbage" else fault
        self.platform.fault(named, call="commit" if call == "comment" else call)

    def seen(self) -> list[Seen]:
        return [Seen(post.remote_id, post.text, post.alts, post.parent_id) for post in self.platform.posts]


# --- the sandbox ------------------------------------------------------------------------------------------------------


def settings_of(sandbox: Sandbox, platform: str) -> dict[str, Any]:
    with local_client() as http:
        found: dict[str, Any] = http.get(f"{sandbox.url}/_control/settings").json()["settings"][platform]
        return found


class SandboxBench(Bench):
    """An account of its own at one platform of the running sandbox."""

    paths: ClassVar[dict[str, str]]  # call: where it goes, as a pattern
    endpoints: dict[str, str]
    is_on_machine_time = False

    def __init__(self, sandbox: Sandbox, handle: str) -> None:
        self.sandbox, self.handle = sandbox, handle
        self.origin = sandbox.origin(self.name)
        sandbox.clear()
        self.account = sandbox.create_account(self.name, handle)
        now = datetime.fromisoformat(sandbox.health()["now"])
        move = sandbox.advance
        self.clock = BenchClock(now, lambda seconds: move(seconds=seconds), is_machine=self.is_on_machine_time)
        self.http = local_client()
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
        return [_seen(post) for post in posts if not post["deleted_at"]]

    def close(self) -> None:
        self.sandbox.clear()
        self.http.close()


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


class FediverseBench(MastodonBench):
    """A server of other software: no OAuth metadata, no keys honoured, pictures at the old address only."""

    settings: ClassVar[dict[str, object]] = {
        "software": "gotosocial",
        "metadata": False,
        "media_v2": False,
        "pkce": False,
        "idempotency_keys": False,
    }
    paths: ClassVar[dict[str, str]] = {**MastodonBench.paths, "stage": r"/api/v1/media$"}

    def __init__(self, sandbox: Sandbox, handle: str) -> None:
        usual = settings_of(sandbox, "mastodon")
        self._usual = {name: usual[name] for name in self.settings}
        sandbox.set("mastodon", **self.settings)
        super().__init__(sandbox, handle)

    def close(self) -> None:
        self.sandbox.set("mastodon", **self._usual)
        super().close()


class InstagramBench(SandboxBench):
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

    def __init__(self, sandbox: Sandbox, handle: str, *, pictures: str) -> None:
        origin = sandbox.origin(self.name)
        self.endpoints = {"login": origin, "api": origin, "graph": origin, "version": "v26.0"}
        self._pictures = pictures
        super().__init__(sandbox, handle)

    def client(self) -> OAuthClient:
        set_up = settings_of(self.sandbox, "instagram")
        self._client = OAuthClient(set_up["app_id"], Secret(set_up["app_secret"]))
        return self._client

    def picture(self, id: str = "sunrise", *, alt: str = "") -> MediaFile:
        content = picture_bytes(width=400, height=400)
        address = f"{self._pictures}/{id}.jpg"
        return picture(id, alt=alt, content=content, width=400, height=400, public_url=address)

    def limited(self) -> Credential:
        made = self.sandbox.create_account(self.name, self.handle, scopes=["instagram_business_basic"])["credentials"]
        return replace(self.connect(), access_token=Secret(made["token"]), scopes=("instagram_business_basic",))


class BlueskyBench(SandboxBench):
    name = "bluesky"
    is_on_machine_time = True  # proofs carry the time of the machine, and are compared with it
    paths: ClassVar[dict[str, str]] = {
        "commit": r"com\.atproto\.repo\.putRecord$",
        "comment": r"com\.atproto\.repo\.putRecord$",
        "stage": r"com\.atproto\.repo\.uploadBlob$",
        "find": r"com\.atproto\.repo\.getRecord$",
        "check": r"com\.atproto\.server\.getSession$",
        "refresh": r"/oauth/token$",
    }

    def __init__(self, sandbox: Sandbox, handle: str) -> None:
        origin = sandbox.origin(self.name)
        self.endpoints = {"resolver": origin, "plc": origin, "app": origin, "development": "1"}
        super().__init__(sandbox, f"{handle}.test")

    def seen(self) -> list[Seen]:
        return [
            replace(post, remote_id=_uri(post.remote_id), parent_id=_uri(post.parent_id)) for post in super().seen()
        ]

    def limited(self) -> Credential:
        full = self.client
        self.client = lambda: replace(full(), scopes=("atproto",))  # type: ignore[method-assign]
        try:
            return self.connect()
        finally:
            self.client = full  # type: ignore[method-assign]


SANDBOX_BENCHES: dict[str, type[SandboxBench]] = {
    "mastodon": MastodonBench,
    "fediverse": FediverseBench,
    "instagram": InstagramBench,
    "bluesky": BlueskyBench,
}
NAMES = ("memory", *SANDBOX_BENCHES)


@contextmanager
def open_bench(name: str, sandbox: Sandbox | None, *, handle: str, pictures: str) -> Iterator[Bench]:
    """The bench of adapter `name`, with an account of its own."""
    if name == "memory" or sandbox is None:
        yield MemoryBench()
        return
    extra = {"pictures": pictures} if name == "instagram" else {}
    bench = SANDBOX_BENCHES[name](sandbox, handle, **extra)
    try:
        yield bench
    finally:
        bench.close()


def _uri(name: str) -> str:
    """The address of a record that the sandbox names by account and key."""
    repo, _, rkey = name.rpartition("/")
    return f"at://{repo}/app.bsky.feed.post/{rkey}" if repo else ""


def _seen(post: dict[str, object]) -> Seen:
    media = post.get("media")
    alts = tuple(str(one.get("alt") or "") for one in media) if isinstance(media, list) else ()
    return Seen(str(post["id"]), str(post["text"]), alts, str(post["parent_id"]))


# --- pictures that a platform fetches ---------------------------------------------------------------------------------


@contextmanager
def picture_server() -> Iterator[str]:
    """Any picture at any address, as our public media address would serve it."""
    content = picture_bytes(width=400, height=400)

    class Pictures(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "image/jpeg")
            self.send_header("content-length", str(len(content)))
            self.end_headers()

        def do_GET(self) -> None:
            self.do_HEAD()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
