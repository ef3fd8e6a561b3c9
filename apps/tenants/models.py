"""Who is who: people, organizations, workspaces, and which person may see which."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from apps.core import clock, tenancy
from apps.core.fields import SecretField
from apps.core.models import OrganizationOwned, Row, WorkspaceOwned, organization_managers
from apps.core.querysets import AcrossTenantsManager, OrganizationScopedManager, TenantQuerySet, visible
from apps.tenants.permissions import Role
from apps.tenants.querysets import AccessQuerySet, AnsweredRequestQuerySet, ApiKeyQuerySet, InvitationQuerySet
from apps.tenants.zones import validate_zone


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An operator. Who can run the command is believed about the address, so that no mail is needed to begin."""
        user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        from allauth.account.models import EmailAddress  # Its models need ours first.

        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
        return user


class User(AbstractBaseUser, PermissionsMixin, Row):
    """A person. What they may do in an organization is said by their memberships, never by this row."""

    email = models.EmailField(max_length=254, unique=True, help_text="Kept in lower case.")
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("operator", default=False, help_text="May enter Django admin.")

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class Organization(Row):
    """The paying tenant: an agency, or the product of an integrator."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    timezone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    max_storage_bytes = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Of all files of one workspace. Empty: what the deployment allows."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def organization_id(self) -> Any:
        """Its own id, so that events and diaries treat an organization like every other subject."""
        return self.pk


class VisibleWorkspaceManager(OrganizationScopedManager["Workspace"]):
    """The workspaces of the organization in context that may be seen."""

    def get_queryset(self) -> models.QuerySet[Workspace]:
        return visible(super().get_queryset(), "pk", tenancy.required())


class Workspace(OrganizationOwned):
    """One client of the organization; or, with `is_test`, a place to try things: all that is connected and published in
    it goes to simulated platforms, test keys see nothing else, and live keys do not see it. That never changes."""

    is_test = models.BooleanField(default=False, editable=False)
    name = models.CharField(max_length=120)
    timezone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    external_ref = models.CharField(
        max_length=200, blank=True, help_text="Your own name for this client, if you have one."
    )
    too_late_after = models.DurationField(
        null=True,
        blank=True,
        help_text="A post this late is held for a person instead of sent. Empty: the default, 6 hours.",
    )
    alt_text_required = models.BooleanField(
        default=False, help_text="Pictures go out only with a text for people who cannot see them."
    )
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: Any = VisibleWorkspaceManager.from_queryset(TenantQuerySet)()
    across_tenants: Any = AcrossTenantsManager.from_queryset(TenantQuerySet)()
    plain: Any = models.Manager()

    class Meta(OrganizationOwned.Meta):
        ordering = ["name"]
        constraints = [
            # What a program tries out is called as it will be called in earnest.
            models.UniqueConstraint(
                fields=["organization", "is_test", "name"], name="workspace_name_once_in_organization"
            ),
            models.UniqueConstraint(
                fields=["organization", "is_test", "external_ref"],
                condition=~Q(external_ref=""),
                name="external_ref_once_in_organization",
            ),
        ]
        indexes = [
            models.Index(fields=["organization"], condition=Q(is_test=True), name="test_workspaces"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def workspace_id(self) -> Any:
        return self.pk


class Membership(OrganizationOwned):
    """A person in an organization. Owners and admins see all of it; for others `WorkspaceAccess` says which clients."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(
        max_length=16, blank=True, choices=[(role.value, role.label) for role in Role if role.whole_organization]
    )
    joined_at = models.DateTimeField(default=clock.now)

    class Meta(OrganizationOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="one_membership_for_each_person")]

    def __str__(self) -> str:
        return f"{self.user} in {self.organization}"


