"""Shape and wording of what people type about themselves, their organization and their members."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.contrib.auth import password_validation
from django.http import HttpRequest

from apps.tenants.errors import Refused
from apps.tenants.keys import Mode
from apps.tenants.models import Organization, User, Workspace
from apps.tenants.permissions import Role
from apps.tenants.scopes import choices
from apps.tenants.zones import validate_zone

ROLE_NOTES = {
    Role.OWNER: "Everything, including other owners.",
    Role.ADMIN: "Everything in every workspace, except making or removing owners.",
    Role.MANAGER: "Plans and publishes, connects accounts and changes the settings of their workspaces.",
    Role.CREATOR: "Writes posts and puts pictures into the library of their workspaces.",
    Role.APPROVER: "Reads and signs off in their workspaces.",
    Role.VIEWER: "Reads in their workspaces and changes nothing.",
}


class ServiceForm(forms.Form):
    """A form whose service may still refuse; the refusal is shown beside the field it is about."""

    def refuse(self, refused: Refused) -> None:
        self.add_error(refused.field if refused.field in self.fields else None, str(refused))


class ZoneField(forms.ChoiceField):
    """A time zone by its IANA name."""

    def __init__(self, **options: Any) -> None:
        names = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix")))
        super().__init__(choices=[("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)], **options)

    def valid_value(self, value: Any) -> bool:
        # A zone that was stored under an older name stays good.
        try:
            validate_zone(str(value))
        except forms.ValidationError:
            return False
        return True


class OrganizationForm(ServiceForm):
    name = forms.CharField(max_length=120, label="Name", help_text="As your clients know you.")
    timezone = ZoneField(label="Time zone", help_text="New workspaces start with it.")

    @classmethod
    def blank(cls) -> OrganizationForm:
        """For a new organization; a script puts in the zone that the browser is in."""
        form = cls(initial={"timezone": "UTC"})
        form.fields["timezone"].widget.attrs["data-guess-zone"] = True
        return form

    @classmethod
    def of(cls, organization: Organization) -> OrganizationForm:
        return cls(initial={"name": organization.name, "timezone": organization.timezone})


class WorkspaceForm(ServiceForm):
    name = forms.CharField(max_length=120, label="Client", help_text="One workspace for each client.")
    timezone = ZoneField(label="Time zone", help_text="In which this client's posts are planned.")
    external_ref = forms.CharField(
        max_length=200, required=False, label="Your reference", help_text="Your own number or name for this client."
    )
    too_late_hours = forms.IntegerField(
        min_value=1, max_value=168, required=False, label="Publish late posts for up to (hours)",
        help_text="After an outage, a post later than this waits for a person. Empty: 6 hours.",
    )  # fmt: skip
    alt_text_required = forms.BooleanField(
        required=False, label="Ask for alt text on every picture",
        help_text="Posts go out only when each picture has words for people who cannot see it.",
    )  # fmt: skip

    @classmethod
    def of(cls, workspace: Workspace) -> WorkspaceForm:
        late = workspace.too_late_after
        initial = {name: getattr(workspace, name) for name in ("name", "timezone", "external_ref", "alt_text_required")}
        return cls(initial={**initial, "too_late_hours": int(late.total_seconds() // 3600) if late else None})

    def values(self) -> dict[str, Any]:
        """The keywords of the services that create and change a workspace."""
        data = dict(self.cleaned_data)
        hours = data.pop("too_late_hours")
        return {**data, "too_late_after": timedelta(hours=hours) if hours else None}


class NewWorkspaceForm(WorkspaceForm):
    """The same for one that is about to be made; whether it is for tests is never changed later."""

    is_test = forms.BooleanField(
        required=False, label="Only for tests",
        help_text="Its accounts are at simulated networks, and nothing in it reaches a real one. It stays a test.",
    )  # fmt: skip


class RoleForm(ServiceForm):
    """A role, and the workspaces in which it holds unless it is for all of the organization."""

    role = forms.ChoiceField(label="Role")
    workspaces = forms.MultipleChoiceField(
        required=False, label="Workspaces", widget=forms.CheckboxSelectMultiple,
        help_text="Owners and admins see all of them.",
    )  # fmt: skip
    access_until = forms.DateField(
        required=False, label="Access ends after", help_text="Empty: it does not end by itself.",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )  # fmt: skip

    def __init__(self, *args: Any, workspaces: Iterable[Workspace], owners_too: bool, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(zone)
        roles = [role for role in Role if owners_too or role != Role.OWNER]
        self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]
        choices = [(str(row.pk), row.name) for row in workspaces]
        self.fields["workspaces"].choices = choices  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """The role and workspaces as services take them."""
        return {"role": Role(self.cleaned_data["role"]), "workspace_ids": self.cleaned_data["workspaces"]}

    def until(self) -> datetime | None:
        """The end of the last day, on the organization's wall clock."""
        last_day = self.cleaned_data["access_until"]
        return datetime.combine(last_day + timedelta(days=1), time(), tzinfo=self.zone) if last_day else None


