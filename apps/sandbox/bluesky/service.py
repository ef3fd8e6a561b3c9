"""com.atproto.server.getServiceAuth: short tokens by which another service acts for an account, and their reading.

They are measured against the wall clock, as proofs are, because the client says in them when they end.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jwt
from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account

from .errors import XRPCError, invalid_request
from .gate import Gate
from .identity import NAME
from .tokens import server_key

if TYPE_CHECKING:
    from apps.sandbox.core.world import World

LONGEST_SECONDS = 3600
LONGEST_WITHOUT_METHOD_SECONDS = 60
UPLOAD_BLOB = "com.atproto.repo.uploadBlob"


@dataclass(frozen=True, slots=True)
class Services:
    """Hands the tokens out."""

    gate: Gate

    async def issue(self, call: Call) -> Response:
        """A token for the audience `aud` and, with `lxm`, for one method only."""
        caller = self.gate.caller(call)
        audience, method = call.fields.text("aud"), call.fields.text("lxm")
        if not audience.startswith("did:"):
            raise invalid_request("Error: Params must have the property aud")
        ends = _end(call.fields.text("exp"), has_method=bool(method))
        caller.require_rpc(method or "*", audience)
        claims = {"iss": caller.account.id, "aud": audience, "iat": int(time.time()), "exp": ends}
        claims["jti"] = secrets.token_hex(8)
        if method:
            claims["lxm"] = method
        token = jwt.encode(claims, server_key(call.world), algorithm="HS256", headers={"typ": "JWT"})
        return JSONResponse({"token": token})


def account_of(call: Call, *, audience: str, method: str) -> Account:
    """Whom the service token of this request speaks for; 401 unless it is meant for this audience and method."""
    claims = _claims(call.world, call.bearer())
    if claims is None:
        raise XRPCError(401, "InvalidToken", "Service token could not be verified")
    if claims["exp"] <= time.time():
        raise XRPCError(401, "JwtExpired", "jwt expired")
    if claims["aud"] != audience:
        raise XRPCError(401, "BadJwtAudience", "jwt audience does not match service did")
    if claims.get("lxm") != method:
        raise XRPCError(
            401, "BadJwtLexiconMethod", f"bad jwt lexicon method ({claims.get('lxm')}). must match: {method}"
        )
    account = call.world.account(NAME, claims["iss"])
    if account is None:
        raise XRPCError(401, "InvalidToken", "Unknown issuer")
    call.account = account
    return account


def _claims(world: World, presented: str) -> dict[str, Any] | None:
    options = {"verify_exp": False, "verify_iat": False, "verify_aud": False, "require": ["iss", "aud", "exp"]}
    try:
        found: dict[str, Any] = jwt.decode(presented, server_key(world), algorithms=["HS256"], options=options)  # type: ignore[arg-type]
    except jwt.InvalidTokenError:
        return None
    return found


def _end(written: str, *, has_method: bool) -> int:
    now = int(time.time())
    if not written:
        return now + LONGEST_WITHOUT_METHOD_SECONDS
    if not written.isdigit():
        raise invalid_request("Error: exp must be an integer")
    if int(written) < now:
        raise XRPCError(400, "BadExpiration", "expiration is in past")
    if int(written) - now > LONGEST_SECONDS:
        raise XRPCError(
            400, "BadExpiration", "cannot request a token with an expiration more than an hour in the future"
        )
    if not has_method and int(written) - now > LONGEST_WITHOUT_METHOD_SECONDS:
        told = "cannot request a method-less token with an expiration more than a minute in the future"
        raise XRPCError(400, "BadExpiration", told)
    return int(written)
