"""Today, the first day, the month, lists of posts."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace as It
from typing import Any

from tests.dashboard.examples.frame import NOW, TODAY, ZONE, care, row


def home() -> dict[str, Any]:
    return {
        "today": TODAY,
        "now": NOW,
        "zone": ZONE,
        "calendar_url": "/calendar/",
        "compose_url": "/compose/",
        "posts_url": "/posts/",
        "care": [care()],
        "attention": [
            row("Rye week: meet the miller", "needs_attention", note="Bluesky took it and then the connection dropped"),
            row("Evening opening hours", "failed", note="Instagram refused the picture"),
        ],
        "days": [
            It(
                date=TODAY,
                label="Today",
                posts=[row("Rye week: field to loaf", "publishing"), row("Last loaves at five", "scheduled")],
            ),
            It(
                date=TODAY + timedelta(1),
                label="Tomorrow",
                posts=[
                    row(
                        "Cardamom bun day, and a title that is much too long to fit on one line of a phone", "scheduled"
                    )
                ],
            ),
            It(date=TODAY + timedelta(2), label="Fri 16 Oct", posts=[]),
        ],
        "drafts": [
            row("Behind the counter", "draft", None, note="edited yesterday by Tomás Herrera"),
            row("Winter menu teaser", "draft", None, note="edited Monday"),
        ],
        "recent": [row("Cinnamon or cardamom?", "published"), row("Oven, 04:10", "partially_published")],
        "counts": [
            It(label="Scheduled", value=12, state="scheduled", url="/posts/"),
            It(label="Needs attention", value=2, state="needs_attention", url="/posts/"),
            It(label="Drafts", value=4, state="draft", url="/posts/"),
        ],
    }


def first_run() -> dict[str, Any]:
    def step(title: str, text: str, *, done: bool = False, current: bool = False, networks: bool = False) -> It:
        return It(
            title=title,
            text=text,
            is_done=done,
            is_current=current,
            url="/next/",
            action=title,
            other_url="",
            other_action="",
            shows_networks=networks,
        )

    return {
        "first_name": "Priya",
        "steps": [
            step("Name your agency", "Northlight Agency, Oslo time", done=True),
            step(
                "Connect a first account",
                "Yours or a client’s. You sign in at the network itself.",
                current=True,
                networks=True,
            ),
            step("Write a post", "One text for all networks, with its own words where one needs them."),
            step("Invite your team", "Each person sees the workspaces you choose, and no other."),
        ],
        "networks": ["instagram", "mastodon", "bluesky"],
        "sandbox_url": "/sandbox/",
    }


def month() -> dict[str, Any]:
    first = date(2026, 9, 28)
    titles = [
        "Sourdough Monday",
        "Meet Nora, head baker",
        "Rye loaf, 36 hours",
        "October menu",
        "Friday buns",
        "Weekend queue",
    ]
    states = [
        "published",
        "published",
        "failed",
        "needs_attention",
        "scheduled",
        "draft",
        "held",
        "uncertain",
        "canceled",
        "retrying",
    ]
    cells = []
    for number in range(35):
        on = first + timedelta(number)
        chips = [
            It(
                url="/posts/1/",
                title=titles[(number + n) % 6],
                state=states[(number + n) % 10] if number > 12 else "published",
                at=None if (number + n) % 10 == 5 and number > 12 else NOW,
                platforms=["instagram", "mastodon", "bluesky"][: n % 3 + 1],
            )
            for n in range([1, 2, 0, 3, 1, 0, 0][number % 7])
        ]
        cells.append(
            It(
                date=on,
                is_today=on == TODAY,
                is_past=on < TODAY - timedelta(1),
                is_outside=on.month != 10,
                is_weekend=on.weekday() > 4,
                is_first=on.day == 1,
                note="Clocks go back" if on == date(2026, 10, 25) else "",
                chips=chips,
                more_count=4 if number == 17 else 0,
                more_url="/posts/?day=2026-10-15",
                compose_url="/compose/",
            )
        )
    return {
        "month": It(
            title="October 2026",
            zone=ZONE,
            now=NOW,
            url="/calendar/2026-10/",
            previous_url="/calendar/2026-09/",
            previous_title="September 2026",
            next_url="/calendar/2026-11/",
            next_title="November 2026",
            today_url="/calendar/",
            compose_url="/compose/",
            review_url="/approvals/links/new/?month=2026-10",
            weekdays=["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
            filters=[
                It(label="All", value="", count=31, state="", url="/calendar/", is_on=True),
                It(
                    label="Scheduled",
                    value="scheduled",
                    count=9,
                    state="scheduled",
                    url="/calendar/?state=scheduled",
                    is_on=False,
                ),
                It(
                    label="Needs attention",
                    value="needs_attention",
                    count=2,
                    state="needs_attention",
                    url="/calendar/?state=a",
                    is_on=False,
                ),
                It(label="Drafts", value="draft", count=4, state="draft", url="/calendar/?state=draft", is_on=False),
            ],
            earlier_url="/posts/",
            earlier_count=12,
            is_empty=False,
            cells=cells,
        )
    }


def posts() -> dict[str, Any]:
    return {
        "posts": [
            row("Rye week: meet the miller", "partially_published"),
            row("Friday buns", "scheduled"),
            row("Jam jars", "held"),
            row("Winter menu teaser", "draft", None),
            row("Shop closed", "canceled"),
        ],
        "zone": ZONE,
        "now": NOW,
        "query": "",
        "day": None,
        "list_url": "/posts/",
        "newer_url": "/posts/?newer",
        "older_url": "/posts/?older",
        "compose_url": "/compose/",
        "filters": [
            It(label="All", state="", count=None, url="/posts/", is_on=True),
            It(label="Drafts", state="draft", count=4, url="/posts/?s", is_on=False),
            It(label="Needs attention", state="needs_attention", count=2, url="/posts/?s", is_on=False),
        ],
        "labels": [It(id="l1", name="Evergreen", colour="green", is_chosen=True)],
        "campaigns": [It(id="c1", name="Autumn bread", colour="yellow", is_chosen=False)],
        "accounts": [It(id="a1", label="Instagram @alderandrye", is_chosen=False)],
    }
