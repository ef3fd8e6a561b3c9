"""What members say when they make a review link."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.approvals.services import Invited
from apps.core import clock
from apps.social_accounts import languages

LIVES: Final = [(3, _("3 days")), (7, _("a week")), (14, _("two weeks")), (30, _("30 days")), (90, _("90 days"))]
NEW_GUESTS: Final = (1, 2, 3)


class LinkForm(forms.Form):
    """Guests who were invited before are ticked, others named; each gets a link of their own."""

    guests = forms.MultipleChoiceField(label=_("Who reviews"), required=False, widget=forms.CheckboxSelectMultiple)
    days = forms.TypedChoiceField(label=_("Works for"), coerce=int, initial=14, choices=LIVES)
    title = forms.CharField(
        label=_("Title"), max_length=120, required=False, help_text=_("What the guests read above the posts.")
    )
    passcode = forms.CharField(
        label=_("Passcode"), required=False, min_length=4, max_length=64,
        help_text=_("Asked for when the link is opened. Tell it by another way than the link."),
    )  # fmt: skip
    language = forms.ChoiceField(
        label=_("Language"), required=False, help_text=_("Whoever opens it may choose another.")
    )

    def __init__(self, *args: Any, known: Mapping[UUID, Invited], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        fields: Any = self.fields
        fields["guests"].choices = [(str(pk), _line(one)) for pk, one in known.items()]
        fields["language"].choices = [("", _("As their browser asks")), *languages.choices()]
        for number in NEW_GUESTS:
            fields[f"name_{number}"] = forms.CharField(label=_("Name"), max_length=120, required=False)
            fields[f"email_{number}"] = forms.EmailField(label=_("Mail address"), required=False)

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"name_{number}"], self[f"email_{number}"]) for number in NEW_GUESTS]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        for number in NEW_GUESTS:
            if said.get(f"email_{number}") and not said.get(f"name_{number}"):
                self.add_error(f"name_{number}", _("Say who this is."))
        if not self.errors and not self.invited():
            self.add_error(None, _("Say who the link is for: tick a guest, or name one."))
        return said

    def invited(self) -> list[Invited]:
        said = self.cleaned_data
        ticked = [one for pk, one in self.known.items() if str(pk) in said.get("guests", ())]
        named = [Invited(said.get(f"name_{number}", ""), said.get(f"email_{number}", "")) for number in NEW_GUESTS]
        return [*ticked, *(one for one in named if one.name)]

    def values(self) -> dict[str, Any]:
        """The keywords of `make_links`, besides the posts."""
        said = self.cleaned_data
        return {
            "guests": self.invited(),
            "expires_at": clock.now() + timedelta(days=said["days"]),
            **{name: said[name] for name in ("title", "passcode", "language")},
        }


def _line(one: Invited) -> str:
    return f"{one.name}, {one.email}" if one.email else one.name
