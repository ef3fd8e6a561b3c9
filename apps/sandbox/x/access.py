"""Who may call: the tokens of users with their scopes, and the one of the application alone."""

from __future__ import annotations

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.x import errors
from apps.sandbox.x.accounts import is_listed

READ = ("tweet.read", "users.read")
WRITE = ("tweet.read", "tweet.write", "users.read")
UPLOAD = ("media.write",)
PUBLISHING = ("tweet.read", "tweet.write", "users.read", "media.write", "offline.access")
SCOPES = (
    *PUBLISHING, "users.email", "tweet.moderate.write", "dm.read", "dm.write", "like.read", "like.write",
)  # fmt: skip

SUSPENDED = "Your account is suspended and is not permitted to access this feature."
LOCKED = "To protect our users from spam and other malicious activity, this account is temporarily locked."
USER_CONTEXT = "OAuth 1.0a User Context, OAuth 2.0 User Context"
APP_ONLY = "OAuth 2.0 Application-Only"


def find_token(call: Call) -> Token | None:
    """The bearer token; at the token endpoints the refresh token or the one to be revoked."""
    world, value = call.world, call.bearer()
    if call.path.startswith("/2/oauth2/"):
        value = call.fields.text("refresh_token") or call.fields.text("token")
    if token := world.token("x", value):
        return token
    if value and value == world.setting("x", "app_bearer"):
        return Token(value, "x", "app", "", str(world.setting("x", "client_id")), [], world.now())
    return None


def valid_token(call: Call) -> Token | None:
    token = call.token
    if token is None or token.kind == "refresh" or not token.is_valid(call.world.now()):
        return None
    return token


def caller(call: Call, scopes: tuple[str, ...]) -> Account:
    """The user whose token this is, having all of these scopes."""
    token = _known(call)
    if call.account is None:
        raise errors.wrong_kind_of_token(call, presented=APP_ONLY, wanted=USER_CONTEXT)
    if is_listed(call.world, call.account, "suspended_handles"):
        raise errors.forbidden(call, SUSPENDED, v1=(64, "Your account is suspended"))
    if is_listed(call.world, call.account, "locked_handles"):
        raise errors.forbidden(call, LOCKED, v1=(326, LOCKED))
    if not set(scopes) <= set(token.scopes):
        raise errors.forbidden(call, "Forbidden")
    return call.account


def application(call: Call) -> None:
    """Refuse everybody but the application itself."""
    if _known(call).kind != "app":
        raise errors.wrong_kind_of_token(call, presented="OAuth 2.0 User Context", wanted=APP_ONLY)


def anybody(call: Call, scopes: tuple[str, ...]) -> Account | None:
    """The user, having these scopes, or None for the application."""
    return None if _known(call).kind == "app" else caller(call, scopes)


def _known(call: Call) -> Token:
    token = valid_token(call)
    if token is None:
        raise errors.unauthorized(call)
    if not call.world.setting("x", "app_enrolled"):
        raise errors.not_enrolled(call)
    return token
