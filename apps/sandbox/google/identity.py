"""What Google signs: who somebody is (`id_token`), and that somebody has withdrawn what was granted (RISC).

The key is made anew by each process. Events go to the setting `risc_url`; registering a receiver is not simulated.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core import hooks
from apps.sandbox.core.calls import Call
from apps.sandbox.core.world import World

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

ISSUER = "https://accounts.google.com"
KEY_ID = "sandbox-google-key"
LIVES_SECONDS = 3600
TOKENS_REVOKED = "https://schemas.openid.net/secevent/oauth/event-type/tokens-revoked"


@cache
def _key() -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric import rsa  # here and below, for the sake of a quick start

    return rsa.generate_private_key(public_exponent=65_537, key_size=2048)


def _signed(claims: dict[str, Any], kind: str) -> str:
    import jwt

    return jwt.encode(claims, _key(), algorithm="RS256", headers={"kid": KEY_ID, "typ": kind})


def id_token(world: World, platform: str, user: str) -> str:
    now = int(world.now().timestamp())
    claims = {"iss": ISSUER, "aud": world.setting(platform, "client_id"), "sub": user}
    return _signed(claims | {"iat": now, "exp": now + LIVES_SECONDS}, "JWT")


def tell_of_revocation(world: World, platform: str, user: str) -> None:
    """A security event: all tokens of this person have ended."""
    url = str(world.setting(platform, "risc_url"))
    if not url:
        return
    claims = {
        "iss": ISSUER,
        "aud": world.setting(platform, "client_id"),
        "iat": int(world.now().timestamp()),
        "jti": str(world.number()),
        "events": {TOKENS_REVOKED: {"subject": {"subject_type": "iss-sub", "iss": ISSUER, "sub": user}}},
    }
    body = _signed(claims, "secevent+jwt").encode()
    hooks.deliver(world, platform, url, body, {"Content-Type": "application/secevent+jwt"})


async def certificates(call: Call) -> Response:
    """GET /oauth2/v3/certs: the public key of all that is signed here"""
    from jwt.algorithms import RSAAlgorithm

    key = json.loads(RSAAlgorithm.to_jwk(_key().public_key()))
    return JSONResponse({"keys": [key | {"kid": KEY_ID, "use": "sig", "alg": "RS256"}]})


async def risc_configuration(call: Call) -> Response:
    """GET /.well-known/risc-configuration"""
    return JSONResponse({"issuer": ISSUER, "jwks_uri": f"{call.world.origin(call.platform_name)}/oauth2/v3/certs"})