class WorkspaceAccess(WorkspaceOwned):
    """What a member may do for one client, perhaps until a date."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="accesses")
    role = models.CharField(
        max_length=16, choices=[(role.value, role.label) for role in Role if not role.whole_organization]
    )
    access_until = models.DateTimeField(null=True, blank=True)

    # A member's own access decides which workspaces are in scope, so it cannot be scoped by them.
    objects, across_tenants, plain = organization_managers(AccessQuerySet)

    class Meta(WorkspaceOwned.Meta):
        verbose_name_plural = "workspace accesses"
        constraints = [
            models.UniqueConstraint(fields=["membership", "workspace"], name="one_role_for_each_member_and_workspace")
        ]

    def __str__(self) -> str:
        return f"{self.membership_id}: {self.role}"


class Invitation(OrganizationOwned):
    """A mail that lets somebody in, once, until it expires.

    Its token is kept, sealed, until the mail is sent; after that only its hash is.
    """

    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=16, choices=[(role.value, role.label) for role in Role])
    workspace_ids = models.JSONField(default=list, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    unsent_token = SecretField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects, across_tenants, plain = organization_managers(InvitationQuerySet)

    class Meta(OrganizationOwned.Meta):
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.email} as {self.role}"


class Branding(OrganizationOwned):
    """How pages look that the organization's clients see: a colour, a logo, a way back."""

    colour = models.CharField(max_length=7, blank=True, validators=[RegexValidator(r"^#[0-9a-fA-F]{6}\Z")])
    logo = models.BinaryField(blank=True, default=b"", help_text="A PNG that Postroom has drawn anew.")
    back_label = models.CharField(max_length=60, blank=True)
    back_url = models.CharField(max_length=300, blank=True)
    hides_product = models.BooleanField(default=False, help_text="Leave out who makes the software.")
    may_hide_product = models.BooleanField(default=False, help_text="Whether the operator allows that.")

    class Meta(OrganizationOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["organization"], name="one_branding_for_an_organization")]

    def __str__(self) -> str:
        return f"Branding of {self.organization_id}"

    # What the organization's plan says, where one does; it goes before the tick.
    plan_allows: bool | None = None

    @property
    def allows_hiding(self) -> bool:
        return self.may_hide_product if self.plan_allows is None else self.plan_allows

    @property
    def names_product(self) -> bool:
        return not (self.hides_product and self.allows_hiding)


class ApiKey(OrganizationOwned):
    """What a program shows to act for the organization, or for one workspace of it.

    Of the key only a hash is kept, and in clear the part that it is looked up by. One that is rolled keeps its row, so
    that whatever remembers the key by its id goes on; the text before is good until `overlaps_until`.
    """

    workspace = models.ForeignKey(
        Workspace, null=True, blank=True, on_delete=models.CASCADE, related_name="+", help_text="Empty: all of them."
    )
    name = models.CharField(max_length=80)
    mode = models.CharField(max_length=8, choices=[("live", "Live"), ("test", "Test")])
    scopes = models.JSONField(default=list)
    lookup = models.CharField(max_length=8, unique=True)
    secret_hash = models.CharField(max_length=64)
    previous_lookup = models.CharField(max_length=8, null=True, blank=True, unique=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    overlaps_until = models.DateTimeField(null=True, blank=True)
    allowed_addresses = models.JSONField(default=list, blank=True, help_text="Networks; empty: from everywhere.")
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: it does not end by itself.")
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To within some minutes.")
    rolled_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects, across_tenants, plain = organization_managers(ApiKeyQuerySet)

    class Meta(OrganizationOwned.Meta):
        verbose_name = "API key"
        ordering = ["-id"]
        indexes = [models.Index(fields=["organization", "-id"], name="keys_of_organization")]

    def __str__(self) -> str:
        return f"{self.name} {self.masked}"

    @property
    def masked(self) -> str:
        """As much of the key as tells it from others."""
        return f"pr_{self.mode}_{self.lookup}\u2026"

    def is_open(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


class AnsweredRequest(OrganizationOwned):
    """A write that was made with an Idempotency-Key, and what was answered, so that a repeated one changes nothing.

    An answer may hold something that is shown once (a key, the address of a link), so it is sealed.
    """

    workspace = models.ForeignKey(
        Workspace, null=True, blank=True, on_delete=models.CASCADE, related_name="+", help_text="As the key has it."
    )
    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    started_at = models.DateTimeField(help_text="When it was begun; nobody else begins it for a while.")
    answered_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = SecretField(blank=True)

    objects, across_tenants, plain = organization_managers(AnsweredRequestQuerySet)

    class Meta(OrganizationOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "api_key", "key"], name="one_answer_for_an_idempotency_key")
        ]
        indexes = [models.Index(fields=["started_at"], name="answers_by_age")]

    def __str__(self) -> str:
        return f"{self.api_key_id} {self.fingerprint[:8]}"
