"""What an error of Instagram means: the subcode decides first, then the code, never the HTTP status or the type.

https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes. The one code 4 is
both "slow down" and "blocked as spam", and after the second the post may nevertheless be live.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.errors import (
    Disconnected,
    Evidence,
    MissingPermission,
    NotSent,
    PlatformError,
    Rejected,
    StagedLost,
    Throttled,
    Uncertain,
)

# The platform names no time for these; its own advice is to stop, for calls while throttled prolong the block.
DEFAULT_PAUSE = timedelta(hours=1)

FETCH_FAILED = 2207052
# Preparing failed for a reason that may pass: make a new container, a few times.
PASSING = frozenset({2207001, 2207003, 2207032, 2207053, 2207082, FETCH_FAILED})
NOT_READY = frozenset({2207027})
LOST = frozenset({2207006, 2207008, 2207020})
UNSEEN = (100, 33)
_UNCERTAIN_SUBCODES = frozenset({2207001, 2207051, 1772107})
_THROTTLED_CODES = frozenset({4, 17, 32, 613, 80002})
_PERMISSION_CODES = frozenset({10, *range(200, 300)})

_MEDIA_WORDS: Mapping[int, str] = {
    2207004: "Instagram takes pictures up to 8 MB; this one is larger.",
    2207005: "Instagram does not take pictures of this format: use JPEG.",
    2207009: "This picture is too tall or too wide for Instagram: crop it to between 4:5 and 1.91:1.",
    2207026: "Instagram does not take this file format.",
    2207076: "Instagram could not process this file.",
    2207077: "Instagram could not download this file.",
}
_OTHER_WORDS: Mapping[int, tuple[str, str]] = {
    2207010: ("text", "This caption is too long for Instagram: at most 2,200 characters, 30 hashtags and 20 mentions."),
    2207028: ("media", "An Instagram carousel has between 2 and 10 pictures."),
    2207040: ("text", "Instagram takes at most 20 tagged accounts."),
    2207023: ("media", "Instagram does not know this kind of post."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """An error answer, read: the Graph envelope, or the flat one of the token endpoint."""

    code: int | None = None
    subcode: int | None = None
    message: str = ""
    user_message: str = ""
    trace_id: str = ""
    is_transient: bool = False

    @property
    def label(self) -> str:
        return "/".join(str(part) for part in (self.code, self.subcode) if part is not None)


def read_fault(answer: wire.Answer) -> Fault:
    """The error in `answer`; an empty one where the body is not an error of the platform's own."""
    try:
        said = answer.mapping()
    except wire.Unreadable:
        return Fault()
    if isinstance(error := said.get("error"), dict):
        return Fault(
            code=_number(error.get("code")),
            subcode=_number(error.get("error_subcode")),
            message=_text(error.get("message")),
            user_message=_text(error.get("error_user_msg")),
            trace_id=_text(error.get("fbtrace_id")),
            is_transient=error.get("is_transient") is True,
        )
    if "error_message" in said:
        return Fault(code=_number(said.get("code")), message=_text(said.get("error_message")))
    return Fault()


def subcode_in(status: object) -> int | None:
    """The error subcode in the text that a failed container carries as its `status`."""
    found = re.search(r"\b(2207\d{3})\b", status) if isinstance(status, str) else None
    return int(found[1]) if found else None


def status_evidence(status: str) -> Evidence:
    """A failed container's own words."""
    return Evidence(status=200, code=str(subcode_in(status) or "ERROR"), text=status[: wire.MAX_EVIDENCE_CHARACTERS])


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


# --- classification ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Context:
    """What the refused request was about. `acting`: it would have made something public."""

    now: datetime
    secrets: tuple[Secret, ...] = ()
    acting: bool = False
    needs: tuple[str, ...] = ()
    field: str = ""


def failure(answer: wire.Answer, context: Context) -> PlatformError:
    """The error that a refusal stands for."""
    fault = read_fault(answer)
    seen = _evidence(answer, fault, context.secrets)
    for rule in _RULES:
        if error := rule(answer, fault, context, seen):
            return error
    if context.acting:  # What we do not know may have been carried out.
        return Uncertain("Instagram failed while publishing: the post may be out.", evidence=seen)
    if answer.status >= 500 or answer.is_success or fault.code is None:
        return NotSent("Instagram is having trouble.", evidence=seen)
    return _refused(fault, context, seen)


def _evidence(answer: wire.Answer, fault: Fault, secrets: Iterable[Secret]) -> Evidence:
    text = " ".join(part for part in (fault.message, fault.user_message) if part)
    return wire.evidence(answer, code=fault.label, text=text, request_id=fault.trace_id, secrets=secrets)


