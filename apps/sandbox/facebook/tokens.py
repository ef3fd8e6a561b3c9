"""Codes and tokens: a code for a short user token, that for a long one, inspection, permissions, the end."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.core.world import World
from apps.sandbox.facebook import people
from apps.sandbox.facebook.access import (
    PAGE_SCOPES,
    check,
    is_app_token,
    presented,
    user_caller,
    valid_token,
    why_ended,
)
from apps.sandbox.facebook.errors import CONNECTION_ENDED, bad_parameter
from apps.sandbox.facebook.people import NAME
from apps.sandbox.meta import inspection
from apps.sandbox.meta.graph import graph_error

# How long a code lives is not documented; ten minutes is what login flows commonly allow.
CODE_LIVES = timedelta(minutes=10)


async def exchange(call: Call) -> Response:
    """GET or POST /oauth/access_token"""
    world, fields = call.world, call.fields
    if fields.text("client_id") != world.setting(NAME, "app_id"):
        raise graph_error(101, "Error validating application. Cannot get application info due to a system error.")
    secret = str(world.setting(NAME, "app_secret"))
    if not hmac.compare_digest(fields.text("client_secret").encode(), secret.encode()):
        raise graph_error(1, "Error validating client secret.")
    grant_type = fields.text("grant_type", "authorization_code")
    if grant_type == "fb_exchange_token":
        return _lengthen(call)
    if grant_type != "authorization_code":
        raise bad_parameter(f"Unsupported grant type {grant_type}")
    return _redeem(call)


def operation_of_exchange(call: Call) -> str:
    """A long token for a long one is a refresh; every other exchange belongs to connecting."""
    old = call.world.token(NAME, call.fields.text("fb_exchange_token"))
    return "refresh" if old and old.kind == "long" else "token"


def _redeem(call: Call) -> Response:
    world, codes = call.world, call.world.box(NAME, "code")
    thing = codes.thing(call.fields.text("code"))
    if thing is None:
        raise graph_error(100, "Invalid verification code format.")
    if thing.data["used"]:
        raise graph_error(100, "This authorization code has been used.", subcode=36009)
    if world.now() - thing.created_at >= CODE_LIVES:
        raise graph_error(100, "This authorization code has expired.", subcode=36007)
    if thing.data["redirect_uri"] != call.fields.text("redirect_uri"):
        message = (
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used "
            "in the OAuth dialog request"
        )
        raise graph_error(100, message, subcode=36008)
    codes.put(thing.id, thing.data | {"used": True})
    page = world.account(NAME, thing.data["page"])
    if page is None:
        raise graph_error(100, "Invalid verification code format.")
    call.account = page
    return JSONResponse(_answer(world, people.user_token(world, page, thing.data["scopes"], kind="short")))


def _lengthen(call: Call) -> Response:
    """A user token that still lives, for one of 60 days. Whether a long one gets new days so is not sure: a setting."""
    world = call.world
    old = world.token(NAME, call.fields.text("fb_exchange_token"))
    if old is None:
        raise graph_error(190, "Invalid OAuth access token - Cannot parse access token")
    check(world, old)
    page = world.account(NAME, old.account_id)
    if old.kind == "page" or page is None:
        raise bad_parameter("Only a user access token can be exchanged")
    call.account = page
    if old.kind == "long" and not world.setting(NAME, "reexchange_renews"):
        return JSONResponse(_answer(world, old))
    token = people.user_token(world, page, old.scopes, kind="long", authorized_at=old.data["authorized_at"])
    return JSONResponse(_answer(world, token))


def _answer(world: World, token: Token) -> dict[str, Any]:
    answer = {"access_token": token.token, "token_type": "bearer"}
    if world.setting(NAME, "expires_in_missing") or token.expires_at is None:
        return answer
    return answer | {"expires_in": round((token.expires_at - world.now()).total_seconds())}


async def debug(call: Call) -> Response:
    """GET /debug_token, for the application itself or one of its tokens."""
    world = call.world
    if not is_app_token(world, presented(call)):
        valid_token(call)
    value = call.fields.text("input_token")
    if not value:
        raise bad_parameter("The parameter input_token is required")
    token = world.token(NAME, value)
    if token is None:
        return JSONResponse(inspection.unknown())
    return JSONResponse(_described(world, token))


def _described(world: World, token: Token) -> dict[str, Any]:
    more: dict[str, Any] = {"granular_scopes": _granular(world, token)}
    if token.kind == "page":
        more["profile_id"] = token.data["page_id"]
    subcode = why_ended(world, token)
    answer = inspection.describe(
        token,
        application=str(world.setting(NAME, "app_name")),
        user_id=str(token.data["user_id"]),
        type="PAGE" if token.kind == "page" else "USER",
        now=world.now(),
        **more,
    )
    if subcode:
        message = f"Error validating access token: {CONNECTION_ENDED[subcode]}"
        error = {"code": 190, "subcode": subcode, "message": message}
        answer["data"] |= {"is_valid": False, "scopes": [], "granular_scopes": [], "error": error}
    return answer


def _granular(world: World, token: Token) -> list[dict[str, Any]]:
    """The Pages that were ticked, for each permission on Pages; without them where the grant covers all."""
    pages = people.grant_of(world, str(token.data["user_id"]))["pages"]
    named = {"target_ids": pages} if world.setting(NAME, "granular_targets") else {}
    return [{"scope": scope, **named} for scope in token.scopes if scope in PAGE_SCOPES]


async def permissions(call: Call) -> Response:
    """GET /me/permissions"""
    token = user_caller(call, "permissions")
    grant = people.grant_of(call.world, token.data["user_id"])
    granted = [{"permission": scope, "status": "granted"} for scope in grant["scopes"]]
    declined = [{"permission": scope, "status": "declined"} for scope in grant["declined"]]
    return JSONResponse({"data": granted + declined})


async def revoke(call: Call) -> Response:
    """DELETE /me/permissions: the application is gone from this person's account, with every Page of theirs."""
    token = user_caller(call, "permissions")
    user_id = str(token.data["user_id"])
    people.end_connection(call.world, user_id, 458)
    call.world.box(NAME, "grant").delete(user_id)
    return JSONResponse({"success": True})


