"""Everything that belongs to a tenant, found in Django's own registry of models, so that no room is ever forgotten.

A table belongs to a tenant when its rows name an organization; the organization itself is one too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db import models

from apps.core import tenancy
from apps.core.fields import SecretField
from apps.core.models import OrganizationOwned
from apps.tenants.models import Organization, Workspace

PAGE: Final = 500
# Proofs that only Postroom can use. Secrets themselves are known by their type.
PROOFS: Final = frozenset({"token_hash", "state_hash", "browser_hash", "secret_hash", "passcode_hash", "previous_hash"})

Model = type[models.Model]


@dataclass(frozen=True, slots=True)
class Estate:
    """An organization with all that is its, or one of its workspaces."""

    organization_id: UUID
    workspace_id: UUID | None = None

    @property
    def name(self) -> str:
        return f"workspace {self.workspace_id}" if self.workspace_id else f"organization {self.organization_id}"


def tables() -> list[Model]:
    """Every model whose rows belong to a tenant, in the order of their labels."""
    found = [model for model in apps.get_models() if issubclass(model, OrganizationOwned) or model is Organization]
    return sorted(found, key=lambda model: model._meta.label_lower)


def tables_of(estate: Estate) -> list[Model]:
    """Those that have rows of this estate: rows of the organization as a whole are not a workspace's."""
    return [model for model in tables() if estate.workspace_id is None or _own(model, estate) is not None]


def columns_of(model: Model) -> list[str]:
    """The columns that a tenant may take away: all but secrets and what proves them."""
    return [field.attname for field in model._meta.concrete_fields if not is_withheld(field)]


def is_withheld(field: Any) -> bool:
    return isinstance(field, SecretField) or field.attname in PROOFS


def pages(model: Model, estate: Estate, columns: list[str]) -> Iterator[list[dict[str, Any]]]:
    """The rows of the estate in this table, in the order of their ids, a page at a time; each page is read in a
    transaction of its own, so that an export of any size holds nobody up."""
    own, after = _own(model, estate), None
    while own is not None:
        with tenancy.scope(organization_id=estate.organization_id):
            rows = _manager(model).filter(own).order_by("pk")
            page = list((rows.filter(pk__gt=after) if after else rows).values("pk", *columns)[:PAGE])
        if page:
            yield page
        if len(page) < PAGE:
            return
        after = page[-1]["pk"]


def own_rows(model: Model, estate: Estate) -> Any:
    """The rows of the estate in this table, for whoever has opened its scope."""
    own = _own(model, estate)
    return _manager(model).none() if own is None else _manager(model).filter(own).order_by("pk")


def _manager(model: Model) -> Any:
    return getattr(model, "plain", model._default_manager)


def _own(model: Model, estate: Estate) -> models.Q | None:
    """The condition for the rows of this estate; None where the table can have none."""
    if model is Organization:
        return None if estate.workspace_id else models.Q(pk=estate.organization_id)
    of_organization = models.Q(organization_id=estate.organization_id)
    if estate.workspace_id is None:
        return of_organization
    if model is Workspace:
        return of_organization & models.Q(pk=estate.workspace_id)
    if _has_workspace(model):
        return of_organization & models.Q(workspace_id=estate.workspace_id)
    if (whole := _part_of(model)) is not None:
        return of_organization & models.Q(**{f"{whole.name}__workspace_id": estate.workspace_id})
    return None


def _has_workspace(model: Model) -> bool:
    return any(field.attname == "workspace_id" for field in model._meta.concrete_fields)


def _part_of(model: Model) -> models.ForeignKey[Any, Any] | None:
    """What a row without a workspace is a part of, and goes with, where that may be of one: members of a group."""
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is models.CASCADE:
            target: Any = field.related_model
            if target in tables() and _has_workspace(target):
                return field
    return None