def media_failure(subcode: int | None, *, field: str, evidence: Evidence) -> PlatformError:
    """What a container that ended in an error says about its picture."""
    subcode = subcode or 0
    if subcode in _OTHER_WORDS:
        field, words = _OTHER_WORDS[subcode]
        return Rejected(words, field=field, evidence=evidence)
    words = _MEDIA_WORDS.get(subcode, "Instagram could not process this picture.")
    if subcode == FETCH_FAILED:
        words = "Instagram could not fetch this picture from us, several times over."
    return Rejected(words, field=field, evidence=evidence)


def _by_account(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if fault.code in {190, 102}:
        words = "Instagram no longer accepts our access to this account: connect it again."
        return Disconnected(words, evidence=seen)
    if fault.subcode == 2207050:
        words = (
            "Instagram has restricted this account: its owner has to act in the Instagram app, then connect it again."
        )
        return Disconnected(words, evidence=seen)
    if "not an instagram business" in fault.message.lower():
        words = "This is no longer a professional account: switch it back in the Instagram app, then connect it again."
        return Disconnected(words, evidence=seen)
    if fault.code in _PERMISSION_CODES:
        words = "Postroom was not given the permission to do this on Instagram: connect the account again and allow it."
        return MissingPermission(words, scopes=context.needs, evidence=seen)
    if answer.status == 401 and fault.code is None:
        return Disconnected("Instagram does not accept our access to this account: connect it again.", evidence=seen)
    return None


def _by_publishing(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if fault.subcode in NOT_READY:
        return NotSent("Instagram is still working on the pictures.", evidence=seen)
    if fault.subcode in LOST:
        return StagedLost("Instagram no longer has what was prepared for this post.", evidence=seen)
    if (fault.code, fault.subcode) == UNSEEN:  # A fresh object may be hidden from reads for a while.
        return NotSent("Instagram does not show us this post at the moment.", evidence=seen)
    is_limit = fault.code in _THROTTLED_CODES or fault.subcode == 2207042
    is_doubtful = fault.code in {-2, -1, 1, 2} or (fault.is_transient and not is_limit)
    if context.acting and (fault.subcode in _UNCERTAIN_SUBCODES or is_doubtful):
        return Uncertain("Instagram failed while publishing: the post may be out.", evidence=seen)
    if fault.code == -1 or fault.subcode in PASSING:
        return NotSent("Instagram could not prepare this post just now.", evidence=seen)
    return None


def _by_pace(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    retry_at = regain_at(answer.headers, now=context.now) or context.now + DEFAULT_PAUSE
    if fault.subcode == 2207042:
        words = "This account has published as much as Instagram allows within 24 hours."
        return Throttled(words, retry_at=retry_at, evidence=seen)
    if fault.subcode == 2207051 or fault.code == 368:
        words = "Instagram has blocked this account from acting for a while; look into the Instagram app."
        return Throttled(words, retry_at=retry_at, evidence=seen)
    if fault.code in _THROTTLED_CODES or answer.status == 429:
        return Throttled("Instagram asks us to slow down.", retry_at=retry_at, evidence=seen)
    return None


def _by_content(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if fault.subcode in _MEDIA_WORDS or fault.subcode in _OTHER_WORDS:
        return media_failure(fault.subcode, field=context.field or "media", evidence=seen)
    if fault.code == 100 and answer.status < 500:
        return _refused(fault, context, seen)
    return None


def _refused(fault: Fault, context: Context, seen: Evidence) -> PlatformError:
    said = wire.concealed(fault.user_message or fault.message, context.secrets)[:200]
    return Rejected("Instagram does not take this" + (f": {said}" if said else "."), field=context.field, evidence=seen)


_RULES: tuple[Callable[[wire.Answer, Fault, Context, Evidence], PlatformError | None], ...] = (
    _by_account,
    _by_publishing,
    _by_pace,
    _by_content,
)


# --- pauses -----------------------------------------------------------------------------------------------------------


def regain_at(headers: httpx.Headers, *, now: datetime) -> datetime | None:
    """When calls are taken again, by the usage header (in minutes) or Retry-After; both may be missing on this host."""
    if minutes := _minutes(headers.get("x-business-use-case-usage", "")):
        return now + min(timedelta(minutes=max(minutes)), wire.LONGEST_PAUSE)
    return wire.retry_after(headers, now=now)


def _minutes(header: str) -> list[int]:
    try:
        usage: Any = json.loads(header)
    except (ValueError, RecursionError):
        return []
    lists = usage.values() if isinstance(usage, dict) else ()
    entries = [entry for listed in lists if isinstance(listed, list) for entry in listed]
    found = (entry.get("estimated_time_to_regain_access") for entry in entries if isinstance(entry, dict))
    return [value for value in found if isinstance(value, int) and 0 < value < 10**6]
