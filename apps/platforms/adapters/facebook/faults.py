"""What an error of Facebook means: its own table first, then what all of Meta's platforms have in common.

https://developers.facebook.com/documentation/pages-api/error-codes. Some numbers come as a code in one place and as a
subcode in another, so both are looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from apps.platforms import http as wire
from apps.platforms.errors import (
    AccountDisabled,
    Disconnected,
    Evidence,
    MissingPermission,
    NotSent,
    PlatformError,
    Rejected,
    StagedLost,
    Throttled,
    TokenExpired,
)
from apps.platforms.meta import faults as graph
from apps.platforms.meta.faults import Context, Fault, read_fault

LABEL: Final = "Facebook"
UNSEEN_CODE: Final = "100/33"
BLOCKED_FOR: Final = timedelta(hours=1)  # hours or days, and Facebook does not say which

# The Page's own token is at fault, and the person's may give a new one.
RENEWABLE: Final = frozenset({463, 492, 2069032})
DUPLICATES: Final = frozenset({506, 1404082, 1366051})
PASSING: Final = frozenset({1363047, 1609010})

_CONFIRM: Final = "Facebook wants its owner to confirm who they are at facebook.com: do that, then connect it again."
_SIGNED_OUT: Final[Mapping[int, str]] = {
    458: "Postroom was removed in the settings of Facebook: connect the Page again.",
    459: _CONFIRM,
    460: "The password at Facebook was changed or the session ended there: connect the Page again.",
    464: _CONFIRM,
}
_CONTENT: Final[Mapping[int, tuple[str, str]]] = {
    1346003: ("text", "Facebook considers this text abusive."),
    1404102: ("text", "Facebook says that this goes against its community standards."),
    1404006: ("text", "Facebook stopped this with a security check: open the Page on Facebook and look."),
    1404112: ("", "Facebook has limited this account for a while: open the Page on Facebook and look."),
    1609005: ("link", "Facebook could not read the page behind this link."),
    1609008: ("link", "Facebook does not take links to itself here."),
    2061006: ("link", "Facebook does not take this web address."),
    1366046: ("media", "Facebook takes pictures up to 10 MB as JPEG, PNG, GIF, BMP or TIFF; this one is different."),
    2069019: ("media", "Facebook cannot read this file."),
    1363040: ("media", "This video is too tall or too wide for Facebook: crop it to between 9:16 and 16:9."),
    1363127: ("media", "This video has too few pixels for Facebook: 540 by 960 at least."),
    1363128: ("media", "This video is too short or too long for Facebook here."),
    1363129: ("media", "Facebook takes videos of 24 to 60 pictures a second; this one has another rate."),
}
_INPUT: Final = frozenset({105, 194, 2500, 1349125})
_BLAMED: Final[Mapping[str, str]] = {"message": "text", "description": "text", "link": "link", "place": "options.place"}


def failure(answer: wire.Answer, context: Context) -> PlatformError:
    """The error that a refusal stands for; what is not known of an acting call is Uncertain."""
    fault = read_fault(answer)
    seen = graph.evidence(answer, fault, context.secrets)
    context = replace(context, field=_field(fault, context))
    if context.acting and answer.status >= 500:
        return graph.doubtful(seen, label=LABEL)
    for rule in (_by_token, _by_block, _by_content):
        if error := rule(fault, context, seen):
            return error
    if fault.pair == graph.UNSEEN and context.acting:
        return StagedLost("Facebook no longer has what was prepared for this post.", evidence=seen)
    return graph.common(answer, fault, context, seen, label=LABEL)


def is_unseen(error: PlatformError) -> bool:
    """Whether Facebook says that there is no such object, or none that we may see."""
    return error.evidence.code == UNSEEN_CODE


def _by_token(fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if fault.code == 190 and fault.subcode in RENEWABLE:
        return TokenExpired("The access to this Page is over its time.", evidence=seen)
    if fault.code == 190 and fault.subcode is not None and fault.subcode in _SIGNED_OUT:
        return Disconnected(_SIGNED_OUT[fault.subcode], evidence=seen)
    if 1404078 in fault.pair:
        words = "Facebook wants this Page to be authorised for publishing: its owner is asked to on the Page itself."
        return MissingPermission(words, scopes=context.needs, evidence=seen)
    if fault.pair == (1, 2853006):
        return MissingPermission(
            "The person who connected this Page may not do this.", scopes=context.needs, evidence=seen
        )
    return None


def _by_block(fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if DUPLICATES.intersection(fault.pair):
        if context.acting:  # It may be an earlier try of ours whose answer was lost: that is looked up.
            return graph.doubtful(seen, label=LABEL)
        return Rejected("Facebook has this already: change it a little.", field=context.field, evidence=seen)
    if fault.pair == (368, 1390008):
        words = "Facebook limits how often this Page may post at the moment."
        return Throttled(words, retry_at=context.now + BLOCKED_FOR, evidence=seen)
    if fault.pair == (368, 4854002):
        words = "Facebook wants its owner to confirm who they are, as the Page, in the Facebook app."
        return AccountDisabled(words, evidence=seen)
    if fault.code == 368 and fault.subcode not in _CONTENT:
        said = wire.concealed(fault.user_message or fault.message, context.secrets)[:200]
        return Rejected(f"Facebook does not let this Page publish this: {said}", field=context.field, evidence=seen)
    return None


def _by_content(fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    for number in (fault.subcode, fault.code):
        if number in PASSING and not context.acting:
            return NotSent("Facebook could not take this file just now.", evidence=seen)
        if number is not None and number in _CONTENT:
            field, words = _CONTENT[number]
            is_ours = field == "media" and context.field.startswith("media")
            return Rejected(words, field=context.field if is_ours else field, evidence=seen)
    if fault.code == 2635:
        words = "Facebook has retired the version of its API that is set here: the operator has to name a newer one."
        return Rejected(words, evidence=seen)
    if fault.code in _INPUT and not fault.is_transient:
        return graph.refused(fault, context, seen, label=LABEL)
    return None


def _field(fault: Fault, context: Context) -> str:
    return next((_BLAMED[name] for name in fault.blamed if name in _BLAMED), context.field)
