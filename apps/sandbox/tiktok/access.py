"""Who may call: tokens and their scopes, and how often in a minute."""

from __future__ import annotations

from datetime import timedelta

from apps.sandbox.core.calls import Call, Refusal
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.tiktok import errors
from apps.sandbox.tiktok.names import NAME

BASIC, PROFILE, STATS = "user.info.basic", "user.info.profile", "user.info.stats"
LIST, UPLOAD, PUBLISH = "video.list", "video.upload", "video.publish"
SCOPES = (BASIC, PROFILE, STATS, LIST, UPLOAD, PUBLISH)
MINUTE = timedelta(minutes=1)
# Requests of one person in a moving minute: the setting that says how many.
RATES = {
    "video_init_per_minute": 6,
    "inbox_init_per_minute": 6,
    "content_init_per_minute": 6,
    "creator_info_per_minute": 20,
    "status_per_minute": 30,
    "user_info_per_minute": 600,
    "video_list_per_minute": 600,
    "video_query_per_minute": 600,
}


def find_token(call: Call) -> Token | None:
    """The bearer token; where there is none, that of the form, or that which began the upload."""
    world, value = call.world, call.bearer()
    if call.path.startswith("/v2/oauth/"):
        value = call.fields.text("refresh_token") or call.fields.text("token")
    elif call.path == "/video/":
        begun = world.box(NAME, "upload").get(call.fields.text("upload_id"))
        value = begun["token"] if begun else ""
    return world.token(NAME, value)


def presented(call: Call) -> tuple[Account, Token]:
    """Whose token it is; refuses one that is missing, unknown, expired, revoked or no access token."""
    token = call.token
    if token is None or token.kind != "access" or not token.is_valid(call.world.now()) or call.account is None:
        raise errors.refused(call, "access_token_invalid")
    return call.account, token


def caller(call: Call, *scopes: str, rate: str = "") -> Account:
    """The account whose token this is, having one of `scopes`; counts against the setting named `rate`."""
    account, token = presented(call)
    granted = set(scopes) & set(token.scopes)
    if not granted:
        raise errors.refused(call, "scope_not_authorized")
    if not granted & set(names_in(call.world.setting(NAME, "app_scopes"))):
        status = int(call.world.setting(NAME, "scope_permission_status"))
        raise errors.refused(call, "scope_permission_missed", "The application lost this scope.", status=status)
    if rate:
        _count(call, account, rate)
    return account


def _count(call: Call, account: Account, rate: str) -> None:
    """Count in a minute that moves with the clock; what is refused does not count."""
    limit, now = int(call.world.setting(NAME, rate)), call.world.now()
    if not limit:
        return
    if call.world.limits.hit_moving(f"{NAME} {rate} {account.id}", limit=limit, window=MINUTE, now=now).is_exceeded:
        raise Refusal(errors.rate_limited(call, 60))


def names_in(value: object) -> list[str]:
    """The items of a list with commas, as settings and scopes are written."""
    return [name.strip() for name in str(value).split(",") if name.strip()]
