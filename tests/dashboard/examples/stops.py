"""Stops, the way back, and publishing windows."""

from __future__ import annotations

from datetime import date, time, timedelta
from types import SimpleNamespace as It
from typing import Any

from apps.publishing.forms import BlackoutForm, PaceForm, QuietHoursForm, StopForm
from apps.publishing.windows import Blackout, Quiet
from tests.dashboard.examples.frame import NOW, ZONE


def row(**changes: Any) -> It:
    return It(
        what="on LinkedIn", by="Priya Nair", reason="LinkedIn refuses calls.", since=NOW, url="/stops/1/", **changes
    )


def stops() -> dict[str, Any]:
    return {
        "in_force": [row(lifted_at=None)],
        "past": [row(lifted_at=NOW + timedelta(hours=2))],
        "choices": [
            It(name="All of Northlight Agency", posts=41, url="/stops/organization/", platform=""),
            It(name="Alder & Rye", posts=0, url="/stops/workspace/1/", platform=""),
        ],
        "networks": [It(name="Mastodon", posts=1, url="/stops/network/mastodon/", platform="mastodon")],
    }


def asking() -> dict[str, Any]:
    form = StopForm({"reason": ""})
    form.is_valid()
    return {
        "what": "for Alder & Rye",
        "posts": 12,
        "form": form,
        "action_url": "/stops/workspace/1/",
        "known_url": "",
        "back_url": "/settings/workspaces/1/",
        "back_label": "Alder & Rye",
    }


def restart() -> dict[str, Any]:
    waiting = It(
        id="p1",
        url="/posts/1/",
        title="Cardamom bun day",
        account="@alderandrye",
        platform="mastodon",
        client="Alder & Rye",
        zone=ZONE,
        due_at=NOW,
        is_in_time=False,
        pause_to="15:34",
        days_to="Thu 15 Oct, 12:34",
    )
    return {
        "what": "for Alder & Rye",
        "halt": It(
            reason="A recall.", since=NOW, by="Jonas Weber", is_operators=False, is_in_force=False,
            lifted_at=NOW + timedelta(hours=3),
        ),
        "held": It(
            posts=[1, 2], comments=1, elsewhere=1, in_time=1, too_late=1, days=1, first_by_pause_at=NOW,
            first_by_days_at=NOW + timedelta(days=1),
        ),
        "not_held": 1,
        "pause": "3 h",
        "rows": [waiting],
        "more": 3,
        "decides": True,
        "problem": "Choose what becomes of the posts that wait.",
        "stops_url": "/stops/",
        "action_url": "/stops/1/",
        "each_url": "/stops/1/each/",
    }  # fmt: skip


def stopped() -> dict[str, Any]:
    shown = restart()
    shown["halt"].is_in_force, shown["halt"].lifted_at = True, None
    return shown


def windows() -> dict[str, Any]:
    blackout = BlackoutForm({"blackout-name": ""}, prefix="blackout")
    blackout.is_valid()
    return {
        "workspace_name": "Alder & Rye",
        "blackouts": [Blackout("Christmas", date(2026, 12, 24), date(2026, 12, 26))],
        "quiet_hours": [Quiet((0, 1, 2, 3, 4), time(20), time(7))],
        "blackout_form": blackout,
        "quiet_form": QuietHoursForm(prefix="quiet"),
        "pace_form": PaceForm(prefix="pace"),
        "action_url": "/settings/windows/1/",
        "back_url": "/settings/workspaces/1/",
    }
