"""Keys and signatures of AT Protocol OAuth: ES256 keys as JWK, PKCE, DPoP proofs, client assertions, key sets.

Every moment is an argument: a proof whose `iat` is minutes off is refused, so the machine's time must be right.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from apps.core.secrets import Secret

ALGORITHM: Final = "ES256"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_LIFE = timedelta(seconds=60)
_COORDINATE_BYTES: Final = 32


def new_key(*, kid: str = "") -> Secret:
    """A fresh P-256 key as the text of a private JWK; `kid` names it in a key set."""
    numbers = ec.generate_private_key(ec.SECP256R1()).private_numbers()
    jwk = {
        "kty": "EC",
        "crv": "P-256",
        "x": _number(numbers.public_numbers.x),
        "y": _number(numbers.public_numbers.y),
        "d": _number(numbers.private_value),
    }
    return Secret(json.dumps(jwk | ({"kid": kid, "alg": ALGORITHM} if kid else {})))


def public_jwk(key: Secret) -> dict[str, str]:
    """The public half of a private JWK, with its `kid` where it has one."""
    jwk = json.loads(key.reveal())
    return {name: jwk[name] for name in ("kty", "crv", "x", "y", "kid") if name in jwk}


def key_set(keys: Iterable[Secret]) -> dict[str, list[dict[str, str]]]:
    """The JWKS document of a confidential client: every key that may still sign, old ones included.

    A session is bound to the key that opened it, so taking a key out of the set ends its sessions: rotate by adding.
    """
    return {"keys": [_published(key) for key in keys]}


def thumbprint(jwk: dict[str, str]) -> str:
    """RFC 7638: the name of a public key that follows from the key itself."""
    canonical = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    return _encoded(hashlib.sha256(canonical.encode()).digest())


def new_verifier() -> Secret:
    """A PKCE code verifier."""
    return Secret(secrets.token_urlsafe(48))


def challenge(verifier: Secret) -> str:
    """The S256 challenge of a verifier."""
    return _encoded(hashlib.sha256(verifier.reveal().encode("ascii")).digest())


def token_hash(token: Secret) -> str:
    """`ath`: what binds a proof to the access token it travels with."""
    return _encoded(hashlib.sha256(token.reveal().encode("ascii")).digest())


def dpop_proof(
    key: Secret, *, method: str, url: str, now: datetime, nonce: str = "", access_token: Secret | None = None
) -> str:
    """A proof for one request; each request, and each repeat, needs a new one. `url` loses query and fragment."""
    claims = {
        "jti": secrets.token_urlsafe(16),
        "htm": method.upper(),
        "htu": url.partition("?")[0].partition("#")[0],
        "iat": int(now.timestamp()),
    }
    if nonce:
        claims["nonce"] = nonce
    if access_token:
        claims["ath"] = token_hash(access_token)
    public = {name: value for name, value in public_jwk(key).items() if name != "kid"}
    return _signed(key, claims, {"typ": "dpop+jwt", "jwk": public})


def client_assertion(key: Secret, *, client_id: str, issuer: str, now: datetime) -> str:
    """The proof that we are the confidential client `client_id`, for one request to `issuer`."""
    issued = int(now.timestamp())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": issuer,
        "jti": secrets.token_urlsafe(16),
        "iat": issued,
        "exp": issued + int(_ASSERTION_LIFE.total_seconds()),
    }
    return _signed(key, claims, {"kid": _kid(key)})


def unverified_claims(token: Secret) -> dict[str, Any]:
    """What a token of somebody else's says of itself, {} for one that is opaque; never proof of anything."""
    try:
        claims = jwt.decode(token.reveal(), options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return {}
    return dict(claims)


def _published(key: Secret) -> dict[str, str]:
    return public_jwk(key) | {"kid": _kid(key), "use": "sig", "alg": ALGORITHM}


def _kid(key: Secret) -> str:
    public = public_jwk(key)
    return public.get("kid") or thumbprint(public)


def _signed(key: Secret, claims: dict[str, Any], headers: dict[str, Any]) -> str:
    return jwt.encode(
        claims, jwt.PyJWK.from_json(key.reveal(), algorithm=ALGORITHM), algorithm=ALGORITHM, headers=headers
    )


def _number(value: int) -> str:
    return _encoded(value.to_bytes(_COORDINATE_BYTES, "big"))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
