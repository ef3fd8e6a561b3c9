from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from tests.platforms.conformance.public_files import public_files
from tests.support.sandbox import Sandbox, SandboxServer


class HeldClock:
    """A clock that moves only when told; adapters are handed it as their `clock`."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock(datetime(2026, 11, 21, 10, 0, tzinfo=UTC))


def local_client() -> httpx.Client:
    """A client for plain http on this machine; reading certificates would take longer than most tests."""
    return httpx.Client(timeout=10, trust_env=False, verify=False)


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with local_client() as client:
        yield client


Handler = Callable[[BaseHTTPRequestHandler, bytes], None]


class Counter:
    """A real HTTP server with one behaviour, for what no polite platform would do."""

    def __init__(self, handler: Handler) -> None:
        self.requests: list[tuple[str, str]] = []
        self.bodies: list[bytes] = []
        self.numbers = itertools.count(1)
        served = self

        class Requests(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                served.requests.append((self.command, self.path))
                served.bodies.append(body)
                handler(self, body)

            do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = answer  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


@pytest.fixture
def serve() -> Iterator[Callable[[Handler], Counter]]:
    """Start a server with one behaviour: `serve(handler)`; it ends with the test."""
    with ExitStack() as stack:

        def start(handler: Handler) -> Counter:
            server = Counter(handler)
            stack.callback(server.close)
            return server

        yield start


class Script:
    """Answers by "METHOD /path" (without query): each key has its answers in order, and the last one stays.

    An answer is (status, JSON value or bytes) or (status, value, headers); what is not in the script is 404."""

    def __init__(self, answers: dict[str, list[tuple[Any, ...]]]) -> None:
        self.answers = answers

    def __call__(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        waiting = self.answers.get(
            f"{request.command} {request.path.partition('?')[0]}", [(404, {"error": "Not found"})]
        )
        status, value, *rest = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        headers = rest[0] if rest else {}
        reply(request, status, value if isinstance(value, bytes) else json.dumps(value).encode(), **headers)


def reply(request: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    """Answer `request` in full."""
    request.send_response(status)
    for name, value in {"content-type": "application/json", **headers}.items():
        request.send_header(name.replace("_", "-"), value)
    request.send_header("content-length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


# --- the simulated platforms ------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def platforms_sandbox() -> Iterator[Sandbox]:
    with SandboxServer() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def file_address() -> Iterator[str]:
    with public_files() as address:
        yield address
