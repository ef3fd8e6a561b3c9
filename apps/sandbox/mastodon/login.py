"""Registration of applications, consent with PKCE, tokens that do not expire, revocation."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlencode

from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from apps.sandbox.core import consent
from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.core.world import World
from apps.sandbox.mastodon.access import SCOPES, covers, valid_token
from apps.sandbox.mastodon.errors import invalid, oauth_refused

CODE_LIVES = timedelta(minutes=10)
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
BAD_CLIENT = (
    "Client authentication failed due to unknown client, no client authentication included, or unsupported "
    "authentication method."
)
BAD_GRANT = (
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the "
    "authorization request, or was issued to another client."
)


async def register(call: Call) -> Response:
    """POST /api/v1/apps: anybody may."""
    name, website = call.fields.text("client_name").strip(), call.fields.text("website")
    redirect_uris = [uri for value in call.fields.list("redirect_uris") for uri in value.split()]
    scopes = call.fields.text("scopes", "read").split()
    if not name:
        raise invalid("Application name can't be blank")
    if not redirect_uris or not all(_is_redirect_uri(uri) for uri in redirect_uris):
        raise invalid("Redirect URI must be an absolute URI.")
    if not set(scopes) <= set(SCOPES):
        raise invalid("Scopes doesn't match configured on the server.")
    app = _add_app(call.world, name=name, website=website, redirect_uris=redirect_uris, scopes=scopes)
    return JSONResponse(_shown(app) | {"client_id": app["client_id"], "client_secret": app["client_secret"]})


async def verify_app(call: Call) -> Response:
    """GET /api/v1/apps/verify_credentials: with a token of the application or of a user."""
    app = call.world.box("mastodon", "app").get(valid_token(call).client_id)
    return JSONResponse(_shown(app or {}))


async def authorize(call: Call) -> Response:
    """What concerns the application is said on a page; everything else is sent back to it."""
    fields = call.fields
    app = _known_app(call.world, fields.text("client_id"))
    if app is None:
        return consent.problem(BAD_CLIENT, status=401)
    redirect_uri, state = fields.text("redirect_uri"), fields.text("state")
    if redirect_uri not in app["redirect_uris"]:
        return consent.problem("The redirect URI included is not valid.", status=400)
    scopes = fields.text("scope", "read").split()
    challenge, method = fields.text("code_challenge"), fields.text("code_challenge_method")
    if fields.text("response_type") != "code":
        return _back(redirect_uri, state, error="unsupported_response_type")
    if not all(covers(app["scopes"], scope) for scope in scopes):
        words = "The requested scope is invalid, unknown, or malformed."
        return _back(redirect_uri, state, error="invalid_scope", error_description=words)
    if not call.world.setting("mastodon", "pkce"):
        challenge = ""
    elif challenge and method != "S256":
        words = "The code challenge method must be S256."
        return _back(redirect_uri, state, error="invalid_code_challenge_method", error_description=words)
    data = {
        "client_id": app["client_id"],
        "redirect_uri": redirect_uri,
        "state": state,
        "scopes": scopes,
        "challenge": challenge,
    }
    return consent.ask(call, app_name=app["name"], scopes=scopes, data=data)


async def authorized(call: Call) -> Response:
    decision = consent.decide(call)
    data = decision.data
    if decision.account is None:
        words = "The resource owner or authorization server denied the request."
        return _back(data["redirect_uri"], data["state"], error="access_denied", error_description=words)
    code = secrets.token_urlsafe(32)
    call.world.box("mastodon", "code").put(code, data | {"account": decision.account.id}, lives=CODE_LIVES)
    if data["redirect_uri"] == OUT_OF_BAND:
        return PlainTextResponse(code)
    return _back(data["redirect_uri"], data["state"], code=code)


async def token(call: Call) -> Response:
    """POST /oauth/token"""
    app = _authenticated_app(call)
    if app is None:
        raise oauth_refused(401, "invalid_client", BAD_CLIENT)
    grant_type = call.fields.text("grant_type")
    if grant_type == "authorization_code":
        return JSONResponse(_answer(_exchange(call, app)))
    if grant_type == "refresh_token":
        return JSONResponse(_answer(_renewed(call, app)))
    if grant_type == "client_credentials":
        scopes = call.fields.text("scope", "read").split()
        if not all(covers(app["scopes"], scope) for scope in scopes):
            raise oauth_refused(400, "invalid_scope", "The requested scope is invalid, unknown, or malformed.")
        return JSONResponse(_answer(_issue(call.world, app["client_id"], "", scopes)))
    words = "The authorization grant type is not supported by the authorization server."
    raise oauth_refused(400, "unsupported_grant_type", words)


def _exchange(call: Call, app: dict[str, Any]) -> Token:
    codes, code = call.world.box("mastodon", "code"), call.fields.text("code")
    data = codes.get(code)
    if (
        data is None
        or data["client_id"] != app["client_id"]
        or data["redirect_uri"] != call.fields.text("redirect_uri")
        or (data["challenge"] and data["challenge"] != _challenge(call.fields.text("code_verifier")))
    ):
        raise oauth_refused(400, "invalid_grant", BAD_GRANT)
    codes.delete(code)
    return _issue(call.world, app["client_id"], data["account"], data["scopes"])


def _renewed(call: Call, app: dict[str, Any]) -> Token:
    """A refresh token works once; the access token that came with it ends at that."""
    old = call.world.token("mastodon", call.fields.text("refresh_token"))
    if old is None or old.kind != "refresh" or old.revoked_at or old.client_id != app["client_id"]:
        raise oauth_refused(400, "invalid_grant", BAD_GRANT)
    for token in (old, call.world.token("mastodon", old.data["access_token"])):
        if token:
            call.world.revoke(token)
    return _issue(call.world, app["client_id"], old.account_id, old.scopes)


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


async def revoke(call: Call) -> Response:
    """POST /oauth/revoke: repeatable, and only for one's own tokens."""
    app = _authenticated_app(call)
    found = call.world.token("mastodon", call.fields.text("token"))
    if app is None or (found and found.client_id != app["client_id"]):
        raise oauth_refused(403, "unauthorized_client", "You are not authorized to revoke this token")
    if found:
        call.world.revoke(found)
    return JSONResponse({})


