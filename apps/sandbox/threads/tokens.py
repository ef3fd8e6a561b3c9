"""Tokens: a code becomes one of an hour, that one of sixty days, and that is renewed from its second day on.

Two lives run beside each other: the token's sixty days, and the ninety of the grant behind it, which a refresh
prolongs. Whether it does for private profiles is contradictory in the documentation: see the setting
`refresh_prolongs_grant`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.core.world import World
from apps.sandbox.meta import inspection
from apps.sandbox.meta.graph import graph_error
from apps.sandbox.threads.access import BASIC, SCOPES, caller, granted, valid_token, why_invalid
from apps.sandbox.threads.errors import bad_parameter, no_permission

SHORT_LIVES = timedelta(hours=1)
LONG_LIVES = timedelta(days=60)
REFRESH_AFTER = timedelta(hours=24)


async def exchange_code(call: Call) -> Response:
    """POST /oauth/access_token: a code, once, for a token of an hour. The user's id is a number beyond 2^53."""
    _check_client(call)
    if call.fields.text("grant_type") != "authorization_code":
        raise bad_parameter("Invalid grant_type")
    codes = call.world.box("threads", "code")
    # The window appends #_ to the address; a code sent back with it is another code.
    grant = codes.get(call.fields.text("code"))
    if grant is None:
        raise graph_error(100, "Invalid verification code: it has expired or was used already.", subcode=36007)
    if grant["redirect_uri"] != call.fields.text("redirect_uri"):
        message = (
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used "
            "in the OAuth dialog request"
        )
        raise graph_error(100, message, subcode=36008)
    codes.delete(call.fields.text("code"))
    token = _issue(call.world, grant["account"], grant["scopes"], kind="short", lives=SHORT_LIVES)
    answer: dict[str, Any] = {"access_token": token.token, "user_id": int(grant["account"])}
    if call.world.setting("threads", "full_token_answer"):
        answer |= {"token_type": "bearer", "expires_in": int(SHORT_LIVES.total_seconds())}
    return JSONResponse(answer)


async def app_token(call: Call) -> Response:
    """GET /oauth/access_token: a token of the application itself."""
    _check_client(call)
    if call.fields.text("grant_type") != "client_credentials":
        raise bad_parameter("Invalid grant_type")
    client_id = call.fields.text("client_id")
    token = call.world.issue_token(
        "threads", kind="app", account_id="", client_id=client_id, scopes=[], prefix=f"TH|{client_id}|"
    )
    return JSONResponse({"access_token": token.token, "token_type": "bearer"})


def _check_client(call: Call) -> None:
    if call.fields.text("client_id") != call.world.setting("threads", "client_id"):
        raise graph_error(101, "Error validating application. Cannot get application info due to a system error.")
    _check_secret(call)


def _check_secret(call: Call) -> None:
    if call.fields.text("client_secret") != call.world.setting("threads", "client_secret"):
        raise graph_error(1, "Error validating client secret.")


async def exchange_token(call: Call) -> Response:
    """GET /access_token: a short token that still lives, and the application's secret, for sixty days."""
    if call.fields.text("grant_type") != "th_exchange_token":
        raise bad_parameter("Invalid grant_type")
    _check_secret(call)
    short = valid_token(call)
    if short.kind != "short":
        raise bad_parameter("Only a short-lived token can be exchanged for a long-lived one")
    return JSONResponse(
        _long_answer(call.world, _renewed(call.world, short, authorized_at=short.data["authorized_at"]))
    )


async def refresh_token(call: Call) -> Response:
    """GET /refresh_access_token: a long token that is a day old and still valid. The old one lives on to its end."""
    if call.fields.text("grant_type") != "th_refresh_token":
        raise bad_parameter("Invalid grant_type")
    old = valid_token(call)
    # The token is asked, not the grant: where refreshing does not prolong a grant, it goes on when that has ended.
    if BASIC not in old.scopes:
        raise no_permission()
    if old.kind != "long":
        raise bad_parameter("Only a long-lived token can be refreshed")
    if call.world.now() - old.issued_at < REFRESH_AFTER:
        raise bad_parameter("The token is less than 24 hours old and cannot be refreshed yet")
    prolongs = call.world.setting("threads", "refresh_prolongs_grant")
    since = call.world.now().timestamp() if prolongs else old.data["authorized_at"]
    return JSONResponse(_long_answer(call.world, _renewed(call.world, old, authorized_at=since)))


async def debug_token(call: Call) -> Response:
    """GET /debug_token: what a token is, for a tester of the application; what is wrong with it is in the data."""
    account = caller(call, BASIC)
    testers = call.world.setting("threads", "testers")
    if testers != "*" and account.handle not in testers.split(","):
        raise no_permission()
    token = call.world.token("threads", call.fields.text("input_token"))
    if token is None:
        return JSONResponse(inspection.unknown())
    message, subcode = why_invalid(call.world, token)
    answer = inspection.describe(
        token,
        application=call.world.setting("threads", "app_name"),
        user_id=token.account_id,
        type="USER" if token.account_id else "APP",
        now=call.world.now(),
        error={"code": 190, "message": message, "subcode": subcode},
        scopes=[] if message else granted(call.world, token),
    )
    del answer["data"]["app_id"]
    return JSONResponse(answer)


def issue_credentials(world: World, account: Account, scopes: Sequence[str] | None) -> dict[str, Any]:
    token = _issue(world, account.id, scopes if scopes is not None else SCOPES, kind="long", lives=LONG_LIVES)
    return {
        "token": token.token,
        "user_id": account.id,
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        "scopes": token.scopes,
    }


def _long_answer(world: World, token: Token) -> dict[str, Any]:
    answer: dict[str, Any] = {"access_token": token.token, "token_type": "bearer"}
    if world.setting("threads", "tells_expires_in"):
        answer["expires_in"] = int(LONG_LIVES.total_seconds())
    return answer


def _renewed(world: World, old: Token, *, authorized_at: float) -> Token:
    return _issue(world, old.account_id, old.scopes, kind="long", lives=LONG_LIVES, authorized_at=authorized_at)


def _issue(
    world: World,
    account_id: str,
    scopes: Sequence[str],
    *,
    kind: str,
    lives: timedelta,
    authorized_at: float | None = None,
) -> Token:
    """A token whose grant counts from now unless it is told since when."""
    return world.issue_token(
        "threads",
        kind=kind,
        account_id=account_id,
        client_id=str(world.setting("threads", "client_id")),
        scopes=scopes,
        lives=lives,
        prefix="TH",
        data={"authorized_at": world.now().timestamp() if authorized_at is None else authorized_at},
    )
