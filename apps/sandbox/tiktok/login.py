"""The consent page of www.tiktok.com.

Scopes stand with commas between them, and the person may untick any (`declined_scopes`). The page is always shown: the
sandbox keeps no session that `disable_auto_auth=0` could use. A wrong client or address is told on the page, anything
else in the query of the callback. `https_only` makes the addresses of web applications as strict as they are in the
world; with `app_type` "desktop" only this machine is called back, and the challenge is needed: the SHA-256 of the
verifier in hexadecimal digits.
"""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.responses import RedirectResponse, Response

from apps.sandbox.core import consent
from apps.sandbox.core.calls import Call
from apps.sandbox.core.world import World
from apps.sandbox.tiktok.access import names_in
from apps.sandbox.tiktok.names import NAME

LONGEST_ADDRESS = 512
HERE = {"localhost", "127.0.0.1"}


async def authorize(call: Call) -> Response:
    """GET /v2/auth/authorize/"""
    fields, world = call.fields, call.world
    if fields.text("client_key") != world.setting(NAME, "client_key"):
        return consent.problem("Something went wrong: client_key", status=400)
    if not _may_be_called(world, fields.text("redirect_uri")):
        return consent.problem("Something went wrong: redirect_uri", status=400)
    data: dict[str, Any] = {name: fields.text(name) for name in ("redirect_uri", "state", "code_challenge")}
    data["scopes"] = names_in(fields.text("scope"))
    if wrong := _wrong_with(call, data):
        error, description = wrong
        return _back(data, error=error, error_description=description)
    return consent.ask(call, app_name=world.setting(NAME, "app_name"), scopes=data["scopes"], data=data)


def _may_be_called(world: World, uri: str) -> bool:
    """Absolute, shorter than 512 characters, without query and fragment; and registered, if any address is."""
    parts = urlsplit(uri)
    if not parts.netloc or len(uri) >= LONGEST_ADDRESS or "?" in uri or "#" in uri:
        return False
    if world.setting(NAME, "app_type") == "desktop":
        if parts.hostname not in HERE or ":" not in parts.netloc or parts.scheme not in {"http", "https"}:
            return False
    elif parts.scheme != "https" and (parts.scheme != "http" or world.setting(NAME, "https_only")):
        return False
    registered = names_in(world.setting(NAME, "redirect_uris"))
    return not registered or any(_matches(uri, one) for one in registered)


def _matches(uri: str, registered: str) -> bool:
    """`*` in place of the port takes any; that is for desktop applications."""
    if ":*" not in registered:
        return uri == registered
    before, after = registered.split(":*", 1)
    return bool(re.fullmatch(rf"{re.escape(before)}:\d+{re.escape(after)}", uri))


def _wrong_with(call: Call, data: dict[str, Any]) -> tuple[str, str] | None:
    """Error and description for the callback, if something is wrong."""
    fields, world = call.fields, call.world
    if fields.text("response_type") != "code":
        return "unsupported_response_type", "response_type must be code"
    if not data["scopes"] or not set(data["scopes"]) <= set(names_in(world.setting(NAME, "app_scopes"))):
        return "invalid_scope", "The scopes are not those of the application"
    if not data["state"]:
        return "invalid_request", "state is missing"
    if fields.text("disable_auto_auth", "0") not in {"0", "1"}:
        return "invalid_request", "disable_auto_auth is 0 or 1"
    challenge = data["code_challenge"]
    if not challenge and world.setting(NAME, "app_type") != "desktop":
        return None
    if fields.text("code_challenge_method") != "S256" or not re.fullmatch("[0-9a-f]{64}", challenge):
        return "invalid_request", "code_challenge is the SHA-256 of the verifier in hexadecimal digits"
    return None


async def authorized(call: Call) -> Response:
    decision = consent.decide(call)
    data, world = decision.data, call.world
    declined = names_in(world.setting(NAME, "declined_scopes"))
    granted = [scope for scope in data["scopes"] if scope not in declined]
    if decision.account is None or not granted:
        return _back(data, error="access_denied", error_description="The user denied the request")
    # A code is not made for addresses: it has to be decoded once, and encoded once for the exchange.
    code = f"{secrets.token_urlsafe(48)}*0!{secrets.randbelow(9000) + 1000}.va"
    lives = timedelta(seconds=world.setting(NAME, "code_seconds"))
    world.box(NAME, "code").put(code, data | {"account": decision.account.id, "scopes": granted}, lives=lives)
    return _back(data, code=code, scopes=",".join(granted))


def _back(data: dict[str, Any], **answer: str) -> Response:
    return RedirectResponse(f"{data['redirect_uri']}?{urlencode({**answer, 'state': data['state']})}", status_code=302)
