"""What waits for one reader, at one client or at all of them, in groups: enough of each post to judge it there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from apps.approvals.figures import benches_at_each, pending
from apps.approvals.models import Request
from apps.approvals.presenting import Card, card
from apps.approvals.reviews import wants_guests
from apps.approvals.selectors import open_step, said_in, votes_of, waiting_for
from apps.core.calendar import WEEK, cell_of
from apps.media.models import Asset
from apps.tenants.models import Workspace

GROUPINGS: Final = {"due": gettext_lazy("Time"), "step": gettext_lazy("Step"), "client": gettext_lazy("Client")}


@dataclass(frozen=True, slots=True)
class Picture:
    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Item:
    """A post that waits for the reader, with all its words and pictures; `zone` is its client's."""

    card: Card
    client: str
    zone: str
    step: str
    parts: Sequence[Mapping[str, Any]]
    own_words: Sequence[Mapping[str, Any]]
    links: Sequence[Mapping[str, Any]]  # what stands in the place of addresses when it goes out
    pictures: Sequence[Picture]
    decide_url: str

    @property
    def by(self) -> datetime | None:
        """When it has to be decided: the step's deadline, or else the hour itself."""
        return self.card.deadline or self.card.due_at


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Inbox:
    groups: Sequence[Group]
    waiting: int  # for anybody
    mine: int  # before the filter by step
    steps: Sequence[str]  # that something of mine waits at
    for_client: Sequence[Card]  # waits for the client's guests, or will; by hour


def inbox(
    *, user_id: UUID, workspaces: Collection[Workspace], now: datetime, grouping: str = "due", step: str = ""
) -> Inbox:
    """The reader's queue at these clients, the next to be decided first."""
    rows = pending(workspaces)
    votes = votes_of(rows)
    mine = waiting_for(rows, user_id, benches_at_each(rows, votes), said_in(votes))
    items = _items(mine, now)
    steps = sorted({item.step for item in items}, key=str.casefold)
    wanted = sorted(
        (item for item in items if step in ("", item.step)), key=lambda item: (item.by is None, item.by or now)
    )
    for_client = [card(row, is_mine=False, now=now) for row in rows if wants_guests(row)]
    return Inbox(_grouped(wanted, grouping, now), len(rows), len(mine), steps, for_client)


def _items(rows: Sequence[Request], now: datetime) -> list[Item]:
    shown = {one["asset"] for row in rows for part in row.snapshot["parts"] for one in part["media"]}
    there = {str(pk) for pk in Asset.objects.filter(pk__in=shown).exclude(thumbnail="").values_list("pk", flat=True)}
    return [_item(row, there, now) for row in rows]


def _item(row: Request, there: Collection[str], now: datetime) -> Item:
    shot, open_now = row.snapshot, open_step(row)
    media = [one for part in shot["parts"] for one in part["media"] if one["asset"] in there]
    return Item(
        card=card(row, is_mine=True, now=now),
        client=row.workspace.name,
        zone=row.workspace.timezone,
        step=open_now.step.name if open_now else "",
        parts=shot["parts"],
        own_words=[one for one in shot["accounts"] if one["text"]],
        links=shot.get("links", []),
        pictures=[Picture(reverse("media:thumbnail", args=[one["asset"]]), one["alt"]) for one in media],
        decide_url=reverse("approvals:decide", args=[row.pk]),
    )


def _grouped(items: Sequence[Item], grouping: str, now: datetime) -> list[Group]:
    titled: dict[str, list[Item]] = {}
    for item in items:
        titled.setdefault(_title(item, grouping, now), []).append(item)
    found = [Group(title, own) for title, own in titled.items()]
    return found if grouping == "due" else sorted(found, key=lambda group: group.title.casefold())


def _title(item: Item, grouping: str, now: datetime) -> str:
    if grouping == "client":
        return item.client
    if grouping == "step":
        return item.step
    if item.by is None:
        return gettext("No time yet")
    if item.by <= now:
        return gettext("Late")
    days = (cell_of(item.by, item.zone) - cell_of(now, item.zone)) // timedelta(days=1)
    if days == 0:
        return gettext("Today")
    if days == 1:
        return gettext("Tomorrow")
    return gettext("Within a week") if days < WEEK else gettext("Later")
