"""URNs: what a thing is called everywhere on LinkedIn."""

from __future__ import annotations

import re
from typing import Any

from apps.sandbox.linkedin.errors import invalid

PERSON, ORGANIZATION = "person", "organization"
POST_KINDS = ("share", "ugcPost")
_URN = re.compile(r"urn:li:([A-Za-z]+):(.+)")
_COMMENT = re.compile(r"urn:li:comment:\((urn:li:(?:activity|share|ugcPost):\d+),(\d+)\)")
_IDS = {PERSON: r"[\w-]+", ORGANIZATION: r"\d+", "share": r"\d+", "ugcPost": r"\d+", "activity": r"\d+"}


def make(kind: str, id: str | int) -> str:
    return f"urn:li:{kind}:{id}"


def kind_of(urn: str) -> str:
    found = _URN.fullmatch(urn)
    return found[1] if found else ""


def id_of(urn: str) -> str:
    return urn.rpartition(":")[2]


def checked(value: Any, field: str, *kinds: str) -> str:
    """`value` if it is a URN of one of these kinds; a refusal that names the field otherwise."""
    if not isinstance(value, str) or kind_of(value) not in kinds:
        raise invalid("INVALID_URN_TYPE", field, f"/{field} :: {value!r} is no URN of type {' or '.join(kinds)}")
    if not re.fullmatch(_IDS.get(kind_of(value), r"\S+"), id_of(value)):
        raise invalid("INVALID_URN_ID", field, f"/{field} :: the id in {value!r} is not valid")
    return value


def comment(thread: str, id: int) -> str:
    return f"urn:li:comment:({thread},{id})"


def parts_of_comment(urn: str) -> tuple[str, str] | None:
    """The thread (what is commented on) and the number of a comment."""
    found = _COMMENT.fullmatch(urn)
    return (found[1], found[2]) if found else None
