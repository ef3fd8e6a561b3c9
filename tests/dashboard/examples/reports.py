"""Reports: as members make them, and as clients read them."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace as It
from typing import Any
from uuid import UUID

from apps.reports import plan as plans
from apps.reports.forms import ReportForm, ScheduleForm, ShareForm
from apps.reports.plan import Kind, Section
from apps.reports.showing.face import face_of
from tests.dashboard.examples.frame import NOW, TODAY, ZONE

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
ONE = UUID("01984a5e-7c0d-7000-a000-000000000001")
ACCOUNT = {"id": "1", "platform": "instagram", "handle": "alderandrye", "name": "Alder & Rye"}


def _point(place: int, *, is_known: bool = True) -> dict[str, Any]:
    value = 900 + 37 * place % 400
    day = (FIRST + timedelta(days=place)).isoformat()
    return {"day": day, "value": value if is_known else None, "part": value, "known": 3 + is_known, "of": 4}


def _post(title: str, platform: str, **changes: Any) -> dict[str, Any]:
    post = {
        "title": title, "platform": platform, "account": "1", "published_at": NOW.isoformat(), "url": "https://a.example/1",
        "views": 11_402, "interactions": 1_204, "taken_at": NOW.isoformat(), "picture": "", "alt": "",
    }  # fmt: skip
    return post | changes


def _figure(name: str, value: int | None, **changes: Any) -> dict[str, Any]:
    figure = {
        "name": name, "value": value, "known": 4, "of": 4, "about": "account", "taken_at": NOW.isoformat(),
        "now": value, "before": 18_000 if value else None,
    }  # fmt: skip
    return figure | changes


def _audience(**changes: Any) -> dict[str, Any]:
    groups = [{"name": "F", "count": 300, "share": 0.6}, {"name": "M", "count": 200, "share": 0.4}]
    cities = [{"name": "Field to loaf", "count": 9, "share": 1.0}]
    audience = {
        "account": "1", "missing": "", "day": LAST.isoformat(), "taken_at": NOW.isoformat(),
        "divisions": [
            {"by": "gender", "told": 500, "left_out": 0, "groups": groups},
            {"by": "city", "told": 9, "left_out": 3, "groups": cities},
        ],
    }  # fmt: skip
    return audience | changes


def _goal(**changes: Any) -> dict[str, Any]:
    goal = {
        "aim": "views", "target": 200_000, "account": None, "begins_on": FIRST.isoformat(), "ends_on": "2026-10-15",
        "until": LAST.isoformat(), "value": 161_100, "known": 76, "of": 90, "began_at": 0, "share": 0.8055,
        "time": 0.67, "expected": 133_333, "forecast": 241_650, "pace": "on_pace",
    }  # fmt: skip
    return goal | changes


def data() -> dict[str, Any]:
    points = [_point(place, is_known=place not in (7, 8)) for place in range(30)]
    network = {
        "platform": "instagram", "accounts": 1, "posts": 31, "followers": 12_410, "views": 88_410, "post_views": 71_020,
        "interactions": 4_118, "rate": 0.058, "until": LAST.isoformat(), "taken_at": None,
    }  # fmt: skip
    sections: list[dict[str, Any]] = [
        {"kind": "summary", "text": "Rye week carried the month.\n\nFour films brought a quarter more people."},
        {
            "kind": "figures",
            "figures": [
                _figure("followers", 24_061), _figure("views", 161_100, known=76, of=90, about="day"),
                _figure("published", 46, before=66), _figure("post_views", None), _figure("interactions", 15_800),
                {"name": "rate", "value": 0.062, "before": 0.076},
            ],
        },
        {"kind": "goals", "goals": [_goal(), _goal(account="1", value=None, share=None, pace="unknown")]},
        {
            "kind": "trends",
            "trends": [
                {"name": name, "points": points, "before": points}
                for name in ("views", "interactions", "followers")
            ],
        },
        {"kind": "networks", "networks": [network, {**network, "platform": "youtube", "views": None, "until": None}]},
        {"kind": "audience", "audiences": [_audience(), _audience(day=None, missing="not_offered", divisions=[])]},
        {"kind": "top", "posts": [_post("Field to loaf", "instagram"), _post("", "youtube", url="", views=None)]},
        {"kind": "flop", "posts": []},
        {
            "kind": "calendar",
            "published": [
                {"title": "Oven", "published_at": NOW.isoformat(), "url": "", "platforms": ["instagram", "youtube"]}
            ],
            "left_out": 2,
        },
        {"kind": "approvals", "approved": 12, "changes": 2, "rejected": 0, "at_once": 9, "seconds": 5_400.0},
        {"kind": "words", "heading": "What we plan", "text": "More rye."},
        {
            "kind": "meanings",
            "fresh": [{"account": "1", "until": LAST.isoformat()}],
            "gaps": [{"account": "1", "first": "2026-09-08", "last": "2026-09-10", "why": "too_late"}],
            "meanings": [
                {
                    "platform": "instagram", "days_in": "America/Los_Angeles",
                    "rows": [{"of": "post", "metric": "views", "name": "views", "words": "how often it was played"}],
                }
            ],
        },
    ]  # fmt: skip
    return {
        "agency": "Northlight Studio", "client": "Alder & Rye", "title": "Social media report", "language": "en",
        "timezone": ZONE, "colour": "#0f6b5c", "names_product": True, "as_of": NOW.isoformat(),
        "period": {"first": FIRST.isoformat(), "last": LAST.isoformat()},
        "compared": {"first": "2026-08-02", "last": "2026-08-31"}, "accounts": [ACCOUNT], "apart": ["youtube"],
        "sections": [{"heading": "", "text": "", **section} for section in sections],
    }  # fmt: skip


def shared() -> dict[str, Any]:
    return {
        "face": face_of(data(), {}),
        "tag": "en",
        "brand_url": "/r/t/brand.css",
        "files": {"pdf": "/r/t/files/pdf/", "csv": "/r/t/files/csv/", "xlsx": "/r/t/files/xlsx/"},
        "back_url": "",
        "is_preview": False,
    }


def _row(state: str, words: str, **changes: Any) -> It:
    values = {
        "pk": ONE, "name": "Social media report", "first": FIRST, "last": LAST, "state": state, "as_of": NOW,
        "made_by": "Priya", "schedule_id": None, "problem": "", "problem_words": "", "sha256": "0" * 64,
        "workspace": It(name="Alder & Rye"), "get_state_display": lambda: words,
    }  # fmt: skip
    return It(**(values | changes))


def index() -> dict[str, Any]:
    failed = _row("failed", "Could not be made", made_by=None, schedule_id=ONE, problem_words="Try it again.")
    making = _row("making", "Being made", as_of=None)
    return {
        "reports": [
            {"row": making, "tone": "info"},
            {"row": _row("ready", "Ready"), "tone": "ok"},
            {"row": failed, "tone": "bad"},
        ],
        "is_waiting": True,
        "progress_url": "/reports/",
        "may_edit": True,
        "zone": ZONE,
        "newer_url": "",
        "older_url": "/reports/?before=1",
    }


def report() -> dict[str, Any]:
    link = {
        "pk": ONE, "note": "Ingrid", "expires_at": NOW + timedelta(days=20), "last_used_at": None, "passcode_hash": "x",
        "made_by": "Priya",
    }  # fmt: skip
    mail = It(address="ingrid@alder.example", state="sent", sent_at=NOW, get_state_display=lambda: "Sent")
    failed = It(
        address="post@alder.example", state="failed", sent_at=None, get_state_display=lambda: "Could not be sent"
    )
    return {
        "report": _row("ready", "Ready"),
        "tone": "ok",
        "is_waiting": False,
        "is_ready": True,
        "files": [("PDF", "/pdf/", 412_000), ("Excel", "/xlsx/", 20_000)],
        "view_url": "/reports/1/view/",
        "links": [It(**link)],
        "mails": [mail, failed],
        "form": ShareForm(),
        "may_edit": True,
        "zone": ZONE,
    }


def state() -> dict[str, Any]:
    failed = _row("failed", "Could not be made", problem_words="Try it again.", as_of=None)
    return {**report(), "report": failed, "is_ready": False, "tone": "bad"}


def form() -> dict[str, Any]:
    begun = {**ReportForm.days_before(TODAY), **ReportForm.initial_of(plans.usual())}
    return {
        "form": ReportForm(initial=begun),
        "heading": "New report",
        "action_url": "/reports/new/",
        "back_url": "/reports/",
        "starts": [("Monthly", "?template=1"), ("One page", "?preset=short")],
        "may_preview": True,
        "save": "Make report",
        "remove_url": "",
        "zone": ZONE,
    }


def link() -> dict[str, Any]:
    return {
        "link_url": "https://postroom.example/r/abc/", "mail_url": "mailto:?subject=Report", "has_passcode": True,
        "expires_at": NOW, "zone": ZONE, "back_url": "/reports/1/",
    }  # fmt: skip


def templates() -> dict[str, Any]:
    plan = plans.Plan("Report", (Section(Kind.SUMMARY), Section(Kind.TOP)))
    return {"templates": [(It(pk=ONE, name="Monthly"), plan)], "may_edit": True}


def schedules() -> dict[str, Any]:
    row = {
        "pk": ONE, "template": It(name="Monthly"), "is_paused": False, "next_at": NOW, "recipients": ["a@b.example"],
        "get_cadence_display": lambda: "Every month",
    }  # fmt: skip
    return {
        "schedules": [It(**row), It(**(row | {"is_paused": True}))],
        "has_templates": True,
        "may_edit": True,
        "zone": ZONE,
    }


class _Schedule(ScheduleForm):
    """Without a database behind it."""

    def __init__(self) -> None:
        super(ScheduleForm, self).__init__()
        del self.fields["template"], self.fields["drops_passcode"]


def schedule() -> dict[str, Any]:
    return {
        "form": _Schedule(), "heading": "Every month: Monthly", "action_url": "/s/", "back_url": "/reports/schedules/",
        "remove_url": "/s/remove/", "zone": ZONE,
    }  # fmt: skip


def passcode() -> dict[str, Any]:
    return {"tag": "en", "action_url": "/r/t/passcode/", "error": "wrong"}


def closed() -> dict[str, Any]:
    return {"tag": "en", "reason": "over"}
