"""Content rules of a policy: words, phrases and link domains that must not pass unseen, and where a post has them.

A word is hit as a whole, whatever its case and accents: "garantie" is hit by "GARANTIE" and "garantié", not by
"garantiert". Accents are those of European scripts; marks that make other letters of other scripts count. Scripts that
put no spaces between words (and Korean, which joins particles on) are searched anywhere. Invisible characters are
passed over, and a phrase is hit across line breaks and hyphens. A domain is hit with everything below it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from apps.approvals.errors import Flaw

ANY: Final = "any"  # What a step names that applies whichever rule is hit.
MOST_RULES: Final = 30
MOST_WORDS: Final = 200
LONGEST_NAME: Final = 60
LONGEST_WORDS: Final = 100
LONGEST_DOMAIN: Final = 253
MOST_HITS: Final = 100
KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
HOST: Final = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")
# Of Latin, Greek and Cyrillic letters. Others' marks (vowels of Hindi, points of Hebrew) make other words.
_ACCENTS: Final = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff]")
_GAP: Final = r"[\s\u2010-\u2015-]+"
_UNSPACED: Final = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "HANGUL")
_HANGUL: Final = ("\uac00", "\ud7a3")
remembered = lru_cache(maxsize=4096)


@dataclass(frozen=True, slots=True)
class ContentRule:
    """`words` are words and phrases; `domains` are hosts that links may lead to."""

    key: str
    name: str
    words: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"key": self.key, "name": self.name, "words": list(self.words), "domains": list(self.domains)}

    def found_in(self, text: _Folded) -> Iterator[str]:
        """The words of the text, as they are written there, that hit this rule."""
        for words in self.words:
            yield from text.whole(_pattern(words))
        for domain in self.domains:
            yield from (match for form in _forms(domain) for match in text.hosts(form))


@dataclass(frozen=True, slots=True)
class Hit:
    """That a rule is hit: by which words, as they are written there, and in which place of the post."""

    rule: str
    name: str
    place: str
    words: str

    def as_json(self) -> dict[str, str]:
        return {"rule": self.rule, "name": self.name, "place": self.place, "words": self.words}


def hits(rules: Sequence[ContentRule], snapshot: Mapping[str, Any]) -> list[Hit]:
    """Every hit in everything that goes out, each once for its place; at most `MOST_HITS` of one rule."""
    if not rules:
        return []
    read_ = [(place, _Folded(text)) for place, text in texts(snapshot) if text]
    found: list[Hit] = []
    for rule in rules:
        own = dict.fromkeys(
            Hit(rule.key, rule.name, place, words) for place, text in read_ for words in rule.found_in(text)
        )
        found += list(own)[:MOST_HITS]
    return found


def texts(snapshot: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What people will read of this version, and the addresses that it leads to, each with its place."""
    for part in snapshot["parts"]:
        yield part["role"], part["text"]
        yield "link", part["link"]
        for medium in part["media"]:
            yield "alt_text", medium["alt"]
            for _language, _digest, *label in medium["captions"]:
                yield "captions", "".join(label)
    for account in snapshot["accounts"]:
        yield account["platform"], account["text"] or ""
        for text in _strings(account["options"]):
            yield f"{account['platform']}_options", text
    for link in snapshot.get("links", ()):
        yield "link", link["outgoing"]


def trusted(stored: Iterable[Mapping[str, Any]]) -> tuple[ContentRule, ...]:
    """Rules that were checked when they were stored."""
    return tuple(ContentRule(one["key"], one["name"], tuple(one["words"]), tuple(one["domains"])) for one in stored)


def read(said: Any, flaws: list[Flaw]) -> tuple[ContentRule, ...]:
    """Rules as somebody wrote them; what is wrong with them goes to the flaws."""
    if not isinstance(said, list) or not all(isinstance(one, Mapping) for one in said) or len(said) > MOST_RULES:
        flaws.append(
            Flaw("content_rules", _counted(_("Content rules are a list of up to %(number)s objects."), MOST_RULES))
        )
        return ()
    made = tuple(_rule(one, f"content_rules.{number}", flaws) for number, one in enumerate(said))
    taken: set[str] = set()
    for number, rule in enumerate(made):
        if rule.key in taken:
            flaws.append(Flaw(f"content_rules.{number}.key", gettext("Another rule has this key.")))
        taken.add(rule.key)
    return made


