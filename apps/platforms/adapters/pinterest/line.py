"""Pinterest on the line: requests by the permission registry, and answers turned into named errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from apps.platforms import http as wire
from apps.platforms.adapters.pinterest import faults, permits
from apps.platforms.adapters.pinterest.faults import LABEL
from apps.platforms.calls import Call
from apps.platforms.errors import PlatformError
from apps.platforms.line import PlatformLine

# `max_description` is what a description may have, on which Pinterest's own pages disagree: 500 or 800.
DEFAULT_ENDPOINTS: Final[Mapping[str, str]] = {
    "login": "https://www.pinterest.com",
    "api": "https://api.pinterest.com",
    "version": "v5",
    "max_description": "500",
}


@dataclass(frozen=True, slots=True)
class Line(PlatformLine):
    """Requests to Pinterest, with the token of one account where there is one."""

    label: ClassVar[str] = LABEL

    def meaning(self, answer: wire.Answer, call: Call, **context: Any) -> PlatformError:
        return faults.failure(answer, faults.Context(is_of_a_pin=call in permits.OF_A_PIN, **context))

    def pages(self, call: Call, *, id: str = "", most: int, **params: str) -> Iterator[Page]:
        """The pages of a listing, at most `most` of them; raises NotSent for what is no listing."""
        for _ in range(most):
            answer = self.send(call, id=id, params=params)
            said = self.understood(answer, call)
            items = said.get("items")
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise self.unreadable(answer)
            bookmark = text_in(said, "bookmark")
            yield Page(tuple(items), bookmark, answer)
            if not bookmark:
                return
            params = {**params, "bookmark": bookmark}

    def pin_url(self, remote_id: str) -> str:
        return f"{self.endpoint('login')}/pin/{remote_id}/"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a listing; `bookmark` leads to the next one, "" is the end."""

    items: tuple[dict[str, Any], ...]
    bookmark: str
    answer: wire.Answer


def text_in(said: Mapping[str, Any], name: str) -> str:
    """The text under `name`, "" for none; ids are digits in text, and numbers where Pinterest forgot."""
    value = said.get(name)
    if name.endswith("id") and isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return str(value)
    return value if isinstance(value, str) else ""


def object_in(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object under `name`; empty where there is none."""
    value = said.get(name)
    return value if isinstance(value, dict) else {}


def is_id(written: str) -> bool:
    return written.isascii() and written.isdecimal()
