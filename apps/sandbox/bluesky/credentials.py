"""Ready-made credentials for tests and demos: an app password, a session of it and a DPoP-bound OAuth session."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from apps.sandbox.core.rows import Account

from . import grants, identity, sessions, tokens
from .proofs import thumbprint

if TYPE_CHECKING:
    from apps.sandbox.core.world import World

_SCOPE = "atproto transition:generic"


def issue(world: World, account: Account, scopes: Sequence[str] | None) -> dict[str, Any]:
    """What a client needs to speak for `account`; the OAuth session belongs to a loopback client."""
    bearer = sessions.open_session(world, account, tokens.APP_PASSWORD_SCOPE)
    return {
        "did": account.id,
        "handle": account.handle,
        "pds": world.origin(identity.NAME),
        "app_password": identity.APP_PASSWORD,
        "token": bearer["accessJwt"],
        "access_jwt": bearer["accessJwt"],
        "refresh_jwt": bearer["refreshJwt"],
        "oauth": _oauth_session(world, account, " ".join(scopes) if scopes else _SCOPE),
    }


def _oauth_session(world: World, account: Account, scope: str) -> dict[str, Any]:
    key = ec.generate_private_key(ec.SECP256R1())
    jwk = json.loads(ECAlgorithm.to_jwk(key))
    client_id = "http://localhost?" + urlencode({"scope": scope})
    session = grants.new_session(world, client_id=client_id, client_key="", thumbprint=thumbprint(jwk), scope=scope)
    answer = grants.open_session(world, account, session)
    return {**answer, "client_id": client_id, "issuer": world.origin(identity.NAME), "dpop_jwk": jwk}
