"""Three-legged OAuth: the consent page, a code, a token of 60 days, and a refresh token that stays the same for a year.

Client credentials travel in the body. Where the documentation is silent: a refresh token that is revoked takes the
tokens of its grant with it, an access token only itself; a wrong secret is `invalid_client` with 401.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, RedirectResponse, Response

from apps.sandbox.core import consent
from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.core.world import World
from apps.sandbox.linkedin import members
from apps.sandbox.linkedin.errors import token_error

LINKEDIN = "linkedin"
CODE_LIVES = timedelta(minutes=30)
ACCESS_LIVES = timedelta(days=60)
REFRESH_LIVES = timedelta(days=365)
TOKEN_BYTES = 400  # more than five hundred letters: tokens are long here, and may be twice as long


async def authorize(call: Call) -> Response:
    """GET /oauth/v2/authorization: nothing is sent back to an address that is not registered."""
    fields = call.fields
    redirect_uri, state = fields.text("redirect_uri"), fields.text("state")
    if fields.text("client_id") != call.world.setting(LINKEDIN, "client_id"):
        return consent.problem("The passed in client_id is invalid", status=400)
    if not _is_registered(call.world, redirect_uri):
        return consent.problem("The redirect_uri does not match the registered value", status=400)
    if fields.text("response_type") != "code":
        return _back(redirect_uri, "unsupported_response_type", "response_type must be code", state)
    scopes = fields.text("scope").split()
    granted = str(call.world.setting(LINKEDIN, "app_scopes")).split()
    if unknown := [scope for scope in scopes if scope not in granted]:
        words = f'Scope "{unknown[0]}" is not authorized for your application'
        return _back(redirect_uri, "unauthorized_scope_error", words, state)
    if not scopes:
        return _back(redirect_uri, "invalid_scope", "The scope parameter is empty", state)
    data = {"redirect_uri": redirect_uri, "state": state, "scopes": scopes}
    return consent.ask(call, app_name=str(call.world.setting(LINKEDIN, "app_name")), scopes=scopes, data=data)


async def authorized(call: Call) -> Response:
    decision = consent.decide(call)
    data = decision.data
    if decision.account is None:
        words = "The user cancelled the authorization"
        return _back(data["redirect_uri"], "user_cancelled_authorize", words, data["state"])
    code = "AQT" + secrets.token_urlsafe(48)
    call.world.box(LINKEDIN, "code").put(code, data | {"account": decision.account.id}, lives=CODE_LIVES)
    return _redirect(data["redirect_uri"], {"code": code}, data["state"])


def _is_registered(world: World, redirect_uri: str) -> bool:
    """Addresses are compared without their query; with none registered, any web address will do."""
    registered = str(world.setting(LINKEDIN, "redirect_uris")).split()
    if not redirect_uri.startswith(("https://", "http://")) or "#" in redirect_uri:
        return False
    return not registered or redirect_uri.partition("?")[0] in registered


def _back(redirect_uri: str, error: str, words: str, state: str) -> Response:
    return _redirect(redirect_uri, {"error": error, "error_description": words}, state)


def _redirect(redirect_uri: str, answer: dict[str, str], state: str) -> Response:
    query = urlencode(answer | ({"state": state} if state else {}))
    joint = "&" if "?" in redirect_uri else "?"
    return RedirectResponse(f"{redirect_uri}{joint}{query}", status_code=302)


# Tokens


async def access_token(call: Call) -> Response:
    """POST /oauth/v2/accessToken"""
    _check_client(call)
    if call.fields.text("grant_type") == "authorization_code":
        return _exchange_code(call)
    if call.fields.text("grant_type") == "refresh_token":
        return _refresh(call)
    raise token_error("invalid_request", 'A required parameter "grant_type" is missing or not supported')


def operation_of_token_call(call: Call) -> str:
    return "refresh" if call.fields.text("grant_type") == "refresh_token" else "token"


def _check_client(call: Call) -> None:
    for name in ("client_id", "client_secret"):
        if not call.fields.text(name):
            raise token_error("invalid_request", f'A required parameter "{name}" is missing')
    if any(call.fields.text(name) != call.world.setting(LINKEDIN, name) for name in ("client_id", "client_secret")):
        raise token_error("invalid_client", "Client authentication failed", status=401)


def _exchange_code(call: Call) -> Response:
    codes, code = call.world.box(LINKEDIN, "code"), call.fields.text("code")
    data = codes.get(code)
    if data is None:
        raise token_error("invalid_request", "Unable to retrieve access token: authorization code not found")
    if data["redirect_uri"] != call.fields.text("redirect_uri"):
        words = "Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code"
        raise token_error("invalid_request", words)
    codes.delete(code)
    account = call.world.account(LINKEDIN, data["account"])
    if account is None:
        raise token_error("invalid_request", "Unable to retrieve access token: the member is gone")
    call.account = account
    return JSONResponse(_grant(call.world, account, data["scopes"]))


def _grant(world: World, account: Account, scopes: Sequence[str]) -> dict[str, Any]:
    """A new grant: the answer of the token call."""
    refresh = None
    data = {"member": members.member_of(world, account).id, "grant": secrets.token_hex(8)}
    data["authorized_at"] = str(int(world.now().timestamp()))
    if world.setting(LINKEDIN, "refresh_tokens"):
        refresh = _issue(world, account.id, scopes, kind="refresh", lives=REFRESH_LIVES, prefix="AQX", data=data)
    access = _issue(world, account.id, scopes, kind="access", lives=ACCESS_LIVES, prefix="AQV", data=data)
    return _answer(world, access, refresh)


def _refresh(call: Call) -> Response:
    """The refresh token is not replaced; the access token never outlives it."""
    now = call.world.now()
    token = call.world.token(LINKEDIN, call.fields.text("refresh_token"))
    if token is None or token.kind != "refresh" or not token.is_valid(now) or token.expires_at is None:
        words = "The provided authorization grant or refresh token is invalid, expired or revoked"
        raise token_error(str(call.world.setting(LINKEDIN, "dead_refresh_error")), words)
    lives = min(ACCESS_LIVES, token.expires_at - now)
    access = _issue(
        call.world, token.account_id, token.scopes, kind="access", lives=lives, prefix="AQV", data=token.data
    )
    return JSONResponse(_answer(call.world, access, token))


def _answer(world: World, access: Token, refresh: Token | None) -> dict[str, Any]:
    now = world.now()
    answer: dict[str, Any] = {"access_token": access.token, "expires_in": _seconds_left(access, now)}
    if refresh:
        answer |= {"refresh_token": refresh.token, "refresh_token_expires_in": _seconds_left(refresh, now)}
    return answer | {"scope": ",".join(access.scopes), "token_type": "Bearer"}


def _seconds_left(token: Token, now: datetime) -> int:
    return round((token.expires_at - now).total_seconds()) if token.expires_at else 0


def _issue(
    world: World,
    account_id: str,
    scopes: Sequence[str],
    *,
    kind: str,
    lives: timedelta,
    prefix: str,
    data: dict[str, str],
) -> Token:
    return world.issue_token(
        LINKEDIN,
        kind=kind,
        account_id=account_id,
        client_id=str(world.setting(LINKEDIN, "client_id")),
        scopes=scopes,
        lives=lives,
        value=prefix + secrets.token_urlsafe(TOKEN_BYTES),
        data=dict(data),
    )


async def introspect(call: Call) -> Response:
    """POST /oauth/v2/introspectToken: what a token is good for; costs none of the member's quota."""
    _check_client(call)
    token = call.world.token(LINKEDIN, call.fields.text("token"))
    if token is None:
        return JSONResponse({"active": False})
    now = call.world.now()
    status = "revoked" if token.revoked_at else "expired" if token.has_expired(now) else "active"
    return JSONResponse(
        {
            "active": status == "active",
            "client_id": token.client_id,
            "authorized_at": int(token.data["authorized_at"]),
            "created_at": int(token.issued_at.timestamp()),
            "status": status,
            "expires_at": int(token.expires_at.timestamp()) if token.expires_at else 0,
            "scope": ",".join(token.scopes),
            "auth_type": "3L",
        }
    )


