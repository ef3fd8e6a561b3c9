"""Links and what becomes of them, as people type it. What they may be is said by services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.links.errors import LinkRefused
from apps.links.models import Link, LinkSettings
from apps.platforms import registry


class RefusableForm(forms.Form):
    def refuse(self, refused: LinkRefused) -> None:
        self.add_error(refused.field if refused.field in self.fields else None, refused.words)


class LinkForm(RefusableForm):
    destination = forms.CharField(max_length=2000, label=_("Leads to"), widget=forms.URLInput)
    title = forms.CharField(max_length=200, required=False, label=_("Name"), help_text=_("For your team."))
    domain = forms.ChoiceField(required=False, label=_("Domain"))
    expires_at = forms.DateTimeField(
        required=False, label=_("Until"), widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        help_text=_("From then on it says that its time is up. Empty: it never is."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, zone: str, domains: Iterable[tuple[str, str]], link: Link | None = None, **options: Any
    ):
        self.zone = ZoneInfo(zone)
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["domain"].choices = list(domains)
        if link is not None or len(fields["domain"].choices) < 2:
            del self.fields["domain"]
        if link is not None and link.post_id is not None:
            del self.fields["destination"]
        if link is not None and link.code is None:
            del self.fields["expires_at"]

    @classmethod
    def of(cls, link: Link, **choices: Any) -> LinkForm:
        ends = link.expires_at.astimezone(ZoneInfo(choices["zone"])).replace(tzinfo=None) if link.expires_at else None
        shown = {"destination": link.destination, "title": link.title, "expires_at": ends}
        return cls(initial=shown, link=link, **choices)

    def clean_expires_at(self) -> datetime | None:
        said: datetime | None = self.cleaned_data["expires_at"]
        return said.replace(tzinfo=self.zone) if said else None


class LinkDomainForm(RefusableForm):
    host = forms.CharField(
        max_length=253, label=_("Domain"), help_text=_("One for links alone, such as go.example.com."),
    )  # fmt: skip


class LinkSettingsForm(RefusableForm):
    tags = forms.BooleanField(
        required=False, label=_("Add utm parameters"),
        help_text=_("So that your own web statistics know where a visit came from. What an author has written stays."),
    )  # fmt: skip
    medium = forms.CharField(max_length=80, required=False, label=_("utm_medium"))
    campaign = forms.CharField(
        max_length=120, required=False, label=_("utm_campaign"),
        help_text=_("A post that belongs to a campaign carries its name instead."),
    )  # fmt: skip
    sources = forms.CharField(
        required=False, label=_("utm_source by network"), widget=forms.Textarea({"rows": 4}),
        help_text=_("One in each line, such as instagram=ig. Others carry the network's name."),
    )  # fmt: skip
    further = forms.CharField(
        required=False, label=_("Own parameters"), widget=forms.Textarea({"rows": 3}),
        help_text=_("One in each line, such as partner=postroom."),
    )  # fmt: skip
    hosts = forms.CharField(
        required=False, label=_("Only for these sites"), widget=forms.Textarea({"rows": 3}),
        help_text=_("One in each line, such as example.com; those below it are meant too. Empty: every address."),
    )  # fmt: skip
    shortens = forms.BooleanField(
        required=False, label=_("Shorten links"),
        help_text=_("Clicks are counted by day, without cookies; nothing is kept of who it was."),
    )  # fmt: skip
    domain = forms.ChoiceField(required=False, label=_("Domain of short links"))

    def __init__(self, *args: Any, domains: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["domain"].choices = list(domains)

    @classmethod
    def of(cls, rules: LinkSettings, **choices: Any) -> LinkSettingsForm:
        shown = {name: getattr(rules, name) for name in ("tags", "medium", "campaign", "shortens", "domain")}
        lines = {name: _as_lines(getattr(rules, name)) for name in ("sources", "further")}
        return cls(initial={**shown, **lines, "hosts": "\n".join(rules.hosts)}, **choices)

    def clean_sources(self) -> dict[str, str]:
        said = _pairs(self.cleaned_data["sources"])
        if unknown := [name for name in said if name not in registry.names()]:
            raise forms.ValidationError(_("%(name)s is no network."), params={"name": unknown[0]})
        return said

    def clean_further(self) -> dict[str, str]:
        return _pairs(self.cleaned_data["further"])

    def clean_hosts(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["hosts"].splitlines() if line.strip()]


def _pairs(text: str) -> dict[str, str]:
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, equals, value = line.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise forms.ValidationError(_("Write a name, = and a value in each line."))
        found[name.strip()] = value.strip()
    return found


def _as_lines(values: Mapping[str, str]) -> str:
    return "\n".join(f"{name}={value}" for name, value in values.items())
