"""Shape and wording of what people enter about webhook endpoints; its meaning is checked in services."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms

from apps.events.catalogue import CATALOGUE
from apps.tenants.models import Workspace
from apps.webhooks.errors import EndpointRefused

HEADINGS: Final = {
    "post": "Posts", "publication": "Publications", "publishing": "Stops", "comment": "Comments and replies",
    "approval": "Approvals", "account": "Social accounts", "breaker": "Platforms that do not answer", "media": "Files",
    "import": "Imports", "erasure": "Erasures", "export": "Exports", "organization": "Organization",
    "workspace": "Workspaces", "member": "Members", "invitation": "Invitations", "webhook": "Webhooks",
    "usage": "Usage", "snapshot": "Figures",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    words: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Events that begin with the same noun."""

    label: str
    choices: tuple[Choice, ...]

    @property
    def chosen(self) -> int:
        return sum(choice.is_chosen for choice in self.choices)


class EndpointForm(forms.Form):
    url = forms.CharField(max_length=1000, label="Address", help_text="https, and reachable from the internet.")
    description = forms.CharField(
        max_length=200, required=False, label="Name", help_text="Which program listens there. For you alone."
    )
    workspace = forms.ChoiceField(required=False, label="Workspace", help_text="It is told of this one and no other.")
    events = forms.MultipleChoiceField(required=False, choices=[(name, name) for name in CATALOGUE])

    def __init__(self, *args: Any, workspaces: Iterable[Workspace], may_be_all: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {str(row.pk): row for row in workspaces}
        everywhere = [("", "All workspaces")] if may_be_all else []
        named = [(str(row.pk), row.name) for row in self.places.values()]
        self.fields["workspace"].choices = [*everywhere, *named]  # type: ignore[attr-defined]
        self.fields["workspace"].required = not may_be_all

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name != "events"]

    @property
    def groups(self) -> list[Group]:
        chosen = set(self["events"].value() or ())
        found: dict[str, list[Choice]] = {}
        for name, words in CATALOGUE.items():
            noun = name.partition(".")[0]
            found.setdefault(HEADINGS.get(noun, noun.capitalize()), []).append(Choice(name, words, name in chosen))
        return [Group(label, tuple(choices)) for label, choices in found.items()]

    def values(self) -> dict[str, Any]:
        """The keywords of `make_endpoint`."""
        return {**self.cleaned_data, "workspace": self.places.get(self.cleaned_data["workspace"])}

    def refuse(self, refused: EndpointRefused) -> None:
        self.add_error(refused.field if refused.field in self.fields else None, refused.words)


class ChangeForm(EndpointForm):
    """What can be changed later: all but the workspace."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, workspaces=(), may_be_all=True, **kwargs)
        del self.fields["workspace"]

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class AgainForm(forms.Form):
    """From when to when it is sent again, on the clock of the organization."""

    since = forms.DateTimeField(label="From", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    until = forms.DateTimeField(
        label="To", required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="Empty: until now.",
    )  # fmt: skip
    everything = forms.BooleanField(label="What it has taken as well", required=False)

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(zone)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        since, until = said.get("since"), said.get("until")
        if since and until and until <= since:
            self.add_error("until", "It ends before it begins.")
        return said

    def values(self) -> dict[str, Any]:
        """The keywords of `redeliver`."""
        said = self.cleaned_data
        until = self._instant(said["until"]) if said["until"] else None
        return {"since": self._instant(said["since"]), "until": until, "only_failed": not said["everything"]}

    def _instant(self, at: datetime) -> datetime:
        return at.replace(tzinfo=self.zone)
