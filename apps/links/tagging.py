"""What is added to an address, without touching what its author wrote: pure text, byte by byte."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

LONGEST: Final = 2000
SCHEMES: Final = ("https://", "http://")
_WORDS: Final = re.compile(r"[^\w.~-]+")


def is_web_address(text: str) -> bool:
    """A whole web address that a browser may be sent to: http or https, with a host, and nothing that breaks a line."""
    if not text.lower().startswith(SCHEMES) or len(text) > LONGEST or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0) and "\\" not in text
    except ValueError:
        return False


def is_within(address: str, hosts: list[str]) -> bool:
    """Whether it is on one of these hosts, or below one; without any, it is."""
    host = (urlsplit(address).hostname or "").rstrip(".")
    return not hosts or any(host == one or host.endswith(f".{one}") for one in hosts)


def tagged(address: str, parameters: Mapping[str, str]) -> str:
    """The address with those of the parameters that it has not; what its author said wins, whatever its capitals."""
    head, hash_mark, fragment = address.partition("#")
    _, question_mark, query = head.partition("?")
    said = {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)}
    wanted = [
        f"{quote(name, safe='')}={quote(value, safe='')}"
        for name, value in parameters.items()
        if value and name.lower() not in said
    ]
    if not wanted:
        return address
    joint = "" if question_mark and (not query or query.endswith("&")) else "&" if question_mark else "?"
    return f"{head}{joint}{'&'.join(wanted)}{hash_mark}{fragment}"


def as_value(name: str) -> str:
    """A name as a value that reports show well: "Spring sale 2026" is spring-sale-2026."""
    folded = unicodedata.normalize("NFC", name).strip().casefold()
    return _WORDS.sub("-", folded).strip("-")[:120]
