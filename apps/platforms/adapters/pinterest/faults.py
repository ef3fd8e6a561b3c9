"""What an error of Pinterest means: https://developers.pinterest.com/docs/api/v5/, "Errors".

An error is {"code", "message"}, where the code is Pinterest's own or repeats the HTTP status: so the status decides
first, then the code, then words. There is no error for a Pin that was sent twice. A refusal in Pinterest's own form
made nothing; what comes in any other form while a Pin is being created may have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.pinterest import permits
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

LABEL: Final = "Pinterest"
RECONNECT: Final = "Pinterest no longer accepts our access to this account: connect it again."
NO_APP: Final = "Pinterest does not let Postroom's app do this: its operator has to look at the app's page there."
TRIAL: Final = (
    "Postroom's app has only Trial access at Pinterest, which creates no Pins: its operator has to ask Pinterest for "
    "Standard access."
)
_DOUBT: Final = "Pinterest failed while publishing: the Pin may be out."

APP_UNSUITED, NOT_YOURS, NOT_PERMITTED = 3, 7, 29
NO_USER, NO_BOARD, NO_PIN, NO_SECTION = 30, 40, 50, 2031

# A part of the message in lower case: the field that a person edits. The first that fits.
_FIELDS: Final = (
    ("cover_image", "cover"),
    ("cover image", "cover"),
    ("section", "options.section"),
    ("board", "options.board"),
    ("alt_text", "media.0.alt"),
    ("dominant_color", "options.dominant_color"),
    ("description", "text"),
    ("title", "options.title"),
    ("link", "link"),
    ("domain", "link"),
    ("spam", "link"),
    ("media", "media"),
    ("image", "media"),
    ("video", "media"),
)


class FetchFailed(NotSent):
    """Pinterest could not fetch a picture from us, and made nothing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An error answer, read. `is_told`: it has Pinterest's own form."""

    code: int | None = None
    message: str = ""
    is_told: bool = False

    @property
    def words(self) -> str:
        return self.message.lower()


def read_fault(answer: wire.Answer) -> Fault:
    try:
        said = answer.mapping()
    except wire.Unreadable:
        return Fault()
    code, message = said.get("code"), said.get("message")
    is_code = isinstance(code, int) and not isinstance(code, bool)
    is_told = is_code or isinstance(message, str)
    return Fault(code if is_code else None, message if isinstance(message, str) else "", is_told)


@dataclass(frozen=True, slots=True)
class Context:
    """What the refused request was about. `acting`: it would have created a Pin; `is_of_a_pin`: it named one."""

    now: datetime
    secrets: tuple[Secret, ...] = ()
    acting: bool = False
    is_reading: bool = False
    is_of_a_pin: bool = False
    is_renewable: bool = False
    needs: tuple[str, ...] = ()
    field: str = ""


def seen_of(answer: wire.Answer, fault: Fault, secrets: tuple[Secret, ...]) -> Evidence:
    code = "" if fault.code is None else str(fault.code)
    request_id = answer.headers.get("x-pinterest-rid", "")
    return wire.evidence(answer, code=code, text=fault.message, request_id=request_id, secrets=secrets)


def failure(answer: wire.Answer, context: Context) -> PlatformError:
    """The error that a refusal stands for."""
    fault = read_fault(answer)
    seen = seen_of(answer, fault, context.secrets)
    for rule in _RULES:
        if error := rule(answer, fault, context, seen):
            return error
    if context.acting and not fault.is_told:
        return Uncertain(_DOUBT, evidence=seen)
    if context.is_reading or not fault.is_told:
        return NotSent("Pinterest did not answer what was asked.", evidence=seen)
    return _refused(fault, context, seen)


def _by_trouble(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if 400 <= answer.status < 500 and answer.status != 408:
        return None
    if context.acting:
        return Uncertain(_DOUBT, evidence=seen)
    return NotSent("Pinterest is having trouble.", evidence=seen)


def _by_pace(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if answer.status != 429:
        return None
    is_daily = any(word in fault.words for word in ("trial", "daily", "per day"))
    retry_at = permits.pause(answer.headers, now=context.now, is_daily=is_daily)
    return Throttled("Pinterest asks us to slow down.", retry_at=retry_at, evidence=seen)


def _by_access(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if answer.status not in {401, 403}:
        return None
    if "trial access" in fault.words or "sandbox" in fault.words:
        return _of_the_app(TRIAL, context, seen)
    if fault.code == APP_UNSUITED:
        return _of_the_app(NO_APP, context, seen)
    if answer.status == 401:
        if context.is_renewable:
            return TokenExpired("The access to this Pinterest account has to be renewed.", evidence=seen)
        return Disconnected(RECONNECT, evidence=seen)
    if fault.code == NOT_PERMITTED:
        words = "The connection to Pinterest does not allow this: connect the account again."
        return MissingPermission(words, scopes=context.needs, evidence=seen)
    if fault.code == NOT_YOURS and not context.is_reading:
        words = "Pinterest does not let this account use the board: choose another one, or ask its owner."
        return Rejected(words, field="options.board", evidence=seen)
    return None


def _of_the_app(words: str, context: Context, seen: Evidence) -> PlatformError:
    """No account's fault: what was to be written stops, and what was to be read can be asked for again."""
    return NotSent(words, evidence=seen) if context.is_reading else Rejected(words, evidence=seen)


def _by_absence(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if answer.status != 404 or not fault.is_told:
        return None
    if fault.code == NO_SECTION:
        words = "This section is no longer on the board: choose another one."
        return Rejected(words, field="options.section", evidence=seen)
    if fault.code == NO_BOARD:
        return Rejected("This board is no longer there: choose another one.", field="options.board", evidence=seen)
    if context.is_of_a_pin:
        return Gone("This Pin is no longer on Pinterest.", evidence=seen)
    return None


def _by_content(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if not fault.is_told or context.is_reading:
        return None
    if "unable to reach the url" in fault.words:
        return FetchFailed("Pinterest could not fetch a file of this post from us.", evidence=seen)
    if answer.status == 409:
        return NotSent("Pinterest is busy with this board just now.", evidence=seen)
    return None


def _refused(fault: Fault, context: Context, seen: Evidence) -> PlatformError:
    named = next((field for part, field in _FIELDS if part in fault.words), "")
    if named == "cover":
        return Rejected("Pinterest wants a cover for this video: choose one.", field=named, evidence=seen)
    said = wire.concealed(fault.message, context.secrets)[:200]
    words = "Pinterest does not take this" + (f": {said}" if said else ".")
    return Rejected(words, field=context.field or named, evidence=seen)


_RULES: Final[tuple[Callable[[wire.Answer, Fault, Context, Evidence], PlatformError | None], ...]] = (
    _by_trouble,
    _by_pace,
    _by_access,
    _by_absence,
    _by_content,
)
