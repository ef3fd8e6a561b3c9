"""A small grammar for lexicon schemas: each function makes a `Rule`, and a rule raises `Mismatch` or stays silent.

The sentences of `Mismatch` are the ones the reference server answers with, because people see them.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import TypeAlias, TypeVar

import regex

from . import dagcbor

Rule: TypeAlias = Callable[[object, str], None]

_Kind = TypeVar("_Kind")

_CLUSTERS = regex.compile(r"\X")
_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,20})?(Z|[+-]\d\d:\d\d)")
_FORMS: Mapping[str, re.Pattern[str]] = {
    "did": re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]"),
    "AT-URI": re.compile(
        r"at://(did:[a-z]+:[a-zA-Z0-9._:%-]+|[a-zA-Z0-9.-]+)(/[a-zA-Z0-9.-]+(/[\w.~:@!$&'()*+,;=%-]+)?)?"
    ),
    "uri": re.compile(r"[a-z][a-z.-]{0,80}:[^\s]+"),
    "language": re.compile(r"i|[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*"),
}


class Mismatch(ValueError):
    """A value breaks its schema; the message says how and where."""

    def __init__(self, problem: str, path: str) -> None:
        super().__init__(f"{problem} at {path}")


def graphemes(text: str) -> int:
    """The number of extended grapheme clusters: what a reader would call characters."""
    return len(_CLUSTERS.findall(text))


def string(*, max_graphemes: int | None = None, max_bytes: int | None = None, known: str | None = None) -> Rule:
    """Text within its limits, and of the `known` form (`did`, `AT-URI`, `uri`, `language`) when one is named."""

    def check(value: object, path: str) -> None:
        text = _typed(str, value, path)
        if max_bytes is not None:
            _at_most(max_bytes, len(text.encode()), "string", path)
        if max_graphemes is not None:
            _at_most(max_graphemes, graphemes(text), "grapheme", path)
        if known is not None and not _FORMS[known].fullmatch(text):
            raise Mismatch(f"Invalid {known} (got {json.dumps(text)})", path)

    return check


def instant(value: object, path: str) -> None:
    """RFC 3339 with `T`, seconds and a zone, naming an instant that exists."""
    text = _typed(str, value, path)
    problem = Mismatch(f"Invalid datetime (got {json.dumps(text)})", path)
    if not _DATETIME.fullmatch(text) or text.endswith("-00:00"):
        raise problem
    try:
        datetime.fromisoformat(re.sub(r"(\.\d{1,6})\d*", r"\1", text))
    except ValueError:
        raise problem from None


def cid(value: object, path: str) -> None:
    """The text of a content id."""
    if not dagcbor.is_cid(_typed(str, value, path)):
        raise Mismatch(f"Invalid cid (got {json.dumps(value)})", path)


def integer(*, minimum: int) -> Rule:
    """A whole number from `minimum` on; True and False are no numbers."""

    def check(value: object, path: str) -> None:
        if _typed(int, value, path) < minimum:
            raise Mismatch(f"integer too small (minimum {minimum}, got {value})", path)

    return check


def array(item: Rule, *, maximum: int | None = None, minimum: int = 0) -> Rule:
    """A list whose every item follows `item`."""

    def check(value: object, path: str) -> None:
        items = _typed(list, value, path)
        if maximum is not None:
            _at_most(maximum, len(items), "array", path)
        if len(items) < minimum:
            raise Mismatch(f"array too small (minimum {minimum}, got {len(items)})", path)
        for number, entry in enumerate(items):
            item(entry, f"{path}[{number}]")

    return check


def mapping(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None) -> Rule:
    """An object with the `required` fields and perhaps the `optional` ones; others pass, for lexicons grow."""

    def check(value: object, path: str) -> None:
        fields = _typed(dict, value, path)
        for name in required:
            if name not in fields:
                raise Mismatch(f'Missing required key "{name}"', path)
        for name, rule in {**required, **(optional or {})}.items():
            if name in fields:
                rule(fields[name], f"{path}.{name}")

    return check


def union(members: Mapping[str, Rule]) -> Rule:
    """An object chosen by its `$type`. An unknown `$type` passes, for unions are open."""

    def check(value: object, path: str) -> None:
        fields = _typed(dict, value, path)
        kind = fields.get("$type")
        if not isinstance(kind, str):
            raise Mismatch('Expected an object which includes a "$type" property value type', path)
        if rule := members.get(kind):
            rule(value, path)

    return check


def blob(*, accept: Collection[str], max_bytes: int) -> Rule:
    """A reference as `uploadBlob` answered it, of an accepted type (`image/*`) and size."""
    shape = mapping({"ref": mapping({"$link": cid}), "mimeType": string(), "size": integer(minimum=0)})

    def check(value: object, path: str) -> None:
        fields = _typed(dict, value, path)
        if fields.get("$type") != "blob":
            raise Mismatch(f"Expected blob value type (got {_name(value)})", path)
        shape(value, path)
        if not any(type_matches(pattern, fields["mimeType"]) for pattern in accept):
            wanted = " or ".join(f'"{pattern}"' for pattern in accept)
            raise Mismatch(f"Expected {wanted} (got {json.dumps(fields['mimeType'])})", f"{path}.mimeType")
        _at_most(max_bytes, fields["size"], "blob", path)

    return check


def type_matches(pattern: str, mime_type: str) -> bool:
    """Whether a MIME type fits a pattern such as `image/*`, `*/*` or `video/mp4`."""
    family, _, kind = pattern.partition("/")
    own_family, _, own_kind = mime_type.partition("/")
    return family in ("*", own_family) and kind in ("*", own_kind)


def _typed(kind: type[_Kind], value: object, path: str) -> _Kind:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        names = {str: "string", int: "integer", list: "array", dict: "object"}
        raise Mismatch(f"Expected {names[kind]} value type (got {_name(value)})", path)
    return value


def _at_most(maximum: int, actual: int, what: str, path: str) -> None:
    if actual > maximum:
        raise Mismatch(f"{what} too big (maximum {maximum}, got {actual})", path)


def _name(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "float"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"
