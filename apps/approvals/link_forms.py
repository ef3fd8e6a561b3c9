"""What members say when they make a review link."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django import forms

from apps.approvals.services import Invited
from apps.core import clock
from apps.social_accounts import languages

LIVES: Final = [(3, "3 days"), (7, "a week"), (14, "two weeks"), (30, "30 days"), (90, "90 days")]
NEW_GUESTS: Final = (1, 2, 3)


class LinkForm(forms.Form):
    """Guests who were invited before are ticked, others named; each gets a link of their own."""

    guests = forms.MultipleChoiceField(label="Who reviews", required=False, widget=forms.CheckboxSelectMultiple)
    days = forms.TypedChoiceField(label="Works for", coerce=int, initial=14, choices=LIVES)
    title = forms.CharField(
        label="Title", max_length=120, required=False, help_text="What the guests read above the posts."
    )
    passcode = forms.CharField(
        label="Passcode", required=False, min_length=4, max_length=64,
        help_text="Asked for when the link is opened. Tell it by another way than the link.",
    )  # fmt: skip
    language = forms.ChoiceField(label="Language", required=False, help_text="Whoever opens it may choose another.")

    def __init__(self, *args: Any, known: Mapping[UUID, Invited], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        fields: Any = self.fields
        fields["guests"].choices = [(str(pk), _line(one)) for pk, one in known.items()]
        fields["language"].choices = [("", "As their browser asks"), *languages.choices()]
        for number in NEW_GUESTS:
            fields[f"name_{number}"] = forms.CharField(label="Name", max_length=120, required=False)
            fields[f"email_{number}"] = forms.EmailField(label="Mail address", required=False)

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"name_{number}"], self[f"email_{number}"]) for number in NEW_GUESTS]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        for number in NEW_GUESTS:
            if said.get(f"email_{number}") and not said.get(f"name_{number}"):
                self.add_error(f"name_{number}", "Say who this is.")
        if not self.errors and not self.invited():
            self.add_error(None, "Say who the link is for: tick a guest, or name one.")
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
