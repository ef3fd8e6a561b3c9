"""The login dialog: a person chooses a Page and allows or declines."""

from __future__ import annotations

import re
import secrets
from typing import Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from apps.sandbox.core import consent
from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World
from apps.sandbox.facebook import people
from apps.sandbox.facebook.access import SCOPES
from apps.sandbox.facebook.people import NAME


async def authorize(call: Call) -> Response:
    """GET /dialog/oauth. A wrong request is told to the person: nothing is sent back to an address that came with it.

    `code_challenge` is ignored outside of the OpenID variant, so a client that relies on it still needs its secret."""
    fields, world = call.fields, call.world
    if fields.text("client_id") != world.setting(NAME, "app_id"):
        return consent.problem("Invalid App ID: The provided app ID does not look like a valid app ID.", status=400)
    redirect_uri = fields.text("redirect_uri")
    if not _is_registered(world, redirect_uri):
        return consent.problem("URL blocked: this redirect failed because the URI is not registered.", status=400)
    if fields.text("response_type", "code") != "code":
        return consent.problem("Invalid parameter: response_type", status=400)
    scopes = _scopes(call)
    if isinstance(scopes, str):
        return consent.problem(scopes, status=400)
    data = {
        "redirect_uri": redirect_uri,
        "state": fields.text("state"),
        "scopes": scopes,
        "asks_again": fields.text("auth_type") == "rerequest",
        "all_or_none": fields.has("config_id"),
    }
    return consent.ask(call, app_name=str(world.setting(NAME, "app_name")), scopes=scopes, data=data)


def _scopes(call: Call) -> list[str] | str:
    """The permissions asked for, or what is wrong with them. A configuration of Login for Business replaces `scope`."""
    if config := call.fields.text("config_id"):
        if config != call.world.setting(NAME, "config_id"):
            return "Invalid configuration ID"
        return str(call.world.setting(NAME, "config_scopes")).split(",")
    scopes = [scope for scope in re.split(r"[,\s]+", call.fields.text("scope")) if scope]
    if unknown := [scope for scope in scopes if scope not in SCOPES]:
        return f"Invalid Scopes: {', '.join(unknown)}. This message is only shown to developers."
    return list(dict.fromkeys(["public_profile", *scopes]))


def _is_registered(world: World, redirect_uri: str) -> bool:
    registered = [uri for uri in str(world.setting(NAME, "redirect_uris")).split(",") if uri]
    if registered:
        return redirect_uri in registered
    return redirect_uri.startswith(("https://", "http://")) and "#" not in redirect_uri


async def authorized(call: Call) -> Response:
    decision = consent.decide(call)
    data, page = decision.data, decision.account
    grant = _granted(call.world, page, data) if page else None
    if page is None or grant is None:
        refusal = {
            "error": "access_denied",
            "error_reason": "user_denied",
            "error_description": "Permissions error",
        }
        return _back(data, refusal)
    people.save_grant(call.world, page.data["owner_id"], grant)
    code = "AQ" + secrets.token_urlsafe(48)
    remembered = {
        "page": page.id,
        "redirect_uri": data["redirect_uri"],
        "scopes": grant["scopes"],
        "used": False,
    }
    call.world.box(NAME, "code").put(code, remembered)
    return _back(data, {"code": code})


def _granted(world: World, page: Account, data: dict[str, Any]) -> dict[str, Any] | None:
    """What the person grants: all that is asked for but what they decline; None when that leaves nothing.

    What was declined once stays so until the application asks with auth_type=rerequest."""
    user_id = page.data["owner_id"]
    before = people.grant_of(world, user_id)
    declined = {scope for scope in str(world.setting(NAME, "declined_scopes")).split(",") if scope}
    if not data["asks_again"]:
        declined |= set(before["declined"])
    declined &= set(data["scopes"])
    if declined and data["all_or_none"]:
        return None
    scopes = [scope for scope in data["scopes"] if scope not in declined]
    ticks_none = world.setting(NAME, "no_page_ticked")
    pages = [] if ticks_none else [one.id for one in people.managed_pages(world, user_id)]
    return {"scopes": scopes, "declined": sorted(declined), "pages": pages}


def _back(data: dict[str, Any], answer: dict[str, str]) -> Response:
    query = urlencode(answer | ({"state": data["state"]} if data["state"] else {}))
    joint = "&" if "?" in data["redirect_uri"] else "?"
    return RedirectResponse(f"{data['redirect_uri']}{joint}{query}", status_code=302)
