"""Who may call: scopes as the discovery document lists them, tokens, and what else stands before every method."""

from __future__ import annotations

import re
from collections.abc import Sequence

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.google.people import is_alive
from apps.sandbox.google.scopes import IDENTITY, PREFIX
from apps.sandbox.youtube.errors import REASONS, insufficient_scope, refused, unauthenticated

YOUTUBE = f"{PREFIX}youtube"
FORCE_SSL = f"{PREFIX}youtube.force-ssl"
UPLOAD = f"{PREFIX}youtube.upload"
READONLY = f"{PREFIX}youtube.readonly"
ANALYTICS = f"{PREFIX}yt-analytics.readonly"
MONETARY = f"{PREFIX}yt-analytics-monetary.readonly"
SCOPES = (FORCE_SSL, UPLOAD, READONLY, ANALYTICS)  # what a full credential has
KNOWN_SCOPES = (YOUTUBE, FORCE_SSL, UPLOAD, READONLY, ANALYTICS, MONETARY, *IDENTITY)

# Any one of them is enough.
TO_UPLOAD = (UPLOAD, YOUTUBE, FORCE_SSL)
TO_READ = (READONLY, YOUTUBE, FORCE_SSL)
TO_MANAGE = (YOUTUBE, FORCE_SSL)
TO_COMMENT = (FORCE_SSL,)
TO_ANALYSE = (ANALYTICS, YOUTUBE, READONLY, MONETARY)


def find_token(call: Call) -> Token | None:
    return call.world.token("youtube", _presented(call))


def _presented(call: Call) -> str:
    # As a query parameter too: what the client library sends to tokeninfo, and what people paste.
    return call.bearer() or call.fields.text("access_token")


def valid_token(call: Call) -> Token:
    """The access token of this call; refuses one that is missing, unknown, expired or revoked."""
    if call.token is None:
        raise unauthenticated("authError" if _presented(call) else "required")
    if call.token.kind != "access" or not is_alive(call.world, call.token):
        raise unauthenticated("authError")
    return call.token


def channel_of(call: Call, scopes: Sequence[str]) -> Account:
    """The channel whose token this is, having one of `scopes`."""
    token = valid_token(call)
    if not set(scopes) & set(token.scopes):
        raise insufficient_scope()
    return me(call)


def me(call: Call) -> Account:
    if call.account is None:
        raise unauthenticated("authError")
    return call.account


def refuse_as_set(call: Call) -> None:
    """The settings `channel_problem` and `refusal`: what this channel, or this path, is answered whatever it asks."""
    problem = str(call.world.setting("youtube", "channel_problem"))
    if problem and problem != "noChannel":
        raise refused(problem)
    reason, path = (str(call.world.setting("youtube", name)) for name in ("refusal", "refusal_path"))
    if reason in REASONS and re.search(path, call.path):
        raise refused(reason)
