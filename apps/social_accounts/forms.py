"""The shape of what people enter to connect accounts, to let others connect them, and how that looks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms

from apps.core import clock
from apps.core.secrets import Secret
from apps.platforms import registry
from apps.social_accounts import languages
from apps.social_accounts.models import OrganizationApp
from apps.tenants.models import Branding

LINK_LIVES = [(7, "a week"), (14, "two weeks"), (30, "30 days"), (90, "90 days")]


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


class PortalLinkForm(forms.Form):
    """Who gets a link, for what, and for how long."""

    note = forms.CharField(
        max_length=120, required=False, label="For whom", help_text="Only you and your colleagues see this."
    )
    platforms = forms.MultipleChoiceField(label="Networks", widget=forms.CheckboxSelectMultiple)
    max_accounts = forms.IntegerField(
        required=False, min_value=1, max_value=500, label="At most so many accounts", help_text="Empty: no limit."
    )
    days = forms.TypedChoiceField(label="Works for", coerce=int, initial=14, choices=LINK_LIVES)
    language = forms.ChoiceField(required=False, label="Language", help_text="Whoever opens it may choose another.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = sorted(registry.names(), key=registry.label)
        self.fields["platforms"].choices = [(name, registry.label(name)) for name in names]  # type: ignore[attr-defined]
        self.fields["platforms"].initial = names
        self.fields["language"].choices = [("", "As their browser asks"), *languages.choices()]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """The keywords of `make_link`."""
        data = dict(self.cleaned_data)
        days = data.pop("days")
        return {**data, "expires_at": clock.now() + timedelta(days=days)}


class BrandingForm(forms.Form):
    """How pages look that clients see."""

    colour = forms.RegexField(
        r"^#[0-9a-fA-F]{6}\Z", required=False, label="Colour", help_text="Such as #1f7a5c. Text on it stays readable.",
        error_messages={"invalid": "Write a colour as # and six digits or letters, such as #1f7a5c."},
    )  # fmt: skip
    logo = forms.FileField(
        required=False, label="Logo", help_text="PNG, JPEG, WebP or GIF, up to 2 MB.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )  # fmt: skip
    removes_logo = forms.BooleanField(required=False, label="Remove the logo that is there")
    back_url = forms.URLField(
        required=False, max_length=300, assume_scheme="https", label="Your web site",
        help_text="Pages for clients lead back there.",
    )  # fmt: skip
    back_label = forms.CharField(
        required=False, max_length=60, label="Words for the way back", help_text="Empty: your name, in their language."
    )
    hides_product = forms.BooleanField(required=False, label="Leave out \u201cPowered by Postroom\u201d")

    @classmethod
    def of(cls, branding: Branding, data: Any = None, files: Any = None) -> BrandingForm:
        known = ("colour", "back_url", "back_label", "hides_product")
        form = cls(data, files, initial={name: getattr(branding, name) for name in known})
        if not branding.allows_hiding:
            del form.fields["hides_product"]
        if not branding.logo:
            del form.fields["removes_logo"]
        return form

    def clean_back_url(self) -> str:
        address: str = self.cleaned_data["back_url"]
        if address and not address.startswith("https://"):
            raise forms.ValidationError("The address has to begin with https://.")
        return address

    def values(self) -> dict[str, Any]:
        """The keywords of `update_branding`."""
        return {"hides_product": False, **self.cleaned_data}
