"""The translations as files: what translators wrote (.po), and what Django reads (.mo)."""

from __future__ import annotations

import ast
import gettext
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import to_locale


@dataclass(frozen=True, slots=True)
class Message:
    """`texts` has one text, or one for each plural form."""

    id: str
    plural: str
    texts: tuple[str, ...]
    is_fuzzy: bool


def folder(code: str) -> Path:
    return Path(settings.BASE_DIR, "locale", to_locale(code), "LC_MESSAGES")


@cache
def messages(code: str) -> tuple[Message, ...]:
    """What the language's .po says, in its order, without the header."""
    blocks = re.split(r"\n\s*\n", (folder(code) / "django.po").read_text("utf-8"))
    return tuple(message for message in map(_message, blocks) if message.id)


def ids(code: str) -> set[str]:
    return {message.id for message in messages(code)}


def compiled(code: str) -> gettext.GNUTranslations:
    with (folder(code) / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def plural_forms(code: str) -> int:
    header = (folder(code) / "django.po").read_text("utf-8").partition("\n\n")[0]
    found = re.search(r"nplurals=(\d)", header)
    assert found
    return int(found[1])


def stale(code: str) -> list[str]:
    """Messages whose compiled text is another than the written one; `msgfmt` makes the one from the other."""
    known = {key[0] if isinstance(key, tuple) else key for key in compiled(code)._catalog} - {""}  # type: ignore[attr-defined]
    return [*differences(messages(code), compiled(code)), *sorted(known - ids(code))]


def differences(written: tuple[Message, ...] | list[Message], catalogue: gettext.GNUTranslations) -> list[str]:
    read = catalogue._catalog  # type: ignore[attr-defined]
    return [
        message.id
        for message in written
        for number, text in enumerate(message.texts)
        if read.get((message.id, number) if message.plural else message.id) != text
    ]


def _message(block: str) -> Message:
    parts: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        if keyword := re.match(r'(msgid_plural|msgid|msgstr(?:\[\d\])?)\s+(".*")$', line):
            name = keyword[1]
            parts[name] = ast.literal_eval(keyword[2])
        elif line.startswith('"'):
            parts[name] += ast.literal_eval(line)
    texts = tuple(parts[key] for key in sorted(parts) if key.startswith("msgstr"))
    is_fuzzy = bool(re.search(r"^#,.*\bfuzzy\b", block, re.MULTILINE))
    return Message(parts.get("msgid", ""), parts.get("msgid_plural", ""), texts, is_fuzzy)
