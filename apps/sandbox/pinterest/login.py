"""The consent page, a code, a token of 30 days, and a refresh token of 60 days that each refresh renews.

Where Pinterest's documentation is silent: a code lives ten minutes and works once; an old refresh token goes on until
its own end (`single_use_refresh`); scopes are separated by commas and nothing else; an application made before
2025-09-25 (`old_app`) that does not ask for continuous refresh is refused; PKCE is not looked at.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, RedirectResponse, Response

from apps.sandbox.core import consent
from apps.sandbox.core.calls import Call, Refusal
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.core.world import World
from apps.sandbox.pinterest import limits
from apps.sandbox.pinterest.errors import invalid, refused, unauthenticated
from apps.sandbox.pinterest.gate import PINTEREST, PRODUCTION, SANDBOX, SCOPES

CODE_LIVES = timedelta(minutes=10)
ACCESS_LIVES, REFRESH_LIVES = timedelta(days=30), timedelta(days=60)


async def authorize(call: Call) -> Response:
    """GET /oauth/: nothing is sent back to an address that is not registered."""
    fields = call.fields
    redirect_uri, state = fields.text("redirect_uri"), fields.text("state")
    if fields.text("client_id") != call.world.setting(PINTEREST, "client_id"):
        return consent.problem("The client_id is not that of an application.", status=400)
    if not _is_registered(call.world, redirect_uri):
        return consent.problem("The redirect_uri does not match a registered one.", status=400)
    scopes = fields.text("scope").split(",") if fields.text("scope") else []
    if unknown := [scope for scope in scopes if scope not in SCOPES] or ([] if scopes else ["(none)"]):
        return consent.problem(f"Invalid scope: {', '.join(unknown)}", status=400)
    if fields.text("response_type") != "code":
        return consent.problem("The response_type has to be code.", status=400)
    data = {"redirect_uri": redirect_uri, "state": state, "scopes": scopes}
    return consent.ask(call, app_name=str(call.world.setting(PINTEREST, "app_name")), scopes=scopes, data=data)


def _is_registered(world: World, uri: str) -> bool:
    """An exact match with one of `redirect_uris`; while that is empty, any web address."""
    registered = str(world.setting(PINTEREST, "redirect_uris")).split()
    return uri in registered if registered else uri.startswith(("https://", "http://")) and "#" not in uri


async def authorized(call: Call) -> Response:
    decision = consent.decide(call)
    data = decision.data
    if decision.account is None:
        return _back(data, error="access_denied")
    declined = str(call.world.setting(PINTEREST, "declined_scopes")).split()
    granted = [scope for scope in data["scopes"] if scope not in declined]
    code = secrets.token_hex(20)
    kept = data | {"account": decision.account.id, "scopes": granted}
    call.world.box(PINTEREST, "code").put(code, kept, lives=CODE_LIVES)
    return _back(data, code=code)


def _back(data: dict[str, Any], **answer: str) -> Response:
    query = urlencode(answer | ({"state": data["state"]} if data["state"] else {}))
    joint = "&" if "?" in data["redirect_uri"] else "?"
    return RedirectResponse(f"{data['redirect_uri']}{joint}{query}", status_code=302)


# Tokens


def operation_of_token(call: Call) -> str:
    return "refresh" if call.fields.text("grant_type") == "refresh_token" else "token"


async def token(call: Call) -> Response:
    """POST /v5/oauth/token: a form, and the application's name and secret in the header."""
    _check_application(call)
    grants = {"authorization_code": _exchange, "refresh_token": _refresh, "client_credentials": _own_account}
    grant_type = call.fields.text("grant_type")
    if grant_type not in grants:
        raise invalid(f"'{grant_type}' is not one of {list(grants)}")
    return grants[grant_type](call)


def _check_application(call: Call) -> None:
    if not call.request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise invalid("the body is not application/x-www-form-urlencoded")
    wanted = ":".join(str(call.world.setting(PINTEREST, name)) for name in ("client_id", "client_secret"))
    if not secrets.compare_digest(call.bearer("basic"), base64.b64encode(wanted.encode()).decode()):
        raise unauthenticated()


def _exchange(call: Call) -> Response:
    codes, code = call.world.box(PINTEREST, "code"), call.fields.text("code")
    data = codes.get(code)
    if data is None or data["redirect_uri"] != call.fields.text("redirect_uri"):
        raise _dead_grant(call, "The authorization code is not valid.")
    if call.world.setting(PINTEREST, "old_app") and call.fields.text("continuous_refresh") != "true":
        raise invalid("refresh tokens of the legacy kind are no longer supported, send continuous_refresh=true")
    told = limits.count(call, limits.READ, data["account"])
    codes.delete(code)
    call.account = call.world.account(PINTEREST, data["account"])
    return _told(call, _pair(call.world, data["account"], data["scopes"]), "authorization_code", told)


