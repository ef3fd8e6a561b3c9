"""The shell around a page, and the words and pictures that the examples share."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace as It
from typing import Any
from zoneinfo import ZoneInfo

ZONE = "Europe/Oslo"


NOW = datetime(2026, 10, 14, 12, 34, tzinfo=ZoneInfo(ZONE))


TODAY = NOW.date()


PICTURE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='400' height='300'%3E%3Crect width='400' "
    "height='300' fill='%23e0b055'/%3E%3Ccircle cx='290' cy='90' r='46' fill='%23fff4d8'/%3E%3C/svg%3E"
)


TEXT = (
    "It’s Cardamom Bun Day at Alder & Rye 🌿\n\nWe fold the dough 27 times and grind the cardamom an hour before "
    "it goes in. First tray at 07:00, second at 11:00, and when they’re gone, they’re gone.\n\n#kardemommebolle "
    "#oslobakery"
)


def nav(label: str, icon: str, *, current: bool = False, warning: str = "", count: int = 0, key: str = "") -> It:
    return It(
        label=label, url=f"/{icon}/", icon=icon, is_current=current, warning=warning, count=count, key=key, is_new=False
    )


def shell(**changes: Any) -> It:
    here = It(id="w1", name="Alder & Rye", is_current=True, is_test=False)
    values = {
        "theme": "",
        "single_keys": True,
        "path": "/",
        "here_name": "Alder & Rye",
        "is_test": False,
        "has_sandbox": True,
        "organization_name": "Northlight Agency",
        "user_name": "Priya Nair",
        "user_email": "priya@northlight.example",
        "workspaces": [
            here,
            It(id="w2", name="Halden Cycles", is_current=False, is_test=False),
            It(id="w3", name="Maren Coast Hotels", is_current=False, is_test=False),
        ],
        "organizations": [
            It(id="o1", name="Northlight Agency", is_current=True, is_test=False),
            It(id="o2", name="Papaya Studio", is_current=False, is_test=False),
        ],
        "nav": [
            nav("Today", "home"),
            nav("Calendar", "calendar", current=True),
            nav("Posts", "posts"),
            nav("Media", "media"),
            nav("Accounts", "accounts", warning="2 need reconnecting"),
        ],
        "organization_nav": [nav("Workspaces", "clients"), nav("Members", "members"), nav("Organization", "settings")],
        "stops": [
            It(
                what="for Alder & Rye",
                by="Jonas Weber",
                reason="A recall: check every caption first.",
                since=NOW,
                posts=0,
                url="/stops/1/",
                may_lift=True,
            ),
            It(
                what="on X", by="Jonas Weber", reason="X is down.", since=None, posts=2, url="/stops/2/", may_lift=False
            ),
        ],
        "tabs": [
            nav("Today", "home"),
            nav("Calendar", "calendar", current=True),
            It(label="New post", url="/compose/", icon="plus", is_current=False, is_new=True),
            nav("Posts", "posts"),
            nav("Accounts", "accounts"),
        ],
        "actions": [
            nav("Write a post", "edit", key="C"),
            nav("Calendar", "calendar"),
            nav("Connect an account", "accounts"),
        ],
        "no_posts": [],
        "zone": ZONE,
        "compose_url": "/compose/",
        "switch_url": "/switch/",
        "workspaces_url": "/workspaces/",
        "profile_url": "/profile/",
        "security_url": "/security/",
        "preferences_url": "/preferences/",
        "sign_out_url": "/sign-out/",
        "search_url": "/search/",
        "alarm_url": "/publishing-pause/?zone=UTC",
        "paused": None,
    }
    return It(**(values | changes))


def row(
    title: str,
    state: str,
    at: datetime | None = NOW,
    note: str = "",
    platforms: tuple[str, ...] = ("instagram", "mastodon", "bluesky"),
) -> It:
    return It(
        url="/posts/1/",
        title=title,
        excerpt="We fold the dough 27 times and grind the cardamom an hour before.",
        state=state,
        due_at=at,
        platforms=list(platforms),
        thumb_url=PICTURE if state != "draft" else "",
        note=note,
    )


def care(tone: str = "bad") -> It:
    return It(
        tone=tone,
        title="Instagram @alderandrye signed us out on 13 Oct, 22:41.",
        text="3 posts are held, the first is due today at 17:00. Nothing is lost.",
        action_url="/accounts/1/",
        action_label="Reconnect Instagram",
    )
