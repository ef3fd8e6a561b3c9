"""What an organization may say about its workspaces' use."""

from __future__ import annotations

from django import forms


class OwnLimitForm(forms.Form):
    monthly = forms.IntegerField(
        required=False, min_value=0, max_value=2_000_000_000, label="Publications a month", help_text="Empty: no limit."
    )
