"""A bare client of the simulated Facebook: the requests as Meta's documentation writes them."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from tests.sandbox.clients import CALLBACK, Client, query_of

APP = {"client_id": "800100200300400", "client_secret": "sandbox-facebook-secret"}
APP_TOKEN = "800100200300400|sandbox-facebook-secret"
SCOPES = "pages_show_list,pages_manage_posts,pages_read_engagement"


def code_of(response: httpx.Response) -> tuple[int, int | None]:
    """Code and subcode of a refusal."""
    error = response.json()["error"]
    return error["code"], error.get("error_subcode")


def film(*, seconds: float = 12, width: int = 1080, height: int = 1920, size: int = 4000) -> bytes:
    """Not a film, but its index says that it is one."""
    header = box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, int(seconds * 1000)))
    track = box(b"trak", box(b"tkhd", bytes(76) + struct.pack(">II", width << 16, height << 16)))
    content = box(b"ftyp", b"isom" + bytes(4)) + box(b"moov", header + track)
    return content + box(b"mdat", bytes(range(256)) * (max(0, size - len(content)) // 256 + 1))


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, name) + content


class Facebook(Client):
    """With the Page's token; `as_user` makes calls with that of the person who manages it."""

    platform = "facebook"
    version = "/v26.0"

    def credentials(self, **details: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.sandbox.create_account("facebook", self.handle, **details)["credentials"]
        return answer

    def as_user(self, method: str, path: str, token: str = "", **query: Any) -> httpx.Response:
        token = token or str(self.credentials()["user_token"])
        return self.http.request(method, self.version + path, params={"access_token": token, **query})

    def people(self, act: str, **said: Any) -> Any:
        """What people do on facebook.com itself."""
        answer = self.http.post(f"/_people/{act}", json={"page": self.handle, **said})
        assert answer.status_code == 200, answer.text
        return answer.json()["done"]

    # Login

    def authorize_url(self, **changes: str) -> str:
        query = {"client_id": APP["client_id"], "redirect_uri": CALLBACK, "response_type": "code", "state": "s1"}
        query = query | {"scope": SCOPES} | changes
        return f"{self.sandbox.origin('facebook')}/v26.0/dialog/oauth?{urlencode(query)}"

    def code(self, **changes: str) -> str:
        return query_of(self.sandbox.consent(self.authorize_url(**changes), self.handle))["code"]

    def exchange(self, code: str, **changes: str) -> httpx.Response:
        return self.http.post(
            "/v26.0/oauth/access_token", data={**APP, "redirect_uri": CALLBACK, "code": code} | changes
        )

    def short_token(self, **changes: str) -> str:
        return str(self.exchange(self.code(**changes)).json()["access_token"])

    def lengthen(self, token: str) -> httpx.Response:
        query = {"grant_type": "fb_exchange_token", "fb_exchange_token": token, **APP}
        return self.http.get("/v26.0/oauth/access_token", params=query)

    def long_token(self, **changes: str) -> str:
        return str(self.lengthen(self.short_token(**changes)).json()["access_token"])

    def debug(self, token: str) -> dict[str, Any]:
        answer = self.http.get("/v26.0/debug_token", params={"input_token": token, "access_token": APP_TOKEN})
        data: dict[str, Any] = answer.json()["data"]
        return data

    # The Page

    def read(self, path: str, **query: Any) -> httpx.Response:
        return self.get(f"{self.version}/{path}", **query)

    def edge(self, name: str, **query: Any) -> httpx.Response:
        return self.read(f"{self.id}/{name}", **query)

    def post_to(self, name: str, **details: Any) -> httpx.Response:
        return self.call("POST", f"{self.version}/{self.id}/{name}", **details)

    def write(self, message: str = "Fresh beans", **fields: Any) -> httpx.Response:
        return self.post_to("feed", data={"message": message, **fields})

    def post(self, message: str = "Fresh beans", **fields: Any) -> str:
        answer = self.write(message, **fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def photo(self, url: str, **fields: Any) -> httpx.Response:
        return self.post_to("photos", data={"url": url, **fields})

    def staged_photo(self, url: str) -> str:
        return str(self.photo(url, published="false").json()["id"])

    def comment(self, object_id: str, message: str = "Link below", **fields: Any) -> httpx.Response:
        return self.call("POST", f"{self.version}/{object_id}/comments", data={"message": message, **fields})

    # Videos

    def begin(self, edge: str = "video_reels") -> tuple[str, str]:
        """Id and upload address of a reel or a story."""
        answer = self.post_to(edge, params={"upload_phase": "start"}).json()
        return answer["video_id"], answer["upload_url"]

    def send(self, url: str, content: bytes, *, offset: int = 0, size: int | None = None) -> httpx.Response:
        headers = {"offset": str(offset), "file_size": str(len(content) if size is None else size)}
        return self.http.post(url, content=content, headers=headers | {"Authorization": f"OAuth {self.token}"})

    def finish(self, video: str, edge: str = "video_reels", **changes: Any) -> httpx.Response:
        query = {"upload_phase": "finish", "video_id": video, "video_state": "PUBLISHED", "description": "Pouring"}
        return self.post_to(edge, params=query | changes)

    def reel(self, content: bytes = b"") -> str:
        video, url = self.begin()
        self.send(url, content or film())
        assert self.finish(video).status_code == 200
        return video

    def status(self, video: str) -> dict[str, Any]:
        status: dict[str, Any] = self.read(video, fields="status").json()["status"]
        return status

    def kept_videos(self) -> list[tuple[int, int]]:
        """Size and checksum of every video that was published."""
        posts = self.sandbox.posts("facebook", self.handle)
        return [(medium["size"], medium["data"]["crc32"]) for post in posts for medium in post["media"]]

    def break_off(self, path: str, headers: dict[str, str], content: bytes, *, after: int) -> None:
        """Begin to send, and hang up on the way."""
        place = urlsplit(self.sandbox.origin("facebook"))
        lines = [f"POST {path} HTTP/1.1", f"Host: {place.netloc}", f"Content-Length: {len(content)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        with socket.create_connection((place.hostname, place.port)) as line:
            line.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + content[:after])


def arrived(look: Callable[[], int]) -> int:
    """How much of a broken upload has come, once the sandbox has noticed that it broke."""
    for _ in range(200):
        if found := look():
            return int(found)
    raise AssertionError("nothing arrived")
