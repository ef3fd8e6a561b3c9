"""The hub: public feeds for people, and the control API for tests, demos and benchmarks."""

from __future__ import annotations

from starlette.applications import Starlette

from apps.sandbox.core.world import World
from apps.sandbox.hub import control, feeds


def build(world: World) -> Starlette:
    return Starlette(routes=[*feeds.routes(world), *control.routes(world)])
