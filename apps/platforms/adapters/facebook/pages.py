"""The Pages that a person may publish to, each with a token of its own.

A person can have hundreds; some are held by a business and missing from the person's own list. Whoever lacks the task
of creating content on a Page cannot publish there, so it is not offered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from apps.core.secrets import Secret
from apps.platforms.adapters.facebook import scopes
from apps.platforms.adapters.facebook.line import (
    Line,
    entries_in,
    mapping_in,
    next_cursor,
    remote_id,
    text_in,
)
from apps.platforms.calls import Call
from apps.platforms.contract import Channel, Profile
from apps.platforms.errors import NotSent, PlatformError

KIND: Final = "page"
PROFILE_FIELDS: Final = "id,name,username,picture.type(large)"
FIELDS: Final = f"{PROFILE_FIELDS},access_token,tasks"
MAX_PAGES: Final = 20
PUBLISHING_TASKS: Final = frozenset({"CREATE_CONTENT", "PROFILE_PLUS_CREATE_CONTENT", "PROFILE_PLUS_FULL_CONTROL"})


@dataclass(frozen=True, slots=True)
class Page:
    channel: Channel
    token: Secret
    tasks: tuple[str, ...]

    @property
    def takes_posts(self) -> bool:
        """Whether the person may publish there; where Facebook does not say, they may try."""
        return not self.tasks or bool(PUBLISHING_TASKS.intersection(self.tasks))


def find_pages(line: Line) -> tuple[Page, ...]:
    """All Pages of the person, those of their businesses included; failures of the latter are overlooked."""
    found = {page.channel.remote_id: page for page in _listed(line, scopes.LIST, {})}
    credential = line.credential
    if credential is not None and scopes.BUSINESS in credential.scopes:
        for page in _of_businesses(line):
            found.setdefault(page.channel.remote_id, page)
    return tuple(found.values())


def _of_businesses(line: Line) -> Iterator[Page]:
    try:
        businesses = [business for page in _pages(line, scopes.BUSINESSES, {}, "id") for business in page]
    except PlatformError:
        return
    for business in businesses:
        for call in (scopes.OWNED, scopes.CLIENTS):
            try:
                yield from _listed(line, call, {"business": remote_id(business)})
            except PlatformError:
                continue


def _listed(line: Line, call: Call, ids: Mapping[str, str]) -> Iterator[Page]:
    for entries in _pages(line, call, ids, FIELDS):
        for entry in entries:
            if (page := _page(line, entry)) is not None:
                yield page


def _pages(line: Line, call: Call, ids: Mapping[str, str], fields: str) -> Iterator[list[dict[str, Any]]]:
    params = {"fields": fields, "limit": "100"}
    for _ in range(MAX_PAGES):
        said = line.ask(call, ids, params=params)
        entries = entries_in(said)
        if entries is None:
            raise NotSent("Facebook did not say which Pages there are.")
        yield entries
        if not (after := next_cursor(said)):
            return
        params["after"] = after


def _page(line: Line, entry: dict[str, Any]) -> Page | None:
    """A Page that was listed with a token; one without can be seen and not acted for."""
    id, token = remote_id(entry), text_in(entry, "access_token")
    if not id or not token:
        return None
    tasks = entry.get("tasks")
    named = tuple(task for task in tasks if isinstance(task, str)) if isinstance(tasks, list) else ()
    profile = profile_of(line, entry)
    channel = Channel(id, KIND, profile.handle, profile.name, url=profile.url, avatar_url=profile.avatar_url)
    return Page(channel, Secret(token), named)


def profile_of(line: Line, entry: dict[str, Any]) -> Profile:
    """Who a Page is. One without a name of its own in addresses goes by its id."""
    id = remote_id(entry)
    handle = text_in(entry, "username") or id
    picture = mapping_in(mapping_in(entry, "picture"), "data")
    return Profile(
        remote_id=id,
        handle=handle,
        name=text_in(entry, "name") or handle,
        url=f"{line.endpoint('login')}/{handle}",
        avatar_url=text_in(picture, "url"),
    )
