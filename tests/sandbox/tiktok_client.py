"""A bare client of the simulated TikTok, and an application's ear for its webhooks."""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlencode

import httpx

from tests.sandbox.clients import CALLBACK, Client, query_of

APP = {"client_key": "sandbox-tiktok-client", "client_secret": "sandbox-tiktok-secret"}
SCOPES = ("user.info.basic", "user.info.profile", "video.publish", "video.upload", "video.list")
POST_INFO = {
    "title": "New in store #demo",
    "privacy_level": "PUBLIC_TO_EVERYONE",
    "brand_content_toggle": False,
    "brand_organic_toggle": False,
}
PHOTO_INFO = {**POST_INFO, "title": "Autumn", "description": "Five new looks #demo", "auto_add_music": True}


def data_of(answer: httpx.Response) -> dict[str, Any]:
    body = answer.json()
    assert (answer.status_code, body["error"]["code"], body["error"]["message"]) == (200, "ok", ""), answer.text
    assert body["error"]["log_id"]
    data: dict[str, Any] = body["data"]
    return data


def code_of(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert body["data"] == {}
    assert body["error"]["log_id"]
    return answer.status_code, body["error"]["code"]


def message_of(answer: httpx.Response) -> str:
    assert code_of(answer) == (400, "invalid_params")
    return str(answer.json()["error"]["message"])


def flat_error(answer: httpx.Response) -> str:
    body = answer.json()
    assert set(body) == {"error", "error_description", "log_id"}
    assert answer.status_code == 400
    return str(body["error"])


class TikTok(Client):
    platform = "tiktok"

    def authorize_url(self, **changes: str) -> str:
        query = {
            "client_key": APP["client_key"],
            "response_type": "code",
            "scope": ",".join(SCOPES),
            "redirect_uri": CALLBACK,
            "state": "s1",
        }
        return f"{self.sandbox.origin('tiktok')}/v2/auth/authorize/?{urlencode(query | changes)}"

    def allowed(self, **changes: str) -> dict[str, str]:
        """The query of the callback after a person has allowed it."""
        return query_of(self.sandbox.consent(self.authorize_url(**changes), self.handle))

    def sent_back(self, **changes: str) -> dict[str, str]:
        """The query of the callback when no page was shown."""
        answer = self.http.get(self.authorize_url(**changes))
        assert answer.status_code == 302, answer.text
        return query_of(answer.headers["location"])

    def log_in(self) -> None:
        """Fresh credentials, as after another consent."""
        self.token = self.sandbox.create_account("tiktok", self.handle)["credentials"]["token"]

    def exchange(self, code: str, **changes: str) -> httpx.Response:
        form = {**APP, "code": code, "grant_type": "authorization_code", "redirect_uri": CALLBACK}
        return self.http.post("/v2/oauth/token/", data=form | changes)

    def refresh(self, token: str, **changes: str) -> httpx.Response:
        form = {**APP, "grant_type": "refresh_token", "refresh_token": token}
        return self.http.post("/v2/oauth/token/", data=form | changes)

    def revoke(self, token: str, **changes: str) -> httpx.Response:
        return self.http.post("/v2/oauth/revoke/", data={**APP, "token": token, **changes})

    def post(self, path: str, body: Any = None, **details: Any) -> httpx.Response:
        return self.call("POST", path, json={} if body is None else body, **details)

    def creator_info(self) -> httpx.Response:
        return self.post("/v2/post/publish/creator_info/query/")

    def init(
        self, source: Mapping[str, Any], info: Mapping[str, Any] | None = None, *, draft: bool = False
    ) -> httpx.Response:
        body = {"source_info": source} | ({} if draft else {"post_info": {**POST_INFO, **(info or {})}})
        return self.post(f"/v2/post/publish/{'inbox/' if draft else ''}video/init/", body)

    def begin(
        self, size: int, chunk_size: int = 0, info: Mapping[str, Any] | None = None, *, draft: bool = False
    ) -> tuple[str, str]:
        """publish_id and upload_url of an upload."""
        data = data_of(self.init(upload_of(size, chunk_size), info, draft=draft))
        return data["publish_id"], data["upload_url"]

    def put(self, url: str, content: bytes, first: int = 0, total: int = 0, **headers: str) -> httpx.Response:
        total = total or len(content)
        last = first + len(content) - 1
        needed = {"Content-Type": "video/mp4", "Content-Range": f"bytes {first}-{last}/{total}"}
        return self.http.put(url, content=content, headers=needed | headers)

    def upload(self, content: bytes, info: Mapping[str, Any] | None = None, *, draft: bool = False) -> str:
        """A video in one chunk; its publish_id."""
        publish_id, url = self.begin(len(content), info=info, draft=draft)
        assert self.put(url, content).status_code == 201
        return publish_id

    def published(self, content: bytes, info: Mapping[str, Any] | None = None) -> str:
        """A video that everybody can see; its id."""
        publish_id = self.upload(content, info)
        self.sandbox.advance(seconds=10)
        return str(self.status(publish_id)["publicaly_available_post_id"][0])

    def photos(self, urls: Sequence[str], *, mode: str = "DIRECT_POST", cover: Any = 0, **info: Any) -> httpx.Response:
        source = {"source": "PULL_FROM_URL", "photo_cover_index": cover, "photo_images": list(urls)}
        body = {"post_mode": mode, "media_type": "PHOTO", "post_info": {**PHOTO_INFO, **info}, "source_info": source}
        return self.post("/v2/post/publish/content/init/", body)

    def fetch(self, publish_id: str) -> httpx.Response:
        return self.post("/v2/post/publish/status/fetch/", {"publish_id": publish_id})

    def status(self, publish_id: str) -> dict[str, Any]:
        return data_of(self.fetch(publish_id))

    def pulled(self, publish_id: str) -> dict[str, Any]:
        """The status once everything has come in (in real time) and the clock has been moved on."""
        for _ in range(500):
            status = self.status(publish_id)
            if status["status"] != "PROCESSING_DOWNLOAD":
                return status
            self.sandbox.advance(seconds=5)
        raise AssertionError(f"Still {status}")

    def user(self, fields: str) -> httpx.Response:
        return self.get("/v2/user/info/", fields=fields)

    def videos(self, fields: str = "id", **body: Any) -> httpx.Response:
        return self.post("/v2/video/list/", body, params={"fields": fields})

    def query(self, ids: Sequence[str], fields: str = "id") -> httpx.Response:
        return self.post("/v2/video/query/", {"filters": {"video_ids": list(ids)}}, params={"fields": fields})

    def person(self, act: str, **said: Any) -> Any:
        answer = self.http.post(f"/_people/{act}", json={"account": self.handle, **said})
        assert answer.status_code == 200, answer.text
        return answer.json()["done"]


def upload_of(size: int, chunk_size: int = 0, **changes: Any) -> dict[str, Any]:
    chunk_size = chunk_size or size
    plan = {"video_size": size, "chunk_size": chunk_size, "total_chunk_count": size // chunk_size}
    return {"source": "FILE_UPLOAD", **plan, **changes}


class Ear:
    """An application that answers `answers`, one after the other and then 200, and remembers what it was told."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self._heard: queue.Queue[tuple[Mapping[str, str], bytes]] = queue.Queue()
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(ear.answers.pop(0) if ear.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()
                ear._heard.put((dict(self.headers), body))

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
