"""A product built on Postroom, its customer in a browser, and its website: nothing but HTTP between any of them.

product = Integrator(live_server.url, key)
post = product.post("/posts", {...}, key="bread-1")        # the answer's JSON; `fails` says what else is expected
Customer(product.url, sandbox).connects(session["url"], "linkedin", "lumenyoga")
"""

from __future__ import annotations

import json
import re
import threading
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.journeys.visitor import Visitor, words
from tests.support.sandbox import Sandbox

ROOT = "/api/v1"
ONWARD = re.compile(r'<a class="btn primary lg" href="([^"]+)"')


class Integrator:
    """A program with a key. `last` is the answer as it came."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key, self.last = url, key, httpx.Response(200)
        self._http = httpx.Client(
            base_url=f"{url}{ROOT}",
            headers={"Authorization": f"Bearer {key}"},
            timeout=60,
            trust_env=False,
            verify=False,
        )

    def __enter__(self) -> Integrator:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def get(self, path: str, *, fails: int = 0, **query: Any) -> Any:
        return self._read(self._http.get(path, params=query), fails)

    def post(self, path: str, body: Any = None, *, key: str = "", fails: int = 0, **more: Any) -> Any:
        return self._write("POST", path, body, key, fails, **more)

    def patch(self, path: str, body: Any, *, key: str = "", fails: int = 0) -> Any:
        return self._write("PATCH", path, body, key, fails)

    def put(self, path: str, body: Any = None, *, key: str = "", fails: int = 0, **more: Any) -> Any:
        return self._write("PUT", path, body, key, fails, **more)

    def _write(self, method: str, path: str, body: Any, key: str, fails: int, **more: Any) -> Any:
        headers = {**more.pop("headers", {}), **({"Idempotency-Key": key} if key else {})}
        if body is not None:
            more["json"] = body
        return self._read(self._http.request(method, path, headers=headers, **more), fails)

    def _read(self, answer: httpx.Response, fails: int) -> Any:
        self.last = answer
        as_expected = answer.status_code == fails if fails else answer.is_success
        assert as_expected, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None


class Customer:
    """Whoever owns an account and was sent the address of a connect session."""

    def __init__(self, url: str, sandbox: Sandbox) -> None:
        self.url, self.sandbox = url, sandbox

    def connects(self, session_url: str, platform: str, handle: str) -> str:
        """Sign in at a network and come back; where they are sent on to in the end, if anywhere."""
        address = self.sandbox.origin("mastodon") if platform == "mastodon" else ""
        home = urlsplit(session_url).path
        with Visitor(self.url) as browser:
            leaving = browser.post(f"{home}start/", {"platform": platform, "address": address}, on=home)
            back = urlsplit(self.sandbox.consent(_onward(leaving), handle))
            return _onward(browser.get(f"{back.path}?{back.query}"), if_any=True)


def _onward(page: str, *, if_any: bool = False) -> str:
    link = ONWARD.search(page)
    assert link or if_any, words(page)
    return unescape(link[1]) if link else ""


class Website:
    """The integrator's own server: it hands out files, and takes webhooks."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[str, bytes]] = {}
        self.letters: list[tuple[bytes, dict[str, str]]] = []
        website = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, content = website.files.get(self.path, ("", b""))
                self._answer(200 if kind else 404, content, kind or "text/plain")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                website.letters.append((body, {name.lower(): value for name, value in self.headers.items()}))
                self._answer(200, b"thanks", "text/plain")

            def _answer(self, status: int, content: bytes, kind: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Website:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def told(self) -> list[dict[str, Any]]:
        """What webhooks said, oldest first."""
        return [json.loads(body) for body, _ in self.letters]