async def revoke(call: Call) -> Response:
    """POST /oauth/v2/revoke: 200, for a token that is revoked or unknown already as well."""
    _check_client(call)
    token = call.world.token(LINKEDIN, call.fields.text("token"))
    if token is None:
        return Response()
    together = [token]
    if token.kind == "refresh":
        of_account = call.world.store.tokens.find(platform=LINKEDIN, account_id=token.account_id)
        together = [one for one in of_account if one.data["grant"] == token.data["grant"]]
    for one in together:
        call.world.revoke(one)
    return Response()


def issue_credentials(world: World, account: Account, scopes: Sequence[str] | None) -> dict[str, Any]:
    """A grant for the member who administers this page, with the URNs of both."""
    granted = list(scopes) if scopes is not None else str(world.setting(LINKEDIN, "app_scopes")).split()
    answer = _grant(world, account, granted)
    member = members.member_of(world, account)
    return {
        "token": answer["access_token"],
        "expires_in": answer["expires_in"],
        "refresh_token": answer.get("refresh_token", ""),
        "refresh_token_expires_in": answer.get("refresh_token_expires_in", 0),
        "scopes": granted,
        "person": member.id,
        "member_handle": member.handle,
        "organization": member.data["page"],
        "developer_application": f"urn:li:developerApplication:{world.setting(LINKEDIN, 'application_id')}",
    }