def _refresh(call: Call) -> Response:
    old = call.token
    if old is None or old.kind != "refresh" or not old.is_valid(call.world.now()):
        raise _dead_grant(call, "The refresh token is not valid.")
    asked = [scope for scope in call.fields.text("scope").replace(",", " ").split() if scope]
    if wider := [scope for scope in asked if scope not in old.scopes]:
        raise invalid(f"the scopes {wider} were not granted")
    told = limits.count(call, limits.READ, old.account_id)
    if call.world.setting(PINTEREST, "single_use_refresh"):
        call.world.revoke(old)
    return _told(call, _pair(call.world, old.account_id, asked or old.scopes), "refresh_token", told)


def _own_account(call: Call) -> Response:
    """client_credentials: the account that the application belongs to, and nothing to refresh it with."""
    owner = call.world.account_by_handle(PINTEREST, str(call.world.setting(PINTEREST, "app_owner")))
    scopes = [scope for scope in call.fields.text("scope").replace(",", " ").split() if scope]
    if owner is None or not scopes or [scope for scope in scopes if scope not in SCOPES]:
        raise invalid(f"'{call.fields.text('scope')}' is not a list of scopes")
    told = limits.count(call, limits.READ, owner.id)
    access = _issue(call.world, owner.id, scopes, kind="access", lives=ACCESS_LIVES)
    return _told(call, (access, None), "client_credentials", told)


async def revoke(call: Call) -> Response:
    """POST /v5/oauth/token/revoke is for tokens of system users, of which there are none here."""
    _check_application(call)
    if call.fields.text("token_type_hint", "access_token") not in {"access_token", "refresh_token"}:
        raise invalid("token_type_hint is access_token or refresh_token")
    raise invalid("only tokens of system users can be revoked")


def _dead_grant(call: Call, message: str) -> Refusal:
    status, code = (int(call.world.setting(PINTEREST, f"dead_grant_{name}")) for name in ("status", "code"))
    return refused(status, code, message)


def _told(call: Call, pair: tuple[Token, Token | None], response_type: str, told: limits.Told) -> Response:
    access, refresh = pair
    answer: dict[str, Any] = {
        "response_type": response_type,
        "access_token": access.token,
        "token_type": "bearer",
        "expires_in": int(ACCESS_LIVES.total_seconds()),
        "scope": str(call.world.setting(PINTEREST, "scope_separator")).join(access.scopes),
    }
    if refresh and refresh.expires_at:
        answer["refresh_token"] = refresh.token
        answer["refresh_token_expires_in"] = int(REFRESH_LIVES.total_seconds())
        answer["refresh_token_expires_at"] = int(refresh.expires_at.timestamp())
    response = JSONResponse(answer)
    limits.mark(call, response, told)
    return response


def issue_credentials(world: World, account: Account, scopes: Sequence[str] | None) -> dict[str, Any]:
    """`sandbox_token` is what an application's page of settings shows for the API Sandbox."""
    granted = scopes if scopes is not None else SCOPES
    access, refresh = _pair(world, account.id, granted)
    other = _issue(world, account.id, granted, kind="access", lives=ACCESS_LIVES, environment=SANDBOX)
    return {
        "token": access.token,
        "refresh_token": refresh.token,
        "sandbox_token": other.token,
        "user_id": account.id,
        "expires_at": access.expires_at.isoformat() if access.expires_at else None,
        "scopes": access.scopes,
    }


def _pair(world: World, account_id: str, scopes: Sequence[str]) -> tuple[Token, Token]:
    access = _issue(world, account_id, scopes, kind="access", lives=ACCESS_LIVES)
    return access, _issue(world, account_id, scopes, kind="refresh", lives=REFRESH_LIVES)


def _issue(
    world: World, account_id: str, scopes: Sequence[str], *, kind: str, lives: timedelta, environment: str = PRODUCTION
) -> Token:
    return world.issue_token(
        PINTEREST,
        kind=kind,
        account_id=account_id,
        client_id=str(world.setting(PINTEREST, "client_id")),
        scopes=scopes,
        lives=lives,
        prefix="pina_" if kind == "access" else "pinr_",
        data={"environment": environment},
    )
