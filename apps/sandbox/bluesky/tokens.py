"""The tokens that this server signs and remembers, and the sessions that tie them together.

A token row is keyed by the `jti` inside the JWT, so the same row may be told in several JWTs; OAuth refresh tokens are
plain random words. Every row says in `data["session"]` which session it belongs to.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import jwt

from apps.sandbox.core.rows import Account, Token

from .identity import NAME, server_did

if TYPE_CHECKING:
    from apps.sandbox.core.calls import Call
    from apps.sandbox.core.world import World

APP_PASSWORD_SCOPE = "com.atproto.appPass"
MAIN_PASSWORD_SCOPE = "com.atproto.access"
REFRESH_SCOPE = "com.atproto.refresh"

BEARER_ACCESS, BEARER_REFRESH = "bearer access", "bearer refresh"
DPOP_ACCESS, DPOP_REFRESH = "dpop access", "dpop refresh"


def server_key(world: World) -> str:
    """The secret this server signs with, made once for each life of the sandbox's memory."""
    key = world.store.recall("bluesky_key", "")
    if not key:
        key = secrets.token_hex(32)
        world.store.remember("bluesky_key", key)
    return key


def find_token(call: Call) -> Token | None:
    """The token a request presents: in its header, or in the form of a refresh or revocation."""
    world = call.world
    for scheme in ("bearer", "dpop"):
        if presented := call.bearer(scheme):
            return token_of(world, presented)
    if call.path.startswith("/oauth/"):
        return token_of(world, call.fields.text("refresh_token") or call.fields.text("token"))
    return None


def token_of(world: World, presented: str) -> Token | None:
    """The row behind what a client presents; None for a signature that is not ours."""
    if presented.count(".") != 2:
        return world.token(NAME, presented)
    try:
        # Time is the row's business, for it knows the sandbox's clock and early ends.
        options = {"verify_exp": False, "verify_iat": False, "verify_aud": False}
        claims = jwt.decode(presented, server_key(world), algorithms=["HS256"], options=options)  # type: ignore[arg-type]
    except jwt.InvalidTokenError:
        return None
    return world.token(NAME, str(claims.get("jti", "")))


def signed(world: World, token: Token, *, scope: str, typ: str, **claims: Any) -> str:
    """The JWT that tells `token` to its bearer."""
    ends_at = token.expires_at or world.now()
    body = {
        "scope": scope,
        "sub": token.account_id,
        "aud": server_did(world),
        "iat": int(token.issued_at.timestamp()),
        "exp": int(ends_at.timestamp()),
        "jti": token.token,
        **claims,
    }
    return jwt.encode(body, server_key(world), algorithm="HS256", headers={"typ": typ})


def end_session(world: World, token: Token) -> None:
    """Revoke every token of the session that `token` belongs to."""
    siblings = world.store.tokens.find(platform=NAME, account_id=token.account_id)
    with world.store.transaction():
        for sibling in siblings:
            if sibling.data.get("session") == token.data.get("session"):
                world.revoke(sibling)


def issue(
    world: World,
    account: Account,
    *,
    kind: str,
    scope: str,
    lives: timedelta | datetime,
    client_id: str = "",
    value: str = "",
    **data: Any,
) -> Token:
    """A new row; `lives` is a span from now or the instant when it ends."""
    return world.issue_token(
        NAME,
        kind=kind,
        account_id=account.id,
        client_id=client_id,
        scopes=scope.split(),
        lives=lives - world.now() if isinstance(lives, datetime) else lives,
        value=value or secrets.token_urlsafe(24),
        data=data,
    )
