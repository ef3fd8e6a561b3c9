"""On time, and the public status page."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace as It
from typing import Any

from apps.watch.alarm import Alarm
from apps.watch.charting import chart_of
from apps.watch.public import _cell
from apps.watch.selectors import Day
from tests.dashboard.examples.frame import NOW, TODAY, ZONE

LATENESS = [(310, 800), (290, 640), None, (350, 900), (400, 2_100), (300, 95_000), (280, 700)] * 5
DAYS = [
    Day(TODAY - timedelta(days=29 - place), 12, 1, 11, 12, 12, known[0], known[1] - 10, known[1], known[1])
    if (known := LATENESS[place])
    else Day(TODAY - timedelta(days=29 - place))
    for place in range(30)
]


def _figures(**changes: Any) -> It:
    values = {
        "posts": 312, "at_once": 4, "within_1s": "96.2 %", "within_10s": "98.4 %", "within_60s": "98.4 %",
        "worst": "2 min", "is_late": True,
    }  # fmt: skip
    return It(**(values | changes))


def on_time() -> dict[str, Any]:
    return {
        "heading": "On time",
        "place_name": "Alder & Rye",
        "zone": ZONE,
        "now": NOW,
        "spans": [It(label="7 days", url="?days=7", is_on=False), It(label="30 days", url="?days=30", is_on=True)],
        "figures": _figures(),
        "chart": chart_of(DAYS),
        "days": [
            It(day=day.day, posts=day.posts, half="0.3 s", most="0.8 s", nearly_all="0.9 s", worst="0.9 s")
            for day in DAYS
            if day.posts
        ],
        "platforms": [
            It(name="Instagram", platform="instagram", figures=_figures()),
            It(name="Mastodon", platform="mastodon", figures=_figures(posts=40, worst="0.9 s", is_late=False)),
        ],
    }


def organization() -> dict[str, Any]:
    return {
        **on_time(),
        "heading": "On time, all workspaces",
        "clients": [It(name="Alder & Rye", platform="", figures=_figures())],
        "status_is_on": True,
        "status_url": "https://social.example/status/abcdefghjkmnpq/",
        "status_action_url": "/settings/status-page/",
    }


def status() -> dict[str, Any]:
    return {
        "name": "Northlight Agency",
        "zone": ZONE,
        "now": NOW,
        "paused": It(title="Publishing is paused", text="Nothing is lost: what is due goes out when it runs again."),
        "since": "10:02",
        "cells": [_cell(place, day) for place, day in enumerate(DAYS)],
        "share": "98.4 %",
        "days": 30,
    }


def alarm() -> dict[str, Any]:
    text = "Nothing is lost: what is due goes out when it runs again."
    return {"alarm": Alarm("Publishing is paused since 10:02.", text)}
