"""The boards: accounts, a post, campaigns and labels, times, the mix, goals, and all clients."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace as It
from typing import Any

from django import forms

from apps.analytics.boards.choosing import EVERYTHING
from apps.analytics.boards.times import Times
from apps.analytics.charting import Bars, Sample, Share, bars_of, donut_of, spark_of, steps_of
from apps.analytics.ladder import LADDER
from apps.analytics.views.boards.asked import Asked
from apps.analytics.views.boards.audience import Part, Row, Shown
from apps.analytics.views.boards.filters import Filters, Group, Option
from apps.analytics.views.boards.parts import heat_of_times
from tests.dashboard.examples import analytics
from tests.dashboard.examples.frame import NOW, TODAY, ZONE

FIRST, LAST = TODAY - timedelta(days=28), TODAY - timedelta(days=1)
TIMES = Times(
    {
        (day, hour): Sample(0.6 + 0.1 * ((day * 5 + hour) % 11), 1 + (day + hour) % 6)
        for day in range(7)
        for hour in range(8, 19)
    },
    190,
    7,
)
TABS = (("Overview", True), ("Accounts", False), ("Goals", False))


def _asked(here: str) -> Asked:
    return Asked(here, ZONE, LAST, FIRST, LAST, 28, "", "", EVERYTHING)


def _chip(label: str, is_on: bool = False) -> It:
    return It(label=label, url="?chip", is_on=is_on)


def frame(here: str = "/analytics/") -> dict[str, Any]:
    """What every board of a span has around it."""
    options = (Option("1", "@harbour", True, "instagram"), Option("2", "@harbour.test", False, "bluesky"))
    groups = (Group("account", "Accounts", options), Group("label", "Labels", (Option("3", "Offers", False),)))
    return {
        "asked": _asked(here),
        "spans": [_chip("7 days"), _chip("28 days", True)],
        "tabs": [_chip(*tab) for tab in TABS],
        "filters": Filters(groups, (("days", "28"),), (_chip("@harbour", True),), "/analytics/?days=28"),
        "zone": ZONE,
        "until": LAST,
        "behind": [("LinkedIn @alderandrye", LAST - timedelta(days=2))],
        "accounts_url": "/social-accounts/",
    }


def board(here: str = "/analytics/") -> dict[str, Any]:
    base = analytics.overview()
    for tile in base["tiles"]:
        tile.spark = spark_of([3, 4, None, 6, 5, 7])
    for post in base["top"]:
        post.usual = "0.4 ×"
    return {
        **base,
        **frame(here),
        "of_posts_alone": False,
        "flops": base["top"],
        "heat": heat_of_times(TIMES),
        "times": TIMES,
        "client_name": "",
        "all_url": "/clients/",
    }


def accounts() -> dict[str, Any]:
    row = It(
        url="/analytics/accounts/1/", name="@harbour", platform="instagram", followers="12,410", views="88,410",
        posts="31", interactions="4,118", rate="5.8 %", until=LAST, taken_at=NOW,
    )  # fmt: skip
    new = It(**{**row.__dict__, "name": "@new", "platform": "x", "views": "–", "until": None, "taken_at": None})
    return {**frame("/analytics/accounts/"), "rows": [row, new]}


def _bars(heading: str, *names: str) -> Bars | None:
    return bars_of([Share(name, 0.5 / (place + 1), "50.0 %") for place, name in enumerate(names)], label=heading)


def _people(*names: str) -> tuple[Row, ...]:
    return tuple(Row(name, "1,204", "31.0 %") for name in names)


def account() -> dict[str, Any]:
    usual = {"is_corrected": False, "is_uploaded": False, "taken_at": NOW}
    told = It(**{**usual, "day": LAST, "cells": ("12,410", "3,120"), "missing": "", "is_corrected": True})
    gone = It(**usual, day=LAST - timedelta(days=1), cells=(), missing="The account was signed out")
    return {
        **board("/analytics/accounts/1/"),
        "account_name": "@harbour",
        "platform": "instagram",
        "list_url": "/analytics/accounts/",
        "account_url": "/social-accounts/1/",
        "account_tiles": board()["tiles"],
        "audience": Shown(
            (
                Part(
                    "age",
                    "Age",
                    _bars("Age", "18-24", "25-34", "65+"),
                    _people("18-24", "25-34", "65+"),
                    0,
                    "3,870",
                    "follower_demographics, age",
                    "followers by years of age",
                ),
                Part(
                    "city",
                    "City",
                    _bars("City", "Oslo, Oslo County"),
                    _people("Oslo, Oslo County", "Bergen"),
                    1,
                    "900",
                    "follower_demographics, city",
                    "followers by city",
                ),
            ),
            LAST,
            NOW,
            "The network refused the question",
        ),
        "heads": ["Followers", "Views"],
        "account_days": [told, gone],
    }


def post() -> dict[str, Any]:
    names = [rung.name for rung in LADDER]
    steps = steps_of(names, [9, 31, 60, None, 90, None, None], [5, 20, 40, 50, 60, None, None], label="Interactions")
    told = It(age="1 h", taken_at=NOW, cells=("120", "9"), missing="", usual="5")
    gone = It(age="6 h", taken_at=NOW, cells=(), missing="The network could not be reached in time", usual="20")
    one = It(
        name="@harbour", platform="instagram", url="https://example.com/1", published_at=NOW, newest=("900", "90"),
        interactions="90", times_usual="1.5 ×", usual_note="7 days after going out; usual is 60, of 24 posts.",
        taken_at=NOW, next_at=NOW, missing="", steps=steps, readings=(told, gone),
    )  # fmt: skip
    new = It(**{**one.__dict__, "platform": "mastodon", "url": "", "steps": None, "readings": (), "taken_at": None,
                "times_usual": "", "newest": ("–", "–"), "interactions": "–", "next_at": None})  # fmt: skip
    return {
        "tabs": [_chip(*tab) for tab in TABS],
        "zone": ZONE,
        "title": "Cardamom bun day",
        "post_url": "/posts/1/",
        "campaign": It(name="Winter"),
        "campaign_url": "/analytics/campaigns/1/",
        "heads": ["Views", "Likes"],
        "publications": [one, new],
        "meanings": analytics.overview()["meanings"],
    }


def organization() -> dict[str, Any]:
    tiles = board()["tiles"]
    heads = [It(label="Client", url="?sort=-name", order="ascending", is_number=False)]
    heads += [It(label=tile.label, url="?sort=x", order="", is_number=True) for tile in tiles]
    client = It(name="Harbour Coffee", url="/analytics/clients/1/", cells=tuple(tiles), until=LAST, apart="YouTube")
    new = It(name="New", url="/analytics/clients/2/", cells=tuple(tiles), until=None, apart="")
    return {**board("/clients/"), "heads": heads, "clients": [client, new], "unsummed": ["YouTube"]}


def _sort(name: str, colour: str) -> It:
    return It(
        url="/analytics/labels/1/", name=name, colour=colour, posts="12", views="9,100", interactions="420",
        known="11 of 12", rate="4.6 %", usual="1.2 ×",
    )  # fmt: skip


def sorts() -> dict[str, Any]:
    return {
        **frame("/analytics/sorts/"),
        "campaigns": [_sort("Winter", "teal")],
        "labels": [_sort("Offers", "pink")],
        "apart": ["youtube"],
        "manage_url": "/sorting/campaigns/",
    }


def sort() -> dict[str, Any]:
    return {
        **board("/analytics/labels/1/"),
        "of_posts_alone": True,
        "name": "Winter",
        "colour": "teal",
        "goal": "Be remembered.",
        "list_url": "/analytics/sorts/",
    }


def times() -> dict[str, Any]:
    best = [It(place="Sat 12:00", usual="2.1 ×", posts=11), It(place="Fri 12:00", usual="1.9 ×", posts=1)]
    return {**frame("/analytics/times/"), "heat": heat_of_times(TIMES), "times": TIMES, "best": best}


def mix() -> dict[str, Any]:
    shares = [Share("Words alone", 0.2, "20 %", 0.2, "plan 20 %"), Share("Picture", 0.8, "80 %", 0.6, "plan 60 %")]
    row = It(label="Picture", colour="", posts="8", share="80 %", plan="60 %", off_by="20 points more", usual="1.2 ×",
             compared=8)  # fmt: skip
    label = It(**{**row.__dict__, "label": "Offers", "colour": "pink", "plan": "", "off_by": "", "compared": 0})
    return {
        **frame("/analytics/mix/"),
        "mix": It(posts=10, without_label=1),
        "ring": donut_of([("Words alone", 2), ("Picture", 8)], label="Formats"),
        "format_bars": bars_of(shares, label="Formats"),
        "format_rows": [row],
        "label_bars": bars_of(shares[:1], label="Labels"),
        "label_rows": [label],
        "plan_url": "/analytics/mix/plan/",
    }


class _Mix(forms.Form):
    text = forms.IntegerField(label="Words alone", required=False)
    offers = forms.IntegerField(label="Offers", required=False)

    def formats(self) -> list[Any]:
        return [self["text"]]

    def labels(self) -> list[Any]:
        return [self["offers"]]


def mix_plan() -> dict[str, Any]:
    return {"form": _Mix(), "mix_url": "/analytics/mix/", "tabs": []}


def _goal(pace: str, tone: str, icon: str, **changes: Any) -> It:
    values = {
        "title": "9,000 interactions", "where": "All accounts", "platform": "", "begins_on": FIRST,
        "ends_on": LAST + timedelta(days=30), "value": "5,528", "target": "9,000", "percent": 61, "time_percent": 66,
        "expected": "5,934", "forecast": "8,384", "pace": pace, "tone": tone, "icon": icon, "until": LAST,
        "edit_url": "/analytics/goals/1/", "remove_url": "/analytics/goals/1/remove/",
    }  # fmt: skip
    return It(**(values | changes))


def goals() -> dict[str, Any]:
    unknown = {"percent": None, "value": "–", "expected": "–", "forecast": "", "platform": "instagram"}
    return {
        "tabs": [_chip(*tab) for tab in TABS],
        "zone": ZONE,
        "goals": [_goal("Behind", "warn", "attention"), _goal("Not known", "", "info", **unknown)],
        "past": [_goal("Missed", "bad", "failed", edit_url="", remove_url="")],
        "new_url": "/analytics/goals/new/",
    }


class _Goal(forms.Form):
    target = forms.IntegerField(label="How many")


def goal() -> dict[str, Any]:
    return {"form": _Goal(), "heading": "New goal", "goals_url": "/analytics/goals/"}
