"""Servers of others on loopback, in a process of their own: they note what comes, and answer after a while or never.

    python -m tests.benchmarks.harness.receivers '{"count": 10, "dead": 1, "latency_ms": 50}'

says their ports, and that of a server that tells what has come.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from apps.core.running.supervisor import ending_with_us
from tests.benchmarks.harness.stub import ROOT

HOST: Final = "127.0.0.1"
TAKEN: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nthanks"


@dataclass(frozen=True, slots=True)
class Arrival:
    receiver: int
    message_id: str
    at: float  # by the clock of the wall


class Receivers:
    """The first `dead` of `urls` never answer."""

    def __init__(self, ports: list[int]) -> None:
        *own, control = ports
        self.urls = [f"http://{HOST}:{port}" for port in own]
        self.control = f"http://{HOST}:{control}"


def arrivals(control: str, *, after: int = 0) -> list[Arrival]:
    """All that has come since the first `after`, in its order."""
    line = http.client.HTTPConnection(control.removeprefix("http://"), timeout=30)
    try:
        line.request("GET", f"/{after}")
        return [Arrival(*one) for one in json.loads(line.getresponse().read())]
    finally:
        line.close()


@contextmanager
def running(*, count: int, dead: int, latency_ms: int) -> Iterator[tuple[Receivers, int]]:
    """They, and the id of their process."""
    options = json.dumps({"count": count, "dead": dead, "latency_ms": latency_ms})
    command = ending_with_us([sys.executable, "-m", "tests.benchmarks.harness.receivers", options])
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    try:
        yield Receivers(json.loads(process.stdout.readline())), process.pid
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


async def _serve(*, count: int, dead: int, latency_ms: int) -> None:
    noted: list[tuple[int, str, float]] = []
    servers = [
        await asyncio.start_server(_receiver(number, noted, None if number < dead else latency_ms / 1000), HOST, 0)
        for number in range(count)
    ]
    servers.append(await asyncio.start_server(_teller(noted), HOST, 0))
    sys.stdout.write(json.dumps([server.sockets[0].getsockname()[1] for server in servers]) + "\n")
    sys.stdout.flush()
    await asyncio.gather(*(server.serve_forever() for server in servers))


def _receiver(number: int, noted: list[tuple[int, str, float]], latency: float | None) -> Any:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                headers = _headers(head)
                await reader.readexactly(int(headers["content-length"]))
                noted.append((number, headers["webhook-id"], time.time()))
                if latency is None:
                    await reader.read()  # until the other side gives up
                    break
                await asyncio.sleep(latency)
                writer.write(TAKEN)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    return answer


def _teller(noted: list[tuple[int, str, float]]) -> Any:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        body = json.dumps(noted[int(head.split()[1].lstrip(b"/")) :]).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    return answer


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


if __name__ == "__main__":
    asyncio.run(_serve(**json.loads(sys.argv[1])))
