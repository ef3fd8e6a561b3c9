"""All clients of an agency side by side, from the same rows as the board of each: few queries for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, reduce
from typing import Any
from uuid import UUID

from apps.analytics.boards.choosing import Choice
from apps.analytics.boards.days import DAY, Series, days_between
from apps.analytics.boards.figures import PostRow
from apps.analytics.boards.own_clicks import OwnClicks, own_clicks
from apps.analytics.models import AccountDay, Reading, UploadedDay
from apps.analytics.overview import POST_COLUMNS, Overview, apart_among, post_row, present
from apps.analytics.retention import kept_to_one_owner
from apps.analytics.selectors import span_of
from apps.core.calendar import reach
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Workspace


@dataclass(frozen=True)
class OrganizationBoard:
    """`clients` in the order of their names; `everybody` is the sum over all of their rows that may be in one."""

    first: date
    last: date
    clients: Sequence[tuple[Workspace, Overview]]
    zone: str

    @cached_property
    def everybody(self) -> Overview:
        boards = [board for _, board in self.clients]
        accounts = [account for board in boards for account in board.accounts]
        days = {pk: series for board in boards for pk, series in board.days.items()}
        posts = [post for board in boards for post in board.posts]
        counted = [board.clicks for board in boards if board.clicks is not None]
        clicks = reduce(OwnClicks.and_, counted) if counted else None
        unsummed = _unsummed(accounts)
        apart = apart_among(accounts) | unsummed
        return Overview(self.first, self.last, accounts, days, posts, apart, self.zone, clicks, unsummed)


def organization_board(
    workspaces: Sequence[Workspace], *, first: date, last: date, zone: str, networks: frozenset[str] = frozenset()
) -> OrganizationBoard:
    """The days are those of each workspace's own clock, of some networks or of all; five queries, however many
    workspaces there are."""
    before = first - DAY * span_of(first, last)
    chosen = Choice(networks=networks).of_accounts(SocialAccount.objects.filter(workspace__in=workspaces))
    accounts: dict[UUID, list[SocialAccount]] = defaultdict(list)
    for account in chosen.order_by("platform", "handle"):
        accounts[account.workspace_id].append(account)
    days, posts = _days(workspaces, before, last, networks), _posts(workspaces, before, last, zone, networks)
    whose = [account for own in accounts.values() for account in own] if networks else None
    clicks = own_clicks(workspaces, before, last, accounts=whose)

    def of_client(one: Workspace) -> Overview:
        own = present(accounts[one.pk], days, posts[one.pk])
        told = {account.pk: days[account.pk] for account in own if account.pk in days}
        return Overview(first, last, own, told, posts[one.pk], apart_among(own), one.timezone, clicks.get(one.pk))

    return OrganizationBoard(first, last, [(one, of_client(one)) for one in workspaces], zone)


def _unsummed(accounts: Sequence[SocialAccount]) -> frozenset[str]:
    """The platforms that more than one client has, and that forbid sums over different owners."""
    clients: dict[str, set[UUID]] = defaultdict(set)
    for account in accounts:
        clients[account.platform].add(account.workspace_id)
    return frozenset(platform for platform in kept_to_one_owner() if len(clients[platform]) > 1)


def _days(workspaces: Sequence[Workspace], first: date, last: date, networks: frozenset[str]) -> dict[UUID, Series]:
    own: dict[str, Any] = {"workspace__in": workspaces, **_on(networks)}
    told, brought = (model.objects.filter(**own) for model in (AccountDay, UploadedDay))
    return days_between(told, brought, first, last)


def _on(networks: frozenset[str]) -> dict[str, Any]:
    return {"account__platform__in": networks} if networks else {}


def _posts(
    workspaces: Sequence[Workspace], first: date, last: date, zone: str, networks: frozenset[str]
) -> dict[UUID, list[PostRow]]:
    # Zones lie up to a day apart, so that the days of another begin and end as much earlier or later.
    begin, end = reach(first - DAY, last + DAY, zone)
    zones = {one.pk: one.timezone for one in workspaces}
    rows: Any = Reading.objects.filter(
        workspace__in=workspaces, publication__isnull=False, published_at__gte=begin, published_at__lt=end,
        **_on(networks),
    )  # fmt: skip
    found: dict[UUID, list[PostRow]] = defaultdict(list)
    for workspace_id, *row in rows.order_by("published_at", "pk").values_list("workspace_id", *POST_COLUMNS):
        post = post_row(row, zones[workspace_id])
        if first <= post.day <= last:
            found[workspace_id].append(post)
    return found
