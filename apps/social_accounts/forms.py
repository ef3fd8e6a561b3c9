"""The shape of what people enter to connect an account."""

from django import forms

from apps.platforms import registry


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
