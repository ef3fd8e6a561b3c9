"""OAuth 2.0 with PKCE: a code for 30 seconds, a token for two hours, refresh tokens that work once.

A refresh token that comes a second time ends all tokens of that consent (`replay_ends_family` false: it is only
refused). `dead_refresh_error` words the refusal. A confidential client proves itself with HTTP Basic and nowhere
else; `confidential` false makes the application a public client, which sends its `client_id` in the form.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlencode

from starlette.responses import JSONResponse, RedirectResponse, Response

from apps.sandbox.core import consent
from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.core.world import World
from apps.sandbox.x import events
from apps.sandbox.x.access import PUBLISHING, SCOPES
from apps.sandbox.x.errors import oauth_refused

CODE_LIVES = timedelta(seconds=30)
ACCESS_LIVES = timedelta(hours=2)
LONGEST_STATE = 500
BAD_TOKEN = "Value passed for the token was invalid."
BAD_CODE = "Value passed for the authorization code was invalid."
BAD_REDIRECT = "Value passed for the redirect uri did not match the uri of the authorization code."
BAD_VERIFIER = "Value passed for the code verifier did not match the code challenge."


async def authorize(call: Call) -> Response:
    """GET /i/oauth2/authorize: whatever is wrong is said on the page, and nobody is sent anywhere."""
    if wrong := _wrong_with(call):
        words = f"Something went wrong. You weren't able to give access to the App. ({wrong})"
        return consent.problem(words, status=400)
    names = ("client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method")
    data: dict[str, Any] = {name: call.fields.text(name) for name in names}
    data["scopes"] = call.fields.text("scope").split()
    return consent.ask(call, app_name=call.world.setting("x", "app_name"), scopes=data["scopes"], data=data)


def _wrong_with(call: Call) -> str:
    """The parameter that is missing or makes no sense, if any."""
    fields, scopes = call.fields, call.fields.text("scope").split()
    challenge, method = fields.text("code_challenge"), fields.text("code_challenge_method")
    judged = {
        "client_id": fields.text("client_id") == call.world.setting("x", "client_id"),
        "redirect_uri": _is_registered(call.world, fields.text("redirect_uri")),
        "response_type": fields.text("response_type") == "code",
        "scope": bool(scopes) and set(scopes) <= set(SCOPES),
        "state": 0 < len(fields.text("state")) <= LONGEST_STATE,
        "code_challenge_method": method in {"S256", "plain"},
        # 43 characters are the SHA-256 without its padding.
        "code_challenge": bool(re.fullmatch(r"[\w-]{43}" if method == "S256" else r"[\w.~-]{43,128}", challenge)),
    }
    return next((name for name, is_right in judged.items() if not is_right), "")


def _is_registered(world: World, uri: str) -> bool:
    """An exact match with one of `redirect_uris`; while that is empty, any web address."""
    registered = str(world.setting("x", "redirect_uris")).split()
    return uri in registered if registered else uri.startswith(("https://", "http://")) and "#" not in uri


async def authorized(call: Call) -> Response:
    decision = consent.decide(call)
    data = decision.data
    if decision.account is None:
        return _back(data, error="access_denied")
    code = secrets.token_urlsafe(64)
    call.world.box("x", "code").put(code, data | {"account": decision.account.id}, lives=CODE_LIVES)
    return _back(data, code=code)


def _back(data: dict[str, Any], **answer: str) -> Response:
    query = urlencode({"state": data["state"], **answer})
    joint = "&" if "?" in data["redirect_uri"] else "?"
    return RedirectResponse(f"{data['redirect_uri']}{joint}{query}", status_code=302)


def operation_of_token(call: Call) -> str:
    return "refresh" if call.fields.text("grant_type") == "refresh_token" else "token"


async def token(call: Call) -> Response:
    """POST /2/oauth2/token"""
    client_id = _client(call)
    grant_type = call.fields.text("grant_type")
    if grant_type == "authorization_code":
        return _exchange(call, client_id)
    if grant_type == "refresh_token":
        return _refresh(call, client_id)
    raise oauth_refused("unsupported_grant_type", "Value passed for the grant type was invalid.")


def _client(call: Call) -> str:
    """The application that asks, proven as its kind has to prove itself."""
    if not call.request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise oauth_refused("invalid_request", "Content-Type must be application/x-www-form-urlencoded.")
    known = str(call.world.setting("x", "client_id"))
    if not call.world.setting("x", "confidential"):
        if call.bearer("basic") or call.fields.text("client_id") != known:
            raise oauth_refused("unauthorized_client", "Value passed for the client id was invalid.", status=401)
        return known
    id, secret = _basic(call)
    wanted = f"{known}:{call.world.setting('x', 'client_secret')}"
    if not secrets.compare_digest(f"{id}:{secret}".encode(), wanted.encode()):
        raise oauth_refused("unauthorized_client", "Missing valid authorization header", status=401)
    if call.fields.text("client_id", known) != known:
        raise oauth_refused("invalid_request", "Value passed for the client id was invalid.")
    return known


def _basic(call: Call) -> tuple[str, str]:
    try:
        id, _, secret = base64.b64decode(call.bearer("basic")).decode("ascii").partition(":")
    except ValueError:
        return "", ""
    return unquote(id), unquote(secret)


def _exchange(call: Call, client_id: str) -> Response:
    codes, code = call.world.box("x", "code"), call.fields.text("code")
    data = codes.get(code)
    if data is None or data["client_id"] != client_id:
        raise oauth_refused("invalid_request", BAD_CODE)
    if data["redirect_uri"] != call.fields.text("redirect_uri"):
        raise oauth_refused("invalid_request", BAD_REDIRECT)
    if data["code_challenge"] != _challenge(call.fields.text("code_verifier"), data["code_challenge_method"]):
        raise oauth_refused("invalid_request", BAD_VERIFIER)
    codes.delete(code)
    return JSONResponse(_answer(*_pair(call.world, data["account"], data["scopes"])))


def _challenge(verifier: str, method: str) -> str:
    if method == "plain":
        return verifier
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _refresh(call: Call, client_id: str) -> Response:
    """A new pair for a refresh token that nobody has used yet; nothing here awaits, so only one can win."""
    old, now = call.token, call.world.now()
    if old is None or old.kind != "refresh" or old.client_id != client_id or not old.is_valid(now):
        if old and old.data.get("used") and call.world.setting("x", "replay_ends_family"):
            _end_family(call.world, old)
        raise oauth_refused(call.world.setting("x", "dead_refresh_error"), BAD_TOKEN)
    old.data["used"] = True
    call.world.revoke(old)
    return JSONResponse(_answer(*_pair(call.world, old.account_id, old.scopes, family=old.data["family"])))


def _end_family(world: World, member: Token) -> None:
    for token in world.store.tokens.find(platform="x", account_id=member.account_id):
        if token.data.get("family") == member.data["family"]:
            world.revoke(token)


async def revoke(call: Call) -> Response:
    """POST /2/oauth2/revoke: repeatable; with its refresh token a whole consent ends."""
    client_id = _client(call)
    if not call.fields.text("token"):
        raise oauth_refused("invalid_request", "Missing required parameter [token].")
    found = call.token
    if found and found.client_id == client_id and found.kind == "refresh":
        _end_family(call.world, found)
    elif found and found.client_id == client_id and found.kind == "access":
        call.world.revoke(found)
    return JSONResponse({"revoked": True})


async def disconnect(call: Call) -> Response:
    """POST /settings/connected_apps with `handle`: what a person does on x.com who removes the application."""
    account = call.world.account_by_handle("x", call.fields.text("handle"))
    if account is None:
        return consent.problem("There is no such account here.", status=404)
    for token in call.world.tokens_of(account):
        call.world.revoke(token)
    events.tell_revocation(call.world, account)
    return JSONResponse({"disconnected": account.handle})


def issue_credentials(world: World, account: Account, scopes: Sequence[str] | None) -> dict[str, Any]:
    """An access token and, with offline.access, a refresh token, as after a consent."""
    access, refresh = _pair(world, account.id, list(PUBLISHING if scopes is None else scopes))
    return {
        "token": access.token,
        "refresh_token": refresh.token if refresh else "",
        "expires_at": access.expires_at.isoformat() if access.expires_at else None,
        "expires_in": int(ACCESS_LIVES.total_seconds()),
        "scopes": access.scopes,
        "user_id": account.id,
        "username": account.handle,
        "client_id": world.setting("x", "client_id"),
        "client_secret": world.setting("x", "client_secret"),
    }


def _pair(world: World, account_id: str, scopes: list[str], *, family: str = "") -> tuple[Token, Token | None]:
    """An access token, and a refresh token if the person allowed offline.access."""
    data = {"family": family or secrets.token_hex(8)}
    client_id = str(world.setting("x", "client_id"))

    def issue(kind: str, lives: timedelta) -> Token:
        return world.issue_token(
            "x", kind=kind, account_id=account_id, client_id=client_id, scopes=scopes, lives=lives, data=dict(data)
        )

    access = issue("access", ACCESS_LIVES)
    if "offline.access" not in scopes:
        return access, None
    return access, issue("refresh", timedelta(days=world.setting("x", "refresh_days")))


def _answer(access: Token, refresh: Token | None) -> dict[str, Any]:
    answer = {
        "token_type": "bearer",
        "expires_in": int(ACCESS_LIVES.total_seconds()),
        "access_token": access.token,
        "scope": " ".join(access.scopes),
    }
    return answer | ({"refresh_token": refresh.token} if refresh else {})
