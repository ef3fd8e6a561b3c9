"""The process: one loop that listens on one port until a signal says stop."""

from __future__ import annotations

import asyncio
import signal
import sys

from apps.sandbox.fast.stub import Stub
from apps.sandbox.fast.wire import Line
from apps.sandbox.server import HOST, listen


def run(*, port: int, latency: float) -> None:
    """Serve until SIGTERM or SIGINT; raises PortTaken. Port 0 takes a free one, which the first line tells."""
    asyncio.run(_serve(port, latency))


async def _serve(port: int, latency: float) -> None:
    socket = listen(port)
    stub = Stub(f"http://{HOST}:{socket.getsockname()[1]}", latency=latency)
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    server = await loop.create_server(lambda: Line(stub, loop.call_later), sock=socket)
    sys.stdout.write(f"The sandbox's fast mode is at {stub.origin}\n")
    sys.stdout.flush()
    await stopped.wait()
    server.close()
