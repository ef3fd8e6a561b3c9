"""What an error of Instagram means: the subcode decides first, then the code, never the HTTP status or the type.

https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes. The one code 4 is
both "slow down" and "blocked as spam", and after the second the post may nevertheless be live. What all of Meta's
platforms have in common is in `apps.platforms.meta.faults`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from apps.platforms import http as wire
from apps.platforms.errors import AccountDisabled, Disconnected, Evidence, NotSent, PlatformError, Rejected, StagedLost
from apps.platforms.meta import faults as graph
from apps.platforms.meta.faults import Context, Fault

LABEL: Final = "Instagram"

FETCH_FAILED: Final = 2207052
# Preparing failed for a reason that may pass: make a new container, a few times.
PASSING: Final = frozenset({2207001, 2207003, 2207032, 2207053, 2207082, FETCH_FAILED})
NOT_READY: Final = 2207027
LOST: Final = frozenset({2207006, 2207008, 2207020})
NOT_YET: Final = (24, 2207008)  # a container that is seconds old, or over
UNSEEN: Final = frozenset({graph.UNSEEN, NOT_YET})
RESTRICTED: Final = 2207050
BLOCKED: Final = 2207051
QUOTA_USED: Final = 2207042
POLICY_BLOCK: Final = 368
_DONE_ALREADY: Final = 1772107  # "response format not supported", when what was asked for is done
_SERVER_FAULTS: Final = frozenset({-2, -1, 1, 2})

_MEDIA_WORDS: Final[Mapping[int, str]] = {
    2207004: "Instagram takes pictures up to 8 MB; this one is larger.",
    2207005: "Instagram does not take pictures of this format: use JPEG.",
    2207009: "This picture is too tall or too wide for Instagram: crop it to between 4:5 and 1.91:1.",
    2207026: "Instagram does not take this file format.",
    2207076: "Instagram could not process this file.",
    2207077: "Instagram could not download this file.",
}
_OTHER_WORDS: Final[Mapping[int, tuple[str, str]]] = {
    2207010: ("text", "This caption is too long for Instagram: at most 2,200 characters, 30 hashtags and 20 mentions."),
    2207028: ("media", "An Instagram carousel has between 2 and 10 pictures and videos."),
    2207035: ("options", "Instagram does not take these product tags."),
    2207036: ("options", "Instagram does not take these product tags."),
    2207037: ("options", "Instagram does not take these product tags."),
    2207040: ("options.tags", "Instagram takes at most 20 tagged accounts."),
    2207023: ("options.format", "Instagram does not know this kind of post."),
    2207057: ("options.thumb_offset", "The cover is to be taken from a moment that the video does not have."),
    2207081: ("options.trial", "Instagram offers this account no trial reels: switch that off for this post."),
}


class TooFewViewers(NotSent):
    """A story that hardly anybody saw has no figures."""


def failure(answer: wire.Answer, context: Context) -> PlatformError:
    """The error that a refusal stands for; what is not known of an acting call is Uncertain."""
    fault = graph.read_fault(answer)
    seen = graph.evidence(answer, fault, context.secrets)
    if context.acting and answer.status >= 500:
        return graph.doubtful(seen, label=LABEL)
    for rule in _RULES:
        if error := rule(answer, fault, context, seen):
            return error
    return graph.common(answer, fault, context, seen, label=LABEL)


def _by_account(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if fault.subcode == RESTRICTED:
        words = (
            "Instagram has restricted this account: its owner has to act in the Instagram app, then connect it again."
        )
        return AccountDisabled(words, evidence=seen)
    if "not an instagram business" in fault.message.lower():
        words = "This is no longer a professional account: switch it back in the Instagram app, then connect it again."
        return Disconnected(words, evidence=seen)
    if fault.code == 10 and "not enough viewers" in f"{fault.message} {fault.user_message}".lower():
        return TooFewViewers("Too few people saw this story for Instagram to tell figures.", evidence=seen)
    return None


def _by_publishing(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if fault.subcode == NOT_READY:
        return NotSent("Instagram is still working on the files.", evidence=seen)
    if fault.subcode in LOST:
        return StagedLost("Instagram no longer has what was prepared for this post.", evidence=seen)
    if fault.pair == graph.UNSEEN:  # A fresh object may be hidden from reads for a while.
        return NotSent("Instagram does not show us this post at the moment.", evidence=seen)
    if context.acting and (fault.subcode in {BLOCKED, _DONE_ALREADY} or fault.code in _SERVER_FAULTS):
        return graph.doubtful(seen, label=LABEL)
    if fault.subcode == _DONE_ALREADY or fault.code == -1 or fault.subcode in PASSING:
        return NotSent("Instagram could not prepare this post just now.", evidence=seen)
    return None


def _by_pace(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if fault.subcode == QUOTA_USED:
        words = "This account has published as much as Instagram allows within 24 hours."
        return graph.throttled(answer, context, seen, words=words)
    if fault.subcode == BLOCKED or fault.code == POLICY_BLOCK:
        words = "Instagram has blocked this account from acting for a while; look into the Instagram app."
        return graph.throttled(answer, context, seen, words=words)
    return None


def _by_content(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if fault.subcode in _MEDIA_WORDS or fault.subcode in _OTHER_WORDS:
        return media_failure(fault.subcode, field=context.field or "media", evidence=seen)
    return None


_RULES: Final[tuple[Callable[[wire.Answer, Fault, Context, Evidence], PlatformError | None], ...]] = (
    _by_account,
    _by_publishing,
    _by_pace,
    _by_content,
)


# --- containers that ended in an error --------------------------------------------------------------------------------


def media_failure(subcode: int | None, *, field: str, evidence: Evidence) -> PlatformError:
    """What a container that ended in an error says about its file."""
    subcode = subcode or 0
    if subcode in _OTHER_WORDS:
        field, words = _OTHER_WORDS[subcode]
        return Rejected(words, field=field, evidence=evidence)
    words = _MEDIA_WORDS.get(subcode, "Instagram could not process this file.")
    if subcode == FETCH_FAILED:
        words = "Instagram could not fetch this file from us, several times over."
    return Rejected(words, field=field, evidence=evidence)


def subcode_in(status: object) -> int | None:
    """The error subcode in the text that a failed container carries as its `status`."""
    found = re.search(r"\b(2207\d{3})\b", status) if isinstance(status, str) else None
    return int(found[1]) if found else None


def status_evidence(status: str) -> Evidence:
    """A failed container's own words."""
    return Evidence(status=200, code=str(subcode_in(status) or "ERROR"), text=status[: wire.MAX_EVIDENCE_CHARACTERS])
