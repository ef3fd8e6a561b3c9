"""What an error of TikTok means: https://developers.tiktok.com/doc/tiktok-api-v2-error-handling.

`error.code` decides and not the HTTP status: some refusals come with 200. OAuth has a flat shape of its own, in which
`error` is the code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.errors import (
    Disconnected,
    Evidence,
    Gone,
    MissingPermission,
    NotSent,
    PlatformError,
    Rejected,
    Throttled,
    TokenExpired,
    Uncertain,
)

LABEL: Final = "TikTok"
OK: Final = "ok"
RECONNECT: Final = "TikTok no longer accepts our access to this account: connect it again."
NO_APP: Final = "TikTok does not accept Postroom's app: its operator has to check client key and secret."
MAYBE: Final = "TikTok failed while publishing: the post may be out."

# The window moves and the page names no end: a place becomes free as soon as an earlier post leaves it.
_WAITS: Final[dict[str, tuple[timedelta, str]]] = {
    "rate_limit_exceeded": (timedelta(seconds=65), "TikTok asks us to slow down."),
    "spam_risk_too_many_posts": (
        timedelta(hours=1),
        "This account has posted as much as TikTok allows within 24 hours, counting all applications.",
    ),
    "spam_risk_too_many_pending_share": (
        timedelta(hours=1),
        "Too many drafts wait in the TikTok inbox of this account: post or discard some of them in TikTok.",
    ),
    "reached_active_user_cap": (
        timedelta(hours=3),
        "As many accounts as TikTok allows have posted through this app within 24 hours.",
    ),
}

_CONTENT: Final[dict[str, tuple[str, str]]] = {
    "spam_risk_user_banned_from_posting": ("", "TikTok has banned this account from posting: look into TikTok."),
    "unaudited_client_can_only_post_to_private_accounts": (
        "options.privacy",
        "Until TikTok has audited Postroom's app, only private accounts can post, and for themselves alone.",
    ),
    "url_ownership_unverified": (
        "media",
        "TikTok fetches pictures only from an address that the operator of Postroom has verified with TikTok.",
    ),
    "privacy_level_option_mismatch": ("options.privacy", "TikTok does not offer this audience to the account."),
    "invalid_file_upload": ("media.0", "TikTok does not take this file."),
    "app_version_check_failed": (
        "options.format",
        "The TikTok app of this account is too old for drafts of pictures: update it on the phone.",
    ),
}

_INVALID: Final = frozenset({"invalid_param", "invalid_params", "invalid_request"})
_SCOPES: Final = frozenset({"scope_not_authorized", "scope_permission_missed"})
_UNKNOWN_POST: Final = frozenset({"invalid_publish_id", "token_not_authorized_for_specified_publish_id"})


@dataclass(frozen=True, slots=True)
class Fault:
    """What an answer says of itself. `code` is "" where it says nothing that can be read."""

    code: str = ""
    message: str = ""
    log_id: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What the refused request was about. `acting`: it would have made something public; `is_reading`: it only
    asked."""

    now: datetime
    secrets: tuple[Secret, ...] = ()
    acting: bool = False
    is_reading: bool = False
    is_renewable: bool = False
    needs: tuple[str, ...] = ()
    field: str = ""


def read_fault(answer: wire.Answer) -> Fault:
    try:
        said = answer.mapping()
    except wire.Unreadable:
        return Fault()
    error = said.get("error")
    if isinstance(error, str):  # OAuth
        return Fault(error, _text(said, "error_description"), _text(said, "log_id"))
    if not isinstance(error, dict):
        return Fault()
    return Fault(_text(error, "code"), _text(error, "message"), _text(error, "log_id") or _text(error, "logid"))


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


def evidence(answer: wire.Answer, secrets: tuple[Secret, ...], *, code: str = "") -> Evidence:
    fault = read_fault(answer)
    return wire.evidence(answer, code=fault.code or code, text=fault.message, request_id=fault.log_id, secrets=secrets)


def failure(answer: wire.Answer, context: Context) -> PlatformError:
    """The error that a refusal stands for."""
    fault, seen = read_fault(answer), evidence(answer, context.secrets)
    for rule in _RULES:
        if error := rule(answer, fault, context, seen):
            return error
    if context.acting:  # What we do not know may have been carried out.
        return Uncertain(MAYBE, evidence=seen)
    if context.is_reading or not (400 <= answer.status < 500 or fault.code):
        return NotSent("TikTok is having trouble.", evidence=seen)
    return _refused(fault, context, seen)


def _by_trouble(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if answer.status < 500 and fault.code != "internal_error":
        return None
    return Uncertain(MAYBE, evidence=seen) if context.acting else NotSent("TikTok is having trouble.", evidence=seen)


def _by_access(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if fault.code in _SCOPES:
        words = "The connection to TikTok does not allow this: connect the account again and allow all that is asked."
        return MissingPermission(words, scopes=context.needs, evidence=seen)
    if fault.code == "access_token_invalid" or answer.status == 401:
        if context.is_renewable:
            return TokenExpired("The access to this account has to be renewed.", evidence=seen)
        return Disconnected(RECONNECT, evidence=seen)
    return None


def _by_pace(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    code = "rate_limit_exceeded" if answer.status == 429 and fault.code not in _WAITS else fault.code
    if code not in _WAITS:
        return None
    pause, words = _WAITS[code]
    retry_at = wire.retry_after(answer.headers, now=context.now) or context.now + pause
    return Throttled(words, retry_at=retry_at, evidence=seen)


def _by_content(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if fault.code in _UNKNOWN_POST:
        return Gone("TikTok does not know this post, or not any more.", evidence=seen)
    if fault.code in _CONTENT:
        field, words = _CONTENT[fault.code]
        return Rejected(words, field=field, evidence=seen)
    if fault.code in _INVALID and answer.status < 500 and not context.is_reading:
        return _refused(fault, context, seen)
    return None


def _refused(fault: Fault, context: Context, seen: Evidence) -> PlatformError:
    said = wire.concealed(fault.message, context.secrets)[:200]
    words = "TikTok does not take this" + (f": {said}" if said else ".")
    return Rejected(words, field=context.field, evidence=seen)


_RULES: Final[tuple[Callable[[wire.Answer, Fault, Context, Evidence], PlatformError | None], ...]] = (
    _by_trouble,
    _by_access,
    _by_pace,
    _by_content,
)
