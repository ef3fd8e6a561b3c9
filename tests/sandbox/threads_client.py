"""A bare client of the simulated Threads, a video to be fetched, and the application's ear for webhooks."""

from __future__ import annotations

import queue
import struct
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlencode

import httpx

from tests.sandbox.clients import CALLBACK, Client, query_of

APP = {"client_id": "800100200300500", "client_secret": "sandbox-threads-secret"}
SCOPES = ("threads_basic", "threads_content_publish", "threads_manage_replies", "threads_read_replies")


def code_of(response: httpx.Response) -> tuple[int, int | None]:
    """Code and subcode of a refusal; 403 is for permissions alone."""
    error = response.json()["error"]
    assert response.status_code == (403 if error["code"] == 10 else 400), response.text
    return error["code"], error.get("error_subcode")


def message_of(response: httpx.Response) -> str:
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["type"]) == (400, 100, "THApiException"), response.text
    return str(error["message"])


class Threads(Client):
    platform = "threads"

    def authorize_url(self, **changes: str) -> str:
        query = {
            "client_id": APP["client_id"],
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": ",".join(SCOPES),
            "state": "s1",
        }
        return f"{self.sandbox.origin('threads')}/oauth/authorize?{urlencode(query | changes)}"

    def code(self) -> str:
        return query_of(self.sandbox.consent(self.authorize_url(), self.handle))["code"]

    def exchange(self, code: str, **changes: str) -> httpx.Response:
        form = {**APP, "grant_type": "authorization_code", "redirect_uri": CALLBACK, "code": code}
        return self.http.post("/oauth/access_token", data=form | changes)

    def short_token(self) -> str:
        return str(self.exchange(self.code()).json()["access_token"])

    def lengthen(self, short: str, **changes: str) -> httpx.Response:
        query = {"grant_type": "th_exchange_token", "client_secret": APP["client_secret"], "access_token": short}
        return self.http.get("/access_token", params=query | changes)

    def long_token(self) -> str:
        return str(self.lengthen(self.short_token()).json()["access_token"])

    def refresh(self, token: str) -> httpx.Response:
        query = {"grant_type": "th_refresh_token", "access_token": token}
        return self.http.get("/refresh_access_token", params=query)

    def debug(self, token: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.get("/v1.0/debug_token", input_token=token).json()["data"]
        return answer

    def stage(self, media_type: str = "TEXT", **fields: Any) -> httpx.Response:
        return self.call("POST", "/v1.0/me/threads", data={"media_type": media_type, **fields})

    def container(self, media_type: str = "TEXT", **fields: Any) -> str:
        answer = self.stage(media_type, **fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def status(self, container: str) -> dict[str, str]:
        answer: dict[str, str] = self.get(f"/v1.0/{container}", fields="status,error_message").json()
        assert answer.pop("id") == container
        return answer

    def publish(self, container: str) -> httpx.Response:
        return self.call("POST", "/v1.0/me/threads_publish", data={"creation_id": container})

    def post(self, text: str = "Fresh beans", **fields: Any) -> str:
        """A published text; its id."""
        return str(self.publish(self.container(text=text, **fields)).json()["id"])

    def read(self, id: str, fields: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.get(f"/v1.0/{id}", fields=fields).json()
        return answer

    def list(self, path: str, fields: str = "id", **query: Any) -> list[dict[str, Any]]:
        answer = self.get(f"/v1.0/{path}", fields=fields, **query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["data"]
        return found


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, name) + body


def film(seconds: int = 10, width: int = 720, height: int = 1280, *, more: int = 0) -> bytes:
    """The beginning of an MP4 that says how long and how large it is, and `more` bytes of nothing."""
    length = bytes(12) + struct.pack(">II", 1000, seconds * 1000) + bytes(80)
    size = bytes(76) + struct.pack(">II", width << 16, height << 16)
    movie = _box(b"mvhd", length) + _box(b"trak", _box(b"tkhd", size))
    return _box(b"ftyp", b"mp42" + bytes(4)) + _box(b"moov", movie) + bytes(more)


class Listener:
    """An application that shakes hands with whoever knows `verify_token`, and remembers what it was told."""

    def __init__(self, verify_token: str) -> None:
        self._heard: queue.Queue[tuple[Mapping[str, str], bytes]] = queue.Queue()
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = query_of(self.path)
                is_known = (asked.get("hub.mode"), asked.get("hub.verify_token")) == ("subscribe", verify_token)
                self._answer(200 if is_known else 403, asked["hub.challenge"] if is_known else "")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener._heard.put((dict(self.headers), body))
                self._answer(200, "")

            def _answer(self, status: int, words: str) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(words)))
                self.end_headers()
                self.wfile.write(words.encode())

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing: the tests' output is for failures."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self.url = f"http://127.0.0.1:{self._server.server_port}/hooks"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def next(self) -> tuple[Mapping[str, str], bytes]:
        """Headers and body of the next delivery."""
        return self._heard.get(timeout=10)

    @property
    def is_quiet(self) -> bool:
        return self._heard.empty()
