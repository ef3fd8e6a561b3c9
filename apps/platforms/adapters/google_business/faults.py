"""What an error of Google Business Profile means: https://developers.google.com/my-business/reference/rest/Shared.Types/ErrorCode.

The detail of a validation decides, where there is none the `status`, and then the HTTP code.
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
from apps.platforms.google.faults import Fault, objects_in, read_fault, text_in

RECONNECT: Final = "Google no longer accepts our access to this location: connect it again."
MOVED: Final = "Google does not know this location in this account any more: connect it again."
NO_ACCESS: Final = (
    "Google does not let us act for this location: it has to be verified, and the person who connected it a manager."
)
PAUSE: Final = timedelta(seconds=60)
MAYBE_OUT: Final = "Google failed while publishing: the post may be out."

_TRANSIENT: Final = frozenset({"ABORTED", "UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL", "UNKNOWN", "CANCELLED"})
_SCOPES: Final = frozenset({"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"})
_APP: Final = frozenset({"SERVICE_DISABLED", "accessNotConfigured"})
_FETCH: Final = frozenset({"PHOTO_FETCH_FAILED", "PHOTO_UPLOAD_FAILED", "1000"})
_CLOSED: Final = "LOCATION_DISABLED_FOR_LOCAL_POST_API"
_INVALID: Final = frozenset({"INVALID_ARGUMENT", "OUT_OF_RANGE", "ALREADY_EXISTS"})
# The part of a post that a person has to edit, by the beginning of the API's name for it.
_FIELDS: Final = (
    ("summary", "text"),
    ("media", "media.0"),
    ("event.title", "options.event_title"),
    ("event.schedule.start", "options.event_start"),
    ("event.schedule", "options.event_end"),
    ("offer.coupon", "options.coupon"),
    ("offer.redeem", "options.redeem_url"),
    ("offer.terms", "options.terms"),
    ("call_to_action.url", "options.action_url"),
    ("call_to_action", "options.action"),
)


@dataclass(frozen=True, slots=True)
class Context:
    """What the refused request was about. `acting`: it would have made something public; `is_reading`: it only asked;
    `is_of_post`: it names a post, so that "not found" is about that and not about the location."""

    now: datetime
    secrets: tuple[Secret, ...] = ()
    acting: bool = False
    is_reading: bool = False
    is_of_post: bool = False
    is_renewable: bool = False
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Detail:
    """The first thing that a validation found."""

    code: str = ""
    field: str = ""
    message: str = ""


def failure(answer: wire.Answer, context: Context) -> PlatformError:
    """The error that a refusal stands for."""
    fault, detail = read_fault(answer), read_detail(answer)
    said = detail.message or fault.message
    seen = wire.evidence(answer, code=detail.code or fault.label, text=said, secrets=context.secrets)
    for rule in _RULES:
        if error := rule(answer, fault, context, seen):
            return error
    if 400 <= answer.status < 500 and fault.status in _INVALID and not context.is_reading:
        return _by_detail(detail, said, context, seen)
    if context.acting:  # What we do not know may have been carried out.
        return Uncertain(MAYBE_OUT, evidence=seen)
    return NotSent("Google is having trouble.", evidence=seen)


def read_detail(answer: wire.Answer) -> Detail:
    try:
        error: Any = answer.mapping().get("error")
    except wire.Unreadable:
        return Detail()
    for one in objects_in(error, "details") if isinstance(error, dict) else ():
        for found in objects_in(one, "errorDetails"):
            code = found.get("code")
            shown = str(code) if isinstance(code, int) and abs(code) < 10**6 else text_in(found, "code")
            return Detail(shown, text_in(found, "field"), text_in(found, "message"))
    return Detail()


def _by_access(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if answer.status == 401 or fault.status == "UNAUTHENTICATED":
        if context.is_renewable:
            return TokenExpired("The access to this location has to be renewed.", evidence=seen)
        return Disconnected(RECONNECT, evidence=seen)
    if fault.reason in _SCOPES:
        words = "The connection to Google Business does not allow this: connect it again and allow all that is asked."
        return MissingPermission(words, scopes=context.needs, evidence=seen)
    if fault.reason in _APP:
        words = "This API is not switched on for Postroom's app: its operator does that in Google's console."
        return NotSent(words, evidence=seen)
    if seen.code == _CLOSED:
        return Rejected("Google takes no posts for this location through its API: it is one of a chain.", evidence=seen)
    if fault.status in {"PERMISSION_DENIED", "FAILED_PRECONDITION"}:
        return MissingPermission(NO_ACCESS, evidence=seen)
    return None


def _by_pace(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if answer.status != 429 and fault.status != "RESOURCE_EXHAUSTED":
        return None
    retry_at = wire.retry_after(answer.headers, now=context.now) or context.now + PAUSE
    words = "Google asks us to slow down. If it never gets better, Google has not approved Postroom's app yet."
    return Throttled(words, retry_at=retry_at, evidence=seen)


def _by_trouble(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if answer.status < 500 and fault.status not in _TRANSIENT:
        return None
    if context.acting:
        return Uncertain(MAYBE_OUT, evidence=seen)
    return NotSent("Google is having trouble.", evidence=seen)


def _by_absence(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    """Only Google's own words count: a gateway's 404 says nothing of a location."""
    if fault.status != "NOT_FOUND":
        return None
    if context.is_of_post:
        return Gone("This post is not on Google any more.", evidence=seen)
    return Disconnected(MOVED, evidence=seen)


def _by_detail(detail: Detail, said: str, context: Context, seen: Evidence) -> PlatformError:
    if detail.code in _FETCH:
        return NotSent("Google could not fetch the picture of this post from us.", evidence=seen)
    field = next((ours for theirs, ours in _FIELDS if _plain(detail.field).startswith(_plain(theirs))), "")
    shown = wire.concealed(said, context.secrets)[:200]
    return Rejected("Google does not take this" + (f": {shown}" if shown else "."), field=field, evidence=seen)


def _plain(name: str) -> str:
    """Names of fields come in both spellings."""
    return name.replace("_", "").lower().removeprefix("localpost.")


_RULES: tuple[Callable[[wire.Answer, Fault, Context, Evidence], PlatformError | None], ...] = (
    _by_access,
    _by_pace,
    _by_trouble,
    _by_absence,
)
