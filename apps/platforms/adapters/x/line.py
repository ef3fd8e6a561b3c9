"""X on the line: requests that the registry of calls knows, and answers turned into named errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from apps.platforms import http as wire
from apps.platforms.adapters.x import faults, rights
from apps.platforms.calls import Call
from apps.platforms.errors import PlatformError
from apps.platforms.line import PlatformLine

SNOWFLAKE_EPOCH_MS = 1288834974657

# Since August 2026 X says "post" where it said "tweet", in its specification but not in its guides: `spelling` is the
# one that is tried first ("tweet" or "post"), and both are read. `long_text` is what accounts with a subscription may
# write, which sources put at 4,000 or at 25,000.
DEFAULT_ENDPOINTS: Mapping[str, str] = {
    "login": "https://x.com",
    "api": "https://api.x.com",
    "spelling": "tweet",
    "long_text": "25000",
}


@dataclass(frozen=True, slots=True)
class Line(PlatformLine):
    """Requests to X, with the token of one account where there is one."""

    label: ClassVar[str] = "X"

    def meaning(self, answer: wire.Answer, call: Call, **context: Any) -> PlatformError:
        return faults.failure(answer, faults.Context(can_be_gone=call in rights.OF_ONE, **context))

    def post_url(self, remote_id: str) -> str:
        """The public address of a post; X shows it under any name of its author's, and under none as well."""
        username = self.credential.facts.get("username") if self.credential else ""
        if isinstance(username, str) and username:
            return f"{self.endpoint('login')}/{username}/status/{remote_id}"
        return f"{self.endpoint('login')}/i/web/status/{remote_id}"


def data_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """The object in `data`; empty where there is none."""
    data = said.get("data")
    return data if isinstance(data, dict) else {}


def listed(said: Mapping[str, Any], name: str = "data") -> list[dict[str, Any]]:
    """The objects in a list that may be missing."""
    found = said.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text_in(said: Mapping[str, Any], *names: str) -> str:
    """The first text under one of `names` ("" for none); ids are text, and numbers where X forgot."""
    for name in names:
        value = said.get(name)
        if isinstance(value, str) and value:
            return value
        if name.endswith("id") and isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return str(value)
    return ""


def snowflake_time(remote_id: str) -> datetime | None:
    """When an id was made: it carries the time, as far as is publicly known."""
    if not (remote_id.isascii() and remote_id.isdecimal() and len(remote_id) <= 19):
        return None
    return datetime.fromtimestamp(((int(remote_id) >> 22) + SNOWFLAKE_EPOCH_MS) / 1000, UTC)
