"""Sessions opened with a password: createSession, refreshSession, getSession, deleteSession.

A refresh token that was used stays good for two hours and leads to the same next one each time, so a client that lost
an answer may simply ask again.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Token

from . import identity, limits, tokens
from .errors import XRPCError, invalid_request
from .gate import Gate

if TYPE_CHECKING:
    from apps.sandbox.core.world import World

ACCESS_LIVES = timedelta(minutes=120)
REFRESH_LIVES = timedelta(days=90)
GRACE = timedelta(hours=2)


async def create(call: Call) -> Response:
    """com.atproto.server.createSession"""
    body = call.json()
    if not isinstance(body, dict) or not all(isinstance(body.get(key), str) for key in ("identifier", "password")):
        raise invalid_request("Input must have the properties identifier and password")
    headers = limits.session_attempt(call.world, body["identifier"].strip().lower())
    account = identity.account_called(call.world, body["identifier"])
    scope = {
        identity.APP_PASSWORD: tokens.APP_PASSWORD_SCOPE,
        identity.MAIN_PASSWORD: tokens.MAIN_PASSWORD_SCOPE,
    }.get(body["password"])
    if account is None or scope is None:
        raise XRPCError(401, "AuthenticationRequired", "Invalid identifier or password", headers)
    call.account = account
    return JSONResponse(open_session(call.world, account, scope), headers=headers)


async def refresh(call: Call) -> Response:
    """com.atproto.server.refreshSession"""
    used, account = _refresh_token(call)
    world = call.world
    if "next" not in used.data:
        used.data["next"] = secrets.token_urlsafe(24)
        used.expires_at = min(used.expires_at or world.now(), world.now() + GRACE)
    successor = world.token(identity.NAME, used.data["next"])
    with world.store.transaction():
        world.store.tokens.save(used)
        if successor is None:
            successor = _refresh_row(world, account, " ".join(used.scopes), used.data["session"], used.data["next"])
    return JSONResponse(_session(world, account, successor))


async def delete(call: Call) -> Response:
    """com.atproto.server.deleteSession; access tokens already out run to their end, as on the real server."""
    token, _ = _refresh_token(call)
    call.world.revoke(token)
    return Response()


class Who:
    """com.atproto.server.getSession"""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def get(self, call: Call) -> Response:
        caller = self._gate.caller(call)
        shown = _account(call.world, caller.account)
        if not caller.permissions.may_read_email:
            del shown["email"], shown["emailConfirmed"]
        return JSONResponse(shown)


def open_session(world: World, account: Account, scope: str) -> dict[str, Any]:
    """Open a session and say what `createSession` says."""
    return _session(world, account, _refresh_row(world, account, scope, secrets.token_urlsafe(12), ""))


def _refresh_row(world: World, account: Account, scope: str, session: str, value: str) -> Token:
    # The row says the scope of the access tokens it will bring; the refresh JWT itself has but one.
    return tokens.issue(
        world,
        account,
        kind=tokens.BEARER_REFRESH,
        scope=scope,
        lives=REFRESH_LIVES,
        value=value,
        session=session,
    )


def _session(world: World, account: Account, refresh_row: Token) -> dict[str, Any]:
    scope = " ".join(refresh_row.scopes)
    access = tokens.issue(
        world,
        account,
        kind=tokens.BEARER_ACCESS,
        scope=scope,
        lives=ACCESS_LIVES,
        session=refresh_row.data["session"],
    )
    return {
        "accessJwt": tokens.signed(world, access, scope=scope, typ="at+jwt"),
        "refreshJwt": tokens.signed(world, refresh_row, scope=tokens.REFRESH_SCOPE, typ="refresh+jwt"),
        **_account(world, account),
    }


def _account(world: World, account: Account) -> dict[str, Any]:
    return {
        "did": account.id,
        "handle": account.handle,
        "didDoc": identity.did_document(world, account),
        "email": account.data["email"],
        "emailConfirmed": bool(world.setting(identity.NAME, "email_confirmed")),
        "active": True,
    }


def _refresh_token(call: Call) -> tuple[Token, Account]:
    """The refresh token in the header and whose it is; 400 or 401 in the words of the real server otherwise."""
    if not call.request.headers.get("authorization"):
        raise XRPCError(401, "AuthMissing", "Authentication Required")
    token, now = call.token, call.world.now()
    if token is None or call.account is None:
        raise XRPCError(400, "InvalidToken", "Token could not be verified")
    if token.kind != tokens.BEARER_REFRESH:
        raise XRPCError(400, "InvalidToken", "Bad token scope")
    if token.revoked_at is not None or ("next" in token.data and token.has_expired(now)):
        raise XRPCError(400, "ExpiredToken", "Token has been revoked")
    if token.has_expired(now):
        raise XRPCError(400, "ExpiredToken", "Token has expired")
    return token, call.account
