"""Querysets and managers that know the tenant in context and fail closed without one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models.functions import Cast

from apps.core import tenancy

M = TypeVar("M", bound=models.Model)


class TenantQuerySet(models.QuerySet[M]):
    """Reads of tenant-owned rows."""

    def locked(self, pk: UUID) -> M:
        """The row, held for the rest of the transaction; raises Model.DoesNotExist for a stranger's id too."""
        return self.select_for_update().get(pk=pk)

    def skipping_locked(self) -> Self:
        """Rows that no other worker holds. SQLite has one writer at a time and needs no row locks."""
        if connection.features.has_select_for_update_skip_locked:
            return self.select_for_update(skip_locked=True, of=("self",))
        return self

    def kept_ids(self) -> set[UUID]:
        """Ids of the rows, none of which can be deleted before this transaction ends; others may refer to them, too.
        Whoever deletes takes the row by `locked` first, so that one of the two finds the other done."""
        if connection.vendor != "postgresql":  # SQLite has one writer at a time.
            return set(self.values_list("pk", flat=True))
        query, words = self.order_by().values_list("pk").query, "FOR KEY SHARE"
        try:
            sql, values = query.sql_with_params()
        except EmptyResultSet:
            return set()
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} {words}", values)
            return {pk for (pk,) in cursor.fetchall()}


def each_its_own(values: Mapping[UUID, Any], field: models.Field[Any, Any], *, otherwise: str) -> Any:
    """An expression for `update`: a value of `field` for each row by its id; the column `otherwise` for the rest."""
    whens = [models.When(pk=pk, then=models.Value(value, output_field=field)) for pk, value in values.items()]
    case = models.Case(*whens, default=otherwise, output_field=field)
    return Cast(case, output_field=field) if connection.features.requires_casted_case_in_updates else case


def within_reach(model: type[M]) -> models.QuerySet[M]:
    """The rows that the tenant in context may see: its own, or all inside `tenancy.across_tenants(reason)`."""
    manager = "across_tenants" if tenancy.current().across else "objects"
    rows: models.QuerySet[M] = getattr(model, manager).all()
    return rows


def visible(rows: models.QuerySet[M], column: str, tenant: tenancy.Tenant) -> models.QuerySet[M]:
    """Those of the organization's rows whose workspace, by this column, the tenant may see. Rows of no workspace are
    seen by whoever may see all of them."""
    if not isinstance(tenant.workspace_ids, tenancy.Everywhere):
        return rows.filter(**{f"{column}__in": tenant.workspace_ids})
    return rows.exclude(**{f"{column}__in": tenant.apart_from}) if tenant.apart_from else rows


class OrganizationScopedManager(models.Manager[M]):
    """Rows of the organization in context."""

    def get_queryset(self) -> models.QuerySet[M]:
        tenant = tenancy.required()
        return super().get_queryset().filter(organization_id=tenant.organization_id)


class WorkspaceScopedManager(models.Manager[M]):
    """Rows of the organization in context, in the workspaces that may be seen."""

    def get_queryset(self) -> models.QuerySet[M]:
        tenant = tenancy.required()
        rows = super().get_queryset().filter(organization_id=tenant.organization_id)
        return visible(rows, "workspace_id", tenant)


class AcrossTenantsManager(models.Manager[M]):
    """All rows, inside `tenancy.across_tenants(reason)` only. Reading it in a diff should raise an eyebrow."""

    def get_queryset(self) -> models.QuerySet[M]:
        if not tenancy.current().across:
            raise tenancy.NoTenant("across_tenants is used inside tenancy.across_tenants(reason)")
        return super().get_queryset()
