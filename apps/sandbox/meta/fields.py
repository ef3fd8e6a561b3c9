"""`fields=id,comments.limit(0).summary(true){message},picture.type(large)`: only what was asked for is answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.sandbox.meta.graph import graph_error


@dataclass(slots=True)
class Field:
    """One field that was asked for, with its modifiers and what is wanted inside."""

    name: str
    modifiers: dict[str, str] = field(default_factory=dict)
    inner: list[Field] = field(default_factory=list)

    def number(self, modifier: str, default: int) -> int:
        value = self.modifiers.get(modifier, "")
        return int(value) if value.isdigit() else default


Reader = Callable[[Field], Any]
Readers = Mapping[str, Reader]

_TOKEN = re.compile(r"\s*([\w:-]+|[.,{}()])")


def parse(text: str) -> list[Field]:
    """The fields of a `fields` parameter; the refusal of Graph when its syntax is wrong."""
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s+", "", text):
        raise _syntax(text)
    place, found = _list(tokens, 0, text)
    if place != len(tokens):
        raise _syntax(text)
    return found


def _list(tokens: list[str], place: int, text: str) -> tuple[int, list[Field]]:
    found: list[Field] = []
    while place < len(tokens) and tokens[place] != "}":
        place, one = _field(tokens, place, text)
        found.append(one)
        if place < len(tokens) and tokens[place] == ",":
            place += 1
        elif place < len(tokens) and tokens[place] != "}":
            raise _syntax(text)
    return place, found


def _field(tokens: list[str], place: int, text: str) -> tuple[int, Field]:
    one, place = Field(_name(tokens, place, text)), place + 1
    while place < len(tokens) and tokens[place] in {".", "{"}:
        if tokens[place] == ".":
            modifier = _name(tokens, place + 1, text)
            place, argument = _argument(tokens, place + 2, text)
            one.modifiers[modifier] = argument
        else:
            place, one.inner = _list(tokens, place + 1, text)
            if place >= len(tokens):
                raise _syntax(text)
            place += 1
    return place, one


def _argument(tokens: list[str], place: int, text: str) -> tuple[int, str]:
    if place >= len(tokens) or tokens[place] != "(" or ")" not in tokens[place:]:
        raise _syntax(text)
    end = tokens.index(")", place)
    return end + 1, "".join(tokens[place + 1 : end])


def _name(tokens: list[str], place: int, text: str) -> str:
    if place >= len(tokens) or not re.fullmatch(r"[\w:-]+", tokens[place]):
        raise _syntax(text)
    return tokens[place]


def _syntax(text: str) -> Exception:
    return graph_error(2500, f'Syntax error "Expected end of string instead of." in the field list: {text[:200]}')


def select(fields: list[Field], readers: Readers, *, node: str) -> dict[str, Any]:
    """The id and the fields that were asked for; one that this kind of node lacks fails the whole call.

    Absent is absent: Graph leaves out what an object does not have."""
    chosen: dict[str, Any] = {}
    for one in fields:
        if one.name not in readers:
            message = f"(#100) Tried accessing nonexisting field ({one.name}) on node type ({node})"
            raise graph_error(100, message)
        chosen[one.name] = readers[one.name](one)
    if "id" in readers:
        chosen["id"] = readers["id"](Field("id"))
    return {name: value for name, value in chosen.items() if value is not None}
