"""Errors of the Graph API: the subcode decides first, then the code, never the HTTP status or the type.

https://developers.facebook.com/docs/graph-api/guides/error-handling. What all of Meta's platforms have in common is
here; an adapter asks its own table first and `common` afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from apps.core.secrets import MASK, Secret
from apps.platforms import http as wire
from apps.platforms.errors import (
    Disconnected,
    Evidence,
    MissingPermission,
    NotSent,
    PlatformError,
    Rejected,
    Throttled,
    Uncertain,
)
from apps.platforms.meta.pace import regain_at

# Meta names no time for most throttles, and calls while throttled prolong the block.
DEFAULT_PAUSE: Final = timedelta(hours=1)
SHORTEST_PAUSE: Final = timedelta(minutes=5)

TRANSIENT: Final = frozenset({1, 2, 3919})
THROTTLED: Final = frozenset({4, 17, 32, 341, 613, 80001, 80002, 80006})
REVOKED: Final = frozenset({102, 190})
EXPIRED: Final = (190, 463)
PERMISSION: Final = frozenset({3, 10, *range(200, 300)})
UNSEEN: Final = (100, 33)  # gone, a wrong id, or no right to see it; a fresh object may be hidden for seconds
_BROUGHT: Final = re.compile(r"""(access_token["']?\s*[:=]\s*["']?)[^"'&<\s]+""")


@dataclass(frozen=True, slots=True)
class Fault:
    """An error answer, read. Everything but the code may be missing; `blamed` names the parameters at fault."""

    code: int | None = None
    subcode: int | None = None
    message: str = ""
    user_message: str = ""
    trace_id: str = ""
    is_transient: bool = False
    blamed: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """ "190/460": what support searches for."""
        return "/".join(str(part) for part in (self.code, self.subcode) if part is not None)

    @property
    def pair(self) -> tuple[int | None, int | None]:
        return self.code, self.subcode


@dataclass(frozen=True, slots=True)
class Context:
    """What the refused request was about. `acting`: it would have made something public; `needs` are its scopes."""

    now: datetime
    secrets: tuple[Secret, ...] = ()
    acting: bool = False
    needs: tuple[str, ...] = ()
    field: str = ""


def read_fault(answer: wire.Answer) -> Fault:
    """The error in `answer`; an empty one where the body is not an error of the platform's own."""
    try:
        said = answer.mapping()
    except wire.Unreadable:
        return Fault()
    return fault_in(said)


def fault_in(said: dict[str, object]) -> Fault:
    """The error in an object: the Graph envelope, or the flat form of the token endpoints."""
    if isinstance(error := said.get("error"), dict):
        return Fault(
            code=_number(error.get("code")),
            subcode=_number(error.get("error_subcode")),
            message=_text(error.get("message")),
            user_message=_text(error.get("error_user_msg")),
            trace_id=_text(error.get("fbtrace_id")),
            is_transient=error.get("is_transient") is True,
            blamed=_blamed(error.get("error_data")),
        )
    if "error_message" in said:
        return Fault(code=_number(said.get("code")), message=_text(said.get("error_message")))
    return Fault()


def _blamed(data: object) -> tuple[str, ...]:
    specs = data.get("blame_field_specs") if isinstance(data, dict) else None
    named = [path[0] for path in specs if isinstance(path, list) and path] if isinstance(specs, list) else []
    return tuple(name for name in named if isinstance(name, str))


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def evidence(answer: wire.Answer, fault: Fault, secrets: Iterable[Secret]) -> Evidence:
    """What support needs: the codes, Meta's words and its trace id."""
    text = " ".join(part for part in (fault.message, fault.user_message) if part)
    return wire.evidence(answer, code=fault.label, text=text, request_id=fault.trace_id, secrets=secrets)


def unreadable(answer: wire.Answer, secrets: Iterable[Secret]) -> Evidence:
    """An answer that makes no sense, without the tokens in it: those that we hold, and those that it would have
    brought."""
    seen = wire.evidence(answer, code="unreadable", secrets=secrets)
    return replace(seen, text=_BROUGHT.sub(rf"\1{MASK}", seen.text))


# --- what all of them mean alike --------------------------------------------------------------------------------------


def common(answer: wire.Answer, fault: Fault, context: Context, seen: Evidence, *, label: str) -> PlatformError:
    """The error that a refusal stands for on each of Meta's platforms; `label` is the platform's name.

    What is not known of a call that was `acting` is Uncertain: Meta has answered 500 to posts that went live."""
    if context.acting and answer.status >= 500:
        return doubtful(seen, label=label)
    if fault.code in REVOKED or (answer.status == 401 and fault.code is None):
        return Disconnected(f"{label} no longer accepts our access to this account: connect it again.", evidence=seen)
    if fault.code in THROTTLED or answer.status == 429:
        return throttled(answer, context, seen, words=f"{label} asks us to slow down.")
    if fault.code in PERMISSION:
        words = f"Postroom was not given the permission to do this on {label}: connect the account again and allow it."
        return MissingPermission(words, scopes=context.needs, evidence=seen)
    if fault.pair == UNSEEN and not context.acting:
        return NotSent(f"{label} does not show us this post at the moment.", evidence=seen)
    if fault.code == 100 and not fault.is_transient:
        return refused(fault, context, seen, label=label)
    if context.acting:
        return doubtful(seen, label=label)
    if is_passing(answer, fault):
        return NotSent(f"{label} is having trouble.", evidence=seen)
    return refused(fault, context, seen, label=label)


def is_passing(answer: wire.Answer, fault: Fault) -> bool:
    """Whether the failure may be over in a while. A success that is no answer, and an error without a code, are."""
    return (
        fault.code is None or fault.code in TRANSIENT or fault.is_transient or answer.status >= 500 or answer.is_success
    )


def doubtful(seen: Evidence, *, label: str) -> Uncertain:
    return Uncertain(f"{label} failed while publishing: the post may be out.", evidence=seen)


def throttled(answer: wire.Answer, context: Context, seen: Evidence, *, words: str) -> Throttled:
    """A pause until Meta says that it takes calls again, five minutes at least, an hour where it does not say."""
    regain = regain_at(answer.headers, now=context.now) or context.now + DEFAULT_PAUSE
    return Throttled(words, retry_at=max(regain, context.now + SHORTEST_PAUSE), evidence=seen)


def refused(fault: Fault, context: Context, seen: Evidence, *, label: str) -> Rejected:
    """The content is at fault, in Meta's own words for people where it has some."""
    said = wire.concealed(fault.user_message or fault.message, context.secrets)[:200]
    return Rejected(f"{label} does not take this" + (f": {said}" if said else "."), field=context.field, evidence=seen)
