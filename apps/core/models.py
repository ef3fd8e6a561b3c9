"""What every table has in common, and the two kinds of tenant-owned table."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

from django.db import models

from apps.core import clock, ids, tenancy
from apps.core.querysets import AcrossTenantsManager, OrganizationScopedManager, TenantQuerySet, WorkspaceScopedManager
from apps.core.rows import loaded


class Row(models.Model):
    """A row with a UUIDv7 and its times."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.updated_at = clock.now()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "updated_at"}
        super().save(*args, **kwargs)

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **_: Any) -> Self:
        return loaded(cls, db, field_names, values)


class OrganizationOwned(Row):
    """A row of one organization. Created inside `tenancy.scope`, it takes the organization from there.

    A model with a queryset of its own names it thrice: `objects, across_tenants, plain =
    organization_managers(MyQuerySet)`. `plain` serves Django's own machinery (following a foreign key, saving); the
    database wall still stands behind it.
    """

    organization = models.ForeignKey("tenants.Organization", on_delete=models.CASCADE, related_name="+")

    objects: Any = OrganizationScopedManager.from_queryset(TenantQuerySet)()
    across_tenants: Any = AcrossTenantsManager.from_queryset(TenantQuerySet)()
    plain: Any = models.Manager()

    class Meta:
        abstract = True
        base_manager_name = "plain"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.organization_id is None:
            self.organization_id = tenancy.required().organization_id
        super().save(*args, **kwargs)


class WorkspaceOwned(OrganizationOwned):
    """A row of one workspace (one client of the organization)."""

    workspace = models.ForeignKey("tenants.Workspace", on_delete=models.CASCADE, related_name="+")

    objects: Any = WorkspaceScopedManager.from_queryset(TenantQuerySet)()
    across_tenants: Any = AcrossTenantsManager.from_queryset(TenantQuerySet)()
    plain: Any = models.Manager()

    class Meta:
        abstract = True
        base_manager_name = "plain"


def organization_managers(queryset: type[TenantQuerySet[Any]]) -> tuple[Any, Any, Any]:
    """`objects, across_tenants, plain` of an organization's model with the reads of `queryset`."""
    return (
        OrganizationScopedManager.from_queryset(queryset)(),
        AcrossTenantsManager.from_queryset(queryset)(),
        models.Manager(),
    )


def workspace_managers(queryset: type[TenantQuerySet[Any]]) -> tuple[Any, Any, Any]:
    """`objects, across_tenants, plain` of a workspace's model with the reads of `queryset`."""
    return (
        WorkspaceScopedManager.from_queryset(queryset)(),
        AcrossTenantsManager.from_queryset(queryset)(),
        models.Manager(),
    )
