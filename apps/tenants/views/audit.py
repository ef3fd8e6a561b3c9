"""Who did what: the diary of the organization, for those who answer for it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.audit.models import Entry
from apps.audit.selectors import Wanted, entries
from apps.core.actors import ActorKind
from apps.core.spreadsheets import safe_text
from apps.tenants.access import MemberRequest, page
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from apps.tenants.selectors import names_of_actors

PAGE: Final = 50
MOST_IN_A_FILE: Final = 10_000
COLUMNS: Final = ("at", "who", "kind", "verb", "subject_type", "subject_id", "workspace_id", "address", "diff")
NOBODY: Final = {
    ActorKind.SYSTEM: "Postroom",
    ActorKind.OPERATOR: "The operator",
    ActorKind.GUEST: "Somebody with a link",
    ActorKind.KEY: "A key that is gone",
    ActorKind.USER: "Somebody who has left",
}


class AuditForm(forms.Form):
    """What is looked for. Days are those of the organization; the last one is included."""

    verb = forms.CharField(
        max_length=64, required=False, label="What", widget=forms.TextInput(attrs={"placeholder": "post.*"})
    )
    workspace = forms.ChoiceField(required=False, label="Workspace")
    since = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label="To", widget=forms.DateInput(attrs={"type": "date"}))
    # People come to these two by links in the list.
    subject = forms.CharField(max_length=64, required=False, label="About", widget=forms.HiddenInput)
    actor = forms.CharField(max_length=64, required=False, label="By", widget=forms.HiddenInput)
    before = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, workspaces: Sequence[Workspace], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(row.pk), row.name) for row in workspaces]
        self.fields["workspace"].choices = [("", "All workspaces"), *named]  # type: ignore[attr-defined]

    def clean_subject(self) -> UUID | None:
        return self._id("subject")

    def clean_actor(self) -> UUID | None:
        return self._id("actor")

    def _id(self, name: str) -> UUID | None:
        if not (text := self.cleaned_data[name]):
            return None
        if (found := ids.read_any(text)) is None:
            raise forms.ValidationError("This is no id.")
        return found

    def wanted(self, zone: str) -> Wanted:
        data = self.cleaned_data if self.is_valid() else {}
        since, until = data.get("since"), data.get("until")
        return Wanted(
            actor_id=data.get("actor"),
            subject_id=data.get("subject"),
            workspace_id=UUID(data["workspace"]) if data.get("workspace") else None,
            verb=data.get("verb", ""),
            since=_midnight(since, zone) if since else None,
            until=_midnight(until + timedelta(days=1), zone) if until else None,
        )


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A line: `what` is the verb, `changes` the diff in a few words."""

    at: datetime
    who: str
    who_url: str
    what: str
    subject: str
    subject_url: str
    workspace: str
    address: str
    changes: tuple[tuple[str, str], ...]


@require_safe
@page("audit.view")
def audit(request: MemberRequest) -> HttpResponse:
    """The newest first, fifty at a time."""
    own = request.member.organization
    places = list(Workspace.objects.order_by("name"))
    form = AuditForm(request.GET or None, workspaces=places)
    wanted = form.wanted(own.timezone)
    rows = entries(wanted).order_by("-pk")
    before = form.cleaned_data.get("before") if form.is_bound and form.is_valid() else None
    found = list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])
    asked = {name: value for name, value in request.GET.items() if value and name in AuditForm.base_fields}
    older = urlencode({**asked, "before": found[PAGE - 1].pk}) if len(found) > PAGE else ""
    asked.pop("before", None)
    facts = {
        "rows": _rows(found[:PAGE], {row.pk: row.name for row in places}),
        "form": form,
        "is_narrowed": bool(asked),
        "zone": own.timezone,
        "list_url": reverse("tenants:audit"),
        "newest_url": f"?{urlencode(asked)}" if before else "",
        "older_url": f"?{older}" if older else "",
        "file_url": f"{reverse('tenants:audit_file')}?{urlencode(asked)}",
        "most": MOST_IN_A_FILE,
    }
    return TemplateResponse(request, "tenants/audit.html", facts, status=422 if form.errors else 200)


@require_safe
@page("audit.view")
def audit_file(request: MemberRequest) -> HttpResponse:
    """The same as CSV, up to ten thousand lines."""
    form = AuditForm(request.GET or None, workspaces=list(Workspace.objects.all()))
    found = list(entries(form.wanted(request.member.organization.timezone)).order_by("-pk")[:MOST_IN_A_FILE])
    names = names_of_actors(found)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(_line(entry, names) for entry in found)
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone))


def _rows(found: Sequence[Entry], places: dict[UUID, str]) -> list[AuditRow]:
    names = names_of_actors(found)
    return [
        AuditRow(
            at=entry.created_at,
            who=_who(entry, names),
            who_url=f"?{urlencode({'actor': entry.actor_id})}" if entry.actor_id else "",
            what=entry.verb,
            subject=ids.subject(entry.subject_type, entry.subject_id)["type"].replace("_", " "),
            subject_url=f"?{urlencode({'subject': entry.subject_id})}",
            workspace=places.get(entry.workspace_id, "") if entry.workspace_id else "",
            address=entry.address,
            changes=_changes(entry),
        )
        for entry in found
    ]


def _line(entry: Entry, names: dict[UUID, str]) -> list[str]:
    said = (
        entry.created_at.isoformat(), _who(entry, names), entry.actor_kind, entry.verb, entry.subject_type,
        str(entry.subject_id), str(entry.workspace_id or ""), entry.address,
        "; ".join(f"{name}: {value}" for name, value in _changes(entry)),
    )  # fmt: skip
    # Text that begins like a formula stays text in a spreadsheet.
    return [safe_text(text) for text in said]


def _who(entry: Entry, names: dict[UUID, str]) -> str:
    if entry.actor_id in names:
        return names[entry.actor_id]
    return NOBODY.get(ActorKind(entry.actor_kind), entry.actor_kind)


def _changes(entry: Entry) -> tuple[tuple[str, str], ...]:
    """What changed, a name and a value each; of a pair the second is what it became."""
    return tuple((name.replace("_", " "), _value(value)) for name, value in entry.diff.items())


def _value(value: Any) -> str:
    if isinstance(value, list) and len(value) == 2 and not isinstance(value[1], list):
        return f"{_value(value[0])} → {_value(value[1])}"
    if isinstance(value, list):
        return ", ".join(map(_value, value)) or "none"
    return "none" if value in (None, "") else str(value)
