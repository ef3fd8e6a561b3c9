"""Errors as Google's APIs write them: https://cloud.google.com/apis/design/errors.

The data APIs have an object in `error`, with the old reasons in a list `errors` and the new ones in `details`; the
token endpoint has a text in `error`. One reading serves them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.platforms import http as wire


@dataclass(frozen=True, slots=True)
class Fault:
    """An error answer, read. `reason` is the most exact word there is, `status` the general one ("NOT_FOUND"),
    `error` and `subtype` are those of the token endpoint."""

    reason: str = ""
    status: str = ""
    message: str = ""
    error: str = ""
    subtype: str = ""

    @property
    def label(self) -> str:
        return self.error or self.reason or self.status


def read_fault(answer: wire.Answer) -> Fault:
    """The error in `answer`; an empty one where the body is not an error of Google's own."""
    try:
        said = answer.mapping()
    except wire.Unreadable:
        return Fault()
    error = said.get("error")
    if isinstance(error, str):
        return Fault(message=text_in(said, "error_description"), error=error, subtype=text_in(said, "error_subtype"))
    if not isinstance(error, dict):
        return Fault()
    reasons = [text_in(one, "reason") for name in ("errors", "details") for one in objects_in(error, name)]
    return Fault(
        reason=next((reason for reason in reasons if reason), ""),
        status=text_in(error, "status"),
        message=text_in(error, "message"),
    )


def text_in(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


def objects_in(said: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects in a list that may be missing."""
    found = said.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
