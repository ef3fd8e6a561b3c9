"""The token endpoint: codes and refresh tokens for DPoP-bound tokens, and the end of a session.

A refresh token works once. Whoever shows it a second time ends the whole session, for one of the two is a thief.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Token

from . import tokens
from .assertions import ClientDoor
from .errors import OAuthError
from .gate import Gate
from .identity import NAME
from .proofs import s256

if TYPE_CHECKING:
    from apps.sandbox.core.world import World

ACCESS_LIVES = timedelta(minutes=60)
# A confidential client refreshes for two years, three months at most between two times; a public one for two weeks.
CONFIDENTIAL_REFRESH, CONFIDENTIAL_SESSION = timedelta(days=90), timedelta(days=730)
PUBLIC_REFRESH, PUBLIC_SESSION = timedelta(days=14), timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Session:
    """What stays the same from one refresh to the next; travels in the `data` of each token."""

    session: str
    client_id: str
    client_key: str
    thumbprint: str
    scope: str
    ends_at: float

    @property
    def refresh_lives(self) -> timedelta:
        """How long one refresh token may wait."""
        return CONFIDENTIAL_REFRESH if self.client_key else PUBLIC_REFRESH


class TokenEndpoint:
    """POST /oauth/token and /oauth/revoke"""

    def __init__(self, gate: Gate, client_door: ClientDoor) -> None:
        self._gate = gate
        self._clients = client_door

    async def token(self, call: Call) -> Response:
        """Exchange a code or a refresh token."""
        proof = self._gate.auth_server_proof(call)
        client, key = await self._clients.enter(call)
        grant_type = call.fields.text("grant_type")
        if grant_type == "authorization_code":
            return _exchange_code(call, client.client_id, key, proof.thumbprint)
        if grant_type == "refresh_token":
            return _refresh(call, client.client_id, key, proof.thumbprint)
        raise OAuthError("unsupported_grant_type", f'Grant type "{grant_type}" is not supported')

    async def revoke(self, call: Call) -> Response:
        """End the session of the token; 200 also for a token nobody knows, as the standard wants."""
        client, _ = await self._clients.enter(call)
        if call.token is not None and call.token.client_id == client.client_id:
            tokens.end_session(call.world, call.token)
        return JSONResponse({})


def open_session(world: World, account: Account, session: Session) -> dict[str, Any]:
    """New tokens of a session, as the token endpoint answers them."""
    data = {name: getattr(session, name) for name in ("session", "client_key", "thumbprint", "ends_at")}
    common: dict[str, Any] = {"scope": session.scope, "client_id": session.client_id, **data}
    access = tokens.issue(world, account, kind=tokens.DPOP_ACCESS, lives=ACCESS_LIVES, **common)
    ends_at = datetime.fromtimestamp(session.ends_at, world.now().tzinfo)
    refresh = tokens.issue(
        world,
        account,
        kind=tokens.DPOP_REFRESH,
        lives=min(ends_at, world.now() + session.refresh_lives),
        value=f"ref-{secrets.token_hex(32)}",
        **common,
    )
    origin = world.origin(NAME)
    return {
        "access_token": tokens.signed(
            world,
            access,
            scope=session.scope,
            typ="at+jwt",
            iss=origin,
            client_id=session.client_id,
            cnf={"jkt": session.thumbprint},
        ),
        "token_type": "DPoP",
        "refresh_token": refresh.token,
        "scope": session.scope,
        "expires_in": int(ACCESS_LIVES.total_seconds()) - 1,
        "sub": account.id,
    }


def new_session(world: World, *, client_id: str, client_key: str, thumbprint: str, scope: str) -> Session:
    """A session that begins now."""
    lives = CONFIDENTIAL_SESSION if client_key else PUBLIC_SESSION
    ends_at = (world.now() + lives).timestamp()
    return Session(secrets.token_hex(8), client_id, client_key, thumbprint, scope, ends_at)


def _exchange_code(call: Call, client_id: str, key: str, thumbprint: str) -> Response:
    world, code = call.world, call.fields.text("code")
    grant = world.box(NAME, "code").take(code)
    if grant is None:
        _punish_second_use(world, code)
        raise OAuthError("invalid_grant", "Invalid code")
    call.account = account = world.account(NAME, grant["did"])
    if account is None or grant["client_id"] != client_id or grant["client_key"] != key:
        raise OAuthError("invalid_grant", "The code was given to another client")
    if grant["redirect_uri"] != call.fields.text("redirect_uri"):
        raise OAuthError("invalid_grant", "redirect_uri is not the one of the authorization request")
    challenge = s256(call.fields.text("code_verifier"))
    if not hmac.compare_digest(challenge.encode(), grant["code_challenge"].encode()):
        raise OAuthError("invalid_grant", "Invalid code_verifier")
    if grant["thumbprint"] != thumbprint:
        raise OAuthError("invalid_dpop_proof", "DPoP key is not the one of the authorization request")
    session = new_session(world, client_id=client_id, client_key=key, thumbprint=thumbprint, scope=grant["scope"])
    answer = open_session(world, account, session)
    world.box(NAME, "used code").put(code, {"refresh_token": answer["refresh_token"]})
    return _told(answer)


def _punish_second_use(world: World, code: str) -> None:
    used = world.box(NAME, "used code").get(code)
    if used and (token := world.token(NAME, used["refresh_token"])):
        tokens.end_session(world, token)


def _refresh(call: Call, client_id: str, key: str, thumbprint: str) -> Response:
    world, token = call.world, call.token
    if token is None or token.kind != tokens.DPOP_REFRESH or call.account is None:
        raise OAuthError("invalid_grant", "Invalid refresh token")
    if token.data.get("used"):
        tokens.end_session(world, token)
        raise OAuthError("invalid_grant", "Refresh token replayed")
    _require_refreshable(world, token)
    if token.client_id != client_id or token.data["client_key"] != key:
        tokens.end_session(world, token)
        raise OAuthError("invalid_grant", "The refresh token was given to another client or key of it")
    if token.data["thumbprint"] != thumbprint:
        raise OAuthError("invalid_dpop_proof", "DPoP key is not the one of the session")
    session = Session(
        session=token.data["session"],
        client_id=client_id,
        client_key=key,
        thumbprint=thumbprint,
        scope=" ".join(token.scopes),
        ends_at=token.data["ends_at"],
    )
    with world.store.transaction():
        token.data["used"] = True
        world.store.tokens.save(token)
        answer = open_session(world, call.account, session)
    return _told(answer)


def _require_refreshable(world: World, token: Token) -> None:
    now = world.now()
    if token.revoked_at is not None:
        tokens.end_session(world, token)
        raise OAuthError("invalid_grant", "Invalid refresh token")
    if now.timestamp() >= token.data["ends_at"]:
        raise OAuthError("invalid_grant", "Session expired")
    if token.has_expired(now):
        raise OAuthError("invalid_grant", "Refresh token expired")


def _told(answer: dict[str, Any]) -> Response:
    return JSONResponse(answer, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})
