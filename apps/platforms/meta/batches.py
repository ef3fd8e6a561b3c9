"""Several reads in one request, as graph.facebook.com takes them.

https://developers.facebook.com/docs/graph-api/batch-requests: up to 50 in one, each counted as a call of its own, and
each with a status and a body of its own in the answer; one that was not made in time is null there. An adapter asks for
what it will want to know, and its line gives these answers to whoever then asks for the same thing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire

MOST: Final = 50

Told = Mapping[str, wire.Answer]  # by the relative addresses


def relative_url(path: str, params: Mapping[str, str]) -> str:
    """What a read is called in a batch: its path with the version, and its query."""
    return f"{path.lstrip('/')}?{urlencode(params)}"


def form(parts: Sequence[str], token: Secret | None) -> dict[str, str | Secret]:
    """What is sent. The token is a field of it, as documented: nothing says that parts take one from a header."""
    listed = [{"method": "GET", "relative_url": part} for part in parts]
    own = {"access_token": token} if token else {}
    return {"batch": json.dumps(listed), "include_headers": "false", **own}


def answers(parts: Sequence[str], answer: wire.Answer) -> Told:
    """The answer to each part, as if it had been asked for alone; what has none is left out. Raises Unreadable."""
    listed = answer.json()
    if not isinstance(listed, list) or len(listed) != len(parts):
        raise wire.Unreadable("the answer is not a list of answers")
    return {part: found for part, entry in zip(parts, listed, strict=True) if (found := _answer(entry))}


def _answer(entry: object) -> wire.Answer | None:
    status, body = (entry.get("code"), entry.get("body")) if isinstance(entry, dict) else (None, None)
    if not isinstance(status, int) or not isinstance(body, str):
        return None
    return wire.Answer(status, httpx.Headers(), body.encode())
