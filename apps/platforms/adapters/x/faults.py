"""What an error of X means: https://docs.x.com/x-api/fundamentals/response-codes-and-errors.

X has four shapes of errors and few codes, so some are told apart by their words alone. A `type` names a problem by its
last part; its host varies. A code of the old API may stand in `errors`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.x import rights
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

UNPAID_PAUSE = timedelta(hours=1)  # no reset is told: an operator pays, and that is looked for now and then
RECONNECT = "X no longer accepts our access to this account: connect it again."
NO_APP = "X does not let Postroom's app do this: its operator has to look at the app in X's developer console."

_TRANSIENT_CODES = frozenset({130, 131})
_TOKEN_CODES = frozenset({32, 89})
_MEDIA_CODES = frozenset({324, 325, 386})
_UNPAID = frozenset({"credits-depleted", "credits", "usage-capped"})

# (code of the old API, part of the text in lower case): (field, words)
_CONTENT: tuple[tuple[int | None, str, str, str], ...] = (
    (None, "maximum of one cashtag", "text", "X takes at most one stock symbol ($ABC) in a post."),
    (None, "contains an invalid url", "text", "X does not accept an address in this text."),
    (186, "", "text", "This text is too long for X."),
    (44, "", "text", "X does not accept an address in this text."),
    (187, "duplicate content", "text", "X has this very text from this account already, and takes none twice."),
    (433, "reply to this conversation is not allowed", "", "X does not let this account reply to that post."),
    (None, "video longer than", "media.0", "X takes no video of this length from this account."),
    (None, "media ids are invalid", "media", "X cannot use this file: its format or frame rate may be at fault."),
    (None, "not permitted to perform this action", "", "X does not permit this: it may be too long for the account."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """An error answer, read. `problem` is the last part of its type, `text` all that it says, in lower case."""

    problem: str = ""
    title: str = ""
    detail: str = ""
    codes: frozenset[int] = frozenset()
    error: str = ""  # of the token endpoint

    @property
    def text(self) -> str:
        return self.detail.lower()

    @property
    def is_told(self) -> bool:
        """Whether it is an error of X's own, and not a page of some machine on the way."""
        return bool(self.label or self.detail)

    @property
    def label(self) -> str:
        code = next(iter(sorted(self.codes)), "")
        return self.error or str(code) or self.problem or self.title


def read_fault(answer: wire.Answer) -> Fault:
    """The error in `answer`; an empty one where the body is not an error of the platform's own."""
    try:
        said = answer.mapping()
    except wire.Unreadable:
        return Fault()
    listed = said.get("errors")
    errors = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    places = [said, *errors]
    words = [_text(place, name) for place in places for name in ("detail", "message", "error_description", "reason")]
    kinds = [_text(place, "type") for place in places]
    codes = (one.get("code") for one in errors)
    return Fault(
        problem=next((kind.rstrip("/").rpartition("/")[2] for kind in kinds if kind not in {"", "about:blank"}), ""),
        title=next((_text(place, "title") for place in places if _text(place, "title")), ""),
        detail=" ".join(dict.fromkeys(word for word in words if word)),
        codes=frozenset(code for code in codes if isinstance(code, int) and not isinstance(code, bool)),
        error=_text(said, "error"),
    )


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Context:
    """What the refused request was about. `acting`: it would have made something public; `is_reading`: it only asked;
    `can_be_gone`: it named one post or file; `has_fresh_parent`: it replied to a post that we published a moment
    ago."""

    now: datetime
    secrets: tuple[Secret, ...] = ()
    acting: bool = False
    is_reading: bool = False
    can_be_gone: bool = False
    is_renewable: bool = False
    has_fresh_parent: bool = False
    needs: tuple[str, ...] = ()
    field: str = ""


