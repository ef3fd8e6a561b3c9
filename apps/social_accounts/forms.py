"""The shape of what people enter to connect an account, and to connect with an app of their own."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.core.secrets import Secret
from apps.platforms import registry
from apps.social_accounts.models import OrganizationApp


class ConnectForm(forms.Form):
    platform = forms.ChoiceField()
    address = forms.CharField(required=False, max_length=300)
    method = forms.ChoiceField(choices=[("oauth", "Consent page"), ("app_password", "App password")], required=False)
    app_password = forms.CharField(required=False, max_length=200, strip=True, widget=forms.PasswordInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["platform"].choices = [(name, registry.label(name)) for name in registry.names()]  # type: ignore[attr-defined]

    @property
    def by_password(self) -> bool:
        return bool(self.cleaned_data.get("method") == "app_password")

    @property
    def first_error(self) -> str:
        return str(next(iter(self.errors.values()))[0]) if self.errors else ""


class AppForm(forms.Form):
    """An organization's app. Its secret goes in and never comes out; empty keeps the one that is stored."""

    client_id = forms.CharField(
        max_length=500,
        label="Client id",
        help_text="Also called app id or client key.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    client_secret = forms.CharField(
        max_length=500,
        required=False,
        label="Client secret",
        help_text="It is stored encrypted and never shown again.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    confirmed = forms.BooleanField(required=False, label="Replace the app all the same", widget=forms.HiddenInput)

    @classmethod
    def of(cls, app: OrganizationApp | None) -> AppForm:
        form = cls(initial={"client_id": app.client_id} if app else None)
        if app and app.secret_hint:
            hint = f"Stored; it ends in {app.secret_hint}. Leave this empty to keep it."
            form.fields["client_secret"].help_text = hint
        return form

    def ask_to_confirm(self, accounts: int) -> None:
        """Show the box that has to be ticked before other people's connections are touched."""
        self.fields["confirmed"].widget = forms.CheckboxInput()
        what = "1 account was" if accounts == 1 else f"{accounts} accounts were"
        self.add_error(
            "confirmed",
            f"{what} connected with the app in use. They go on with it for as long as it exists at the platform, and "
            "have to be reconnected to move to the new one. Enter the secret once more and tick the box to replace it.",
        )

    def values(self) -> dict[str, Any]:
        """The keywords of `enter_app`."""
        data = self.cleaned_data
        return {
            "client_id": data["client_id"].strip(),
            "client_secret": Secret(data["client_secret"].strip()),
            "confirmed": data["confirmed"],
        }


class ReturnOriginForm(forms.Form):
    origin = forms.CharField(
        max_length=255,
        label="Origin",
        help_text="Such as https://app.example.com: scheme and host, and nothing behind them.",
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
    )
