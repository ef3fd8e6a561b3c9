"""Organizations, workspaces, members."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace as It
from typing import Any

from django import forms

from apps.core.ids import new_id
from apps.tenants.views.audit import AuditForm
from apps.usage.selectors import Gauge, Usage, WorkspaceUse
from tests.dashboard.examples.frame import NOW, ZONE


class SampleForm(forms.Form):
    email = forms.EmailField(label="Mail address", help_text="They get a link that works for seven days.")
    role = forms.ChoiceField(choices=[("manager", "Manager"), ("creator", "Creator")])
    workspaces = forms.MultipleChoiceField(
        choices=[("w1", "Alder & Rye"), ("w2", "Halden Cycles")], widget=forms.CheckboxSelectMultiple
    )
    notify = forms.BooleanField(label="Tell me when they join", required=False)


def form_page() -> dict[str, Any]:
    form = SampleForm({"email": "nora", "role": "manager"})
    form.is_valid()
    return {
        "heading": "Invite a member",
        "lede": "They choose a password themselves.",
        "submit_label": "Send invitation",
        "back_url": "/members/",
        "back_label": "Members",
        "action_url": "/invite/",
        "form": form,
        "remove_url": "/remove/",
        "member_name": "Nora",
        "stop_url": "/stop/",
        "windows_url": "/windows/",
        "archive_url": "/archive/",
        "archive_label": "Archive workspace",
        "archive_question": "Archive Café Luna?",
        "archive_text": "Nothing goes out any more; everything can be read.",
        "role_notes": [
            It(name="Manager", text="plans, publishes, connects accounts"),
            It(name="Creator", text="writes drafts"),
        ],
    }


def keys() -> dict[str, Any]:
    known = It(
        name="Our product",
        masked="pr_live_4kTzQ1aB…",
        is_test=False,
        workspace="All workspaces",
        scopes="Social accounts, Posts and publications",
        addresses="203.0.113.0/24",
        last_used_at=NOW,
        expires_at=NOW,
        overlaps_until=NOW,
        state="",
        roll_url="/roll/",
        revoke_url="/revoke/",
    )
    over = It(**{
        **vars(known), "name": "The old one", "is_test": True, "state": "revoked", "last_used_at": None,
        "expires_at": None, "overlaps_until": None, "roll_url": "", "revoke_url": "",
    })  # fmt: skip
    return {"keys": [known, over], "open": 1, "most": 50, "zone": ZONE, "make_url": "/make/", "docs_url": "/docs/"}


def audit() -> dict[str, Any]:
    def row(who: str, what: str, subject: str, workspace: str, *changes: tuple[str, str]) -> It:
        return It(
            at=NOW, who=who, who_url="?actor=1", what=what, subject=subject, subject_url="?subject=1",
            workspace=workspace, address="203.0.113.0/24", changes=changes,
        )  # fmt: skip

    return {
        "rows": [
            row("Jonas Weber", "workspace.updated", "workspace", "Alder & Rye", ("timezone", "UTC → Europe/Oslo")),
            row("Our product (API key)", "post.created", "post", "Halden Cycles"),
            row("Postroom", "account.signed_out", "social account", ""),
        ],
        "form": AuditForm({"verb": "post.*", "actor": "1" * 32}, workspaces=[]),
        "is_narrowed": True, "zone": ZONE, "list_url": "/audit/", "newest_url": "?",
        "older_url": "?before=1", "file_url": "/audit.csv", "most": 10_000,
    }  # fmt: skip


def key_shown_once() -> dict[str, Any]:
    key = It(name="Our product", expires_at=NOW)
    text = "pr_live_" + "a" * 36
    return {"key": key, "text": text, "hours": 24, "zone": ZONE, "back_url": "/settings/api-keys/"}


def members() -> dict[str, Any]:
    return {
        "members": [
            It(
                name="Priya Nair",
                email="priya@northlight.example",
                role="Owner",
                workspaces="All workspaces",
                has_mfa=True,
                joined_at=NOW,
                url="",
                is_you=True,
            ),
            It(
                name="Tomás Herrera",
                email="tomas@northlight.example",
                role="Creator",
                workspaces="Alder & Rye",
                has_mfa=False,
                joined_at=NOW,
                url="/members/2/",
                is_you=False,
            ),
        ],
        "invitations": [
            It(
                email="nora@alderandrye.example",
                role="Approver",
                workspaces="Alder & Rye",
                expires_at=NOW,
                invited_by="Priya Nair",
                resend_url="/resend/",
                revoke_url="/revoke/",
            )
        ],
        "invite_url": "/invite/",
        "zone": ZONE,
    }


def workspaces() -> dict[str, Any]:
    def workspace(name: str, zone: str, **changes: Any) -> It:
        return It(
            **(
                {
                    "id": name,
                    "name": name,
                    "timezone": zone,
                    "accounts": 3,
                    "planned": 12,
                    "note": "",
                    "is_current": False,
                    "is_archived": False,
                    "is_test": False,
                    "edit_url": "/edit/",
                }
                | changes
            )
        )

    return {
        "workspaces": [
            workspace("Alder & Rye", ZONE, is_current=True),
            workspace("Halden Cycles", "America/New_York", note="halden-01"),
            workspace("Old client", "UTC", is_archived=True),
            workspace("Trying out", "UTC", is_test=True),
        ],
        "switch_url": "/switch/",
        "new_url": "/new/",
    }


def invitation() -> dict[str, Any]:
    return {
        "organization_name": "Northlight Agency",
        "invited_by": "Priya Nair",
        "role": "creator",
        "email": "nora@alderandrye.example",
        "workspaces": "for Alder & Rye",
        "problem": "",
        "is_signed_in": False,
        "signed_in_as": "",
        "accept_url": "/accept/",
        "sign_in_url": "/in/",
        "sign_up_url": "/up/",
    }


def profile() -> dict[str, Any]:
    return {
        "form": SampleForm(),
        "action_url": "/profile/",
        "email": "priya@northlight.example",
        "email_url": "/email/",
        "password_url": "/password/",
        "mfa_url": "/mfa/",
        "has_mfa": True,
        "leave_url": "/leave/",
        "organization_name": "Northlight Agency",
    }


def switch() -> dict[str, Any]:
    return {
        "organizations": [
            It(id="o1", name="Northlight Agency", note="3 workspaces, owner"),
            It(id="o2", name="Papaya Studio", note="1 workspace, creator"),
        ],
        "switch_url": "/switch/",
        "sign_out_url": "/out/",
    }


def usage() -> dict[str, Any]:
    uses = (
        WorkspaceUse(new_id(), "Alder & Rye", 700, 12, None),
        WorkspaceUse(new_id(), "Halden Cycles", 45, 3, 50),
        WorkspaceUse(new_id(), "Maren Coast Hotels", 200, 0, 200),
    )
    gauges = (
        Gauge("Publications", 945, 1000),
        Gauge("Workspaces", 3, 25),
        Gauge("Members", 10, 10),
        Gauge("Files", 7, None),
    )
    return {
        "usage": Usage("PRO", date(2026, 10, 1), date(2026, 11, 1), ZONE, gauges, uses),
        "rows": [{"use": use, "url": "/limit/"} for use in uses],
        "months": [{"label": "October 2026", "url": "/usage/2026/10.csv"}],
    }