def failure(answer: wire.Answer, context: Context) -> PlatformError:
    """The error that a refusal stands for."""
    fault = read_fault(answer)
    seen = wire.evidence(
        answer,
        code=fault.label,
        text=fault.detail or fault.title,
        request_id=answer.headers.get("x-transaction-id", ""),
        secrets=context.secrets,
    )
    for rule in _RULES:
        if error := rule(answer, fault, context, seen):
            return error
    if context.acting:  # What we do not know may have been carried out.
        return Uncertain("X failed while publishing: the post may be out.", evidence=seen)
    if answer.status == 403 and fault.is_told:
        words = "X did not permit this. Connect the account again and allow all that is asked."
        return MissingPermission(words, scopes=context.needs, evidence=seen)
    if context.is_reading or answer.status == 403 or not 400 <= answer.status < 500:
        return NotSent("X is having trouble.", evidence=seen)
    return _refused(fault, context, seen)


def is_duplicate(answer: wire.Answer) -> bool:
    """Whether X refused a post because it has the same text already; which post that is it does not say."""
    fault = read_fault(answer)
    return answer.status in {400, 403} and ("duplicate content" in fault.text or 187 in fault.codes)


def _by_access(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if fault.codes & {64, 326} or (answer.status == 403 and "suspended" in fault.text):
        words = "X has suspended or locked this account: its owner has to act on X, then connect it again."
        return AccountDisabled(words, evidence=seen)
    if answer.status == 401 or fault.codes & _TOKEN_CODES:
        if context.is_renewable:
            return TokenExpired("The access to this X account has to be renewed.", evidence=seen)
        return Disconnected(RECONNECT, evidence=seen)
    if fault.problem == "unsupported-authentication":
        return Disconnected("X wants the access of a person here: connect the account again.", evidence=seen)
    if fault.problem == "client-forbidden":
        return Rejected(NO_APP, evidence=seen)
    if fault.problem == "oauth1-permissions":
        words = "The connection to X does not allow this: connect the account again."
        return MissingPermission(words, scopes=context.needs, evidence=seen)
    return None


def _by_pace(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if answer.status == 402 or fault.problem in _UNPAID or fault.title == "CreditsDepleted":
        words = "Postroom's credits at X are used up: its operator has to add some before anything can be done there."
        return Throttled(words, retry_at=context.now + UNPAID_PAUSE, evidence=seen)
    if answer.status == 429 or 88 in fault.codes:
        retry_at = rights.pause(answer.headers, now=context.now)
        return Throttled("X asks us to slow down.", retry_at=retry_at, evidence=seen)
    return None


def _by_trouble(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if answer.status < 500 and not fault.codes & _TRANSIENT_CODES:
        return None
    if context.acting:
        return Uncertain("X failed while publishing: the post may be out.", evidence=seen)
    return NotSent("X is having trouble.", evidence=seen)


def _by_content(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence) -> PlatformError | None:
    if not 400 <= answer.status < 500:
        return None
    if 385 in fault.codes or "deleted or not visible" in fault.text:
        if context.has_fresh_parent:  # A post of a moment ago is not visible everywhere yet.
            return NotSent("X does not show the post that this one follows yet.", evidence=seen)
        return Rejected("The post that this one follows is not on X any more.", evidence=seen)
    for code, part, field, words in _CONTENT if not context.is_reading else ():
        is_known = code in fault.codes or (part and part in fault.text)
        if is_known and (context.acting or field):
            return Rejected(words, field=context.field or field, evidence=seen)
    if fault.codes & _MEDIA_CODES:
        return Rejected("X cannot use the files of this post.", field=context.field or "media", evidence=seen)
    if fault.problem == "invalid-request" and not context.is_reading:
        return _refused(fault, context, seen)
    if context.can_be_gone and (fault.problem == "resource-not-found" or answer.status == 404):
        return Gone("This is not on X any more.", evidence=seen)
    return None


def _refused(fault: Fault, context: Context, seen: Evidence) -> PlatformError:
    said = wire.concealed(fault.detail or fault.title, context.secrets)[:200]
    return Rejected("X does not take this" + (f": {said}" if said else "."), field=context.field, evidence=seen)


_RULES: tuple[Callable[[wire.Answer, Fault, Context, Evidence], PlatformError | None], ...] = (
    _by_access,
    _by_pace,
    _by_trouble,
    _by_content,
)
