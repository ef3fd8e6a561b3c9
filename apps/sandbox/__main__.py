"""`python -m apps.sandbox --port 8010 [--state var/sandbox.sqlite3]`, or `--fast [--latency-ms 200]` for benchmarks."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from pathlib import Path

from apps.sandbox import hub
from apps.sandbox.core import seeds
from apps.sandbox.core.store import Store
from apps.sandbox.core.world import World
from apps.sandbox.fast import serving as fast
from apps.sandbox.registry import platforms
from apps.sandbox.server import HOST, PortTaken, listen, serve


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m apps.sandbox", description="Simulated platforms over real HTTP.")
    parser.add_argument("--port", type=int, default=8010, help="the hub's; each platform has one of the next ports")
    parser.add_argument("--state", metavar="PATH", help="SQLite file that survives a restart (default: in memory)")
    parser.add_argument("--fast", action="store_true", help="two platforms on one port that only count, for benchmarks")
    parser.add_argument("--latency-ms", type=float, default=200.0, help="with --fast: how long each answer takes (200)")
    options = parser.parse_args(arguments)
    try:
        if options.fast:
            fast.run(port=options.port, latency=options.latency_ms / 1000)
        else:
            run(port=options.port, state=options.state)
    except PortTaken as error:
        return _refuse(f"{error} Choose another with --port.")
    except (sqlite3.Error, OSError) as error:
        return _refuse(f"its state {options.state} cannot be used ({error}).")
    return 0


def _refuse(why: str) -> int:
    sys.stderr.write(f"The sandbox did not start: {why}\n")
    return 1


def run(*, port: int, state: str | None) -> None:
    rooms = list(platforms())
    places = {"hub": port, **{platform.name: port + offset for platform, offset in rooms}}
    sockets = {name: listen(number) for name, number in places.items()}
    if state:
        Path(state).parent.mkdir(parents=True, exist_ok=True)
    world = World(
        store=Store(state),
        platforms=[platform for platform, _ in rooms],
        origins={name: f"http://{HOST}:{number}" for name, number in places.items()},
    )
    seeds.plant(world)
    applications = {places["hub"]: hub.build(world)}
    applications |= {places[platform.name]: platform.build(world) for platform, _ in rooms}
    sys.stdout.write(f"The sandbox is at {world.origin('hub')}\n")
    sys.stdout.flush()
    try:
        serve(applications, list(sockets.values()))
    finally:
        world.store.close()


if __name__ == "__main__":
    sys.exit(main())
