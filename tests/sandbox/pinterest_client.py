"""A bare client of the simulated Pinterest: the requests as the platform's documentation writes them."""

from __future__ import annotations

import base64
import struct
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.sandbox.clients import CALLBACK, Client, query_of

APP_ID, APP_SECRET = "1500100200300", "sandbox-pinterest-secret"
BASIC = f"Basic {base64.b64encode(f'{APP_ID}:{APP_SECRET}'.encode()).decode()}"
SCOPE = "boards:read,boards:write,pins:read,pins:write,user_accounts:read"


def code_of(answer: httpx.Response) -> tuple[int, int]:
    return answer.status_code, answer.json()["code"]


def film(*, seconds: float = 12, width: int = 1080, height: int = 1920, size: int = 4000) -> bytes:
    """Not a film, but its index says that it is one."""

    def box(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I4s", 8 + len(body), name) + body

    length = struct.pack(">IIIII", 0, 0, 0, 1000, int(seconds * 1000)) + bytes(80)
    sides = bytes(76) + struct.pack(">II", width << 16, height << 16)
    start = box(b"ftyp", b"isom" + bytes(4)) + box(b"moov", box(b"mvhd", length) + box(b"trak", box(b"tkhd", sides)))
    return start + box(b"mdat", bytes(range(256)) * (size // 256))


class Pinterest(Client):
    platform = "pinterest"
    api = "/v5"

    # Login

    def authorize_url(self, **changes: str) -> str:
        query = {
            "client_id": APP_ID,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": SCOPE,
            "state": "s1",
        }
        return f"{self.sandbox.origin('pinterest')}/oauth/?{urlencode(query | changes)}"

    def code(self) -> str:
        return query_of(self.sandbox.consent(self.authorize_url(), self.handle))["code"]

    def token_call(self, *, basic: str = BASIC, path: str = "/v5/oauth/token", **form: str) -> httpx.Response:
        return self.http.post(path, data=form, headers={"Authorization": basic} if basic else {})

    def exchange(self, code: str, **changes: str) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "continuous_refresh": "true",
        }
        return self.token_call(**(form | changes))

    def refresh(self, token: str, **changes: str) -> httpx.Response:
        return self.token_call(**({"grant_type": "refresh_token", "refresh_token": token} | changes))

    # Boards and pins

    def read(self, path: str, **query: Any) -> httpx.Response:
        return self.get(f"{self.api}{path}", **query)

    def send(self, method: str, path: str, body: Any = None, **details: Any) -> httpx.Response:
        return self.call(method, f"{self.api}{path}", json=body, **details)

    def boards(self, **query: Any) -> dict[str, str]:
        """The ids of the boards by their names."""
        return {board["name"]: board["id"] for board in self.read("/boards", **query).json()["items"]}

    @property
    def board(self) -> str:
        """The account's first board."""
        return next(iter(self.boards().values()))

    def create(self, source: dict[str, Any], **fields: Any) -> httpx.Response:
        if "board_id" not in fields:
            fields["board_id"] = self.board
        body = {"media_source": source} | fields
        return self.send("POST", "/pins", {name: value for name, value in body.items() if value is not None})

    def pin(self, url: str, **fields: Any) -> dict[str, Any]:
        """A pin of the picture at this address, as it was answered."""
        answer = self.create({"source_type": "image_url", "url": url}, **fields)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    # Videos

    def register(self) -> dict[str, Any]:
        answer = self.send("POST", "/media", {"media_type": "video"})
        assert answer.status_code == 201, answer.text
        registered: dict[str, Any] = answer.json()
        return registered

    def upload(self, registered: dict[str, Any], content: bytes, **changes: str | None) -> httpx.Response:
        fields = registered["upload_parameters"] | changes
        fields = {name: value for name, value in fields.items() if value is not None}
        return self.http.post(registered["upload_url"], data=fields, files={"file": ("a.mp4", content, "video/mp4")})

    def status(self, media_id: str) -> str:
        return str(self.read(f"/media/{media_id}").json()["status"])

    def video(self, content: bytes | None = None) -> str:
        """The media_id of a video that is ready."""
        registered = self.register()
        assert self.upload(registered, content or film()).status_code == 204
        self.sandbox.advance(seconds=5)
        return str(registered["media_id"])
