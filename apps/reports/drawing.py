"""A frozen report as a page, and as the document that is printed. Both are drawn from its data alone."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils import translation

from apps.core.printing import print_pages
from apps.reports.showing.face import face_of
from apps.reports.showing.shapes import Face
from apps.social_accounts import languages

USUAL_COLOUR: Final = "#2b4fc7"
READABLE: Final = 4.6  # to one: what text needs on white


def shown(data: Mapping[str, Any], pictures: Mapping[str, str]) -> tuple[Face, str]:
    """The report in words, and its language."""
    language = languages.known(str(data["language"])) or languages.DEFAULT
    with translation.override(language):
        return face_of(data, pictures), language


def as_html(data: Mapping[str, Any], pictures: Mapping[str, str]) -> str:
    """The document that is printed."""
    face, language = shown(data, pictures)
    facts = {"face": face, "tag": languages.tag(language), "colour": colour_on_paper(face.colour)}
    with translation.override(language):
        return render_to_string("reports/_print.html", facts)


def colour_on_paper(colour: str) -> str:
    """The agency's colour, dark enough to be read on white: its luminance is brought down where it is too light."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        return USUAL_COLOUR
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    while _contrast_with_white(parts) < READABLE:
        parts = [part * 0.95 for part in parts]
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _contrast_with_white(parts: list[float]) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


def as_pdf(data: Mapping[str, Any], pictures: Mapping[str, str]) -> bytes:
    """Raises PrinterMissing where the machine cannot print."""
    return print_pages(as_html(data, pictures))


def data_address(picture: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(picture).decode()}"
