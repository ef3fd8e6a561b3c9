"""What Google signs: who somebody is (`id_token`), and whatever `protection` tells. Where its keys are found.

Keys are made anew by each process; that of STRANGER is shown to nobody.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.world import World

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

ISSUER = "https://accounts.google.com"
KEY_ID = "sandbox-google-key"
GOOGLE, STRANGER = "google", "stranger"  # whose key signs
LIVES_SECONDS = 3600


@cache
def _key(owner: str) -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric import rsa  # here and below, for the sake of a quick start

    return rsa.generate_private_key(public_exponent=65_537, key_size=2048)


def signed(claims: dict[str, Any], kind: str, *, key_id: str = KEY_ID, by: str = GOOGLE) -> str:
    import jwt

    return jwt.encode(claims, _key(by), algorithm="RS256", headers={"kid": key_id, "typ": kind})


def id_token(world: World, platform: str, user: str) -> str:
    now = int(world.now().timestamp())
    claims = {"iss": ISSUER, "aud": world.setting(platform, "client_id"), "sub": user}
    return signed(claims | {"iat": now, "exp": now + LIVES_SECONDS}, "JWT")


async def certificates(call: Call) -> Response:
    """GET /oauth2/v3/certs: the public key of all that is signed here"""
    from jwt.algorithms import RSAAlgorithm

    key = json.loads(RSAAlgorithm.to_jwk(_key(GOOGLE).public_key()))
    return JSONResponse({"keys": [key | {"kid": KEY_ID, "use": "sig", "alg": "RS256"}]})


async def risc_configuration(call: Call) -> Response:
    """GET /.well-known/risc-configuration"""
    return JSONResponse({"issuer": ISSUER, "jwks_uri": f"{call.world.origin(call.platform_name)}/oauth2/v3/certs"})
