"""Tokens, scopes and rate limits: what stands before each handler of the API."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from starlette.responses import Response

from apps.sandbox.core.calls import Call, Handler, Refusal
from apps.sandbox.core.limits import Window
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.mastodon import errors
from apps.sandbox.mastodon.errors import refused

SCOPES = (
    "profile", "read", "read:accounts", "read:notifications", "read:search", "read:statuses", "write",
    "write:accounts", "write:media", "write:statuses", "follow", "push",
)  # fmt: skip
WINDOW = timedelta(minutes=5)
UPLOADS = timedelta(minutes=30)
PAGES = timedelta(minutes=15)
PAGING = ("max_id", "min_id", "since_id")
POSTING = timedelta(hours=3)


def covers(held: Iterable[str], wanted: str) -> bool:
    """Scopes are a hierarchy: `read` covers every `read:...`."""
    return bool({wanted, wanted.partition(":")[0]} & set(held))


def find_token(call: Call) -> Token | None:
    return call.world.token("mastodon", _presented(call))


def _presented(call: Call) -> str:
    return call.bearer() or call.fields.text("access_token")


def valid_token(call: Call) -> Token:
    if not _presented(call):
        raise refused(401, "This API requires an authenticated user")
    token, bad = call.token, int(call.world.setting("mastodon", "bad_token_status"))
    # A token of the application, or a user's; what else hands out tokens here (codes) is kept elsewhere.
    if token is None or token.kind == "refresh":
        raise refused(bad, "The access token is invalid")
    if token.revoked_at:
        raise refused(bad, "The access token was revoked")
    if token.has_expired(call.world.now()):
        raise refused(bad, "The access token expired")
    return token


def caller(call: Call, *scopes: str) -> Account:
    """The user whose token this is; it has to cover one of these scopes."""
    token = valid_token(call)
    if not any(covers(token.scopes, scope) for scope in scopes):
        raise refused(403, "This action is outside the authorized scopes")
    if call.account is None:
        raise refused(422, "This method requires an authenticated user")
    return call.account


def reader(call: Call, *scopes: str) -> Account | None:
    """The same for what anybody may read: None without a token, but a bad token is still refused."""
    return caller(call, *scopes) if _presented(call) else None


def limited(handler: Handler) -> Handler:
    """Count the request against the token's window and show in the answer how much is left."""

    async def enter(call: Call) -> Response:
        windows = [_hit(call, "api", call.token.token, WINDOW)] if call.token else []
        if call.account and call.world.setting("mastodon", "api_limit"):
            windows.append(_hit(call, "user", call.account.id, WINDOW))
        if call.account and any(call.fields.has(name) for name in PAGING):
            windows.append(_hit(call, "paging", call.account.id, PAGES))
        if call.account and call.method == "POST" and call.path.endswith("/media"):
            windows.append(_hit(call, "media", call.account.id, UPLOADS))
        if call.account and call.method == "DELETE":
            windows.append(_hit(call, "delete", call.account.id, UPLOADS))
        tightest = min((window for window in windows if window), key=lambda window: window.remaining, default=None)
        exceeded = next((window for window in windows if window and window.is_exceeded), None)
        if exceeded:
            return errors.too_many(exceeded)
        try:
            response = await handler(call)
        except Refusal as refusal:
            response = refusal.response
        if tightest and "x-ratelimit-limit" not in response.headers:
            errors.mark(response, tightest)
        return response

    return enter


def _hit(call: Call, name: str, whose: str, window: timedelta) -> Window | None:
    """None where the limit is switched off. The windows are aligned to the clock."""
    limit = int(call.world.setting("mastodon", f"{name}_limit"))
    if not limit:
        return None
    bucket = f"mastodon {name} {whose}"
    return call.world.limits.hit(bucket, limit=limit, window=window, now=call.world.now(), aligned=True)


def refuse_many_statuses(call: Call, account: Account) -> None:
    """300 in three hours; `count_status` counts those that succeeded."""
    limit = int(call.world.setting("mastodon", "status_limit"))
    bucket, now = f"mastodon status {account.id}", call.world.now()
    window = call.world.limits.look(bucket, limit=limit, window=POSTING, now=now, aligned=True)
    if limit and not window.remaining:
        raise Refusal(errors.too_many(window))


def count_status(call: Call, account: Account) -> None:
    _hit(call, "status", account.id, POSTING)
