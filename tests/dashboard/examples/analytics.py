"""The analytics of a workspace, and the imports of an account."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace as It
from typing import Any

from apps.analytics.alert_forms import AlertRuleForm
from apps.analytics.charting import chart_of
from apps.analytics.history.reading import Mistake
from apps.analytics.overview import Point
from apps.analytics.views.alerts import AlertRow, RuleRow
from apps.analytics.views.boards.parts import DayRow, _meanings
from apps.analytics.views.brought import DayRow as Day
from apps.analytics.views.brought import Figure
from apps.analytics.views.history import UploadedRow, UploadRow
from apps.analytics.wording import number
from tests.dashboard.examples.frame import NOW, TODAY, ZONE

FIRST, LAST = TODAY - timedelta(days=28), TODAY - timedelta(days=1)
VIEWS = [4400 + 900 * (place % 7) + 120 * place for place in range(28)]
POINTS = [
    Point(FIRST + timedelta(days=place), None if place in (9, 10) else VIEWS[place], VIEWS[place], 3, 4)
    for place in range(28)
]
BEFORE = [Point(FIRST - timedelta(days=28 - place), VIEWS[place] - 700, None, 4, 4) for place in range(28)]


def _chip(label: str, *, is_on: bool = False) -> It:
    return It(label=label, url=f"?{label.lower().replace(' ', '-')}", is_on=is_on)


def _tile(label: str, value: str, change: str = "", direction: str = "", note: str = "") -> It:
    return It(label=label, value=value, change=change, direction=direction, note=note, taken_at=NOW)


def _network(platform: str, **changes: Any) -> It:
    values = {
        "platform": platform, "posts": "31", "followers": "12,410", "views": "88,410", "post_views": "71,020",
        "interactions": "4,118", "rate": "5.8 %", "until": LAST, "taken_at": NOW, "stands_apart": False,
        "is_unsummed": False,
    }  # fmt: skip
    return It(**(values | changes))


def overview() -> dict[str, Any]:
    return {
        "zone": ZONE,
        "first": FIRST,
        "last": LAST,
        "latest_day": LAST,
        "days": 28,
        "until": LAST,
        "behind": [("LinkedIn @alderandrye", LAST - timedelta(days=2))],
        "spans": [_chip("7 days"), _chip("28 days", is_on=True), _chip("90 days")],
        "tiles": [
            _tile("Followers", "18.4 k", "2 % more", "up"),
            _tile("Views of accounts", "184.2 k", "24 % more", "up", "110 of 112 days known"),
            _tile("Posts published", "97", "8 % fewer", "down"),
            _tile("Views of these posts", "142.6 k", note="91 of 97 posts known"),
            _tile("Interactions", "8,204", "the same"),
        ],
        "chart": chart_of(POINTS, BEFORE, label="Views"),
        "trend": "views",
        "trend_label": "Views",
        "trends": [_chip("Views", is_on=True), _chip("Followers"), _chip("Interactions")],
        "rows": [
            DayRow(point.day, number(point.part), number(before.value), "3 of 4")
            for point, before in zip(POINTS, BEFORE, strict=True)
        ][::-1],
        "networks": [
            _network("instagram"),
            _network("linkedin", until=LAST - timedelta(days=2)),
            _network("mastodon", views="–", post_views="–", rate="–"),
            _network("youtube", stands_apart=True),
        ],
        "apart": ["YouTube"],
        "top": [
            It(
                url="/posts/1/", words="Starter, explained", platform="instagram", published_at=NOW, views="11,402",
                interactions="1,204",
            ),
            It(url="/posts/2/", words="", platform="mastodon", published_at=NOW, views="–", interactions="311"),
        ],
        "meanings": [_meanings("instagram"), _meanings("mastodon")],
        "has_accounts": True,
        "has_figures": True,
        "page_url": "/analytics/",
        "accounts_url": "/social-accounts/",
    }  # fmt: skip


def _import(state: str, words: str, tone: str, **changes: Any) -> It:
    values = {
        "state": state, "words": words, "tone": tone, "found": 140, "kept": 121, "most": 500, "problem": "",
        "next_try_at": None, "begun_at": NOW, "ended_at": None, "retry_url": "", "delete_url": "/delete/",
        "name": state,
    }  # fmt: skip
    return It(**(values | changes))


def imports() -> dict[str, Any]:
    return {
        "account_name": "Alder & Rye",
        "platform": "mastodon",
        "zone": ZONE,
        "accounts_url": "/social-accounts/",
        "account_url": "/social-accounts/1/",
        "imports": [
            _import("running", "Running", "accent"),
            _import(
                "failed", "Failed", "bad", problem="Mastodon could not be reached.", ended_at=NOW, retry_url="/retry/"
            ),
        ],
        "is_running": True,
        "progress_url": "/analytics/accounts/1/imports/",
        "history_url": "/analytics/accounts/1/history/",
        "start_url": "",
        "posts": [
            It(
                page_url="/analytics/imports/posts/1/",
                text="An old loaf",
                url="https://m.example/1",
                published_at=NOW,
                views="–",
                interactions="12",
                missing="",
            ),
            It(
                page_url="/p/2/",
                text="",
                url="",
                published_at=None,
                views="–",
                interactions="–",
                missing="The network refused it",
            ),
        ],
        "most_posts": 50,
    }


def brought_post() -> dict[str, Any]:
    points = [Point(LAST - timedelta(days=step), 12 - step if step != 2 else None) for step in range(5, -1, -1)]
    return {
        "text": "An old loaf\n\nand a new one", "platform": "instagram", "account_name": "@harbour", "zone": ZONE,
        "account_url": "/analytics/accounts/1/", "list_url": "/analytics/accounts/1/history/", "interactions": "12",
        "url": "https://m.example/1", "taken_at": NOW, "published_at": None, "kind": "", "pictures": 0, "missing": "",
        "figures": [Figure("Likes", "12", "like_count", "likes"), Figure("Posts", "1", "", "")],
        "published_on": LAST, "file_name": "2024.csv", "counted_on": LAST, "heads": ["Likes"],
        "days": [Day(LAST, ("12",), "12"), Day(LAST - timedelta(days=1), ("–",), "–")],
        "chart": chart_of(points, [], label="Interactions"),
    }  # fmt: skip


def _alert(**changes: Any) -> AlertRow:
    values = {
        "words": "Views of Instagram @alderandrye: 220, usually 1,204 by 28 days before.", "rule": "Views fell",
        "kind": "Far less than usual", "tone": "bad", "day": LAST, "found_at": NOW, "was_muted": False,
        "acknowledged_at": None, "acknowledged_by": "", "acknowledge_url": "/alerts/1/acknowledge/",
    }  # fmt: skip
    return AlertRow(**(values | changes))


def alerts() -> dict[str, Any]:
    rule = RuleRow(
        name="Views fell", asks="Views 50 % below the usual", about="every account", window="once a week", people=2,
        is_on=True, muted_until=None, edit_url="/alerts/rules/1/",
    )  # fmt: skip
    seen = {"acknowledged_at": NOW, "acknowledged_by": "Ines Moreau", "acknowledge_url": ""}
    return {
        "zone": ZONE,
        "alerts": [
            _alert(),
            _alert(words="Followers of Mastodon @alderandrye: 10,004, so 10,000 is reached.", rule="10,000!", tone="ok",
                   kind="A number is reached", was_muted=True, **seen),
        ],
        "rules": [rule, RuleRow("10,000!", "Followers reach 10,000", "Mastodon", "once", 1, False, NOW, "")],
        "new_url": "/alerts/rules/new/", "newer_url": "", "older_url": "?page=2", "back_url": "/analytics/",
    }  # fmt: skip


def open_alerts() -> dict[str, Any]:
    return {"zone": ZONE, "alerts": [_alert()], "has_more": True, "alerts_url": "/analytics/alerts/"}


def alert_rule() -> dict[str, Any]:
    form = AlertRuleForm({"name": "Views fell", "threshold": "-1"}, accounts=[], campaigns=[], people=[])
    form.is_valid()
    return {
        "heading": "Views fell", "form": form, "back_url": "/analytics/alerts/", "action_url": "/alerts/rules/1/",
        "remove_url": "/alerts/rules/1/remove/",
    }  # fmt: skip


def history() -> dict[str, Any]:
    running = UploadRow(
        name="2024.csv", kind="The account, day by day", words="Running", tone="accent", is_running=True, total=366,
        done=200, kept=190, told=10, begun_at=NOW, retry_url="", delete_url="/delete/", id="one",
    )  # fmt: skip
    failed = UploadRow("", "Posts of the account", "Failed", "bad", False, 9, 3, 3, 0, NOW, "/retry/", "", "two")
    return {
        "account_name": "Alder & Rye", "zone": ZONE, "back_url": "/analytics/accounts/1/imports/",
        "uploads": [running, failed], "is_running": True, "progress_url": "/analytics/accounts/1/history/",
        "upload_url": "/upload/", "kinds": [("accounts", "The account, day by day", "/accounts.csv"),
                                            ("posts", "Posts of the account", "/posts.csv")],
        "most_rows": 20000, "refused": "Nothing was kept: 2 cells or rows of the file are not right.",
        "mistakes": [Mistake(3, "views", "Write a number in digits alone, such as 1204."), Mistake(0, "", "No rows.")],
        "more_mistakes": 7, "most_posts": 50,
        "posts": [UploadedRow("/analytics/history/posts/1/", "An old loaf", None, LAST, "–", "12")],
    }  # fmt: skip
