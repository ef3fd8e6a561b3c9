"""What an error of LinkedIn means: its codes decide first, then what the text is known to say, then the status.

https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling. A refusal with 400 or 422 has
created nothing. What comes from the edge instead (HTML, status 999) says nothing about what was done.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
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
    StagedLost,
    Throttled,
    TokenExpired,
    Uncertain,
)

DUPLICATE: Final = "DUPLICATE_POST"
SHORT_THROTTLE: Final = timedelta(minutes=3)  # of the infrastructure, which names no time
AFTER_MIDNIGHT: Final = timedelta(minutes=2)  # daily counters end at midnight UTC, by LinkedIn's clock

_POST_URN = re.compile(r"urn:li:(?:share|ugcPost):\d+")
_DEAD_TOKENS: Final = frozenset(
    {"INVALID_ACCESS_TOKEN", "REVOKED_ACCESS_TOKEN", "EXPIRED_ACCESS_TOKEN", "EMPTY_ACCESS_TOKEN"}
)
_DEAD_TOKEN_NUMBERS: Final = frozenset({65600, 65601, 65602})
_VERSION_CODES: Final = frozenset({"NONEXISTENT_VERSION", "VERSION_MISSING"})
_UNFINISHED: Final = frozenset({"MEDIA_ASSET_WAITING_UPLOAD", "MEDIA_ASSET_PROCESSING", "UPDATING_ASSET_FAILED"})
_FORBIDDEN: Final = ("Not enough permissions", "Unpermitted fields present", "resource is forbidden")

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "FIELD_LENGTH_TOO_LONG": ("text", "This is too long for LinkedIn: shorten it."),
    "INVALID_IMAGE_ID": ("media", "LinkedIn does not know one of the pictures."),
    "INVALID_VIDEO_ID": ("media", "LinkedIn does not know the video."),
    "INVALID_URL": ("link", "LinkedIn does not take this address."),
    "INVALID_URN_ID": ("", "LinkedIn does not know something that this post names."),
    "INVALID_URN_TYPE": ("", "This post names something that LinkedIn does not take here."),
    "MISSING_FIELD": ("", "LinkedIn needs something that this post does not have."),
    "INVALID_VALUE_BLANK_FIELD": ("", "LinkedIn does not let this be empty."),
    "INVALID_VALUE_FOR_FIELD": ("", "LinkedIn does not take one of the choices of this post."),
    "ILLEGAL_ARGUMENT": ("", "LinkedIn does not take this post as it is."),
}
# Where the platform's name of a part is found in the draft.
_PLACES: Final = (
    ("commentary", "text"), ("message", "text"), ("altText", "media"), ("multiImage", "media"), ("media", "media"),
    ("article/title", "options.link_title"), ("article/description", "options.link_description"),
    ("article/thumbnail", "cover"), ("article", "link"), ("poll/question", "options.poll_question"),
    ("poll", "options.poll_choices"), ("visibility", "options.visibility"), ("reshareContext", "options.reshare_of"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """An error answer, read. `inputs` are the codes of single fields, each with the path of its field."""

    code: str = ""
    number: int | None = None
    message: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    is_told: bool = False  # it is an error of the platform's own, and not a page of some machine on the way

    @property
    def codes(self) -> frozenset[str]:
        return frozenset({self.code, *(code for code, _ in self.inputs)}) - {""}

    @property
    def label(self) -> str:
        return self.inputs[0][0] if self.inputs else self.code or (str(self.number) if self.number else "")


@dataclass(frozen=True, slots=True)
class Context:
    """What the refused request was about. `acting`: it would have made something public; `is_renewable`: there is a
    refresh token."""

    now: datetime
    secrets: tuple[Secret, ...] = ()
    acting: bool = False
    needs: tuple[str, ...] = ()
    field: str = ""
    is_renewable: bool = False


def read_fault(answer: wire.Answer) -> Fault:
    """The error in `answer`; an empty one where the body is not an error of the platform's own."""
    try:
        said = answer.mapping()
    except wire.Unreadable:
        return Fault()
    number = said.get("serviceErrorCode")
    fault = Fault(
        code=_text(said.get("code")) or _text(said.get("error")),
        number=number if isinstance(number, int) and not isinstance(number, bool) else None,
        message=_text(said.get("message")) or _text(said.get("error_description")),
        inputs=tuple(_inputs(said.get("errorDetails"))),
    )
    is_told = bool(fault.code or fault.message or fault.inputs or fault.number is not None)
    return Fault(fault.code, fault.number, fault.message, fault.inputs, is_told=is_told)


