"""Webhook endpoints and deliveries."""

from __future__ import annotations

from types import SimpleNamespace as It
from typing import Any

from apps.webhooks.forms import AgainForm, EndpointForm
from apps.webhooks.selectors import Tally
from tests.dashboard.examples.frame import NOW, ZONE

URLS = {name: f"/{name}/" for name in ("change", "rotate", "pause", "resume", "remove", "again")}


def _endpoint(**changes: Any) -> It:
    known = {
        "title": "Booking site", "url": "https://hooks.northlight.example/postroom", "place": "All workspaces",
        "wants": "post.published, post.failed", "version": "2026-11", "word": "Active", "tone": "ok",
        "icon": "published", "reason": "", "failing_since": None, "overlaps_until": NOW,
        "tally": Tally(delivered=1284), "is_active": True, "page_url": "/one/", "test_url": "/test/",
    }  # fmt: skip
    return It(**known | changes)


def _delivery(**changes: Any) -> It:
    known = {
        "event": "post.published", "word": "503", "tone": "warn", "icon": "retrying", "again_at": NOW,
        "milliseconds": 84, "tries": 2, "created_at": NOW, "page_url": "/delivery/", "again_url": "/again/",
    }  # fmt: skip
    return It(**known | changes)


def endpoints() -> dict[str, Any]:
    failing = {"word": "Failing", "tone": "warn", "icon": "retrying", "failing_since": NOW, "tally": Tally(81, 19)}
    url = "https://crm.alderandrye.example/in/social"
    rows = [_endpoint(), _endpoint(**failing, title=url, url=url, place="Alder & Rye", test_url="")]
    return {"endpoints": rows, "most": 5, "zone": ZONE, "make_url": "/new/", "docs_url": "/docs/"}


def endpoint() -> dict[str, Any]:
    waiting = {"word": "Waiting", "tone": "", "icon": "scheduled", "again_at": None, "milliseconds": None}
    return {
        "endpoint": _endpoint(failing_since=NOW),
        "events": ["post.published", "post.failed"],
        "deliveries": [_delivery(), _delivery(**waiting, again_url="")],
        "filters": [("All", "/one/", True), ("Given up", "/one/?state=failed", False)],
        "urls": URLS,
        "form": AgainForm(zone=ZONE),
        "days": 30,
        "hours": 24,
        "zone": ZONE,
        "list_url": "/webhooks/",
        "newer_url": "/one/",
        "older_url": "/one/?before=1",
    }


def form_page() -> dict[str, Any]:
    form = EndpointForm({"url": "", "events": ["post.published"]}, workspaces=(), may_be_all=True)
    form.is_valid()
    return {"form": form, "endpoint": None, "action_url": "/new/", "back_url": "/webhooks/"}


def shown_once() -> dict[str, Any]:
    text = "whsec_" + "a" * 44
    return {"endpoint": "Booking site", "text": text, "is_new": False, "hours": 24, "back_url": "/one/"}


def delivery() -> dict[str, Any]:
    attempts = [
        {
            "answered": "No answer",
            "row": It(number=2, started_at=NOW, milliseconds=15000, problem="ReadTimeout", answer=""),
        },
        {"answered": "503", "row": It(number=1, started_at=NOW, milliseconds=84, problem="", answer="<b>away</b>")},
    ]
    return {
        "endpoint": "Booking site", "delivery": _delivery(), "attempts": attempts, "message_id": "evt_" + "0" * 32,
        "body": "{}", "zone": ZONE, "endpoint_url": "/one/", "list_url": "/webhooks/",
    }  # fmt: skip
