"""Cross-Account Protection (RISC): signed events of a person's Google account, to the setting `risc_url`.

Whoever withdraws what was granted is told of by itself. The rest happens when somebody asks for it, with
POST /settings/security/events and the fields `handle` and `event`. While an account is disabled none of its tokens
holds, and they hold again once it is enabled. With `spoil` an event comes as Google would never send it. Registering a
receiver and sending an event again are not simulated. For which of several clients of a project an event comes is not
documented: here it is the platform's only one.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core import hooks
from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.core.world import World
from apps.sandbox.google.identity import GOOGLE, ISSUER, KEY_ID, STRANGER, signed
from apps.sandbox.google.people import google_user, lock, tokens_of, unlock
from apps.sandbox.google.refusals import flat

RISC = "https://schemas.openid.net/secevent/risc/event-type/"
OAUTH = "https://schemas.openid.net/secevent/oauth/event-type/"
EVENTS = {
    **{name: RISC + name for name in (
        "sessions-revoked", "account-disabled", "account-enabled", "account-credential-change-required",
        "account-purged", "verification",
    )},
    **{name: OAUTH + name for name in ("tokens-revoked", "token-revoked")},
}  # fmt: skip
SPOILS = ("", "signature", "key", "key_id", "audience", "issuer", "events")


def tell_of_revocation(world: World, platform: str, user: str) -> None:
    """All tokens of this person have ended."""
    if world.setting(platform, "risc_url"):
        _send(world, platform, "tokens-revoked", {"subject": subject_of(user)})


async def security_event(call: Call) -> Response:
    """POST /settings/security/events: one of EVENTS happens to the person behind `handle`. `reason` is that of
    account-disabled, `state` that of verification; token-revoked is about the newest refresh token, named by
    `identifier` (prefix, or hash_base64_sha512_sha512)."""
    event, spoil = call.fields.text("event"), call.fields.text("spoil")
    account = call.world.account_by_handle(call.platform_name, call.fields.text("handle"))
    if account is None or event not in EVENTS or spoil not in SPOILS:
        raise flat("invalid_request", "There is no such person, event or way to spoil it.")
    call.account = account
    user = google_user(call.world, account)
    told: dict[str, Any] = {"subject": subject_of(user)}
    if event == "verification":
        told = {"state": call.fields.text("state")}
    elif event == "token-revoked":
        told["subject"] = _named(_newest(call.world, account), call.fields.text("identifier") or "prefix")
    elif call.fields.text("reason"):
        told["reason"] = call.fields.text("reason")
    if not spoil:
        _happen(call.world, account, event)
    return JSONResponse({"delivery": _send(call.world, call.platform_name, event, told, spoil=spoil)})


def subject_of(user: str) -> dict[str, str]:
    return {"subject_type": "iss-sub", "iss": f"{ISSUER}/", "sub": user}


def withdraw(world: World, account: Account) -> None:
    """All that this person granted to the project ends."""
    for one in tokens_of(world, account):
        world.revoke(one)
    world.box(account.platform, "grant").delete(google_user(world, account))


def _happen(world: World, account: Account, event: str) -> None:
    if event in {"tokens-revoked", "account-purged"}:
        withdraw(world, account)
    if event == "token-revoked":  # the others go on
        world.store.tokens.delete(_newest(world, account).token)
    if event in {"account-disabled", "account-purged"}:
        lock(world, account)
    if event == "account-enabled":
        unlock(world, account)


def _newest(world: World, account: Account) -> Token:
    live = [one for one in tokens_of(world, account) if one.kind == "refresh" and one.is_valid(world.now())]
    if not live:
        raise flat("invalid_request", "There is no refresh token.")
    return live[-1]


def _named(token: Token, identifier: str) -> dict[str, str]:
    """The subject of an event about one refresh token."""
    named = token.token[:16]
    if identifier != "prefix":
        twice = hashlib.sha512(hashlib.sha512(token.token.encode()).digest()).digest()
        named = base64.b64encode(twice).decode()
    return {
        "subject_type": "oauth_token",
        "token_type": "refresh_token",
        "token_identifier_alg": identifier,
        "token": named,
    }


def _send(world: World, platform: str, event: str, told: Mapping[str, Any], *, spoil: str = "") -> str:
    claims = {
        "iss": "https://accounts.example.com/" if spoil == "issuer" else f"{ISSUER}/",
        "aud": "another-client" if spoil == "audience" else world.setting(platform, "client_id"),
        "iat": int(world.now().timestamp()),
        "jti": str(world.number()),
        "events": {} if spoil == "events" else {EVENTS[event]: dict(told)},
    }
    key_id = "a-key-of-nobody" if spoil == "key_id" else KEY_ID
    token = signed(claims, "secevent+jwt", key_id=key_id, by=STRANGER if spoil == "key" else GOOGLE)
    if spoil == "signature":
        head, _, signature = token.rpartition(".")
        token = f"{head}.{signature[::-1]}"
    headers = {"Content-Type": "application/secevent+jwt"}
    return hooks.deliver(world, platform, str(world.setting(platform, "risc_url")), token.encode(), headers)
