"""A workspace's links."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from apps.links.forms import LinkDomainForm, LinkForm
from apps.links.views.domains import DomainRow
from apps.links.views.pages import LinkRow
from tests.dashboard.examples.frame import NOW, TODAY, ZONE


def _link(**changes: Any) -> LinkRow:
    values = {
        "outgoing": "https://go.alderandrye.example/k3Xw9Qz",
        "destination": "https://alderandrye.example/buns?utm_source=mastodon&utm_medium=social",
        "title": "", "about": "Mastodon @alderandrye", "clicks": "1,204", "is_short": True, "state": "",
        "ends_at": None,
        "url": "/links/1/", "pause_url": "/links/1/pause/", "is_paused": False,
    }  # fmt: skip
    return LinkRow(**(values | changes))


def listed() -> dict[str, Any]:
    return {
        "zone": ZONE,
        "links": [
            _link(),
            _link(title="Menu at the door", about="by hand", clicks="0", ends_at=NOW),
            _link(state="Paused", is_paused=True),
            _link(outgoing="https://alderandrye.example/buns?utm_source=mastodon", is_short=False, pause_url=""),
        ],
        "new_url": "/links/new/", "settings_url": "/links/settings/", "domains_url": "/links/domains/",
        "newer_url": "", "older_url": "?page=2",
        "back_url": "/analytics/",
    }  # fmt: skip


def form() -> dict[str, Any]:
    shown = LinkForm({"destination": "nowhere"}, zone=ZONE, domains=[("", "Postroom"), ("go.example", "go.example")])
    shown.is_valid()
    return {
        "heading": "Menu at the door", "form": shown, "back_url": "/links/", "action_url": "/links/1/",
        "remove_url": "/links/1/remove/", "note": "For posts that are written from now on.",
    }  # fmt: skip


def clicks() -> dict[str, Any]:
    return {
        "total": 1204, "days": [(TODAY, 1200), (TODAY, 4)], "top": [("Menu", "https://go.example/k3Xw9Qz", 1204)],
        "links_url": "/links/",
    }  # fmt: skip


def domains() -> dict[str, Any]:
    named = DomainRow(
        host="go.alderandrye.example", state="Not verified", tone="bad", words="Nothing answered in time.",
        proof_name="postroom-3f9a1b2c4d5e6f708192.go.alderandrye.example", checked_at=NOW, verified_at=None,
        check_url="/links/domains/1/check/", remove_url="/links/domains/1/remove/",
    )  # fmt: skip
    verified = replace(named, state="Verified", tone="ok", words="", verified_at=NOW)
    form = LinkDomainForm({"host": ""})
    form.is_valid()
    return {
        "domains": [named, verified], "target": "postroom.example", "form": form, "zone": ZONE,
        "action_url": "/links/domains/", "back_url": "/links/",
    }  # fmt: skip
