"""Reports speak the portal's thirteen languages, and leave nothing in another one."""

from __future__ import annotations

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

from apps.reports.showing.face import face_of
from tests.dashboard.examples import reports as examples

OTHERS = [code for code, _ in settings.LANGUAGES if code != "en"]
ROOM = Path(settings.BASE_DIR, "apps/reports")
PIECES = (
    "_section",
    "_tiles",
    "_goals",
    "_audience",
    "_drawing",
    "_networks",
    "_posts",
    "_published",
    "_meanings",
    "_print",
    "_guest",
)
TEMPLATES = [
    *(Path(settings.BASE_DIR, f"templates/reports/{name}.html") for name in (*PIECES, "shared", "passcode", "closed")),
    Path(settings.BASE_DIR, "templates/reports/mail/report.txt"),
]
PORTALS = {"Skip to content", "Powered by %(product)s"}  # the portal's catalogues have these


def marked() -> set[str]:
    """Every message of what readers see, in templates and in code."""
    found: set[str] = set()
    for path in TEMPLATES:
        code = templatize(path.read_text(), origin=str(path))
        found |= {ast.literal_eval(one.lstrip("u")) for one in re.findall(r"\bgettext\((u?'(?:[^'\\]|\\.)*')\)", code)}
        found |= {ast.literal_eval(one.lstrip("u")) for one in re.findall(r'\bgettext\((u?"(?:[^"\\]|\\.)*")\)', code)}
        found |= {ast.literal_eval(f"'{one}'") for one in re.findall(r"_\(u?'((?:[^'\\]|\\.)*)'\)", code)}
    for path in (ROOM / "wording.py", *(ROOM / "showing").glob("*.py")):
        code = path.read_text()
        found |= set(map(ast.literal_eval, re.findall(r'(?:\b_|gettext)\(\s*("(?:[^"\\]|\\.)*")\s*\)', code)))
    return found - PORTALS


def catalogue(code: str) -> dict[str, str]:
    with (ROOM / "locale" / to_locale(code) / "LC_MESSAGES/django.mo").open("rb") as file:
        return {key: text for key, text in gettext.GNUTranslations(file)._catalog.items() if key}  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", OTHERS)
def test_every_message_is_translated_and_no_other(code):
    assert set(catalogue(code)) == marked()


@pytest.mark.parametrize("code", OTHERS)
def test_the_names_that_are_filled_in_stay(code):
    def holes(text: str) -> set[str]:
        return set(re.findall(r"%\(\w+\)s", text))

    assert [key for key, text in catalogue(code).items() if holes(key) != holes(text) or not text.strip()] == []


@pytest.mark.parametrize("code", OTHERS)
def test_what_is_compiled_is_what_was_written(code):
    written = (ROOM / "locale" / to_locale(code) / "LC_MESSAGES/django.po").read_text("utf-8")
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', written, re.MULTILINE)

    said = {ast.literal_eval(f'"{key}"'): ast.literal_eval(f'"{text}"') for key, text in pairs}
    assert said == catalogue(code)


@pytest.mark.parametrize("code", OTHERS)
def test_a_report_has_no_word_in_english_but_what_networks_and_people_wrote(code):
    facts = {"tag": code, "colour": "#2b4fc7"}
    with translation.override(code):
        page = render_to_string("reports/_print.html", {**facts, "face": face_of(examples.data(), {})})
    with translation.override("en"):
        english = render_to_string("reports/_print.html", {**facts, "face": face_of(examples.data(), {})})

    left = _words(page) & _words(english)
    own = {
        "Alder & Rye", "Alder &amp; Rye", "Northlight Studio", "NS", "Social media report", "Instagram", "YouTube",
        "Rye week carried the month.", "Four films brought a quarter more people.", "What we plan", "More rye.", "Oven",
        "Field to loaf", "views", "how often it was played", "Instagram @alderandrye", "@alderandrye",
        "Instagram, YouTube", "Post",
    }  # fmt: skip
    assert {words for words in left - own if re.search(r"[^\W\d_]{3}", words) and "September" not in words} == set()


def _words(page: str) -> set[str]:
    body = page.partition("<body>")[2]
    return {re.sub(r"\s+", " ", piece).strip() for piece in re.split(r"<[^>]+>", body)} - {""}
