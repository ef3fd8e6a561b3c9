"""Google's consent page: scopes, offline access, PKCE, and the choice of an account.

Where the documentation is silent: a code lives ten minutes, a code challenge is checked for web applications too, and
`prompt` takes `consent` and `select_account` alone.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.responses import RedirectResponse, Response

from apps.sandbox.core import consent
from apps.sandbox.core.calls import Call

CODE_LIVES = timedelta(minutes=10)


async def authorize(call: Call, *, known_scopes: Collection[str]) -> Response:
    """GET /o/oauth2/v2/auth. Nothing is sent back to an address that came with a mistake: the page tells it."""
    fields = call.fields
    scopes = list(dict.fromkeys(fields.text("scope").split()))
    if wrong := _wrong_with(call, scopes, known_scopes):
        return consent.problem(f"Access blocked: Authorization Error. Error 400: {wrong}", status=400)
    data = {
        "redirect_uri": fields.text("redirect_uri"),
        "state": fields.text("state"),
        "scopes": scopes,
        "is_offline": fields.text("access_type") == "offline",
        "asks_again": "consent" in fields.text("prompt").split(),
        "adds_scopes": fields.flag("include_granted_scopes"),
        "challenge": fields.text("code_challenge"),
        "challenge_method": fields.text("code_challenge_method") or "plain",
    }
    name = call.world.setting(call.platform_name, "app_name")
    return consent.ask(call, app_name=name, scopes=scopes, data=data, hint=fields.text("login_hint"))


def _wrong_with(call: Call, scopes: list[str], known_scopes: Collection[str]) -> str:
    fields = call.fields
    if fields.text("client_id") != call.world.setting(call.platform_name, "client_id"):
        return "invalid_client: The OAuth client was not found."
    registered = str(call.world.setting(call.platform_name, "redirect_uris")).split()
    if not (fields.text("redirect_uri") in registered if registered else _may_lead(fields.text("redirect_uri"))):
        return "redirect_uri_mismatch"
    if fields.text("response_type") != "code":
        return "invalid_request: Invalid response_type"
    if not scopes:
        return "invalid_request: Missing required parameter: scope"
    if unknown := [scope for scope in scopes if scope not in known_scopes]:
        return f"invalid_scope: Some requested scopes were invalid: {unknown}"
    if fields.text("access_type", "online") not in {"online", "offline"}:
        return "invalid_request: Invalid access_type"
    if set(fields.text("prompt").split()) - {"consent", "select_account"}:
        return "invalid_request: Invalid prompt"
    if fields.has("code_challenge") and not re.fullmatch(r"[A-Za-z0-9_.~-]{43,128}", fields.text("code_challenge")):
        return "invalid_request: Invalid code_challenge"
    if fields.text("code_challenge_method", "plain") not in {"plain", "S256"}:
        return "invalid_request: Invalid code_challenge_method"
    return ""


def _may_lead(address: str) -> bool:
    """https without a bare address, fragment or asterisk; http on this machine alone."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.fragment or "*" in address or not host:
        return False
    try:
        is_loopback, is_number = ipaddress.ip_address(host).is_loopback, True
    except ValueError:
        is_loopback, is_number = host == "localhost", False
    return is_loopback if parts.scheme == "http" else parts.scheme == "https" and not is_number


async def authorized(call: Call) -> Response:
    decision = consent.decide(call)
    data, account = decision.data, decision.account
    if account is None:
        return _back(data, {"error": "access_denied"})
    declined = str(call.world.setting(call.platform_name, "declined_scopes")).split()
    data["scopes"] = [scope for scope in data["scopes"] if scope not in declined]
    if not data["scopes"]:
        return _back(data, {"error": "access_denied"})
    code = "4/0A" + secrets.token_urlsafe(48)
    call.world.box(call.platform_name, "code").put(code, data | {"account": account.id}, lives=CODE_LIVES)
    return _back(data, {"code": code, "scope": " ".join(data["scopes"])})


def _back(data: dict[str, Any], answer: dict[str, str]) -> Response:
    query = urlencode(({"state": data["state"]} if data["state"] else {}) | answer)
    joint = "&" if "?" in data["redirect_uri"] else "?"
    return RedirectResponse(f"{data['redirect_uri']}{joint}{query}", status_code=302)