def issue_credentials(world: World, account: Account, scopes: Sequence[str] | None) -> dict[str, Any]:
    """A token of an application that the sandbox keeps for this."""
    redirect_uris, wanted = [OUT_OF_BAND], ["profile", "read", "write"]
    app = next((thing.data for thing in world.box("mastodon", "app").all(owner="sandbox", limit=1)), None)
    if app is None:
        app = _add_app(
            world, name="Postroom", website="", redirect_uris=redirect_uris, scopes=list(SCOPES), owner="sandbox"
        )
    token = _issue(world, app["client_id"], account.id, scopes if scopes is not None else wanted)
    return {
        "token": token.token,
        "account_id": account.id,
        "scopes": token.scopes,
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
    }


def _add_app(
    world: World, *, name: str, website: str, redirect_uris: list[str], scopes: list[str], owner: str = ""
) -> dict[str, Any]:
    app: dict[str, Any] = {
        "owner": owner,
        "registered_at": world.now().isoformat(),
        "id": str(world.number()),
        "name": name,
        "website": website or None,
        "scopes": scopes,
        "redirect_uris": redirect_uris,
        "client_id": secrets.token_urlsafe(32),
        "client_secret": secrets.token_urlsafe(32),
    }
    world.box("mastodon", "app").put(app["client_id"], app, owner=owner)
    return app


def _shown(app: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": app["id"],
        "name": app["name"],
        "website": app["website"],
        "scopes": app["scopes"],
        "redirect_uri": "\n".join(app["redirect_uris"]),
        "redirect_uris": app["redirect_uris"],
        "client_secret_expires_at": 0,
        "vapid_key": "",
    }


def _authenticated_app(call: Call) -> dict[str, Any] | None:
    """client_secret_basic or client_secret_post."""
    client_id, secret = call.fields.text("client_id"), call.fields.text("client_secret")
    if basic := call.bearer("basic"):
        try:
            client_id, _, secret = base64.b64decode(basic).decode().partition(":")
        except ValueError:
            return None
        client_id, secret = unquote(client_id), unquote(secret)
    app = _known_app(call.world, client_id)
    return app if app and secrets.compare_digest(app["client_secret"].encode(), secret.encode()) else None


def _known_app(world: World, client_id: str) -> dict[str, Any] | None:
    """With the setting `unused_app_days`, an application that no token was issued to is forgotten after that time."""
    app: dict[str, Any] | None = world.box("mastodon", "app").get(client_id)
    days = int(world.setting("mastodon", "unused_app_days"))
    if app is None or app.get("used") or not days:
        return app
    registered_at = datetime.fromisoformat(app["registered_at"])
    return app if world.now() - registered_at < timedelta(days=days) else None


def _issue(world: World, client_id: str, account_id: str, scopes: Sequence[str]) -> Token:
    """With the setting `token_seconds` a user's token ends, and its data name the refresh token that goes with it."""
    details: dict[str, Any] = {"account_id": account_id, "client_id": client_id, "scopes": scopes}
    if app := world.box("mastodon", "app").get(client_id):
        world.box("mastodon", "app").put(client_id, app | {"used": True}, owner=app.get("owner", ""))
    if not account_id:
        return world.issue_token("mastodon", kind="app", **details)
    seconds = int(world.setting("mastodon", "token_seconds"))
    if not seconds:
        return world.issue_token("mastodon", kind="user", **details)
    value = secrets.token_urlsafe(32)
    refresh = world.issue_token("mastodon", kind="refresh", data={"access_token": value}, **details)
    data = {"refresh_token": refresh.token, "seconds": seconds}
    return world.issue_token(
        "mastodon", kind="user", value=value, lives=timedelta(seconds=seconds), data=data, **details
    )


def _answer(token: Token) -> dict[str, Any]:
    ending = {"expires_in": token.data["seconds"], "refresh_token": token.data["refresh_token"]} if token.data else {}
    return ending | {
        "access_token": token.token,
        "token_type": "Bearer",
        "scope": " ".join(token.scopes),
        "created_at": int(token.issued_at.timestamp()),
    }


def _is_redirect_uri(uri: str) -> bool:
    return uri == OUT_OF_BAND or ("://" in uri and "#" not in uri)


def _back(redirect_uri: str, state: str, **answer: str) -> Response:
    if redirect_uri == OUT_OF_BAND:
        return consent.problem(answer.get("error_description") or answer["error"], status=400)
    query = urlencode(answer | ({"state": state} if state else {}))
    joint = "&" if "?" in redirect_uri else "?"
    return RedirectResponse(f"{redirect_uri}{joint}{query}", status_code=302)
