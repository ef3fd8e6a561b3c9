"""A bare client of the simulated YouTube: the requests as the platform's documentation writes them."""

from __future__ import annotations

import os
import struct
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.sandbox.clients import CALLBACK, Client, query_of

APP = {"client_id": "sandbox-youtube-client", "client_secret": "sandbox-youtube-secret"}
PREFIX = "https://www.googleapis.com/auth/"
FORCE_SSL, UPLOAD, READONLY = (f"{PREFIX}youtube.{name}" for name in ("force-ssl", "upload", "readonly"))
ANALYTICS = f"{PREFIX}yt-analytics.readonly"
GRAIN = 262_144
METADATA: dict[str, dict[str, Any]] = {
    "snippet": {"title": "Roasting day", "description": "From green to brown", "categoryId": "22"},
    "status": {"privacyStatus": "public", "selfDeclaredMadeForKids": False},
}


def reason_of(response: httpx.Response) -> tuple[int, str]:
    error = response.json()["error"]
    assert error["code"] == response.status_code, response.text
    return response.status_code, error["errors"][0]["reason"]


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body


def film(*, seconds: int = 30, width: int = 1280, height: int = 720, size: int = 3 * GRAIN + 1000) -> bytes:
    """An MP4 that says how long and how large it is, and is noise otherwise."""
    length = struct.pack(">IIIII", 0, 0, 0, 1000, seconds * 1000) + bytes(80)
    sides = bytes(76) + struct.pack(">II", width << 16, height << 16)
    start = _box(b"ftyp", b"mp42" + bytes(8))
    start += _box(b"moov", _box(b"mvhd", length) + _box(b"trak", _box(b"tkhd", sides)))
    return start + _box(b"mdat", os.urandom(size - len(start) - 8))


def changed(**changes: Any) -> dict[str, dict[str, Any]]:
    """The metadata with these fields of snippet or status; None leaves one out."""
    body = {part: dict(fields) for part, fields in METADATA.items()}
    for name, value in changes.items():
        is_status = name in {"privacyStatus", "publishAt", "selfDeclaredMadeForKids", "license", "embeddable"}
        body["status" if is_status or name == "publicStatsViewable" else "snippet"][name] = value
    return {part: {name: value for name, value in fields.items() if value is not None} for part, fields in body.items()}


