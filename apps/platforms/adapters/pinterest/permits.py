"""Each request that is made to Pinterest, the scopes it needs, and the pace that is allowed.

https://developers.pinterest.com/docs/api/v5/ and https://developers.pinterest.com/docs/reference/rate-limits/. The
numbers per minute are those that developers report of Standard access; Pinterest's headers have the last word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import httpx

from apps.platforms import http as wire
from apps.platforms.calls import Call, Feature
from apps.platforms.limits import Limit, Per, Usage

BOARDS_READ, BOARDS_WRITE, PINS_READ, PINS_WRITE = "boards:read", "boards:write", "pins:read", "pins:write"
ACCOUNT: Final = "user_accounts:read"
SECRET_WRITE: Final = "boards:write_secret"  # asked for only where the app is registered with it

SCOPES: Final = (BOARDS_READ, BOARDS_WRITE, PINS_READ, PINS_WRITE, ACCOUNT)

_READING, _WRITING = ((BOARDS_READ, PINS_READ),), ((BOARDS_READ, BOARDS_WRITE, PINS_READ, PINS_WRITE),)
_READS, _WRITES, _FIGURES = ("calls", "reads"), ("calls", "writes"), ("calls", "figures")
_V: Final = "/{version}"

TOKEN: Final = Call("token", "POST", f"{_V}/oauth/token", Feature.CONNECT, counts_against=_READS)
ME: Final = Call("me", "GET", f"{_V}/user_account", Feature.CONNECT, ((ACCOUNT,),), counts_against=_READS)
BOARDS: Final = Call(
    "boards", "GET", f"{_V}/boards", Feature.PUBLISH, ((BOARDS_READ,),), counts_against=_READS,
    trap="Secret boards are for consents with the scopes that end in _secret; boards for advertising take no Pins.",
)  # fmt: skip
SECTIONS: Final = Call(
    "sections", "GET", f"{_V}/boards/{{id}}/sections", Feature.PUBLISH, ((BOARDS_READ,),), counts_against=_READS
)
REGISTER: Final = Call(
    "register", "POST", f"{_V}/media", Feature.PUBLISH, ((PINS_READ, PINS_WRITE),), counts_against=_WRITES
)
UPLOAD: Final = Call(
    "upload", "POST", "/", Feature.PUBLISH, endpoint="uploads",
    trap="The address comes with the registration, and takes no token: a signed form says who may upload what.",
)  # fmt: skip
MEDIA: Final = Call(
    "media", "GET", f"{_V}/media/{{id}}", Feature.PUBLISH, ((PINS_READ,),), counts_against=_READS,
    trap="A video that failed says no reason, and one that is done is no guard: two Pins may be made of it.",
)  # fmt: skip
CREATE: Final = Call(
    "create", "POST", f"{_V}/pins", Feature.PUBLISH, _WRITING, counts_against=(*_WRITES, "pins"),
    trap="An app with Trial access is refused although the consent covers it; the same Pin twice is two Pins.",
)  # fmt: skip
EDIT: Final = Call("edit", "PATCH", f"{_V}/pins/{{id}}", Feature.EDIT, _WRITING, counts_against=_WRITES)
DELETE: Final = Call("delete", "DELETE", f"{_V}/pins/{{id}}", Feature.DELETE, _WRITING, counts_against=_WRITES)
PINS: Final = Call("pins", "GET", f"{_V}/pins", Feature.READ, _READING, counts_against=_READS)
BOARD_PINS: Final = Call("board_pins", "GET", f"{_V}/boards/{{id}}/pins", Feature.READ, _READING, counts_against=_READS)
PIN_FIGURES: Final = Call(
    "pin_figures", "GET", f"{_V}/pins/{{id}}/analytics", Feature.METRICS, _READING, counts_against=_FIGURES,
    trap="Figures go 90 days back; asked for those of videos, it refuses the whole call for a picture.",
)  # fmt: skip
MANY_FIGURES: Final = Call(
    "many_figures", "GET", f"{_V}/pins/analytics", Feature.METRICS, _READING, counts_against=_FIGURES,
    trap="In beta, and not for all apps; one Pin that is gone refuses all, and so does a picture among videos.",
)  # fmt: skip
ACCOUNT_FIGURES: Final = Call(
    "account_figures", "GET", f"{_V}/user_account/analytics", Feature.METRICS, ((ACCOUNT,),), counts_against=_FIGURES,
    trap="For business accounts; a day is final only once its data_status is READY.",
)  # fmt: skip

CALLS: Final = (
    TOKEN, ME, BOARDS, SECTIONS, REGISTER, UPLOAD, MEDIA, CREATE, EDIT, DELETE, PINS, BOARD_PINS, MANY_FIGURES,
    PIN_FIGURES, ACCOUNT_FIGURES,
)  # fmt: skip
OF_A_PIN: Final = (EDIT, DELETE, PIN_FIGURES, MANY_FIGURES)

_MINUTE: Final = timedelta(minutes=1)
LIMITS: Final = (
    Limit("calls", "calls of all kinds", Per.TOKEN, 100, timedelta(seconds=1)),
    Limit("reads", "calls that read Pins, boards, uploads and the account", Per.TOKEN, 1000, _MINUTE),
    Limit("writes", "calls that create, change or delete", Per.TOKEN, 100, _MINUTE),
    Limit("figures", "calls for figures", Per.TOKEN, 300, _MINUTE),
    # Beyond what is documented: those who pin faster are taken for spammers.
    Limit("pins", "Pins, as many as do not look like spam", Per.ACCOUNT, 10, _MINUTE),
)
DEFAULT_PAUSE: Final = timedelta(seconds=60)

_SPELLINGS: Final = ("x-ratelimit-", "x-userendpoint-ratelimit-")
_LEADING: Final = re.compile(r"\s*(\d{1,9})(?!\d)")


def usage(headers: Mapping[str, str], *, now: datetime) -> tuple[Usage, ...]:
    """What is left of the limit that is tightest just now. A limit may be a list: its first number is the one that
    `remaining` belongs to."""
    for prefix in _SPELLINGS:
        amount, remaining = (_number(headers.get(f"{prefix}{name}", "")) for name in ("limit", "remaining"))
        if amount is None and remaining is None:
            continue
        share = 1 - remaining / amount if amount and remaining is not None and remaining <= amount else None
        seconds = _number(headers.get(f"{prefix}reset", ""))
        reset_at = now + timedelta(seconds=seconds) if seconds else None
        return (Usage("calls", amount, remaining, share, reset_at),)
    return ()


def pause(headers: httpx.Headers, *, now: datetime, is_daily: bool) -> datetime:
    """When a refused call may be made again; without a header in a minute, or at the end of the day in UTC."""
    if told := wire.retry_after(headers, now=now):
        return told
    seconds = [_number(headers.get(f"{prefix}reset", "")) for prefix in _SPELLINGS]
    if told_seconds := next((one for one in seconds if one), None):
        return now + min(timedelta(seconds=told_seconds), wire.LONGEST_PAUSE)
    if is_daily:
        return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return now + DEFAULT_PAUSE


def _number(written: str) -> int | None:
    found = _LEADING.match(written)
    return int(found[1]) if found else None