def _inputs(details: Any) -> Iterable[tuple[str, str]]:
    errors = details.get("inputErrors") if isinstance(details, dict) else None
    for error in errors if isinstance(errors, list) else ():
        if isinstance(error, dict):
            place: Any = error.get("input")
            for name in ("inputPath", "fieldPath"):
                place = place.get(name) if isinstance(place, dict) else None
            yield _text(error.get("code")), _text(place)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def duplicate_of(answer: wire.Answer) -> str:
    """The URN of the post that this answer says it would repeat; "" when it says something else.

    After posts were deleted LinkedIn may for a day or two name one that is not there any more."""
    fault = read_fault(answer)
    is_duplicate = DUPLICATE in fault.codes or "is a duplicate of" in fault.message
    found = _POST_URN.search(fault.message) or _POST_URN.search(answer.text) if is_duplicate else None
    return found[0] if found else ""


# --- classification ---------------------------------------------------------------------------------------------------


def failure(answer: wire.Answer, context: Context) -> PlatformError:
    """The error that a refusal stands for."""
    fault = read_fault(answer)
    seen = evidence(answer, fault, context.secrets)
    for rule in _RULES:
        if error := rule(answer, fault, context, seen):
            return error
    if context.acting:  # What we do not know may have been carried out.
        return Uncertain("LinkedIn failed while publishing: the post may be out.", evidence=seen)
    return NotSent("LinkedIn is having trouble.", evidence=seen)


def evidence(answer: wire.Answer, fault: Fault, secrets: Iterable[Secret]) -> Evidence:
    request_id = answer.headers.get("x-li-uuid", "")
    return wire.evidence(answer, code=fault.label, text=fault.message, request_id=request_id, secrets=secrets)


def _by_version(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if answer.status == 426 or _VERSION_CODES & fault.codes:
        words = "LinkedIn no longer speaks the version of its API that is set up here: tell the operator of Postroom."
        return NotSent(words, evidence=seen)
    return None


def _by_pace(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if answer.status != 429:
        return None
    if "DAY" in fault.message:
        whose = "this account" if "MEMBER" in fault.message else "our application"
        words = f"LinkedIn takes no more from {whose} today; its day ends at midnight UTC."
        return Throttled(words, retry_at=_midnight_after(context.now) + AFTER_MIDNIGHT, evidence=seen)
    retry_at = wire.retry_after(answer.headers, now=context.now) or context.now + SHORT_THROTTLE
    return Throttled("LinkedIn asks us to slow down.", retry_at=retry_at, evidence=seen)


def _midnight_after(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _by_account(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if answer.status == 401 and (fault.is_told or not context.acting):
        if context.is_renewable:
            return TokenExpired("Our access to this LinkedIn account has to be renewed.", evidence=seen)
        return Disconnected("LinkedIn no longer accepts our access to this account: connect it again.", evidence=seen)
    if _DEAD_TOKENS & fault.codes or fault.number in _DEAD_TOKEN_NUMBERS:
        return Disconnected("LinkedIn no longer accepts our access to this account: connect it again.", evidence=seen)
    is_forbidden = answer.status == 403 and fault.is_told
    if is_forbidden or fault.code == "ACCESS_DENIED" or any(known in fault.message for known in _FORBIDDEN):
        words = (
            "LinkedIn does not let us do this for the account: its role on the page or a permission is missing. "
            "Let an administrator of the page connect it again and allow everything."
        )
        return MissingPermission(words, scopes=context.needs, evidence=seen)
    return None


def _by_media(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if "MEDIA_ASSET_PROCESSING_FAILED" in fault.codes:
        words = "LinkedIn could not process this file."
        return Rejected(words, field=context.field or "media.0", evidence=seen)
    if "EXPIRED_UPLOAD_URL" in fault.codes:
        return StagedLost("LinkedIn no longer waits for this upload.", evidence=seen)
    if _UNFINISHED & fault.codes:
        return NotSent("LinkedIn is still working on the files.", evidence=seen)
    return None


def _by_content(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if answer.status not in {400, 413, 422} or not fault.is_told:
        return None
    if answer.status != 413 and (DUPLICATE in fault.codes or "is a duplicate of" in fault.message):
        words = "LinkedIn has published the same post a short while ago: change it."
        return Rejected(words, field="text", evidence=seen)
    field, words = _WORDS.get(fault.label, ("", ""))
    if not words:
        said = wire.concealed(fault.message, context.secrets)[:200]
        words = f"LinkedIn does not take this: {said}" if said else "LinkedIn does not take this."
    return Rejected(words, field=_place(fault) or context.field or field, evidence=seen)


def _place(fault: Fault) -> str:
    paths = [path for _, path in fault.inputs if path] or [fault.message if "/" in fault.message else ""]
    return next((field for name, field in _PLACES if name in paths[0]), "")


def _by_absence(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if answer.status not in {404, 410} or not fault.is_told:
        return None
    if "Unable to obtain activity" in fault.message:
        return NotSent("LinkedIn does not show us this post yet.", evidence=seen)
    if context.acting:
        return None
    return Gone("LinkedIn does not have this any more.", evidence=seen)


_RULES: tuple[Callable[[wire.Answer, Fault, Context, Evidence], PlatformError | None], ...] = (
    _by_version,
    _by_pace,
    _by_account,
    _by_media,
    _by_content,
    _by_absence,
)
