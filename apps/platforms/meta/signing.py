"""Signatures with the app secret: the proof beside a token, and requests that Meta signs.

https://developers.facebook.com/docs/graph-api/guides/secure-requests and .../facebook-login/guides/advanced/manual-flow
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from apps.core.secrets import Secret
from apps.platforms.inbound import Forged, Malformed


def appsecret_proof(token: Secret, app_secret: Secret) -> Secret:
    """What proves that whoever sends `token` knows the app secret too; sent as a parameter of the same name."""
    return Secret(hmac.new(app_secret.reveal().encode(), token.reveal().encode(), hashlib.sha256).hexdigest())


def read_signed_request(text: str, app_secret: Secret) -> dict[str, Any]:
    """The payload of a `signed_request`. Raises Forged before a byte of it is believed, and Malformed.

    What is signed is the payload as it was encoded, so the signature is compared before anything is decoded but
    itself."""
    signature, dot, payload = text.strip().partition(".")
    made = hmac.new(app_secret.reveal().encode(), payload.encode("utf-8", "replace"), hashlib.sha256).digest()
    if not dot or not app_secret or not hmac.compare_digest(made, _decoded(signature)):
        raise Forged("The signed request is not Meta's.")
    try:
        said = json.loads(_decoded(payload))
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Malformed("The signed request cannot be read.")
    if said.get("algorithm") != "HMAC-SHA256":
        raise Forged("The signed request names another way of signing.")
    return said


def _decoded(text: str) -> bytes:
    """base64url without its padding; b"" for what is none."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
