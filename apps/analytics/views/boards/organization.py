"""The clients of an agency side by side, for those who look after all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from apps.analytics.boards.choosing import Choice
from apps.analytics.boards.figures import Number
from apps.analytics.boards.organization import OrganizationBoard, organization_board
from apps.analytics.overview import Overview
from apps.analytics.views.boards import parts
from apps.analytics.views.boards.asked import Asked, asked_of
from apps.analytics.views.boards.filters import filters_of_all
from apps.analytics.views.boards.parts import Tile
from apps.platforms import registry
from apps.tenants.access import MemberRequest, page
from apps.tenants.models import Workspace

FIGURES: Final[tuple[tuple[str, str, str, Callable[[Overview], Number]], ...]] = (
    ("followers", gettext_noop("Followers"), "account", lambda found: found.followers),
    ("views", gettext_noop("Views of accounts"), "day", lambda found: found.views),
    ("published", gettext_noop("Posts"), "", lambda found: found.published),
    ("post_views", gettext_noop("Views of posts"), "post", lambda found: found.post_views),
    ("interactions", gettext_noop("Interactions"), "post", lambda found: found.interactions),
)
NAME: Final = "name"


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: `url` sorts by it, `order` says how it is sorted now ("" for not)."""

    label: str
    url: str
    order: str
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class ClientRow:
    name: str
    url: str
    cells: tuple[Tile, ...]
    until: date | None
    apart: str


@require_safe
@page("organization.view")
def of_organization(request: MemberRequest) -> HttpResponse:
    member = request.member
    workspaces = [one for one in member.workspaces if not one.is_test]
    here = reverse("agency:analytics")
    asked = asked_of(request.GET, here=here, zone=member.organization.timezone)
    # Accounts, labels and campaigns are of one client each.
    asked = replace(asked, choice=Choice(networks=asked.choice.networks))
    span = {"first": asked.first, "last": asked.last}
    board = organization_board(workspaces, **span, zone=asked.zone, networks=asked.choice.networks)
    found = board.everybody
    networks = set(found.platform_of.values())
    context = {
        "asked": asked,
        "spans": asked.spans(),
        "filters": filters_of_all(workspaces, asked),
        "zone": asked.zone,
        "tiles": parts.tiles_of(found),
        **parts.trend_of(asked, found),
        **parts.posts_of(found),
        "heads": _heads(asked),
        "clients": [_row(asked, *client) for client in sorted_by(asked.sort, board)],
        "networks": parts.networks_of(found),
        "apart": [registry.label(platform) for platform in sorted((found.apart - found.unsummed) & networks)],
        "unsummed": [registry.label(platform) for platform in sorted(found.unsummed)],
        "until": max(found.until.values(), default=None),
        "behind": [],
        "meanings": parts.meanings_of(sorted(networks)),
        "has_figures": bool(found.days or found.posts),
    }
    return render(request, "analytics/organization.html", context)


def sorted_by(sort: str, board: OrganizationBoard) -> Sequence[tuple[Workspace, Overview]]:
    """The clients by a figure, or by name. What is not known is last, whichever way round."""
    name, is_down = sort.removeprefix("-"), sort.startswith("-")
    figure = next((of for known, _, _, of in FIGURES if known == name), None)
    by_name = sorted(board.clients, key=lambda client: client[0].name.casefold())
    if figure is None:
        return by_name[::-1] if name == NAME and is_down else by_name
    known = [client for client in by_name if figure(client[1]).value is not None]
    unknown = [client for client in by_name if figure(client[1]).value is None]
    return [*sorted(known, key=lambda client: figure(client[1]).value or 0, reverse=is_down), *unknown]


def _heads(asked: Asked) -> list[Head]:
    columns = [(NAME, gettext("Client")), *((name, gettext(label)) for name, label, _, _ in FIGURES)]
    now = asked.sort.removeprefix("-") or NAME
    is_down = asked.sort.startswith("-")
    heads = []
    for name, label in columns:
        order = "" if name != now else "descending" if is_down else "ascending"
        # Figures begin with the largest, names with A.
        other = f"-{name}" if (order == "ascending" or (not order and name != NAME)) else name
        heads.append(Head(label, asked.address(sort=other), order, is_number=name != NAME))
    return heads


def _row(asked: Asked, workspace: Workspace, found: Overview) -> ClientRow:
    cells = tuple(parts.tile_of(gettext(label), of(found), about) for _, label, about, of in FIGURES)
    apart: Any = ", ".join(registry.label(one) for one in sorted(found.apart & set(found.platform_of.values())))
    url = asked.address(here=reverse("analytics:client", args=[workspace.pk]), trend="", sort="")
    return ClientRow(workspace.name, url, cells, max(found.until.values(), default=None), apart)
