"""In which language somebody without a seat is spoken to: as they choose, as their link says, as their browser asks."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

CHOSEN_KEY: Final = "portal_language"
DEFAULT: Final = "en"


def choices() -> list[tuple[str, str]]:
    """(code, its own name) of each language."""
    return list(settings.LANGUAGES)


def known(code: str) -> str:
    """The language behind a code that somebody named ("zh", "pt-BR"), or "" for one that is not spoken here."""
    codes = dict(settings.LANGUAGES)
    wanted = code.strip().lower().replace("_", "-")
    if wanted == "zh":
        return "zh-hans"
    return next((found for found in (wanted, wanted.partition("-")[0]) if found in codes), "") or (
        "zh-hans" if wanted.startswith("zh-") else ""
    )


def language_of(request: HttpRequest, link_language: str = "") -> str:
    """The language of this answer; `?lang=` is remembered for the browser's next pages."""
    if chosen := known(request.GET.get("lang", "")):
        request.session[CHOSEN_KEY] = chosen
        return chosen
    remembered = known(request.session.get(CHOSEN_KEY, ""))
    return remembered or known(link_language) or known(translation.get_language_from_request(request)) or DEFAULT


def tag(code: str) -> str:
    """How pages name it: zh-Hans."""
    return code.replace("hans", "Hans")
