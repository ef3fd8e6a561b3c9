"""The boards of a workspace beside each other. A board that is left takes its days along to the next."""

from __future__ import annotations

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from apps.analytics.views.boards.asked import Asked, Chip
from apps.tenants.members import Member

# Name, words, address, the permission it takes.
TABS: Final = (
    ("overview", gettext_noop("Overview"), "analytics:overview", "analytics.view"),
    ("accounts", gettext_noop("Accounts"), "analytics:accounts", "analytics.view"),
    ("times", gettext_noop("Best times"), "analytics:times", "analytics.view"),
    ("mix", gettext_noop("Content mix"), "analytics:mix", "analytics.view"),
    ("sorts", gettext_noop("Campaigns and labels"), "analytics:sorts", "analytics.view"),
    ("goals", gettext_noop("Goals"), "analytics:goals", "analytics.view"),
)


def tabs_of(member: Member, current: str, asked: Asked | None = None) -> list[Chip]:
    """The tabs that the member may open."""
    return [
        Chip(gettext(words), _address(reverse(url), asked), name == current)
        for name, words, url, permission in TABS
        if member.may(permission)
    ]


def _address(here: str, asked: Asked | None) -> str:
    return asked.address(here=here, trend="", sort="") if asked else here
