"""Deliveries as platforms send them, signed as their fact sheets say and without a line of our own adapters."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.test import Client

SECRETS = {name: f"the secret that {name} signs with" for name in ("facebook", "tiktok", "x", "linkedin", "threads")}
APPS = {name: (f"{name}-app", secret) for name, secret in SECRETS.items()}
VERIFY_TOKEN = "what the operator typed"


@dataclass
class Letter:
    platform: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    query: str = ""

    def send(self, client: Client | None = None, **changed: Any) -> HttpResponse:
        letter = Letter(**{**self.__dict__, **changed})
        return (client or Client()).post(
            f"/inbound/{letter.platform}/{letter.query}", letter.body,
            content_type=letter.headers.get("Content-Type", "application/json"), headers=letter.headers,
        )  # fmt: skip


def facebook(*changes: dict[str, Any], page: str = "111", secret: str = SECRETS["facebook"]) -> Letter:
    """One delivery with any number of changes of a Page's feed."""
    listed = [{"field": change.pop("field", "feed"), "value": change} for change in changes]
    said = {"object": "page", "entry": [{"id": page, "time": 1790000000, "changes": listed}]}
    return signed_by_meta(json.dumps(said).encode(), secret=secret)  # json.dumps writes \u00e9, as Meta does


def signed_by_meta(body: bytes, *, secret: str = SECRETS["facebook"]) -> Letter:
    return Letter("facebook", body, {"X-Hub-Signature-256": f"sha256={hexadecimal(secret, body)}"})


def comment(number: int = 9, **more: Any) -> dict[str, Any]:
    return {
        "item": "comment", "verb": "add", "comment_id": f"111_5_{number}", "post_id": "111_5", "message": "café",
        "from": {"id": "777", "name": "Ann"}, "created_time": 1790000000, **more,
    }  # fmt: skip


def removed(post_id: str = "111_5", **more: Any) -> dict[str, Any]:
    return {"item": "post", "verb": "remove", "post_id": post_id, "from": {"id": "111"}, **more}


def tiktok(event: str, *, at: int, user: str = "open-1", **content: Any) -> Letter:
    said = {
        "client_key": "key", "event": event, "create_time": at, "user_openid": user, "content": json.dumps(content),
    }  # fmt: skip
    body = json.dumps(said).encode()
    signature = hexadecimal(SECRETS["tiktok"], f"{at}.".encode() + body)
    return Letter("tiktok", body, {"TikTok-Signature": f"t={at},s={signature}"})


def x(event_type: str, *, user: str = "42", secret: str = SECRETS["x"], **payload: Any) -> Letter:
    said = {"data": {
        "filter": {"user_id": user}, "event_type": event_type, "event_uuid": f"{event_type}-{payload.get('id', '')}",
        "payload": payload,
    }}  # fmt: skip
    body = json.dumps(said).encode()
    return Letter("x", body, {"X-Twitter-Webhooks-Signature": signed_by_x(secret, body)})


def signed_by_x(secret: str, body: bytes) -> str:
    return "sha256=" + base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def signed_request(user_id: str, *, at: int, secret: str = SECRETS["facebook"]) -> str:
    """What Meta posts when a person takes our app away, or asks to be forgotten."""
    said = {"user_id": user_id, "algorithm": "HMAC-SHA256", "issued_at": at}
    payload = _base64url(json.dumps(said).encode())
    made = hmac.new(secret.encode(), payload.encode(), hashlib.sha256).digest()
    return f"{_base64url(made)}.{payload}"


def hexadecimal(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
