"""One bench for each adapter: the in-memory platform, and the sandbox's simulated ones over real HTTP."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module

from apps.platforms.adapters.memory import MemoryPlatform
from apps.platforms.contract import Consent, Credential
from tests.platforms import conformance
from tests.platforms.conformance.bench import CALLBACK, Bench, BenchClock, Seen
from tests.platforms.conformance.sandbox_bench import SandboxBench
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


def _found() -> Iterator[tuple[str, type[SandboxBench]]]:
    """The benches of every module that is named for one: a platform brings its own, and nothing else is touched."""
    for module in pkgutil.iter_modules(conformance.__path__):
        if module.name.endswith("_bench"):
            here = import_module(f"{conformance.__name__}.{module.name}")
            own = [one for one in vars(here).values() if getattr(one, "__module__", "") == here.__name__]
            yield from (
                (bench.key or bench.name, bench)
                for bench in own
                if isinstance(bench, type) and issubclass(bench, SandboxBench) and hasattr(bench, "name")
            )


SANDBOX_BENCHES: dict[str, type[SandboxBench]] = dict(_found())
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
