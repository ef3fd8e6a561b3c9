"""How X measures a text: https://docs.x.com/fundamentals/counting-characters.

The text is brought to NFC; then Latin and its kin weigh 1, all else and each emoji 2, and each web address 23, however
long it is. An address needs no scheme where its top-level domain is known (`example.com`, even `file.py`), and one
with a scheme needs such a domain as well (`http://localhost` is plain text). E-mail addresses are not addresses.
"""

from __future__ import annotations

import unicodedata
from typing import Final

import regex

from apps.platforms.top_level_domains import is_top_level

URL_LENGTH: Final = 23
LONGEST_LABEL = 63

# These weigh 1: U+0000-10FF, U+2000-200D, U+2010-201F, U+2032-2037.
_HEAVY = regex.compile(r"[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_ANY_HEAVY: Final = "\u6f22"
_PICTURE = r"\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?(?:[\U000e0020-\U000e007e]+\U000e007f)?"
_EMOJI = regex.compile(rf"\p{{RI}}\p{{RI}}|[0-9#*]\ufe0f?\u20e3|{_PICTURE}(?:\u200d{_PICTURE})*+")

# Everything is possessive, for a host is as long as it is: else a long word would be tried at each of its letters.
_LATIN = r"0-9A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_PORT_AND_PATH = (
    rf"(?P<port>:\d++)?(?P<path>/[{_LATIN}\u0400-\u04ff!*';:=+,.$/%#\[\]_~@|&()\-]*+)?"
    r"(?P<query>\?[0-9A-Za-z!?*'@();:&=+$/%#\[\]_.,~|\-]*+)?"
)
_URL = regex.compile(
    rf"(?<![0-9A-Za-z@＠$#＃])https?://(?P<named>[\w\p{{So}}\-]++(?:\.[\w\p{{So}}\-]++)++){_PORT_AND_PATH}"
    rf"|(?<![{_LATIN}@＠$#＃_./\-])(?P<bare>[{_LATIN}][{_LATIN}_\-]*+(?:\.[{_LATIN}_\-]++)++)(?!@){_PORT_AND_PATH}",
    regex.IGNORECASE,
)
_PATH_ENDS = regex.compile(rf"[{_LATIN}\u0400-\u04ff=_#/+\-]")
_QUERY_ENDS = regex.compile(r"[0-9A-Za-z_&=#/\-]")
_CASHTAG = regex.compile(r"(?<![\w$])\$([A-Za-z]{1,6})(?![\w$])")


def x_length(text: str) -> int:
    """The weighted length of `text`; up to 280 fit into a post of an account without a subscription."""
    text = _without_addresses(unicodedata.normalize("NFC", text))
    text = _EMOJI.sub(_weighed, text)
    return len(text) + len(_HEAVY.findall(text))


def addresses(text: str) -> list[str]:
    """The web addresses that X makes links of, as they are written: a post with one costs more."""
    found = ((match[0], _address_length(match)) for match in _URL.finditer(text))
    return [written[:length] for written, length in found if length]


def cashtags(text: str) -> list[str]:
    """The stock symbols ($ACME) of `text` in order, without their sign."""
    return _CASHTAG.findall(text)


def _weighed(match: regex.Match[str]) -> str:
    # A bare sign such as the copyright's is text, and weighs what its place in Unicode says.
    return match[0] if len(match[0]) == 1 else _ANY_HEAVY


def _without_addresses(text: str) -> str:
    return _URL.sub(lambda match: _replaced(match[0], _address_length(match)), text)


def _replaced(written: str, length: int) -> str:
    return "x" * URL_LENGTH + written[length:] if length else written


def _address_length(match: regex.Match[str]) -> int:
    """How much of what looks like an address is one, from its start; 0 for nothing."""
    host = match["named"] or match["bare"]
    scheme = match[0].index("//") + 2 if match["named"] else 0
    end = _domain_length(host)
    if not end:
        return 0
    if end < len(host):  # What follows a domain within its word is no path.
        return scheme + end
    return scheme + end + len(match["port"] or "") + _tail_length(match["path"] or "", match["query"] or "")


def _domain_length(host: str) -> int:
    """Up to the last label that is a top-level domain; 0 where none is."""
    labels = host.split(".")
    for count in range(len(labels), 1, -1):
        if is_top_level(labels[count - 1]):
            return len(".".join(labels[:count])) if _is_domain(labels[: count - 1]) else 0
    return 0


def _is_domain(labels: list[str]) -> bool:
    """Whether labels may stand before a top-level domain: a dash or underscore is inside, and no underscore in the
    last."""
    is_sound = all(label.strip("-_") == label and len(label) <= LONGEST_LABEL for label in labels)
    return is_sound and "_" not in labels[-1]


def _tail_length(path: str, query: str) -> int:
    """Sentence marks at the end are not the address's own, and neither is a bracket that it did not open."""
    if kept := _trimmed(query, _QUERY_ENDS):
        return len(path) + kept
    return _trimmed(path, _PATH_ENDS)


def _trimmed(part: str, ends: regex.Pattern[str]) -> int:
    opened, closed = part.count("("), part.count(")")
    end = len(part)
    while end and not ends.match(part[end - 1]):
        if part[end - 1] == ")" and closed <= opened:
            return end
        closed -= part[end - 1] == ")"
        opened -= part[end - 1] == "("
        end -= 1
    return end if end > 1 or part[:1] == "/" else 0
