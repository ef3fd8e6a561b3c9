"""The filter of a board: boxes to tick, and what is ticked as chips that take it away again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext

from apps.analytics.boards.choosing import EVERYTHING, Choice
from apps.analytics.views.boards.asked import Asked, Chip
from apps.platforms import registry
from apps.posts.models import Campaign, Label
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Workspace

MOST: Final = 100  # boxes of a kind; more are found on the pages of labels and campaigns


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    is_on: bool
    platform: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    legend: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Filters:
    """`hidden` is what the form carries along; `chosen` are chips that take one thing away each."""

    groups: tuple[Group, ...]
    hidden: tuple[tuple[str, str], ...]
    chosen: tuple[Chip, ...]
    clear_url: str


def filters_of(workspace: Workspace, asked: Asked, *, without: frozenset[str] = frozenset()) -> Filters:
    """Boxes for all that the workspace has, but for kinds that the board is about itself; three queries."""
    return _filters(_groups(workspace, asked.choice, without), asked)


def filters_of_all(workspaces: Sequence[Workspace], asked: Asked) -> Filters:
    """Of the board of all clients: the networks that any of them is on; one query."""
    rows = SocialAccount.objects.filter(workspace__in=workspaces).order_by("platform")
    networks = rows.values_list("platform", flat=True).distinct()
    return _filters([_networks(networks, asked.choice)], asked)


def _filters(known: Iterable[Group], asked: Asked) -> Filters:
    groups = [group for group in known if group.options]
    names = [group.name for group in groups]
    chosen = [
        Chip(option.label, asked.address(choice=_without(asked.choice, group.name, option.value)), is_on=True)
        for group in groups
        for option in group.options
        if option.is_on
    ]
    hidden = tuple(asked.hidden(without=names))
    return Filters(tuple(groups), hidden, tuple(chosen), asked.address(choice=EVERYTHING))


def _groups(workspace: Workspace, choice: Choice, without: frozenset[str]) -> Iterable[Group]:
    accounts = SocialAccount.objects.filter(workspace=workspace).order_by("platform", "handle")[:MOST]
    known = list(accounts) if without < {"account", "network"} or "account" not in without else []
    if "account" not in without:
        options = [Option(str(one.pk), f"@{one.handle}", one.pk in choice.accounts, one.platform) for one in known]
        yield Group("account", gettext("Accounts"), tuple(options))
    if "network" not in without:
        yield _networks(sorted({one.platform for one in known}), choice)
    for name, legend, model, ids in _sorts(choice):
        if name not in without:
            rows = model.objects.filter(workspace=workspace).only("name")[:MOST]
            yield Group(name, legend, tuple(Option(str(row.pk), row.name, row.pk in ids) for row in rows))


def _networks(names: Iterable[str], choice: Choice) -> Group:
    options = [Option(one, registry.label(one), one in choice.networks, one) for one in names]
    return Group("network", gettext("Networks"), tuple(options))


def _sorts(choice: Choice) -> list[tuple[str, str, Any, frozenset[UUID]]]:
    return [
        ("label", gettext("Labels"), Label, choice.labels),
        ("campaign", gettext("Campaigns"), Campaign, choice.campaigns),
    ]


def _without(choice: Choice, name: str, value: str) -> Choice:
    field = {"account": "accounts", "network": "networks", "label": "labels", "campaign": "campaigns"}[name]
    left = {one for one in getattr(choice, field) if str(one) != value}
    return choice.with_(**{field: frozenset(left)})
