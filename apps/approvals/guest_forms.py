"""What guests send. Their pages word what is wrong in their own language, so forms only say whether it can be read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from apps.approvals.models import LONGEST_NOTE
from apps.approvals.place_forms import PlaceForm
from apps.approvals.services.reviewing import BY_GUESTS


class GuestDecisionForm(forms.Form):
    """`request` is the version that was before the guest."""

    request = forms.UUIDField()
    verdict = forms.ChoiceField(choices=[(one.value, one.value) for one in sorted(BY_GUESTS)])
    note = forms.CharField(required=False, max_length=LONGEST_NOTE)


class GuestCommentForm(PlaceForm):
    text = forms.CharField(max_length=LONGEST_NOTE)
    thread = forms.UUIDField(required=False)


class GuestTimeForm(forms.Form):
    day = forms.DateField()
    time = forms.TimeField()
    note = forms.CharField(required=False, max_length=LONGEST_NOTE)

    def local(self) -> datetime:
        said: dict[str, Any] = self.cleaned_data
        return datetime.combine(said["day"], said["time"])
