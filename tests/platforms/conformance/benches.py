"""One bench for each adapter: the in-memory platform, and the sandbox's simulated ones over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from apps.platforms.adapters.memory import MemoryPlatform
from apps.platforms.contract import Consent, Credential
from tests.platforms.conformance.bench import CALLBACK, Bench, BenchClock, Seen
from tests.platforms.conformance.bluesky_bench import BlueskyBench
from tests.platforms.conformance.facebook_bench import FacebookBench
from tests.platforms.conformance.google_business_bench import GoogleBusinessBench
from tests.platforms.conformance.instagram_bench import InstagramBench, LinkedInstagramBench
from tests.platforms.conformance.linkedin_bench import LinkedInBench
from tests.platforms.conformance.mastodon_bench import FediverseBench, MastodonBench
from tests.platforms.conformance.pinterest_bench import PinterestBench
from tests.platforms.conformance.sandbox_bench import SandboxBench
from tests.platforms.conformance.threads_bench import ThreadsBench
from tests.platforms.conformance.tiktok_bench import TikTokBench
from tests.platforms.conformance.x_bench import XBench
from tests.platforms.conformance.youtube_bench import YouTubeBench
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


SANDBOX_BENCHES: dict[str, type[SandboxBench]] = {
    "mastodon": MastodonBench,
    "fediverse": FediverseBench,
    "instagram": InstagramBench,
    "instagram_linked": LinkedInstagramBench,
    "bluesky": BlueskyBench,
    "threads": ThreadsBench,
    "linkedin": LinkedInBench,
    "facebook": FacebookBench,
    "x": XBench,
    "youtube": YouTubeBench,
    "pinterest": PinterestBench,
    "tiktok": TikTokBench,
    "google_business": GoogleBusinessBench,
}
NAMES = ("memory", *SANDBOX_BENCHES)


@contextmanager
def open_bench(name: str, sandbox: Sandbox | None, *, handle: str, files: str) -> Iterator[Bench]:
    """The bench of adapter `name`, with an account of its own."""
    if name == "memory" or sandbox is None:
        yield MemoryBench()
        return
    bench = SANDBOX_BENCHES[name](sandbox, handle, files)
    try:
        yield bench
    finally:
        bench.close()
