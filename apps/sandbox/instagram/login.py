"""Instagram Login: the consent window, a code for an hour, a short token, a long one, and its refresh."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, RedirectResponse, Response

from apps.sandbox.core import consent
from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.core.world import World
from apps.sandbox.instagram.access import BASIC, SCOPES, caller, valid_token
from apps.sandbox.instagram.errors import bad_parameter, flat_error
from apps.sandbox.meta.graph import graph_error

CODE_LIVES = timedelta(hours=1)
SHORT_LIVES = timedelta(hours=1)
LONG_LIVES = timedelta(days=60)
REFRESH_AFTER = timedelta(hours=24)


async def authorize(call: Call) -> Response:
    """Nothing is sent back to an address that came with a wrong application: the window says what is wrong."""
    redirect_uri, state = call.fields.text("redirect_uri"), call.fields.text("state")
    scopes = [scope for scope in re.split(r"[,\s]+", call.fields.text("scope")) if scope]
    if call.fields.text("client_id") != call.world.setting("instagram", "client_id"):
        return consent.problem("Invalid Request: Request parameters are invalid: Invalid platform app", status=400)
    if not _is_registered(call.world, redirect_uri):
        return consent.problem("Invalid redirect_uri", status=400)
    if call.fields.text("response_type") != "code":
        return consent.problem("Invalid Request: response_type must be code", status=400)
    if unknown := [scope for scope in scopes if scope not in SCOPES] or ([] if scopes else ["(none)"]):
        return consent.problem(f"Invalid Scopes: {', '.join(unknown)}", status=400)
    data = {"redirect_uri": redirect_uri, "state": state, "scopes": scopes, "client_id": call.fields.text("client_id")}
    return consent.ask(call, app_name=call.world.setting("instagram", "app_name"), scopes=scopes, data=data)


async def authorized(call: Call) -> Response:
    decision = consent.decide(call)
    data, state = decision.data, decision.data["state"]
    if decision.account is None:
        refusal = {
            "error": "access_denied",
            "error_reason": "user_denied",
            "error_description": "The user denied your request.",
        }
        return _back(data["redirect_uri"], refusal, state)
    code = secrets.token_urlsafe(48)
    declined = str(call.world.setting("instagram", "declined_scopes")).split(",")
    granted = [scope for scope in data["scopes"] if scope not in declined]
    remembered = data | {"account": decision.account.id, "scopes": granted}
    call.world.box("instagram", "code").put(code, remembered, lives=CODE_LIVES)
    return _back(data["redirect_uri"], {"code": code}, state, fragment="#_")


def _is_registered(world: World, url: str) -> bool:
    """Compared as a whole: a slash more is another address. With none registered, any web address will do."""
    registered = [one for one in str(world.setting("instagram", "redirect_uris")).split(",") if one]
    if registered:
        return url in registered
    return url.startswith(("https://", "http://")) and "#" not in url


def _back(redirect_uri: str, answer: dict[str, str], state: str, fragment: str = "") -> Response:
    query = urlencode(answer | ({"state": state} if state else {}))
    joint = "&" if "?" in redirect_uri else "?"
    return RedirectResponse(f"{redirect_uri}{joint}{query}{fragment}", status_code=302)


async def exchange_code(call: Call) -> Response:
    """POST /oauth/access_token: a code, once, for a token of an hour."""
    fields = call.fields
    if fields.text("client_id") != call.world.setting("instagram", "client_id"):
        raise flat_error("Invalid platform app")
    if fields.text("client_secret") != call.world.setting("instagram", "client_secret"):
        raise flat_error("Error validating client secret.")
    if fields.text("grant_type") != "authorization_code":
        raise flat_error("Invalid grant_type")
    codes = call.world.box("instagram", "code")
    # The consent window appends #_ to the address; a code sent back with it is another code.
    data = codes.get(fields.text("code"))
    if data is None:
        raise flat_error("Invalid authorization code")
    if data["redirect_uri"] != fields.text("redirect_uri"):
        raise flat_error(
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used "
            "in the OAuth dialog request"
        )
    codes.delete(fields.text("code"))
    token = _issue(call.world, data["account"], data["scopes"], kind="short", lives=SHORT_LIVES)
    as_list = call.world.setting("instagram", "permissions_as_list")
    permissions = data["scopes"] if as_list else ",".join(data["scopes"])
    if call.world.setting("instagram", "wrapped_token_answer"):
        wrapped = {"access_token": token.token, "user_id": data["account"], "permissions": permissions}
        return JSONResponse({"data": [wrapped]})
    answer = {"access_token": token.token, "user_id": int(data["account"]), "permissions": permissions}
    return JSONResponse(answer)


async def exchange_token(call: Call) -> Response:
    """GET /access_token: a short token and the app's secret for a token of 60 days."""
    if call.fields.text("grant_type") != "ig_exchange_token":
        raise bad_parameter("Invalid grant_type")
    if call.fields.text("client_secret") != call.world.setting("instagram", "client_secret"):
        raise graph_error(1, "Error validating client secret.")
    short = valid_token(call)
    if short.kind != "short":
        raise bad_parameter("Only a short-lived token can be exchanged for a long-lived one")
    token = _issue(call.world, short.account_id, short.scopes, kind="long", lives=LONG_LIVES)
    return JSONResponse(_long_answer(token))


async def refresh_token(call: Call) -> Response:
    """GET /refresh_access_token: a long token that is a day old and still valid, for 60 new days."""
    if call.fields.text("grant_type") != "ig_refresh_token":
        raise bad_parameter("Invalid grant_type")
    caller(call, BASIC)
    old = valid_token(call)
    if old.kind != "long":
        raise bad_parameter("Only a long-lived token can be refreshed")
    if call.world.now() - old.issued_at < REFRESH_AFTER:
        raise bad_parameter("The token is less than 24 hours old and cannot be refreshed yet")
    token = _issue(call.world, old.account_id, old.scopes, kind="long", lives=LONG_LIVES)
    return JSONResponse(_long_answer(token) | {"permissions": ",".join(token.scopes)})


async def revoke(call: Call) -> Response:
    """DELETE /me/permissions: the account's tokens for this application end."""
    account = caller(call, BASIC)
    for token in call.world.tokens_of(account):
        call.world.revoke(token)
    return JSONResponse({"success": True})


def issue_credentials(world: World, account: Account, scopes: Sequence[str] | None) -> dict[str, Any]:
    token = _issue(world, account.id, scopes if scopes is not None else SCOPES, kind="long", lives=LONG_LIVES)
    return {
        "token": token.token,
        "user_id": account.id,
        "app_scoped_id": account.data["app_scoped_id"],
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        "scopes": token.scopes,
    }


def _long_answer(token: Token) -> dict[str, Any]:
    return {"access_token": token.token, "token_type": "bearer", "expires_in": int(LONG_LIVES.total_seconds())}


def _issue(world: World, account_id: str, scopes: Sequence[str], *, kind: str, lives: timedelta) -> Token:
    return world.issue_token(
        "instagram",
        kind=kind,
        account_id=account_id,
        client_id=str(world.setting("instagram", "client_id")),
        scopes=scopes,
        lives=lives,
        prefix="IGAA",
    )
