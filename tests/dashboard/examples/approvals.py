"""Posts under review, and the policy that asks for it."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace as It
from typing import Any
from uuid import UUID

from apps.approvals.content_forms import ContentRuleForm
from apps.approvals.content_rules import ContentRule
from apps.approvals.forms import CommentForm, DecisionForm, EditsForm, OptionsForm, StepForm
from apps.approvals.people.forms import AbsenceForm, GroupForm, HoursForm, MailingForm
from apps.approvals.people.hours import Hours
from apps.approvals.presenting import HitLine
from apps.approvals.views.log import LogForm
from tests.dashboard.examples import reviews
from tests.dashboard.examples.frame import NOW, PICTURE, TEXT, ZONE

PERSON = "01a22994-4e21-703b-b43c-ab05a3b37c97"
COLLEAGUES = {UUID(PERSON): "Anna Berg", UUID(PERSON.replace("97", "98")): "Priya Nair"}
DUE = NOW + timedelta(days=2)


def card(title: str, **changes: Any) -> It:
    values = {
        "id": "r1", "url": "/approvals/1/", "title": title, "text": TEXT[:120], "platforms": ["instagram", "x"],
        "due_at": NOW + timedelta(days=2), "deadline": NOW + timedelta(days=1), "is_late": False, "state": "pending",
        "words": "Legal", "asked_by": "Priya Nair", "is_mine": True,
    }  # fmt: skip
    return It(**{**values, **changes})


def index(*, board: bool = False) -> dict[str, Any]:
    late = card("Harvest supper tickets", is_late=True, deadline=NOW - timedelta(hours=4))
    undated = card("Why we stone-mill", due_at=None, deadline=None, is_mine=False, words="Changes requested")
    common = {
        "zone": ZONE, "is_board": board, "policy_url": "/approvals/policies/1/", "log_url": "/approvals/log/",
        "month_url": "/approvals/records/2026-11.pdf",
    }  # fmt: skip
    if not board:
        return common | queue()
    return common | {
        "waiting": 4,
        "mine": 3,
        "lanes": [
            It(title="Changes requested", note="with the authors", icon="draft", cards=[undated]),
            It(title="Legal", note="step 1", icon="review", cards=[card("Cardamom bun day"), late]),
            It(title="Approved", note="lately", icon="published", cards=[]),
        ],
    }


def item(number: int = 1, **changes: Any) -> It:
    return It(
        card=card("Cardamom bun day", **{"id": f"r{number}", **changes}), client="Alder & Rye", zone=ZONE, step="Legal",
        parts=[{"role": "main", "text": TEXT, "link": "https://alder.example/buns"},
               {"role": "first_comment", "text": "See you there", "link": ""}],
        own_words=[{"platform": "x", "text": "Buns. Today."}], pictures=[It(url=PICTURE, alt="Buns")],
        links=[{"platform": "x", "written": "https://alder.example/buns", "outgoing": "https://go.example/aB3"}],
        decide_url="/approvals/1/decide/",
    )  # fmt: skip


def queue() -> dict[str, Any]:
    choices = [("One", "?one", True), ("Other", "?other", False)]
    late = item(2, is_late=True, deadline=NOW - timedelta(hours=4))
    return {
        "inbox": It(
            groups=[It(title="Late", items=[late]), It(title="Later", items=[item()])], waiting=4, mine=2,
            for_client=[card("Cardamom bun day"), card("Why we stone-mill", due_at=None, deadline=None)],
        ),
        "is_everywhere": True,
        "may_send": True,
        "scopes": choices,
        "groupings": choices,
        "steps": choices,
        "every_step_url": "/approvals/",
        "back": "by=step",
        "has_policy": True,
        "may_edit_policy": True,
        "bulk_url": "/approvals/bulk/",
    }  # fmt: skip


def figures() -> dict[str, Any]:
    hours = timedelta(hours=5, minutes=20)
    pace = {"count": 12, "median": hours, "ninetieth": 3 * hours}
    return {
        "days": 90,
        "spans": [(30, "?days=30", False), (90, "?days=90", True)],
        "clients": [("Alder & Rye", [It(step="", name="", **pace), It(step="legal", name="Legal", **pace)])],
        "whole": "",
        "loads": [
            It(name="Priya Nair", waiting=3, late=1, decided=12, median=hours),
            It(name="Tom Hale", waiting=1, late=0, decided=0, median=None),
        ],
    }


def step(title: str, text: str, **changes: Any) -> It:
    values = {"tone": "", "icon": "", "todo": False, "at": None}
    return It(title=title, text=text, **{**values, **changes})


STEPS = [
    step("Manager", "Approved", tone="ok", icon="check", at=NOW),
    step("Legal", "Any of approvers", tone="warn", icon="review", at=NOW + timedelta(days=1)),
    step("Client", "All of the client's guests", todo=True),
]
FILES = [
    It(name="tray.jpg", asset_id=PERSON, asset=It(thumbnail=PICTURE)),
    It(name="prices.pdf", asset_id=PERSON, asset=It(thumbnail="")),
    It(name="gone.png", asset_id=None, asset=None),
]
HISTORY = [It(title="Priya Nair: approved", text="Manager, version 2.", tone="ok", icon="check", at=NOW)]


def panel() -> dict[str, Any]:
    return {
        "post_id": "p1", "zone": ZONE, "is_shown": True, "request_state": "Waiting for approval", "tone": "warn",
        "steps": STEPS, "history": HISTORY, "review_url": "/approvals/1/", "submit_url": "/approvals/posts/1/submit/",
        "withdraw_url": "/approvals/1/withdraw/",
    }  # fmt: skip


def review() -> dict[str, Any]:
    form = DecisionForm({"verdict": "nonsense"})
    form.is_valid()
    anchor = {"kind": "text", "quote": "fold the dough 27 times"}

    def thread(number: str) -> It:
        pk = f"{PERSON[:-1]}{number}"
        return It(pk=pk, get_visibility_display="Team only", revision=2, resolved_at=None)

    def place(kind: str) -> It:
        return It(anchor={"kind": kind}, is_lost=False)

    lost = It(anchor=anchor, is_lost=True)
    comment = It(created_at=NOW, text="Is it 27?", attachments=It(all=FILES))
    return {
        "title": "Cardamom bun day",
        "zone": ZONE,
        "state": "Waiting for approval",
        "tone": "warn",
        "is_current": False,
        "found": It(
            pk=PERSON, number=3, revision=3, due_at=NOW, note="Please by Friday", asked_by="Priya Nair",
            content_hash="f" * 64,
        ),
        "parts": [
            {"role": "main", "text": TEXT, "link": "https://alder.example/buns"},
            {"role": "first_comment", "text": "See you there", "link": ""},
        ],
        "pictures": [{"url": PICTURE, "alt": "Buns"}],
        "platforms": ["instagram", "x"],
        "links": [
            {"platform": "mastodon", "written": "https://a.example", "outgoing": "https://go.example/k3Xw9Qz"}
        ],
        "own_words": [{"platform": "x", "text": "Buns. Today."}],
        "hits": [HitLine("Health claims", (("Text", ("cures",)), ("Alt text", ("risk-free", "risk free"))))],
        "steps": STEPS,
        "history": HISTORY,
        "differences": [
            It(place="Post", before="26 times", after="27 times"),
            It(place="Time", before="", after="Fri 16 Oct 2026, 09:00 Europe/Oslo"),
        ],
        "board": reviews.board([
            It(thread=thread("1"), place=lost, comments=[("Priya Nair", comment)], proposed_at=None, where=None),
            It(thread=thread("2"), place=place("time"), comments=[("Ingrid", comment)], proposed_at=NOW, where=None),
            It(thread=thread("3"), place=place("image"), comments=[("Ingrid", comment)], proposed_at=None,
               where=reviews.MARK),
            It(thread=thread("4"), place=place("video"), comments=[("Ingrid", comment)], proposed_at=None,
               where=reviews.MOMENT),
        ]),
        "typed": {"picture": "b" * 64, "x": "25.0", "y": "50.0", "video": "", "moment": ""},
        "answered": "",
        "stands_in_for": ["Tomás Herrera"],
        "previews": [reviews.preview("instagram"), reviews.preview("x", family="micro")],
        "may_move": True,
        "asks_client": True,
        "client_links": reviews.links()["links"],
        "send_url": "/approvals/links/new/?request=1",
        "form": form,
        "edits_form": EditsForm(initial={"text": TEXT}, auto_id="edits_%s"),
        "comment_form": CommentForm(auto_id="id_comment_%s", people=COLLEAGUES),
        "why_not": "",
        "may_decide": True,
        "may_comment": True,
        "post_url": "/posts/1/",
        "record_url": "/approvals/1/record.pdf",
    }  # fmt: skip


def log() -> dict[str, Any]:
    line = {
        "at": NOW, "name": "Priya Nair", "address": "203.0.113.0/24", "label": "Approved", "holds": True, "note": "",
        "workspace_name": "Alder & Rye", "request": PERSON, "step_name": "Manager", "revision": 2, "place": 1,
        "hash": "f" * 64,
    }  # fmt: skip
    form = LogForm({"since": "nonsense"}, places=[])
    form.is_valid()
    return {
        "rows": [It(**line), It(**{**line, "holds": False, "label": "Asked for changes", "note": "27, not 26"})],
        "form": form,
        "is_narrowed": True,
        "zone": ZONE,
        "list_url": "/approvals/log/",
        "newest_url": "?",
        "older_url": "?before=1",
        "files": [("CSV", "/approvals/log.csv"), ("JSONL", "/approvals/log.jsonl")],
    }


def policy() -> dict[str, Any]:
    rules = (ContentRule("claims", "Health claims", ("cures", "risk free"), ("casino.example",)),)
    said = {"name": "", "rule0-hours": "4", "rule0-do": "add"}
    form = StepForm(said, people=COLLEAGUES, groups=COLLEAGUES, rules=rules)
    form.is_valid()
    rule_form = ContentRuleForm({"rule-name": ""})
    rule_form.is_valid()
    rule = {"words": "cures, risk free, casino.example", "edit_url": "?rule=claims#rule"}
    line = {"whom": "Any of managers", "about": "For every post; looks at text.", "edit_url": "?step=a#step"}
    return {
        "workspace_name": "Alder & Rye",
        "back_url": "/approvals/",
        "action_url": "/approvals/policies/1/",
        "people_url": "/approvals/policies/1/people/",
        "version": 3,
        "steps": [
            {"key": "manager", "name": "Manager", "is_first": True, **line},
            {"key": "legal", "name": "Legal", "is_first": False, **line},
        ],
        "form": form,
        "editing": "legal",
        "editing_name": "Legal",
        "options_form": OptionsForm(),
        "rules": [
            {"key": "claims", "name": "Health claims", "used_by": "Legal", **rule},
            {"key": "names", "name": "Competitors", "used_by": "", **rule},
        ],
        "rule_form": rule_form,
        "editing_rule": "claims",
        "editing_rule_name": "Health claims",
        "may_edit": True,
    }


def people() -> dict[str, Any]:
    form = GroupForm({"name": ""}, people=COLLEAGUES)
    form.is_valid()
    line = {"people": "Anna Berg, Priya Nair", "edit_url": "?group=g1#group"}
    return {
        "workspace_name": "Alder & Rye",
        "back_url": "/approvals/policies/1/",
        "action_url": "/approvals/policies/1/people/",
        "groups": [
            {"id": "g1", "name": "Legal", "is_shared": True, **line},
            {"id": "g2", "name": "Partners", "is_shared": False, **line},
        ],
        "form": form,
        "editing": "",
        "editing_name": "",
        "hours_form": HoursForm.of(Hours("Europe/Oslo")),
        "may_edit": True,
    }


def me() -> dict[str, Any]:
    absence = AbsenceForm({"starts_on": "2026-12-24", "ends_on": ""}, people=COLLEAGUES)
    absence.is_valid()
    days = {"starts_on": date(2026, 12, 24), "ends_on": date(2026, 12, 31)}
    return {
        "action_url": "/approvals/me/",
        "is_own": False,
        "hours_form": HoursForm.of(Hours("Europe/Oslo")),
        "mail_form": MailingForm(initial={"choice": "digest"}),
        "absence_form": absence,
        "absences": [
            {"id": "a1", "delegate": "Priya Nair", "is_now": True, **days},
            {"id": "a2", "delegate": "", "is_now": False, **days},
        ],
    }


def mailed() -> dict[str, Any]:
    form = DecisionForm({"verdict": "reject"})
    form.is_valid()
    return {
        "is_open": True, "title": "Cardamom bun day", "client": "Alder & Rye", "name": "Anna Berg", "step": "Legal",
        "zone": ZONE, "due_at": DUE, "deadline_at": DUE, "note": "For Friday", "expires_at": DUE,
        "parts": [{"role": "main", "text": TEXT, "link": "https://alder.example"}],
        "pictures": [], "platforms": ["instagram", "x"], "own_words": [{"platform": "x", "text": TEXT}],
        "effect": "If you approve, it goes out at its hour, exactly as you see it here.", "form": form,
    }  # fmt: skip
