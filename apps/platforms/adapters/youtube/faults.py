"""What an error of YouTube means: https://developers.google.com/youtube/v3/docs/errors.

The `reason` decides, where there is none the `status`, and then the HTTP code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.errors import (
    AccountDisabled,
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
from apps.platforms.google.faults import Fault, read_fault
from apps.platforms.google.pacific import next_midnight

RECONNECT: Final = "YouTube no longer accepts our access to this channel: connect it again."
NO_CHANNEL: Final = "This Google account has no YouTube channel: create one on YouTube, then connect it."
CLOSED: Final = "YouTube has closed or suspended this channel, or does not let this account act for it."
CHANNEL_PAUSE: Final = timedelta(hours=24)

_BY_STATUS: Final = {
    "UNAUTHENTICATED": "authError",
    "PERMISSION_DENIED": "forbidden",
    "RESOURCE_EXHAUSTED": "rateLimitExceeded",
    "INVALID_ARGUMENT": "badRequest",
    "FAILED_PRECONDITION": "badRequest",
    "UNAVAILABLE": "backendError",
    "INTERNAL": "internalError",
}
_TRANSIENT: Final = frozenset({"backendError", "internalError", "backendNotConnected", "transientError"})
_PACE: Final = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "uploadRateLimitExceeded"})
_SPENT: Final = frozenset({"quotaExceeded", "dailyLimitExceeded"})
_SCOPES: Final = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})
_APP: Final = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
_CLOSED: Final = frozenset(
    {
        "authenticatedUserAccountClosed", "authenticatedUserAccountSuspended", "authenticatedUserNotChannel",
        "accountDelegationForbidden", "channelClosed", "channelSuspended",
    }
)  # fmt: skip
_GONE: Final = frozenset({"videoNotFound", "playlistNotFound", "commentNotFound", "playlistItemNotFound", "notFound"})

# reason: (field, words)
_CONTENT: Final[dict[str, tuple[str, str]]] = {
    "invalidTitle": ("options.title", "YouTube does not take this title: 1 to 100 characters, without < and >."),
    "invalidDescription": ("text", "YouTube does not take this text: 5,000 bytes at most, without < and >."),
    "invalidTags": ("options.tags", "YouTube does not take these tags: 500 characters at most, all together."),
    "invalidCategoryId": ("options.category", "YouTube does not know this category."),
    "invalidPublishAt": ("", "YouTube does not take this time."),
    "invalidFilename": ("media.0", "YouTube does not take the name of this file."),
    "invalidRecordingDetails": ("", "YouTube does not take what is said about the recording."),
    "invalidVideoMetadata": ("", "YouTube does not take what is said about this video: it needs title and category."),
    "invalidVideoGameRating": ("", "YouTube does not take the rating of this game."),
    "defaultLanguageNotSet": ("", "YouTube wants to know the language of this video."),
    "mediaBodyRequired": ("media.0", "YouTube got no file."),
    "invalidImage": ("cover", "YouTube cannot use this picture as a thumbnail."),
    "commentsDisabled": ("", "Comments are switched off for this video."),
    "forbiddenPrivacySetting": ("options.privacy", "YouTube does not let this channel publish in this way."),
    "forbiddenLicenseSetting": ("options.license", "YouTube does not let this channel use this license."),
    "forbidden": ("", "YouTube does not let this channel do this."),
    "commentTextRequired": ("text", "YouTube got a comment without words."),
    "commentTextTooLong": ("text", "This comment is too long for YouTube."),
}


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


def failure(answer: wire.Answer, context: Context) -> PlatformError:
    """The error that a refusal stands for."""
    fault = read_fault(answer)
    reason = fault.reason or _BY_STATUS.get(fault.status, "")
    seen = wire.evidence(answer, code=fault.label, text=fault.message, secrets=context.secrets)
    for rule in _RULES:
        if error := rule(answer, reason, context, seen):
            return error
    if context.acting:  # What we do not know may have been carried out.
        return Uncertain("YouTube failed while publishing: the video may be out.", evidence=seen)
    if context.is_reading or not 400 <= answer.status < 500:
        return NotSent("YouTube is having trouble.", evidence=seen)
    return _refused(fault, context, seen)


def _by_access(answer: wire.Answer, reason: str, context: Context, seen: Evidence) -> PlatformError | None:
    if reason == "youtubeSignupRequired":
        return Disconnected(NO_CHANNEL, evidence=seen)
    if reason in _CLOSED:
        return AccountDisabled(CLOSED, evidence=seen)
    if answer.status == 401:
        if context.is_renewable:
            return TokenExpired("The access to this channel has to be renewed.", evidence=seen)
        return Disconnected(RECONNECT, evidence=seen)
    if reason in _SCOPES:
        words = "The connection to YouTube does not allow this: connect the channel again and allow all that is asked."
        return MissingPermission(words, scopes=context.needs, evidence=seen)
    if reason in _APP:
        words = "YouTube's API is not switched on for Postroom's app: its operator does that in Google's console."
        return NotSent(words, evidence=seen)
    return None


def _by_pace(answer: wire.Answer, reason: str, context: Context, seen: Evidence) -> PlatformError | None:
    if reason in _SPENT:
        words = "What YouTube allows Postroom in a day is used up: it goes on at midnight in California."
        return Throttled(words, retry_at=next_midnight(context.now), evidence=seen)
    if reason == "uploadLimitExceeded":
        words = "YouTube takes no more videos from this channel today."
        return Throttled(words, retry_at=context.now + CHANNEL_PAUSE, evidence=seen)
    if reason in _PACE or answer.status == 429:
        retry_at = wire.retry_after(answer.headers, now=context.now)
        return Throttled("YouTube asks us to slow down.", retry_at=retry_at, evidence=seen)
    return None


def _by_trouble(answer: wire.Answer, reason: str, context: Context, seen: Evidence) -> PlatformError | None:
    if answer.status < 500 and reason not in _TRANSIENT:
        return None
    if context.acting:
        return Uncertain("YouTube failed while publishing: the video may be out.", evidence=seen)
    return NotSent("YouTube is having trouble.", evidence=seen)


def _by_content(answer: wire.Answer, reason: str, context: Context, seen: Evidence) -> PlatformError | None:
    if not 400 <= answer.status < 500:
        return None
    if reason in _GONE or (answer.status == 404 and not context.acting):
        return Gone("This is not on YouTube any more.", evidence=seen)
    if reason in _CONTENT and not (context.is_reading and reason == "forbidden"):
        field, words = _CONTENT[reason]
        return Rejected(words, field=field or context.field, evidence=seen)
    if reason == "badRequest" and not context.is_reading:
        return _refused(read_fault(answer), context, seen)
    return None


def _refused(fault: Fault, context: Context, seen: Evidence) -> PlatformError:
    said = wire.concealed(fault.message, context.secrets)[:200]
    return Rejected("YouTube does not take this" + (f": {said}" if said else "."), field=context.field, evidence=seen)


_RULES: tuple[Callable[[wire.Answer, str, Context, Evidence], PlatformError | None], ...] = (
    _by_access,
    _by_pace,
    _by_trouble,
    _by_content,
)
