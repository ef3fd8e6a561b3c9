"""Google's tokens: an hour of access, a refresh token at the first consent, and one revocation that ends them all.

A refresh gives no new refresh token (the setting `rotates_refresh_tokens` makes it give one, and ends the old). Whoever
has more than `most_refresh_tokens` loses the oldest without a word.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.core.world import World
from apps.sandbox.google import identity, protection
from apps.sandbox.google.people import google_user, is_alive, tokens_of
from apps.sandbox.google.refusals import flat
from apps.sandbox.google.scopes import IDENTITY

ACCESS_LIVES = timedelta(hours=1)
UNUSED_LIVES = timedelta(days=182)
TESTING_LIVES = timedelta(days=7)
ENDED = "Token has been expired or revoked."


async def token(call: Call) -> Response:
    """POST /token"""
    _check_client(call)
    grant_type = call.fields.text("grant_type")
    if grant_type == "authorization_code":
        return _exchange(call)
    if grant_type == "refresh_token":
        return _refresh(call)
    raise flat("unsupported_grant_type", f"Invalid grant_type: {grant_type}")


def operation_of_token(call: Call) -> str:
    return "refresh" if call.fields.text("grant_type") == "refresh_token" else "token"


def _check_client(call: Call) -> None:
    if not call.fields.text("client_id"):
        raise flat("invalid_request", "Could not determine client ID from request.")
    if call.fields.text("client_id") != call.world.setting(call.platform_name, "client_id"):
        raise flat("invalid_client", "The OAuth client was not found.", status=401)
    if call.fields.text("client_secret") != call.world.setting(call.platform_name, "client_secret"):
        raise flat("invalid_client", "Unauthorized", status=401)


def _exchange(call: Call) -> Response:
    world, codes = call.world, call.world.box(call.platform_name, "code")
    data = codes.get(call.fields.text("code"))
    if data is None:
        raise flat("invalid_grant", "Bad Request")
    if data["redirect_uri"] != call.fields.text("redirect_uri"):
        raise flat("redirect_uri_mismatch", "Bad Request")
    _check_verifier(call, data)
    codes.delete(call.fields.text("code"))
    account = world.account(call.platform_name, data["account"])
    if account is None:
        raise flat("invalid_grant", "Bad Request")
    earlier = _grant(world, account)
    scopes = list(dict.fromkeys(data["scopes"] + (earlier["scopes"] if earlier and data["adds_scopes"] else [])))
    grant = _widened(world, account, scopes)
    answer = _answer(_issue(world, account, "access", scopes, grant, lives=ACCESS_LIVES))
    if data["is_offline"] and (earlier is None or data["asks_again"]):
        answer |= _told(world, _issue_refresh(world, account, scopes, grant))
    if "openid" in scopes:
        answer["id_token"] = identity.id_token(world, account.platform, google_user(world, account))
    return JSONResponse(answer)


def _grant(world: World, account: Account) -> dict[str, Any] | None:
    """What this person has granted so far and not revoked."""
    grant = world.box(account.platform, "grant").get(google_user(world, account))
    if grant and any(one.revoked_at for one in tokens_of(world, account) if one.data["grant"] == grant["id"]):
        return None
    return grant


def _widened(world: World, account: Account, scopes: Sequence[str]) -> str:
    """The id of this person's grant, which now has these scopes too."""
    grant = _grant(world, account) or {"id": secrets.token_hex(8), "scopes": []}
    grant["scopes"] = list(dict.fromkeys([*grant["scopes"], *scopes]))
    world.box(account.platform, "grant").put(google_user(world, account), grant)
    return str(grant["id"])


def _check_verifier(call: Call, data: dict[str, Any]) -> None:
    verifier = call.fields.text("code_verifier")
    if not data["challenge"]:
        if verifier:
            raise flat("invalid_grant", "code_verifier or verifier is not needed.")
        return
    if not verifier:
        raise flat("invalid_grant", "Missing code verifier.")
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    expected = digest if data["challenge_method"] == "S256" else verifier
    if not 43 <= len(verifier) <= 128 or expected != data["challenge"]:
        raise flat("invalid_grant", "Invalid code verifier.")


