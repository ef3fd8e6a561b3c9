"""Signatures as Standard Webhooks has them: over the id, the second and the very bytes that are sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from apps.core.secrets import Secret


def headers(*, message_id: str, at: datetime, body: bytes, secrets: Iterable[Secret]) -> dict[str, str]:
    """What goes with a delivery; signed with each of the secrets, so that a receiver may have either."""
    second = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), second.encode(), body))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": second,
        "webhook-signature": " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets),
    }


def _signature(secret: Secret, signed: bytes) -> str:
    key = base64.b64decode(secret.reveal().removeprefix("whsec_"))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