class YouTube(Client):
    platform = "youtube"

    # Login

    def authorize_url(self, **changes: str) -> str:
        query = {
            "client_id": APP["client_id"],
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": f"{UPLOAD} {READONLY}",
            "state": "s1",
            "access_type": "offline",
        }
        return f"{self.sandbox.origin('youtube')}/o/oauth2/v2/auth?{urlencode(query | changes)}"

    def code(self, **changes: str) -> str:
        return query_of(self.sandbox.consent(self.authorize_url(**changes), self.handle))["code"]

    def exchange(self, code: str, **changes: str) -> httpx.Response:
        form = {**APP, "grant_type": "authorization_code", "redirect_uri": CALLBACK, "code": code}
        return self.http.post("/token", data=form | changes)

    def log_in(self, **changes: str) -> dict[str, Any]:
        answer = self.exchange(self.code(**changes))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def refresh(self, token: str, **changes: str) -> httpx.Response:
        return self.http.post("/token", data={**APP, "grant_type": "refresh_token", "refresh_token": token} | changes)

    # The Data API

    def api(self, method: str, path: str, *, json: Any = None, **query: Any) -> httpx.Response:
        return self.call(method, f"/youtube/v3/{path}", params=query, json=json)

    def channel(self, part: str = "id,snippet,contentDetails,status", **query: Any) -> httpx.Response:
        return self.api("GET", "channels", part=part, **({"mine": "true"} | query))

    def start(
        self, body: Any = None, *, size: int | None = None, part: str = "snippet,status", **more: Any
    ) -> httpx.Response:
        headers = {"X-Upload-Content-Type": "video/mp4", "Slug": "job-7f3a.mp4"}
        if size is not None:
            headers["X-Upload-Content-Length"] = str(size)
        headers |= more.pop("headers", {})
        query = {"uploadType": "resumable", "part": part} | more
        return self.call(
            "POST", "/upload/youtube/v3/videos", params=query, json=METADATA if body is None else body, headers=headers
        )

    def session(self, size: int | None, body: Any = None, **more: Any) -> str:
        answer = self.start(body, size=size, **more)
        assert (answer.status_code, answer.content) == (200, b""), answer.text
        return str(answer.headers["Location"])

    def put(self, session: str, content: bytes = b"", span: str = "", **headers: str) -> httpx.Response:
        told = {"Content-Type": "video/mp4"} | ({"Content-Range": span} if span else {}) | headers
        return self.call("PUT", session, content=content, headers=told)

    def send(self, session: str, content: bytes, first: int, size: int) -> httpx.Response:
        """One chunk of the file `content`."""
        piece = content[first : first + size]
        return self.put(session, piece, f"bytes {first}-{first + len(piece) - 1}/{len(content)}")

    def probe(self, session: str, total: int) -> httpx.Response:
        return self.put(session, b"", f"bytes */{total}")

    def upload(self, content: bytes | None = None, *, wait: float = 10, **changes: Any) -> str:
        """A video in one piece; its id after `wait` seconds of processing."""
        content = film() if content is None else content
        answer = self.put(self.session(len(content), changed(**changes)), content)
        assert answer.status_code == 201, answer.text
        self.sandbox.advance(seconds=wait)
        return str(answer.json()["id"])

    def video(self, id: str, part: str = "snippet,status,processingDetails,contentDetails") -> dict[str, Any]:
        (found,) = self.api("GET", "videos", part=part, id=id).json()["items"]
        return dict(found)

    def change(self, id: str, part: str = "snippet,status", **changes: Any) -> httpx.Response:
        return self.api("PUT", "videos", part=part, json={"id": id} | changed(**changes))

    # Around a video

    def thumbnail(self, id: str, content: bytes, kind: str = "image/jpeg") -> httpx.Response:
        query = {"videoId": id, "uploadType": "media"}
        headers = {"Content-Type": kind}
        return self.call("POST", "/upload/youtube/v3/thumbnails/set", params=query, content=content, headers=headers)

    def playlist(self, title: str = "Brewing") -> str:
        body = {"snippet": {"title": title}, "status": {"privacyStatus": "unlisted"}}
        return str(self.api("POST", "playlists", part="snippet,status", json=body).json()["id"])

    def add_to(self, playlist: str, video: str, **more: Any) -> httpx.Response:
        resource = {"kind": "youtube#video", "videoId": video}
        body = {"snippet": {"playlistId": playlist, "resourceId": resource} | more}
        return self.api("POST", "playlistItems", part="snippet", json=body)

    def items(self, playlist: str, part: str = "snippet,contentDetails,status", **query: Any) -> httpx.Response:
        return self.api("GET", "playlistItems", part=part, playlistId=playlist, **query)

    def comment(self, video: str, text: str = "What a day", channel: str = "") -> httpx.Response:
        top = {"snippet": {"textOriginal": text}}
        body = {"snippet": {"channelId": channel or self.id, "videoId": video, "topLevelComment": top}}
        return self.api("POST", "commentThreads", part="snippet", json=body)

    def reply(self, parent: str, text: str = "Indeed") -> httpx.Response:
        return self.api(
            "POST", "comments", part="snippet", json={"snippet": {"parentId": parent, "textOriginal": text}}
        )

    def report(self, metrics: str = "views", **changes: Any) -> httpx.Response:
        """A report of the last and the coming years unless told otherwise."""
        query = {"ids": "channel==MINE", "startDate": "2020-01-01", "endDate": "2040-01-01", "metrics": metrics}
        return self.get("/v2/reports", **(query | changes))
