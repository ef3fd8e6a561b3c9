"""What refusals of the video service mean. It refuses service tokens, never the account's: nothing here says
Disconnected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from apps.platforms import http as wire
from apps.platforms.adapters.bluesky.refusals import name_and_message, said
from apps.platforms.errors import Evidence, NotSent, PlatformError, Rejected, Throttled

_FIELD: Final = "media.0"
_PAUSE: Final = timedelta(hours=1)  # the day of an account is not told to the hour
_OF_THE_FILE: Final[Mapping[str, str]] = {
    "UnsupportedContentType": "Bluesky does not take videos of this kind; MP4 is taken everywhere.",
    "VideoTooLarge": "This video is too large for Bluesky.",
    "VideoTooLong": "This video is too long for Bluesky.",
    "BadAspectRatio": "Bluesky does not take videos of this shape.",
    "UploadForbidden": "Bluesky does not let this account upload videos. Its e-mail address may not be confirmed yet.",
}
_FAILURES: Final[Mapping[str, str]] = {
    "validation_failure": "Bluesky could not read this video: it may be damaged, too long, or of an unknown kind.",
    "encoding_failure": "Bluesky could not convert this video. Export it again as an MP4 with H.264.",
    "pds_upload_unsupported_blob_size": "The account's server does not take videos of this size.",
}
_BUSY: Final = frozenset({"TooManyOpenUploads", "ServiceOverloaded"})
_DAILY: Final = "Bluesky takes no more videos of this account today."


def not_allowed(told: Mapping[str, Any], *, now: datetime) -> PlatformError:
    """`getUploadLimits` said no: the day is used up, or the account has to do something."""
    code, message = str(told.get("error", ""))[:100], str(told.get("message", ""))[:300]
    evidence = Evidence(code=code, text=message)
    is_used_up = any(told.get(name) == 0 for name in ("remainingDailyVideos", "remainingDailyBytes"))
    if is_used_up or "limit" in f"{code} {message}".lower():
        return Throttled(_DAILY, retry_at=now + _PAUSE, evidence=evidence)
    words = f"Bluesky does not let this account upload videos{f': {message}' if message else ''}."
    return Rejected(words, field=_FIELD, evidence=evidence)


def announced(answer: wire.Answer, *, now: datetime) -> PlatformError | None:
    """Why a film may not be sent at all; None where the service only does not know how to take it in parts."""
    name = name_and_message(answer)[0]
    if name in _OF_THE_FILE or name in _BUSY or name == "DailyLimitExceeded" or answer.status == 429:
        return refused(answer, now=now)
    return None


def refused(answer: wire.Answer, *, now: datetime) -> PlatformError:
    name, _ = name_and_message(answer)
    evidence = said(answer)
    if words := _OF_THE_FILE.get(name):
        return Rejected(words, field=_FIELD, evidence=evidence)
    if name == "DailyLimitExceeded":
        return Throttled(_DAILY, retry_at=now + _PAUSE, evidence=evidence)
    if answer.status == 413:
        return Rejected(_OF_THE_FILE["VideoTooLarge"], field=_FIELD, evidence=evidence)
    if answer.status == 429:
        pause = wire.reset_at(answer.headers, "ratelimit-reset", now=now) or wire.retry_after(answer.headers, now=now)
        return Throttled("Bluesky's video service takes no more calls for a while.", retry_at=pause, evidence=evidence)
    words = "Bluesky's video service is busy." if name in _BUSY else "Bluesky's video service has a problem."
    return NotSent(words, evidence=evidence)


def failed(status: Mapping[str, Any]) -> PlatformError | None:
    """What a job failed of, when another try would not help."""
    code, message = str(status.get("failureCode", "")), str(status.get("message", ""))[:300]
    words = _FAILURES.get(code)
    return Rejected(words, field=_FIELD, evidence=Evidence(code=code[:100], text=message)) if words else None