class InvitationForm(RoleForm):
    email = forms.EmailField(max_length=254, label="Email address")
    field_order = ("email", "role", "workspaces")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].initial = Role.CREATOR.value
        known = [value for value, _ in self.fields["workspaces"].choices]  # type: ignore[attr-defined]
        if len(known) == 1:
            self.fields["workspaces"].initial = known
        del self.fields["access_until"]


class KeyForm(ServiceForm):
    """A new API key: what it is for, what it may do, and where."""

    name = forms.CharField(max_length=80, label="Name", help_text="Which program it is for.")
    mode = forms.ChoiceField(
        label="Kind",
        choices=[(Mode.LIVE.value, "Live"), (Mode.TEST.value, "Test: for test workspaces, nothing goes out")],
    )
    workspace = forms.ChoiceField(required=False, label="Workspace", help_text="It sees this one and no other.")
    scopes = forms.MultipleChoiceField(label="What it may do", widget=forms.CheckboxSelectMultiple)
    allowed_addresses = forms.CharField(
        max_length=1000, required=False, label="Allowed addresses",
        help_text="Addresses and networks with commas between. Empty: from everywhere.",
    )  # fmt: skip
    expires_on = forms.DateField(
        required=False, label="Ends after", help_text="Empty: it does not end by itself.",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )  # fmt: skip

    def __init__(
        self, *args: Any, workspaces: Iterable[Workspace], scopes: Iterable[str], zone: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.places = ZoneInfo(zone), {str(row.pk): row for row in workspaces}
        named = [(str(row.pk), f"{row.name} (test)" if row.is_test else row.name) for row in self.places.values()]
        self.fields["workspace"].choices = [("", "All workspaces"), *named]  # type: ignore[attr-defined]
        self.fields["scopes"].choices = choices(scopes)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """The keywords of `make_key`."""
        data = dict(self.cleaned_data)
        last_day = data.pop("expires_on")
        until = datetime.combine(last_day + timedelta(days=1), time(), tzinfo=self.zone) if last_day else None
        return {
            **data,
            "mode": Mode(data["mode"]),
            "workspace": self.places.get(data["workspace"]),
            "allowed_addresses": data["allowed_addresses"].replace(",", " ").split(),
            "expires_at": until,
        }


class ProfileForm(ServiceForm):
    name = forms.CharField(max_length=150, label="Name", help_text="As your colleagues see you.")


class SignUpForm(forms.Form):
    """What sign-up asks beside email address and password; allauth builds its own form on this one."""

    name = forms.CharField(max_length=150, label="Name", widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ("name", "email", "password1")

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class JoinForm(ServiceForm):
    """A person without an account makes one on the way in."""

    name = forms.CharField(max_length=150, label="Name", widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label="Password", strip=False, help_text="At least ten characters.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        person = User(email=self.email, name=self.cleaned_data.get("name", ""))
        password_validation.validate_password(password, person)
        return password
