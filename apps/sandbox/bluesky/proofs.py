"""DPoP: proofs of possession of a key, and the nonces that keep them fresh.

A proof carries the client's own clock, which travelling in sandbox time does not move: `iat` is therefore measured
against the wall clock, while nonces grow old with the sandbox.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import jwt
from jwt.algorithms import ECAlgorithm

IAT_WINDOW_SECONDS = 180
_NONCE_STEP_SECONDS = 60


class BadProof(ValueError):
    """The DPoP proof is missing something or proves nothing."""


class WantsNonce(BadProof):
    """The proof is sound but for its nonce, which is absent or old."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof whose signature, method, address and time hold."""

    thumbprint: str
    jti: str
    nonce: str | None
    token_hash: str | None


class Nonces:
    """The nonces of one server: a new one each minute, each good for at most three."""

    def __init__(self, *, key: bytes, now: Callable[[], datetime]) -> None:
        self._key = key
        self._now = now

    def current(self) -> str:
        """The nonce to hand out now."""
        return self._nonce(self._step())

    def require(self, nonce: str | None) -> None:
        """WantsNonce when `nonce` is none of the last three."""
        step = self._step()
        fresh = [self._nonce(step - age) for age in range(3)]
        if nonce is None or not any(hmac.compare_digest(nonce.encode(), good.encode()) for good in fresh):
            raise WantsNonce("nonce is missing or old")

    def _step(self) -> int:
        return int(self._now().timestamp()) // _NONCE_STEP_SECONDS

    def _nonce(self, step: int) -> str:
        return base64url(hmac.digest(self._key, str(step).encode(), "sha256"))


class Replays:
    """Remembers the `jti` values seen lately, so that each counts once."""

    def __init__(self) -> None:
        self._seen: dict[str, float] = {}

    def is_new(self, jti: str, *, keep_seconds: int = 2 * IAT_WINDOW_SECONDS) -> bool:
        """Whether this is the first sight of `jti`; from now on it is not."""
        now = time.time()
        if len(self._seen) > 50_000:
            self._seen = {known: until for known, until in self._seen.items() if until > now}
        if self._seen.get(jti, 0) > now:
            return False
        self._seen[jti] = now + keep_seconds
        return True


def read_proof(compact: str | None, *, method: str, url: str) -> Proof:
    """Verify signature, type, method, address and time of a proof; BadProof says what fails."""
    if not compact:
        raise BadProof("DPoP proof required")
    header = _header(compact)
    claims = _claims(compact, header["jwk"])
    if not isinstance(claims.get("jti"), str) or not claims["jti"]:
        raise BadProof("DPoP proof is missing jti")
    if claims.get("htm") != method:
        raise BadProof("DPoP htm mismatch")
    if not isinstance(claims.get("htu"), str) or _without_query(claims["htu"]) != _without_query(url):
        raise BadProof("DPoP htu mismatch")
    issued = claims.get("iat")
    if not isinstance(issued, int | float) or abs(time.time() - issued) > IAT_WINDOW_SECONDS:
        raise BadProof("DPoP iat is too far from the time of the server")
    return Proof(
        thumbprint=thumbprint(header["jwk"]),
        jti=claims["jti"],
        nonce=claims.get("nonce"),
        token_hash=claims.get("ath"),
    )


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """The SHA-256 thumbprint of an elliptic curve key."""
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    return base64url(hashlib.sha256(json.dumps(members, separators=(",", ":"), sort_keys=True).encode()).digest())


def token_hash(token: str) -> str:
    """`ath`: the hash that binds a proof to an access token."""
    return s256(token)


def s256(text: str) -> str:
    """SHA-256 in base64url, as `ath` and the PKCE challenge are made."""
    return base64url(hashlib.sha256(text.encode()).digest())


def base64url(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _header(compact: str) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(compact)
    except jwt.InvalidTokenError as error:
        raise BadProof(f"DPoP proof cannot be read: {error}") from error
    if header.get("typ") != "dpop+jwt":
        raise BadProof('DPoP proof must have the type "dpop+jwt"')
    if header.get("alg") != "ES256":
        raise BadProof('DPoP proof must be signed with "ES256"')
    jwk = header.get("jwk")
    if not isinstance(jwk, dict) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise BadProof("DPoP proof must carry a public P-256 key")
    if "d" in jwk:
        raise BadProof("DPoP proof must not carry a private key")
    return header


def _claims(compact: str, jwk: dict[str, Any]) -> dict[str, Any]:
    try:
        key = ECAlgorithm.from_jwk(jwk)
        # Time is judged by `iat` alone, in `read_proof`.
        options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}
        return jwt.decode(compact, key, algorithms=["ES256"], options=options)  # type: ignore[arg-type]
    except (jwt.InvalidTokenError, jwt.InvalidKeyError) as error:
        raise BadProof(f"DPoP proof does not verify: {error}") from error


def _without_query(url: str) -> str:
    scheme, host, path, _, _ = urlsplit(url)
    return urlunsplit((scheme.lower(), host.lower(), path or "/", "", ""))
