"""Queues: the list, and one with a paused week."""

from __future__ import annotations

from datetime import time, timedelta
from types import SimpleNamespace as It
from typing import Any

from apps.publishing.queue_forms import NewQueueForm, QueueForm, SlotForm
from tests.dashboard.examples.frame import NOW, ZONE


def queues() -> dict[str, Any]:
    def row(name: str, **changes: Any) -> It:
        values = {
            "name": name,
            "url": f"/queues/{name}/",
            "description": "For bakers",
            "is_paused": False,
            "slots": 5,
            "waiting": 12,
            "next_at": NOW,
        }
        return It(**(values | changes))

    form = NewQueueForm({"name": ""})
    form.is_valid()
    rows = [
        row("Tips"),
        row("Offers", is_paused=True, next_at=None),
        row("New", slots=0, waiting=0, description="", next_at=None),
    ]
    return {"queues": rows, "zone": ZONE, "now": NOW, "form": form}


def queue() -> dict[str, Any]:
    def line(state: str, hours: int, **changes: Any) -> It:
        return It(
            **({"at": NOW + timedelta(hours=hours), "state": state, "title": "", "url": "", "note": ""} | changes)
        )

    slots = SlotForm({"slot-at": "9"}, prefix="slot")
    slots.is_valid()
    return {
        "queue": It(name="Tips", description="For bakers"),
        "zone": ZONE,
        "is_paused": True,
        "may_edit": True,
        "action_url": "/queues/1/",
        "back_url": "/queues/",
        "days": [
            It(name="Mon", slots=[It(number=1, at=time(9)), It(number=2, at=time(15, 30))]),
            It(name="Tue", slots=[]),
        ],
        "lines": [
            line("taken", 1, title="Rye week: meet the miller", url="/posts/1/", note="Medium priority"),
            line("free", 7),
            line("closed", 25, note="Thu 15 Oct is blacked out: Company outing (15 Oct 2026)."),
        ],
        "slot_form": slots,
        "settings_form": QueueForm(
            initial={"name": "Tips", "description": "For bakers", "jitter_minutes": 10}, prefix="settings"
        ),
    }
