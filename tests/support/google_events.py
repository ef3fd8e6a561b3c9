"""Security events as Google signs them, by its documentation and without a line of our own adapters."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

ISSUER = "https://accounts.google.com/"
KEY_ID = "google-key-1"
SUB = "110500000000000000001"
PERSON = f"google:{SUB}"
RISC = "https://schemas.openid.net/secevent/risc/event-type/"
OAUTH = "https://schemas.openid.net/secevent/oauth/event-type/"
TOKENS_REVOKED, TOKEN_REVOKED = f"{OAUTH}tokens-revoked", f"{OAUTH}token-revoked"
_numbers = itertools.count(1)


@cache
def private_key(owner: str) -> RSAPrivateKey:
    return generate_private_key(public_exponent=65_537, key_size=2048)


def public_keys(key_id: str = KEY_ID) -> dict[str, dict[str, Any]]:
    """Google's keys as it publishes them, by their ids."""
    key = json.loads(RSAAlgorithm.to_jwk(private_key("google").public_key()))
    return {key_id: {**key, "kid": key_id, "use": "sig", "alg": "RS256"}}


def subject(sub: str = SUB) -> dict[str, str]:
    return {"subject_type": "iss-sub", "iss": ISSUER, "sub": sub}


def token_subject(token: str, alg: str = "prefix") -> dict[str, str]:
    named = token[:16]
    if alg != "prefix":
        named = base64.b64encode(hashlib.sha512(hashlib.sha512(token.encode()).digest()).digest()).decode()
    return {
        "subject_type": "oauth_token", "token_type": "refresh_token", "token_identifier_alg": alg, "token": named,
    }  # fmt: skip


def claims(kind: str = TOKENS_REVOKED, *, at: int, aud: Any, told: dict[str, Any] | None = None) -> dict[str, Any]:
    events = {kind: {"subject": subject()} if told is None else told}
    return {"iss": ISSUER, "aud": aud, "iat": at, "jti": f"event-{next(_numbers)}", "events": events}


def signed(said: dict[str, Any], *, owner: str = "google", key_id: str = KEY_ID, alg: str = "RS256") -> bytes:
    key: Any = {"RS256": private_key(owner), "none": None}.get(alg, "public text as a secret of thirty-two bytes")
    headers = {"kid": key_id, "typ": "secevent+jwt"}
    return jwt.PyJWS().encode(json.dumps(said).encode(), key, algorithm=alg, headers=headers).encode()