async def revoke_one(call: Call) -> Response:
    """DELETE /me/permissions/{permission}"""
    token = user_caller(call, "permissions")
    if not take_away(call.world, str(token.data["user_id"]), call.part("permission")):
        raise bad_parameter("The permission was not granted")
    return JSONResponse({"success": True})


def take_away(world: World, user_id: str, scope: str) -> bool:
    """The permission is gone from the grant and from every token that follows from it."""
    grant = people.grant_of(world, user_id)
    if scope not in grant["scopes"]:
        return False
    grant["scopes"].remove(scope)
    grant["declined"].append(scope)
    people.save_grant(world, user_id, grant)
    for token in people.tokens_of_person(world, user_id):
        token.scopes = [one for one in token.scopes if one != scope]
        world.store.tokens.save(token)
    return True


def issue_credentials(world: World, account: Account, scopes: Sequence[str] | None) -> dict[str, Any]:
    """A Page's token without an end, and the long user token that it was derived from."""
    granted = list(scopes) if scopes is not None else ["public_profile", *PAGE_SCOPES]
    user_id = account.data["owner_id"]
    pages = [page.id for page in people.managed_pages(world, user_id)]
    people.save_grant(world, user_id, {"scopes": granted, "declined": [], "pages": pages})
    user = people.user_token(world, account, granted, kind="long")
    return {
        "token": people.page_token(world, user, account).token,
        "page_id": account.id,
        "scopes": granted,
        "user_id": user_id,
        "user_token": user.token,
        "user_token_expires_at": user.expires_at.isoformat() if user.expires_at else None,
    }
