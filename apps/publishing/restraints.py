"""What keeps posts from going out that could: somebody's word (a stop), or a workspace's own hours (its windows)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from apps.core import clock, tenancy
from apps.core.models import OrganizationOwned, Row, WorkspaceOwned
from apps.core.querysets import AcrossTenantsManager, OrganizationScopedManager, TenantQuerySet

LONGEST_REASON = 300


class Scope(models.TextChoices):
    """What a stop is about."""

    ACCOUNT = "account", "Account"
    WORKSPACE = "workspace", "Workspace"
    ORGANIZATION = "organization", "Organization"
    PLATFORM = "platform", "Network"
    ALL = "all", "Everything"


@dataclass(frozen=True, slots=True)
class Target:
    """What is stopped. Columns that are not named match everything: a platform of no organization is that of all."""

    scope: Scope
    organization_id: UUID | None = None
    workspace_id: UUID | None = None
    account_id: UUID | None = None
    platform: str = ""

    def covers(self, *, organization_id: UUID, workspace_id: UUID, account_id: UUID, platform: str) -> bool:
        return (
            self.organization_id in (None, organization_id)
            and self.workspace_id in (None, workspace_id)
            and self.account_id in (None, account_id)
            and self.platform in ("", platform)
        )

    def condition(self, to_publication: str = "") -> Q:
        """The same for rows of the tenant in context; `to_publication` leads from a follow-up to its publication."""
        found = Q()
        if self.workspace_id:
            found &= Q(workspace_id=self.workspace_id)
        if self.account_id:
            found &= Q(**{f"{to_publication}account_id": self.account_id})
        if self.platform:
            found &= Q(**{f"{to_publication}account__platform": self.platform})
        return found


class VisibleStopManager(OrganizationScopedManager["Stop"]):
    """Stops of the whole organization, and those of workspaces that may be seen."""

    def get_queryset(self) -> models.QuerySet[Stop]:
        rows, visible = super().get_queryset(), tenancy.required().workspace_ids
        if isinstance(visible, tenancy.Everywhere):
            return rows
        return rows.filter(Q(workspace=None) | Q(workspace_id__in=visible))


class Stop(OrganizationOwned):
    """A member's word that nothing goes out: on an account, in a workspace or organization, or on a platform of it.

    It holds from the moment it is committed until it is lifted, and stays as a record afterwards.
    """

    scope = models.CharField(max_length=16, choices=[(one.value, one.label) for one in Scope if one != Scope.ALL])
    workspace = models.ForeignKey(
        "tenants.Workspace", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    account = models.ForeignKey(
        "social_accounts.SocialAccount", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    platform = models.CharField(max_length=32, blank=True)
    reason = models.CharField(max_length=LONGEST_REASON)
    since = models.DateTimeField(default=clock.now)
    by = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects: Any = VisibleStopManager.from_queryset(TenantQuerySet)()
    across_tenants: Any = AcrossTenantsManager.from_queryset(TenantQuerySet)()
    plain: Any = models.Manager()

    class Meta(OrganizationOwned.Meta):
        ordering = ["-since"]
        indexes = [models.Index(fields=["organization"], condition=Q(lifted_at=None), name="stops_in_force")]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope=Scope.ACCOUNT, workspace__isnull=False, account__isnull=False, platform="")
                | Q(scope=Scope.WORKSPACE, workspace__isnull=False, account=None, platform="")
                | Q(scope=Scope.ORGANIZATION, workspace=None, account=None, platform="")
                | (Q(scope=Scope.PLATFORM, workspace=None, account=None) & ~Q(platform="")),
                name="stop_names_what_it_stops",
            ),
            *(
                models.UniqueConstraint(
                    fields=fields, condition=Q(scope=scope, lifted_at=None), name=f"one_stop_for_each_{scope.value}"
                )
                for scope, fields in (
                    (Scope.ACCOUNT, ["account"]),
                    (Scope.WORKSPACE, ["workspace"]),
                    (Scope.ORGANIZATION, ["organization"]),
                    (Scope.PLATFORM, ["organization", "platform"]),
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_display()} stopped: {self.reason}"

    @property
    def target(self) -> Target:
        return Target(Scope(self.scope), self.organization_id, self.workspace_id, self.account_id, self.platform)


class OperatorStop(Row):
    """The operator's word that nothing goes out on a platform, or anywhere. Tenants read it and cannot write it: it is
    written inside `tenancy.across_tenants` alone, and on PostgreSQL a policy says so too."""

    platform = models.CharField(max_length=32, blank=True, help_text="Empty: everything.")
    reason = models.CharField(max_length=LONGEST_REASON, help_text="Shown to everybody whose posts wait.")
    since = models.DateTimeField(default=clock.now)
    by = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-since"]
        verbose_name = "emergency stop"
        constraints = [
            models.UniqueConstraint(
                fields=["platform"], condition=Q(lifted_at=None), name="one_operator_stop_for_each_platform"
            )
        ]

    def __str__(self) -> str:
        return f"{self.platform or 'Everything'} stopped: {self.reason}"

    @property
    def target(self) -> Target:
        return Target(Scope.PLATFORM if self.platform else Scope.ALL, platform=self.platform)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not tenancy.current().across:
            raise tenancy.NoTenant("An operator's stop is written inside tenancy.across_tenants(reason)")
        super().save(*args, **kwargs)


class PublishingWindows(WorkspaceOwned):
    """When a workspace's posts may go out, and how densely, on its own wall clock. One row, read once for a batch.

    `blackouts` are `{"name", "first", "last"}` with days, `quiet_hours` are `{"days", "begins", "ends"}` with weekdays
    from 0 (Monday) and times; `apps.publishing.windows` reads them, `services.set_windows` writes them.
    """

    blackouts = models.JSONField(default=list, blank=True)
    quiet_hours = models.JSONField(default=list, blank=True)
    spacing = models.DurationField(null=True, blank=True, help_text="Between two posts on one account.")
    daily_most = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Posts on one account in a day.")

    class Meta(WorkspaceOwned.Meta):
        verbose_name_plural = "publishing windows"
        constraints = [models.UniqueConstraint(fields=["workspace"], name="one_set_of_windows_for_each_workspace")]

    def __str__(self) -> str:
        return f"Windows of {self.workspace_id}"


class Waiver(WorkspaceOwned):
    """A person's word that a post goes out at this very hour although the windows say otherwise. Moved, it is void."""

    post = models.OneToOneField("posts.Post", on_delete=models.CASCADE, related_name="+")
    due_at = models.DateTimeField()
    by = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(WorkspaceOwned.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.post_id} all the same at {self.due_at}"
