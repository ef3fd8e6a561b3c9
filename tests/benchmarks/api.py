"""What the API takes in and tells a second, from a web server as production runs it, with a large table behind it.

Clients keep their connections and ask again as soon as they are answered. A post that is made goes to three accounts
and on the plan; each carries an Idempotency-Key, as an integrator's would. The organization has a plan whose limits
are looked at and leave room.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg

from tests.benchmarks.harness import figures, stand, usage
from tests.benchmarks.harness.api_load import Load, Ways
from tests.benchmarks.harness.statements import Statements
from tests.benchmarks.harness.stub import ROOT

HOST: Final = "127.0.0.1"
START_SECONDS: Final = 60.0
COUNTED: Final = 20  # requests whose statements are counted, one after the other
# The stand is that of the engine's measurements; nothing is published here.
STAND: Final = {
    "latency_ms": 1, "database": "postgres", "threads": 1, "fault": "none", "platform": "mastodon", "profile": "",
}  # fmt: skip
SETTINGS: Final = {
    "DJANGO_SETTINGS_MODULE": "config.settings.development", "API_RATE_SECOND": "1000000",
    "API_RATE_TEN_SECONDS": "1000000", "API_RATE_MINUTE": "1000000",
}  # fmt: skip


def run(
    *,
    posts: int,
    seconds: int,
    clients: int,
    processes: int,
    threads: int,
    pages_per_second: int = 20,
    only: str = "",
    profile: str = "",
) -> dict[str, Any]:
    """Figures after `seconds` of each kind of request, with `posts` in the table before."""
    with stand.standing(STAND) as place:
        environment = {**place.environment, **SETTINGS, "BENCH_PROFILE": profile}
        address = environment["DATABASE_URL"]
        world = _planted(posts, environment)
        with _web(environment, processes=processes, threads=threads, profile=profile) as (port, pid):
            ways = Ways(port, key=world["key"], accounts=world["accounts"])
            pids = {"web": pid, "postgres": place.pids["postgres"], "redis": place.pids["redis"]}
            measured = _Measured(ways, pids, address, clients=clients, seconds=seconds, pace=pages_per_second)
            wanted = only.split(",") if only else ["create", "bulk", "list"]
            found = {"posts": posts, "seconds": seconds, "clients": clients, "processes": processes, "threads": threads}
            for name in wanted:
                found |= measured.figures(name)
                if name == "list":
                    found |= measured.patience()
            return found


class _Measured:
    def __init__(
        self, ways: Ways, pids: dict[str, int], address: str, *, clients: int, seconds: int, pace: int
    ) -> None:
        self._ways, self._pids, self._clients, self._seconds, self._pace = ways, pids, clients, seconds, pace
        self._owner = psycopg.connect(address, autocommit=True)

    def figures(self, name: str) -> dict[str, Any]:
        """Of one kind of request: its speed, its statements, and whose processor it takes."""
        way = getattr(self._ways, name)
        Load(way, clients=self._clients).run(seconds=2)  # what is cold at first is not what is measured
        statements = self._statements(way)
        before, busy, began = self._spent(), usage.machine_busy_seconds(), time.monotonic()
        load = Load(way, clients=self._clients).run(seconds=self._seconds)
        took = time.monotonic() - began
        spent = {part: value - before[part] for part, value in self._spent().items()}
        elsewhere = usage.machine_busy_seconds() - busy - sum(spent.values())
        per_second, ordered = load.done * way.size / took, sorted(load.milliseconds)
        at_once = "_without_a_pause" if name == "list" else ""
        name_of_speed = "bulk_posts_per_second" if name == "bulk" else f"{name}_per_second"
        return {
            name_of_speed: round(per_second, 1),
            f"{name}_p50_ms{at_once}": figures.shown(figures.percentile(ordered, 50), 1),
            f"{name}_p95_ms{at_once}": figures.shown(figures.percentile(ordered, 95), 1),
            f"{name}_cpu_ms": {
                part: round(1000 * value / max(load.done * way.size, 1), 2) for part, value in spent.items()
            },
            f"{name}_statuses": dict(load.statuses),
            f"statements_{name}": statements["statements_on_rows"],
            f"statements_{name}_by_kind": statements,
            f"busy_elsewhere_{name}": round(max(elsewhere, 0.0) / took, 2),
        }

    def patience(self) -> dict[str, Any]:
        """How soon a page is there for people who read one before they ask for the next."""
        load = Load(self._ways.list, clients=self._clients, per_second=self._pace).run(seconds=self._seconds)
        shares = {share: figures.percentile(load.milliseconds, share) for share in (50, 95, 99)}
        told = {f"list_p{share}_ms": figures.shown(value, 1) for share, value in shares.items()}
        return {"pages_per_second": self._pace, **told}

    def _statements(self, way: Any) -> dict[str, Any]:
        counted = Statements(self._owner, stand.ROOT)
        counted.begin()
        load = Load(way, clients=1).run(times=COUNTED)
        return counted.by_kind(load.done)

    def _spent(self) -> dict[str, float]:
        return {**{name: usage.cpu_seconds(pid) for name, pid in self._pids.items()}, "clients": sum(os.times()[:2])}


def _planted(posts: int, environment: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.harness.api_world", str(posts)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


@contextmanager
def _web(environment: dict[str, str], *, processes: int, threads: int, profile: str) -> Iterator[tuple[int, int]]:
    from apps.core.running import ports
    from apps.core.running.supervisor import ending_with_us

    port = ports.free()
    application = "tests.benchmarks.harness.profiled:application" if profile else "config.wsgi:application"
    command = [
        sys.executable, "-m", "gunicorn", application, "--bind", f"{HOST}:{port}", "--log-level", "warning",
        "--worker-class", "gthread", "--workers", str(processes), "--threads", str(threads), "--no-control-socket",
        "--keep-alive", "30",
    ]  # fmt: skip
    web = subprocess.Popen(ending_with_us(command), cwd=ROOT, env=environment, start_new_session=True)
    try:
        _wait_until_up(f"http://{HOST}:{port}/healthz")
        yield port, web.pid
    finally:
        web.terminate()
        web.wait(30)


def _wait_until_up(url: str) -> None:
    import httpx

    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            if httpx.get(url, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError("The web server did not start.")