def _rule(said: Mapping[str, Any], place: str, flaws: list[Flaw]) -> ContentRule:
    for unknown in sorted(set(said) - {"key", "name", "words", "domains"}):
        flaws.append(Flaw(f"{place}.{unknown}", gettext("A content rule has no such field.")))
    key, name = said.get("key"), said.get("name")
    if not isinstance(key, str) or not KEY.fullmatch(key) or key == ANY:
        flaws.append(Flaw(f"{place}.key", gettext('A key has small letters, digits and hyphens, and is not "any".')))
    if not isinstance(name, str) or not 0 < len(name.strip()) <= LONGEST_NAME:
        flaws.append(
            Flaw(f"{place}.name", _counted(_("Give the rule a name of up to %(number)s characters."), LONGEST_NAME))
        )
    words = _list(said.get("words", []), f"{place}.words", LONGEST_WORDS, flaws)
    domains = _list(said.get("domains", []), f"{place}.domains", LONGEST_DOMAIN, flaws)
    if any(not _tokens(one) for one in words):
        flaws.append(Flaw(f"{place}.words", gettext("Each of them has at least a letter, a digit or a sign.")))
    domains = [one.lower().strip(".") for one in domains]
    if not all(HOST.fullmatch(one) for one in domains):
        flaws.append(Flaw(f"{place}.domains", gettext("Give domains alone, such as casino.example.")))
    if not words and not domains:
        flaws.append(Flaw(f"{place}.words", gettext("Name at least one word, phrase or domain.")))
    return ContentRule(str(key), str(name).strip(), tuple(dict.fromkeys(words)), tuple(dict.fromkeys(domains)))


def _list(said: Any, place: str, longest: int, flaws: list[Flaw]) -> list[str]:
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said) or len(said) > MOST_WORDS:
        flaws.append(Flaw(place, _counted(_("This is a list of up to %(number)s texts."), MOST_WORDS)))
        return []
    found = [text for one in said if (text := " ".join(one.split()))]
    if any(len(one) > longest for one in found):
        flaws.append(Flaw(place, _counted(_("Each of them has up to %(number)s characters."), longest)))
    return found


def _counted(words: str, number: int) -> str:
    return gettext(words) % {"number": number}


def _strings(value: Any) -> Iterator[str]:
    """The texts among options, however they are nested: titles and descriptions are read by people too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _strings(one)


class _Folded:
    """A text as rules look at it, and for each of its characters the place in the text as it is written."""

    def __init__(self, text: str) -> None:
        self._written = unicodedata.normalize("NFC", text)
        pairs = [(one, at) for at, char in enumerate(self._written) for one in _fold(char)]
        self._text = "".join(one for one, _ in pairs)
        self._places = [at for _, at in pairs]

    def whole(self, pattern: re.Pattern[str]) -> Iterator[str]:
        """Where it is found and no word goes on before or behind it."""
        for match in pattern.finditer(self._text):
            begin, end = match.span(1)
            if not self._goes_on(begin) and not self._goes_on(end):
                yield self._as_written(begin, end)

    def hosts(self, domain: str) -> Iterator[str]:
        for match in _host_pattern(domain).finditer(self._text):
            yield self._as_written(*match.span())

    def _goes_on(self, at: int) -> bool:
        """Whether the characters on both sides of this place are of one word."""
        if not 0 < at < len(self._text):
            return False
        before, after = self._text[at - 1], self._text[at]
        return _is_of_word(before) and _is_of_word(after) and not (_is_unspaced(before) or _is_unspaced(after))

    def _as_written(self, begin: int, end: int) -> str:
        return self._written[self._places[begin] : self._places[end - 1] + 1]


@remembered
def _fold(char: str) -> str:
    """Without case, accents and what cannot be seen. A syllable of Korean stays one."""
    if unicodedata.category(char) == "Cf":
        return ""
    if _HANGUL[0] <= char <= _HANGUL[1]:
        return char
    # What is folded may be decomposed again.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    return _ACCENTS.sub("", plain)


def _folded(text: str) -> str:
    return "".join(map(_fold, unicodedata.normalize("NFC", text)))


def _tokens(words: str) -> list[str]:
    return [one for one in re.split(_GAP, _folded(words)) if one]


@remembered
def _pattern(words: str) -> re.Pattern[str]:
    # Looked for at every place: one that starts within another is found too.
    return re.compile(f"(?=({_GAP.join(map(re.escape, _tokens(words)))}))")


@remembered
def _host_pattern(domain: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.-])(?:[\w-]+\.)*{re.escape(domain)}(?![\w-]|\.\w)")


@remembered
def _forms(domain: str) -> tuple[str, ...]:
    """The domain as people write it, and as it is in addresses."""
    try:
        coded = domain.encode("idna").decode()
    except UnicodeError:
        coded = ""
    return tuple(dict.fromkeys(_folded(one) for one in (domain, coded) if one))


def _is_of_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")


@remembered
def _is_unspaced(char: str) -> bool:
    return unicodedata.name(char, "").startswith(_UNSPACED)
