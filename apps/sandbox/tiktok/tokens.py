"""Tokens: an access token for two hours and a refresh token for 180 days that works once.

Older pages have 24 hours and 365 days, and refresh tokens that may stay: `access_seconds`, `refresh_seconds` and
`rotates`. A refresh leaves earlier access tokens as they are. Whether errors come with 400 is not documented:
`oauth_error_status`. What an application revokes ends the whole grant of that person, refresh token included; the
answer's body is empty, or what `revoke_body` says.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.core.world import World
from apps.sandbox.tiktok import grants
from apps.sandbox.tiktok.access import SCOPES
from apps.sandbox.tiktok.errors import oauth_refused
from apps.sandbox.tiktok.names import NAME

Form = dict[str, str]


def operation_of_token(call: Call) -> str:
    return "refresh" if call.fields.text("grant_type") == "refresh_token" else "token"


async def token(call: Call) -> Response:
    """POST /v2/oauth/token/"""
    form = _form(call)
    if form.get("grant_type") == "authorization_code":
        return _exchange(call, form)
    if form.get("grant_type") == "refresh_token":
        return _refresh(call, form)
    raise oauth_refused(call, "unsupported_grant_type", "The grant type is not supported.")


def _form(call: Call) -> Form:
    """The fields of the body, which is a form, from the application that is registered."""
    if not call.request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise oauth_refused(call, "invalid_request", "Only `application/x-www-form-urlencoded` is accepted.")
    form = {name: values[-1] for name, values in parse_qs(call.body.decode(errors="replace")).items()}
    missing = next((name for name in ("client_key", "client_secret") if not form.get(name)), "")
    if missing:
        raise oauth_refused(call, "invalid_request", f"The request parameters are malformed: {missing}.")
    known = (call.world.setting(NAME, "client_key"), call.world.setting(NAME, "client_secret"))
    if (form["client_key"], form["client_secret"]) != known:
        raise oauth_refused(call, "invalid_client", "Client key or secret is incorrect.")
    return form


def _exchange(call: Call, form: Form) -> Response:
    codes = call.world.box(NAME, "code")
    data = codes.get(form.get("code", ""))
    if data is None:
        raise oauth_refused(call, "invalid_grant", "Authorization code is invalid or expired.")
    if data["redirect_uri"] != form.get("redirect_uri"):
        raise oauth_refused(call, "invalid_grant", "The redirect_uri is not the one of the authorization request.")
    verifier = form.get("code_verifier", "")
    if data["code_challenge"] and data["code_challenge"] != hashlib.sha256(verifier.encode()).hexdigest():
        raise oauth_refused(call, "invalid_grant", "Code verifier or code challenge is invalid.")
    codes.delete(form["code"])
    return JSONResponse(_answer(*_pair(call.world, data["account"], data["scopes"])))


def _refresh(call: Call, form: Form) -> Response:
    """A new pair for a refresh token that nobody has used yet; nothing here awaits, so only one can win."""
    old, now = call.world.token(NAME, form.get("refresh_token", "")), call.world.now()
    if old is None or old.kind != "refresh" or not old.is_valid(now):
        raise oauth_refused(call, "invalid_grant", "Refresh token is invalid or expired.")
    if not call.world.setting(NAME, "rotates"):
        return JSONResponse(_answer(_issue(call.world, "access", old.account_id, old.scopes), old))
    call.world.revoke(old)
    return JSONResponse(_answer(*_pair(call.world, old.account_id, old.scopes)))


async def revoke(call: Call) -> Response:
    """POST /v2/oauth/revoke/ with an access token; one that has ended already is as good."""
    form = _form(call)
    found = call.world.token(NAME, form.get("token", ""))
    if found is None or found.kind != "access":
        raise oauth_refused(call, "invalid_request", "The access token is missing or unknown.")
    if call.account and found.is_valid(call.world.now()):
        grants.remove(call.world, call.account, reason=grants.BY_DEVELOPER)
    body = str(call.world.setting(NAME, "revoke_body"))
    return Response(body, media_type="application/json" if body else None)


def issue_credentials(world: World, account: Account, scopes: Sequence[str] | None) -> dict[str, Any]:
    """A pair as after a consent, with the names of the token answer."""
    access, refresh = _pair(world, account.id, list(SCOPES if scopes is None else scopes))
    return {
        **_answer(access, refresh),
        "token": access.token,
        "scopes": access.scopes,
        "expires_at": access.expires_at.isoformat() if access.expires_at else None,
        "username": account.handle,
        "client_key": world.setting(NAME, "client_key"),
        "client_secret": world.setting(NAME, "client_secret"),
    }


def _pair(world: World, account_id: str, scopes: list[str]) -> tuple[Token, Token]:
    return _issue(world, "access", account_id, scopes), _issue(world, "refresh", account_id, scopes)


def _issue(world: World, kind: str, account_id: str, scopes: list[str]) -> Token:
    return world.issue_token(
        NAME,
        kind=kind,
        account_id=account_id,
        client_id=str(world.setting(NAME, "client_key")),
        scopes=scopes,
        lives=timedelta(seconds=world.setting(NAME, f"{kind}_seconds")),
        value=f"{'act' if kind == 'access' else 'rft'}.{secrets.token_urlsafe(40)}!{secrets.randbelow(9000) + 1000}.va",
    )


def _answer(access: Token, refresh: Token) -> dict[str, Any]:
    now = access.issued_at
    return {
        "access_token": access.token,
        "expires_in": _left(access, now),
        "open_id": access.account_id,
        "refresh_token": refresh.token,
        "refresh_expires_in": _left(refresh, now),
        "scope": ",".join(access.scopes),
        "token_type": "Bearer",
    }


def _left(token: Token, now: datetime) -> int:
    return round((token.expires_at - now).total_seconds()) if token.expires_at else 0
