"""Whose turn it is: organizations take turns, then the workspaces of one, and the oldest goes first within a workspace.

Whatever one client has waiting, another's single post is at most one round behind it.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import zip_longest
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber

from apps.publishing.engine.timing import spans_ahead
from apps.publishing.models import WRITTEN, FollowUp, Publication
from apps.publishing.querysets import SendingQuerySet
from apps.publishing.states import WENT_OUT, State

IN_LINE: Final = 400
FRESH_SECONDS: Final = 0.25
Turn = tuple[UUID, UUID, UUID]  # organization, workspace, row


class Line:
    """Who comes next, asked of the database a few times a second and not for every claim: where thousands are due, it
    costs more to say whose turn it is than to claim. Somebody new stands in it at the next asking."""

    def __init__(self) -> None:
        self._ids: list[UUID] = []
        self._until = 0.0

    @property
    def is_standing(self) -> bool:
        """Somebody is left in it: others may have taken all that was asked for."""
        return bool(self._ids)

    def next(self, most: int, *, asked: Callable[[int], list[UUID]]) -> list[UUID]:
        """Up to `most` ids, which leave the line."""
        if not self._ids or time.monotonic() >= self._until:
            self._ids = asked(max(most, IN_LINE))
            self._until = time.monotonic() + FRESH_SECONDS
        taken, self._ids = self._ids[:most], self._ids[most:]
        return taken


def next_publications(eligible: SendingQuerySet[Publication], most: int) -> list[UUID]:
    """Ids of those that may be claimed, in turn: the first of each account that nothing is being sent to."""
    busy = Publication.across_tenants.filter(account_id=OuterRef("account_id"), state=State.PUBLISHING)
    first_of_account = eligible.filter(~Exists(busy)).annotate(place=_place("account_id")).filter(place=1).values("pk")
    return _in_turn(Publication.across_tenants.filter(pk__in=first_of_account), most)


def next_to_stage(now: datetime, most: int) -> list[UUID]:
    """Ids of those whose platform allows them to be prepared by now, the soonest hour first within a workspace."""
    early = Q(pk__in=())
    for ahead, platforms in spans_ahead().items():
        early |= Q(account__platform__in=platforms, next_try_at__lte=now + ahead)
    soon = Publication.across_tenants.to_stage(now).filter(next_try_at__lte=now + max(spans_ahead(), default=now - now))
    return _in_turn(soon.filter(early), most)


def next_follow_ups(eligible: SendingQuerySet[FollowUp], most: int) -> list[UUID]:
    """Ids of comments and replies whose post is live and whose predecessor is not on its way any more."""
    unfinished = FollowUp.across_tenants.filter(
        publication_id=OuterRef("publication_id"), role=OuterRef("role"), position__lt=OuterRef("position")
    ).exclude(state__in=[*WENT_OUT, State.CANCELED])
    live = Q(publication__state=State.PUBLISHED)
    # A comment that was written later waits for no other: what it answers was out when it was written.
    return _in_turn(eligible.filter(live, Q(role=WRITTEN) | ~Exists(unfinished)), most)


def in_turn(rows: Iterable[Turn]) -> list[UUID]:
    """The rows, each client's in the order given, so that organizations alternate and, in each, its workspaces."""
    waiting: dict[UUID, dict[UUID, list[UUID]]] = defaultdict(lambda: defaultdict(list))
    for organization, workspace, row in rows:
        waiting[organization][workspace].append(row)
    return _alternating(_alternating(workspaces.values()) for workspaces in waiting.values())


def _alternating(lines: Iterable[list[UUID]]) -> list[UUID]:
    """One of each line, then the second of each, and so on."""
    return [row for round_ in zip_longest(*lines) for row in round_ if row is not None]


def _in_turn(rows: SendingQuerySet[Any], most: int) -> list[UUID]:
    turn = _place("workspace_id")
    first = rows.annotate(turn=turn).order_by("turn", "next_try_at", "id")
    return in_turn(first.values_list("organization_id", "workspace_id", "pk")[:most])


def _place(of: str) -> Window:
    oldest = [F("next_try_at").asc(), F("id").asc()]
    return Window(RowNumber(), partition_by=[F(of)], order_by=oldest)
