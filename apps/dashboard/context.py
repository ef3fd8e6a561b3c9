"""What every page is told by the context processor: the look that this browser chose, and for members the shell around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest

THEMES: Final = ("light", "dark")
THEME_COOKIE: Final = "theme"
KEYS_COOKIE: Final = "single_keys"


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of the shell that every page has, with or without a member."""

    theme: str
    single_keys: bool


def frame(request: HttpRequest) -> Frame:
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return Frame(theme=theme if theme in THEMES else "", single_keys=request.COOKIES.get(KEYS_COOKIE) != "off")


def shell(request: HttpRequest) -> dict[str, object]:
    return {"shell": frame(request)}
