"""Meta's signatures, all of them HMAC-SHA256 with the application's secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any


def escaped_json(value: Any) -> bytes:
    """JSON as Meta sends it: what is not ASCII is escaped, so the signature holds for these bytes and no others."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()


def hub_signature(body: bytes, secret: str) -> str:
    """The value of `X-Hub-Signature-256`."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def appsecret_proof(token: str, secret: str) -> str:
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def signed_request(payload: Mapping[str, Any], secret: str) -> str:
    """`signature.payload`, both base64url without padding; what is signed is the encoded payload."""
    encoded = _unpadded(escaped_json(payload))
    signature = hmac.new(secret.encode(), encoded.encode(), hashlib.sha256).digest()
    return f"{_unpadded(signature)}.{encoded}"


def _unpadded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