def _refresh(call: Call) -> Response:
    world = call.world
    if refusal := str(world.setting(call.platform_name, "refresh_refusal")):
        if refusal == "invalid_rapt":
            raise flat("invalid_grant", "reauth related error (invalid_rapt)", error_subtype="invalid_rapt")
        raise flat(refusal, status=401 if refusal == "deleted_client" else 400)
    old = world.token(call.platform_name, call.fields.text("refresh_token"))
    now = world.now()
    if old is None or old.kind != "refresh" or not is_alive(world, old):
        raise flat("invalid_grant", ENDED)
    account = world.account(call.platform_name, old.account_id)
    if account is None or now.timestamp() - old.data["used_at"] >= UNUSED_LIVES.total_seconds():
        raise flat("invalid_grant", ENDED)
    old.data["used_at"] = now.timestamp()
    world.store.tokens.save(old)
    answer = _answer(_issue(world, account, "access", old.scopes, old.data["grant"], lives=ACCESS_LIVES))
    if world.setting(call.platform_name, "rotates_refresh_tokens"):
        answer |= _told(world, _issue_refresh(world, account, old.scopes, old.data["grant"]))
        world.store.tokens.delete(old.token)
    return JSONResponse(answer)


async def revoke(call: Call) -> Response:
    """POST /revoke with an access or refresh token: all that this person granted to the project ends."""
    found = call.world.token(call.platform_name, call.fields.text("token"))
    account = call.world.account(call.platform_name, found.account_id) if found else None
    if found is None or account is None or not is_alive(call.world, found):
        raise flat("invalid_token", "Token expired or revoked")
    call.account = account
    _end(call.world, account)
    return JSONResponse({})


def _end(world: World, account: Account) -> None:
    protection.withdraw(world, account)
    protection.tell_of_revocation(world, account.platform, google_user(world, account))


async def disconnect(call: Call) -> Response:
    """POST /settings/security/permissions with `handle`: a person removes the application from the Google account."""
    account = call.world.account_by_handle(call.platform_name, call.fields.text("handle"))
    if account is None:
        raise flat("not_found", status=404)
    call.account = account
    _end(call.world, account)
    return JSONResponse({})


async def tokeninfo(call: Call) -> Response:
    """GET /tokeninfo: what an access token may do and for how long; costs nothing. The numbers are text."""
    found = call.token
    if found is None or found.kind != "access" or not is_alive(call.world, found) or found.expires_at is None:
        raise flat("invalid_token", "Invalid Value")
    return JSONResponse({
        "azp": found.client_id,
        "aud": found.client_id,
        "sub": found.data["user"],
        "scope": " ".join(found.scopes),
        "exp": str(int(found.expires_at.timestamp())),
        "expires_in": str(int((found.expires_at - call.world.now()).total_seconds())),
    })  # fmt: skip


def credentials(world: World, account: Account, scopes: Sequence[str]) -> dict[str, Any]:
    """Both tokens, as if this person had just consented."""
    wanted = list(scopes)
    grant = _widened(world, account, wanted)
    access = _issue(world, account, "access", wanted, grant, lives=ACCESS_LIVES)
    refresh = _issue_refresh(world, account, wanted, grant)
    return {
        "token": access.token,
        "refresh_token": refresh.token,
        "expires_at": access.expires_at.isoformat() if access.expires_at else None,
        "scopes": access.scopes,
    }


def _answer(access: Token) -> dict[str, Any]:
    return {
        "access_token": access.token,
        "expires_in": int(ACCESS_LIVES.total_seconds()) - 1,
        "scope": " ".join(access.scopes),
        "token_type": "Bearer",
    }


def _told(world: World, refresh: Token) -> dict[str, Any]:
    """`refresh_token_expires_in` is told for access that a person has limited in time, and for nothing else."""
    told: dict[str, Any] = {"refresh_token": refresh.token}
    if days := world.setting(refresh.platform, "access_days"):
        told["refresh_token_expires_in"] = int(timedelta(days=days).total_seconds())
    return told


def _issue_refresh(world: World, account: Account, scopes: Sequence[str], grant: str) -> Token:
    lives = None
    if days := world.setting(account.platform, "access_days"):
        lives = timedelta(days=days)
    elif world.setting(account.platform, "testing") and set(scopes) - set(IDENTITY):
        lives = TESTING_LIVES
    token = _issue(world, account, "refresh", scopes, grant, lives=lives)
    now = world.now()
    live = [one for one in tokens_of(world, account) if one.kind == "refresh" and one.is_valid(now)]
    # Deleted and not revoked: the others of this grant go on.
    for one in live[: -int(world.setting(account.platform, "most_refresh_tokens"))]:
        world.store.tokens.delete(one.token)
    return token


def _issue(
    world: World, account: Account, kind: str, scopes: Sequence[str], grant: str, *, lives: timedelta | None
) -> Token:
    user = google_user(world, account)
    return world.issue_token(
        account.platform,
        kind=kind,
        account_id=account.id,
        client_id=str(world.setting(account.platform, "client_id")),
        scopes=scopes,
        lives=lives,
        prefix="ya29." if kind == "access" else "1//0",
        data={"grant": grant, "user": user, "used_at": world.now().timestamp()},
    )
