"""A bare client of the simulated X: the requests as the platform's documentation writes them."""

from __future__ import annotations

import base64
import random
import struct
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.sandbox.clients import CALLBACK, CHALLENGE, VERIFIER, Client, query_of

CLIENT_ID, CLIENT_SECRET = "sandbox-x-client", "sandbox-x-secret"
BASIC = f"Basic {base64.b64encode(f'{CLIENT_ID}:{CLIENT_SECRET}'.encode()).decode()}"
APP_BEARER = "sandbox-x-app-bearer"
SCOPE = "tweet.read tweet.write users.read media.write offline.access"
MEBIBYTE = 1024 * 1024


class X(Client):
    platform = "x"

    def authorize_url(self, **changes: str) -> str:
        query = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": CALLBACK,
            "scope": SCOPE,
            "state": "s1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return f"{self.sandbox.origin('x')}/i/oauth2/authorize?{urlencode(query | changes)}"

    def code(self, **changes: str) -> str:
        return query_of(self.sandbox.consent(self.authorize_url(**changes), self.handle))["code"]

    def token_call(self, *, basic: str = BASIC, path: str = "/2/oauth2/token", **form: str) -> httpx.Response:
        return self.http.post(path, data=form, headers={"Authorization": basic} if basic else {})

    def exchange(self, code: str, **changes: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER, "code": code}
        return self.token_call(**(form | changes))

    def refresh(self, token: str, **changes: str) -> httpx.Response:
        return self.token_call(**({"grant_type": "refresh_token", "refresh_token": token} | changes))

    def as_application(self, method: str, path: str, **details: Any) -> httpx.Response:
        return self.call(method, path, headers={"Authorization": f"Bearer {APP_BEARER}"}, **details)

    def post(self, text: str | None = None, **body: Any) -> httpx.Response:
        words = {} if text is None else {"text": text}
        return self.call("POST", "/2/tweets", json=words | body)

    def posted(self, text: str | None = None, **body: Any) -> str:
        """The id of a post that was accepted."""
        answer = self.post(text, **body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["data"]["id"])

    def reply(self, to: str, text: str, **body: Any) -> httpx.Response:
        return self.post(text, reply={"in_reply_to_tweet_id": to}, **body)

    def timeline(self, **query: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.get(f"/2/users/{self.id}/tweets", **query).json()
        return answer

    def upload(self, content: bytes, category: str = "tweet_image") -> httpx.Response:
        form = {"media_category": category}
        return self.call("POST", "/2/media/upload", files={"media": ("a.bin", content)}, data=form)

    def uploaded(self, content: bytes) -> str:
        """The id of a picture that was accepted."""
        answer = self.upload(content)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["data"]["id"])

    def initialize(self, size: int, *, category: str = "tweet_video", kind: str = "video/mp4") -> httpx.Response:
        body = {"media_type": kind, "media_category": category, "total_bytes": size}
        return self.call("POST", "/2/media/upload/initialize", json=body)

    def append(self, id: str, index: int, content: bytes) -> httpx.Response:
        path = f"/2/media/upload/{id}/append"
        return self.call("POST", path, files={"media": ("a.bin", content)}, data={"segment_index": str(index)})

    def finalize(self, id: str) -> httpx.Response:
        return self.call("POST", f"/2/media/upload/{id}/finalize")

    def status(self, id: str) -> httpx.Response:
        return self.get("/2/media/upload", command="STATUS", media_id=id)

    def sent(self, content: bytes, *, category: str = "tweet_video", kind: str = "video/mp4") -> str:
        """The id of a file that was sent in segments and finalized."""
        id = str(self.initialize(len(content), category=category, kind=kind).json()["data"]["id"])
        for index, segment in enumerate(pieces(content)):
            assert self.append(id, index, segment).status_code == 200
        assert self.finalize(id).status_code == 200
        return id


def pieces(content: bytes, size: int = MEBIBYTE) -> Iterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def detail_of(response: httpx.Response, status: int) -> str:
    """What a problem document says, having this status."""
    assert response.status_code == status, response.text
    return str(response.json()["detail"])


def message_of(response: httpx.Response) -> str:
    """What is wrong with a parameter, of a 400."""
    assert response.status_code == 400, response.text
    return str(response.json()["errors"][0]["message"])


def film(
    *, seconds: float = 10, width: int = 1280, height: int = 720, size: int = 4096, brand: bytes = b"mp42"
) -> bytes:
    """The index of a film, and noise in place of its pictures."""

    def box(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I4s", len(body) + 8, name) + body

    lasts = box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, int(seconds * 1000)) + bytes(80))
    header = box(b"tkhd", bytes(76) + struct.pack(">II", width << 16, height << 16))
    head = box(b"ftyp", brand + bytes(4)) + box(b"moov", lasts + box(b"trak", header))
    return head + random.Random(size).randbytes(size - len(head))
