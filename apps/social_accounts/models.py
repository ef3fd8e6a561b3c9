"""Connected accounts and their credentials."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from apps.core import clock
from apps.core.fields import SecretField
from apps.core.models import OrganizationOwned, Row, WorkspaceOwned
from apps.social_accounts.states import PUBLISHES, AccountState, GrantState, JourneyState


class OAuthAppQuerySet(models.QuerySet["OAuthApp"]):
    def real(self) -> Self:
        """The apps that platforms themselves know: their secrets prove who sent a notice. Those of the simulation are
        public knowledge and prove nothing."""
        return self.filter(is_test=False)


class OAuthApp(Row):
    """The application that Postroom is at one platform server: the operator's own, or registered there by Postroom.

    `server` is empty where the platform has one home, and the instance's origin for Mastodon. Rows belong to the
    deployment, not to a tenant.
    """

    platform = models.CharField(max_length=32)
    is_test = models.BooleanField(default=False, help_text="It is an app of the simulation that tests are sent to.")
    server = models.CharField(max_length=255, blank=True)
    redirect_uri = models.CharField(
        max_length=500, blank=True, help_text="The address it was registered with, where that matters."
    )
    client_id = models.CharField(max_length=500)
    client_secret = SecretField(blank=True)
    scopes = models.JSONField(default=list, blank=True, help_text="What it was registered for, where that is said.")

    objects = OAuthAppQuerySet.as_manager()

    class Meta:
        verbose_name = "OAuth app"
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "is_test", "server", "redirect_uri"], name="one_app_for_each_server_and_redirect"
            )
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.server}".strip()


class OrganizationApp(OrganizationOwned):
    """The application that an organization has registered at a platform for itself (BYOK); it goes before the
    operator's.

    One of them is in use for each platform. One that was replaced stays for as long as a grant hangs on it, for tokens
    are refreshed by the app that they were given to.
    """

    platform = models.CharField(max_length=32)
    client_id = models.CharField(max_length=500)
    client_secret = SecretField()
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganizationOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "platform"],
                condition=Q(replaced_at=None),
                name="one_app_of_an_organization_in_use",
            )
        ]

    def __str__(self) -> str:
        return f"{self.platform} of {self.organization_id}"

    @property
    def secret_hint(self) -> str:
        """How the secret ends, for whoever has two of them; nothing of a short one."""
        text = self.client_secret.reveal()
        return text[-4:] if len(text) >= 16 else ""


@dataclass(frozen=True, slots=True)
class Sender:
    """An organization's own app that signed something: it speaks for accounts of that organization alone, and of these
    for those that hang on it."""

    organization_id: UUID
    app_id: UUID


class SignedRow(Row):
    """Something that a platform sent, signed by an app of ours: by the operator's where both columns are empty, or else
    by an organization's own.

    The row belongs to the deployment and may outlive that app. So these are ids and no references: emptied, they would
    say that the operator's app had signed, which speaks for everybody.
    """

    of_organization = models.UUIDField(null=True, blank=True, editable=False)
    of_app = models.UUIDField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def sender(self) -> Sender | None:
        """The organization's app that signed; None where it was the operator's."""
        if self.of_organization is None or self.of_app is None:
            return None
        return Sender(self.of_organization, self.of_app)


def signed_by(sender: Sender | None) -> dict[str, UUID]:
    """The columns by which a row remembers who signed it."""
    return {"of_organization": sender.organization_id, "of_app": sender.app_id} if sender else {}


# Half a sender would be taken for the operator.
WHOLE_SENDER = Q(of_organization=None, of_app=None) | Q(of_organization__isnull=False, of_app__isnull=False)


class Grant(OrganizationOwned):
    """What one consent gave: the tokens of one person at one platform. `version` guards every change of tokens.

    Grants of one `family` hang on one sign-in of one person (Pages and the Instagram accounts linked to them). One that
    `is_test` was given by the simulation, and is shown to nobody else.
    """

    platform = models.CharField(max_length=32)
    is_test = models.BooleanField(default=False, editable=False)
    app = models.ForeignKey(OAuthApp, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    organization_app = models.ForeignKey(
        OrganizationApp, null=True, blank=True, on_delete=models.RESTRICT, related_name="grants"
    )
    server = models.CharField(max_length=255, blank=True)
    remote_user_id = models.CharField(max_length=255)
    access_token = SecretField(blank=True)
    refresh_token = SecretField(blank=True)
    extra = SecretField(blank=True, help_text="Further secrets of the platform, as JSON.")
    facts = models.JSONField(default=dict)
    scopes = models.JSONField(default=list)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: the platform did not say.")
    refresh_expires_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=16, choices=GrantState.choices, default=GrantState.ACTIVE)
    version = models.PositiveIntegerField(default=1)
    ends_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When a person has to reconnect, as forecast. Empty: it renews itself.",
    )
    refresh_at = models.DateTimeField(null=True, blank=True, help_text="When new tokens are asked for next.")
    refresh_tries = models.PositiveSmallIntegerField(default=0, help_text="Since new tokens last came.")
    refresh_started_at = models.DateTimeField(
        null=True, blank=True, help_text="One refresher at a time: its lease, and its intent to ask the platform."
    )
    family = models.CharField(max_length=200, blank=True)

    class Meta(OrganizationOwned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(app=None) | Q(organization_app=None), name="a_grant_was_given_to_one_app"
            ),
            models.CheckConstraint(
                condition=Q(is_test=False) | Q(organization_app=None), name="a_test_uses_no_app_of_the_organization"
            ),
        ]
        indexes = [
            models.Index(fields=["refresh_at"], condition=Q(refresh_at__isnull=False), name="grants_to_refresh"),
            models.Index(fields=["family"], condition=~Q(family=""), name="grants_of_a_family"),
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.remote_user_id}"

    @property
    def issuer(self) -> OAuthApp | OrganizationApp | None:
        """The app that the tokens were given to, and that alone can refresh them; None after an app password."""
        found: OAuthApp | OrganizationApp | None = self.organization_app or self.app
        return found


class SocialAccount(WorkspaceOwned):
    """A channel of a grant, connected to a workspace. Reconnecting keeps the row, so that posts keep their target.

    `is_test` is what its workspace is, and its grant: on PostgreSQL foreign keys hold the three together, so that a
    publication, which cannot leave its workspace, is exactly as much of a test as the account that it goes to.
    """

    grant = models.ForeignKey(Grant, null=True, blank=True, on_delete=models.SET_NULL, related_name="accounts")
    platform = models.CharField(max_length=32)
    is_test = models.BooleanField(default=False, editable=False)
    kind = models.CharField(max_length=32, default="profile")
    remote_id = models.CharField(max_length=255)
    handle = models.CharField(max_length=255)
    name = models.CharField(max_length=255, blank=True)
    url = models.CharField(max_length=500, blank=True)
    limits = models.JSONField(
        default=dict, help_text="Where the account's own server differs from the platform's numbers."
    )
    choices = models.JSONField(
        default=dict, blank=True, help_text="By option, what may be chosen at the platform: [[value, label], ...]."
    )
    choices_read_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=24, choices=AccountState.choices, default=AccountState.ACTIVE)
    reason = models.CharField(max_length=500, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    check_at = models.DateTimeField(default=clock.now, help_text="When the platform is asked next how the account is.")
    connected_at = models.DateTimeField()
    connected_by = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(WorkspaceOwned.Meta):
        ordering = ["platform", "handle"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "platform", "remote_id"], name="each_channel_once_in_a_workspace"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(PUBLISHES)) | Q(grant__isnull=False), name="an_active_account_has_a_grant"
            ),
        ]
        indexes = [
            models.Index(fields=["check_at"], name="accounts_by_check"),
            models.Index(fields=["choices_read_at"], name="accounts_by_choices"),
        ]

    def __str__(self) -> str:
        return f"{self.platform} @{self.handle}"

    def introduce(self, *, handle: str, name: str, url: str) -> None:
        """Take over how the platform presents the account, as far as it fits; an empty handle or name changes nothing.

        Servers that anybody may run say these, so an address that is no web page is none.
        """
        self.handle = _clean(handle, 255) or self.handle
        self.name = _clean(name, 255) or self.name
        if url.startswith(("https://", "http://")) and len(url) <= 500:
            self.url = _clean(url, 500)


def _clean(text: str, longest: int) -> str:
    return text.replace("\0", "")[:longest]


class ReturnOrigin(OrganizationOwned):
    """A place on the web that people may be sent back to after a consent; nothing else is ever redirected to."""

    origin = models.CharField(max_length=255, help_text="Such as https://app.example.com")

    class Meta(OrganizationOwned.Meta):
        ordering = ["origin"]
        constraints = [models.UniqueConstraint(fields=["organization", "origin"], name="each_return_origin_once")]

    def __str__(self) -> str:
        return self.origin


class PortalLink(WorkspaceOwned):
    """A link for somebody without a seat, who connects accounts of this client with it; of its token only a hash is
    kept. With `reconnects` it is for that one account, and over once that is connected again."""

    token_hash = models.CharField(max_length=64, unique=True)
    note = models.CharField(max_length=120, blank=True, help_text="Who it is for, as members see it.")
    platforms = models.JSONField(default=list)
    max_accounts = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty: no limit.")
    connected = models.PositiveSmallIntegerField(default=0, help_text="Accounts that came by it so far.")
    language = models.CharField(max_length=16, blank=True, help_text="Empty: the browser's.")
    reconnects = models.ForeignKey(SocialAccount, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    return_url = models.CharField(max_length=500, blank=True)
    is_chosen_elsewhere = models.BooleanField(default=False)
    look = models.JSONField(
        default=dict, blank=True, help_text="Where its pages look otherwise than the organization's: colour, way back."
    )
    made_by = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    spent_at = models.DateTimeField(null=True, blank=True, help_text="When a reconnect has done what it was for.")

    class Meta(WorkspaceOwned.Meta):
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(max_accounts=None) | Q(connected__lte=models.F("max_accounts")),
                name="a_portal_link_keeps_to_its_limit",
            )
        ]

    def __str__(self) -> str:
        return self.note or f"Portal link of {self.workspace_id}"

    def is_open(self, now: datetime) -> bool:
        return self.revoked_at is None and self.spent_at is None and self.expires_at > now

    @property
    def left(self) -> int | None:
        """How many accounts may still come by it; None: no limit."""
        return None if self.max_accounts is None else max(self.max_accounts - self.connected, 0)


class ConnectSession(WorkspaceOwned):
    """One journey to a consent page and back: its state is used once, within minutes, by the browser that began it.

    It is a member's, or that of somebody who came by a portal link."""

    user = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    link = models.ForeignKey(PortalLink, null=True, blank=True, on_delete=models.CASCADE, related_name="sessions")
    platform = models.CharField(max_length=32)
    app = models.ForeignKey(OAuthApp, null=True, on_delete=models.CASCADE, related_name="+")
    organization_app = models.ForeignKey(OrganizationApp, null=True, on_delete=models.CASCADE, related_name="+")
    server = models.CharField(max_length=255, blank=True)
    reconnects = models.ForeignKey(SocialAccount, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    state_hash = models.CharField(max_length=64, unique=True)
    browser_hash = models.CharField(max_length=64)
    keep = SecretField(blank=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    grant = models.ForeignKey(Grant, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    channels = models.JSONField(default=list)
    finished_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=16, choices=JourneyState.choices, default=JourneyState.OPEN)
    reason = models.CharField(max_length=32, blank=True, help_text="Why it failed or was cancelled, in one word.")
    account_ids = models.JSONField(default=list, blank=True, help_text="What it connected.")
    max_accounts = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty: as many as there are.")
    return_url = models.CharField(max_length=500, blank=True)
    is_chosen_elsewhere = models.BooleanField(
        default=False, help_text="Whoever is returned to chooses among several accounts."
    )

    class Meta(WorkspaceOwned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=JourneyState.PENDING) | Q(finished_at=None),
                name="a_pending_journey_is_not_finished",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, link=None) | Q(user=None, link__isnull=False),
                name="a_journey_is_a_members_or_a_links",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform} for {self.workspace_id}"
