"""Who may call: tokens, scopes and the allowance of calls, as graph.threads.com checks them."""

from __future__ import annotations

from datetime import datetime, timedelta

from starlette.responses import Response

from apps.sandbox.core.calls import Call, Handler, Refusal
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.core.world import World
from apps.sandbox.meta import usage
from apps.sandbox.meta.graph import graph_error
from apps.sandbox.meta.usage import Usage
from apps.sandbox.threads import errors
from apps.sandbox.threads.errors import bad_parameter, no_object, no_permission, no_resource

BASIC = "threads_basic"
PUBLISH = "threads_content_publish"
MANAGE_REPLIES = "threads_manage_replies"
READ_REPLIES = "threads_read_replies"
INSIGHTS = "threads_manage_insights"
DELETE = "threads_delete"
MENTIONS = "threads_manage_mentions"
KEYWORDS = "threads_keyword_search"
LOCATION = "threads_location_tagging"
PROFILES = "threads_profile_discovery"
SHARE = "threads_share_to_instagram"
SCOPES = (
    BASIC, PUBLISH, MANAGE_REPLIES, READ_REPLIES, INSIGHTS, DELETE, MENTIONS, KEYWORDS, LOCATION, PROFILES, SHARE,
)  # fmt: skip

ALLOWANCE_WINDOW = timedelta(hours=24)


def find_token(call: Call) -> Token | None:
    return call.world.token("threads", _presented(call))


def _presented(call: Call) -> str:
    return call.bearer() or call.fields.text("access_token")


def why_invalid(world: World, token: Token | None) -> tuple[str, int | None]:
    """What is wrong with a token, as a message and a subcode; an empty message when nothing is. Which subcodes Threads
    knows for an ended grant is uncertain: the setting `revoked_subcode`, 0 for none."""
    if token is None:
        return "Error validating access token: Cannot parse access token", None
    if token.revoked_at:
        subcode = world.setting("threads", "revoked_subcode") or None
        return "Error validating access token: The user has not authorized application.", subcode
    if token.expires_at and token.has_expired(world.now()):
        return f"Error validating access token: Session has expired on {_worded(token.expires_at)}.", 463
    return "", None


def valid_token(call: Call) -> Token:
    """The presented token; refuses one that is missing, unknown, expired or revoked, or that belongs to no profile."""
    token = call.token
    message, subcode = why_invalid(call.world, token)
    if token is None or message:
        raise graph_error(190, message, subcode=subcode)
    if call.account is None:
        raise graph_error(190, "Error validating access token: A user access token is required.")
    return token


def granted(world: World, token: Token) -> list[str]:
    """The scopes that still hold: a grant has an end of its own, which a refresh of the token puts off."""
    ends = token.data.get("authorized_at", 0) + world.setting("threads", "grant_days") * 86400
    return token.scopes if world.now().timestamp() < ends else []


def caller(call: Call, *scopes: str) -> Account:
    """The account whose token this is, having all of `scopes`."""
    token = valid_token(call)
    if call.account is None:
        raise no_permission()
    held = granted(call.world, token)
    if any(scope not in held for scope in scopes):
        raise no_permission()
    return call.account


def own_account(call: Call, *scopes: str) -> Account:
    """The account in the path: the caller's own, or `me`. Another number is what a stale id looks like to a write."""
    account = caller(call, *scopes)
    if call.part("id") not in {"me", account.id}:
        raise no_object(call.part("id"), call.method) if call.method == "GET" else no_resource()
    return account


def counted(handler: Handler) -> Handler:
    """`handler` behind the allowance of calls, with a form for a body, and the usage in the headers of its answer."""

    async def enter(call: Call) -> Response:
        used = _count(call)
        if used.is_throttled:
            raise Refusal(errors.rate_limited(call, used.minutes * 60))
        try:
            _refuse_json(call)
            response = await handler(call)
        except Refusal as refusal:
            errors.tell_usage(call, refusal.response, used)
            raise
        errors.tell_usage(call, response, used)
        return response

    return enter


def _count(call: Call) -> Usage:
    """Calls count for each account and the one application there is."""
    limit = call.world.setting("threads", "daily_calls") if call.account else 0
    bucket = f"threads {call.account.id}" if call.account else ""
    return usage.count(call.world, bucket, limit=limit, window=ALLOWANCE_WINDOW)


def _refuse_json(call: Call) -> None:
    # Threads documents query, form and multipart; parameters in a JSON body are not seen.
    if call.request.headers.get("content-type", "").startswith("application/json"):
        raise bad_parameter("The parameters are sent in the query or as a form")


def _worded(instant: datetime) -> str:
    return f"{instant:%A, %d-%b-%y %H:%M:%S} UTC"
