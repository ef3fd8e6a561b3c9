"""YouTube on the line: requests that the registry of calls knows, and answers turned into named errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.youtube import faults
from apps.platforms.calls import Call
from apps.platforms.contract import NO_SECRET
from apps.platforms.errors import PlatformError
from apps.platforms.google.faults import objects_in, text_in
from apps.platforms.line import PlatformLine

LABEL: Final = "YouTube"

# Categories differ from country to country: "region" says whose are offered.
DEFAULT_ENDPOINTS: Mapping[str, str] = {
    "login": "https://accounts.google.com",
    "oauth": "https://oauth2.googleapis.com",
    "api": "https://www.googleapis.com",
    "analytics": "https://youtubeanalytics.googleapis.com",
    "watch": "https://www.youtube.com",
    "hub": "https://pubsubhubbub.appspot.com",
    "region": "US",
}


@dataclass(frozen=True, slots=True)
class Line(PlatformLine):
    """Requests to YouTube, with the token of one channel where there is one."""

    label: ClassVar[str] = LABEL

    def meaning(self, answer: wire.Answer, call: Call, **context: Any) -> PlatformError:
        return faults.failure(answer, faults.Context(**context))

    @property
    def channel_id(self) -> str:
        held = self.credential
        return (held.channel_id or held.remote_user_id) if held else ""

    @property
    def client_secret(self) -> Secret:
        client = self.credential.client if self.credential else None
        return client.client_secret if client else NO_SECRET

    def send(self, call: Call, *, session: Secret = NO_SECRET, **request: Any) -> wire.Answer:
        """As every line does. `session` is the address that YouTube gave to an upload, which is a secret itself."""
        if session:
            request["url"], request["params"] = _apart(session)
        return PlatformLine.send(self, call, **request)

    def items(self, call: Call, *, field: str = "", **request: Any) -> tuple[list[dict[str, Any]], str]:
        """The objects of a listing, and the token of its next page ("" after the last).

        Raises NotSent for what is no listing: an empty one says so, or at least of what kind it is."""
        answer = self.send(call, **request)
        said = self.understood(answer, call, field=field)
        is_listing = isinstance(said.get("items"), list) or ("items" not in said and text_in(said, "kind"))
        found = objects_in(said, "items")
        if not is_listing or len(found) != len(said.get("items", [])):
            raise self.unreadable(answer)
        return found, text_in(said, "nextPageToken")

    def is_home(self, address: str) -> bool:
        """Whether an address that an answer names may be given the token: YouTube's API, or another host of Google's
        where that is one."""
        home, told = urlsplit(self.endpoint("api")), urlsplit(address)
        if (told.scheme, told.netloc) == (home.scheme, home.netloc):
            return True
        google = ".googleapis.com"
        return told.scheme == "https" and home.netloc.endswith(google) and told.netloc.endswith(google)

    def video_url(self, video_id: str, *, is_short: bool = False) -> str:
        """The public address of a video."""
        path = f"/shorts/{video_id}" if is_short else f"/watch?v={video_id}"
        return self.endpoint("watch") + path

    def comment_url(self, video_id: str, comment_id: str) -> str:
        return f"{self.video_url(video_id)}&lc={comment_id}"


def _apart(session: Secret) -> tuple[str, dict[str, str | Secret | list[str]]]:
    """An address without its query, and the query with its values hidden: what is logged or raised shows neither."""
    url = httpx.URL(session.reveal())
    return str(url.copy_with(query=None)), {name: Secret(value) for name, value in url.params.items()}


def object_in(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = said.get(name)
    return value if isinstance(value, dict) else {}


def count_in(said: Mapping[str, Any], name: str) -> int | None:
    """A number, which YouTube writes as text; None where it is not told."""
    value = said.get(name)
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 19:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18 else None
