"""The two walls between tenants: who is in context, and how PostgreSQL is told.

`scope(...)` puts an organization (and the workspaces that the member may see) into context. Scoped managers
(`apps.core.querysets`) filter by it and raise `NoTenant` outside of any. On PostgreSQL the scope is a transaction in
which the same facts are set with SET LOCAL, for the row-level security policies (`apps.core.rls`); so never wait for a
network inside one.

`across_tenants(reason)` is the named exception for jobs that serve every tenant (claiming due rows, relaying events):
on PostgreSQL it takes the role `postroom_across`, whose policies see all rows, for one transaction.

`as_user(user)` lets a person read their own memberships before any organization is chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import Enum
from uuid import UUID

from django.db import connection, transaction


class NoTenant(RuntimeError):
    """Tenant-owned rows were asked for with no tenant in context."""


class Everywhere(Enum):
    """Every workspace of the organization."""

    ALL = "*"


ALL = Everywhere.ALL
ACROSS_ROLE = "postroom_across"
TAKE_ROLE = f"set_config('role', '{ACROSS_ROLE}', true)"


@dataclass(frozen=True, slots=True)
class Tenant:
    """The tenant in context. `workspace_ids` are those that may be seen, without those that it stands `apart_from`;
    `across` names a cross-tenant reason."""

    organization_id: UUID | None = None
    workspace_ids: frozenset[UUID] | Everywhere = frozenset()
    apart_from: frozenset[UUID] = frozenset()
    user_id: UUID | None = None
    across: str = ""


NOBODY = Tenant()
OUTSIDE = "Tenant-owned rows are read and written inside tenancy.scope(...)"
_current: ContextVar[Tenant] = ContextVar("postroom_tenant", default=NOBODY)


def current() -> Tenant:
    return _current.get()


def required() -> Tenant:
    """The tenant in context; raises NoTenant without one."""
    tenant = _current.get()
    if tenant.organization_id is None:
        raise NoTenant(OUTSIDE)
    return tenant


def required_organization() -> UUID:
    """The organization in context, for a row that is about to be written; raises NoTenant without one."""
    organization_id = _current.get().organization_id
    if organization_id is None:
        raise NoTenant(OUTSIDE)
    return organization_id


def require_organization(organization_id: UUID) -> None:
    """Raise NoTenant unless rows of this organization may be written here: it is in context, or all tenants are."""
    tenant = _current.get()
    if not tenant.across and tenant.organization_id != organization_id:
        raise NoTenant("The row belongs to another organization than the one in context")


@contextmanager
def scope(
    *, organization_id: UUID, workspace_ids: Iterable[UUID] | Everywhere = ALL, apart_from: Iterable[UUID] = ()
) -> Iterator[Tenant]:
    """Work for one organization and the given workspaces; nested scopes may change both.

    `apart_from` leaves some of all workspaces out of sight (the managers do, the database lets them be): what is kept
    from being mixed up rather than from being seen, such as tests from what a client is shown."""
    seen = workspace_ids if isinstance(workspace_ids, Everywhere) else frozenset(workspace_ids)
    apart = frozenset(apart_from)
    tenant = replace(_current.get(), organization_id=organization_id, workspace_ids=seen, apart_from=apart, across="")
    with _entered(tenant):
        yield tenant


@contextmanager
def as_user(user_id: UUID) -> Iterator[Tenant]:
    """Let a person see their own memberships and organizations, across organizations, and nothing else."""
    with _entered(replace(_current.get(), user_id=user_id)) as tenant:
        yield tenant


@contextmanager
def across_tenants(reason: str) -> Iterator[Tenant]:
    """Serve every tenant in one transaction; `reason` is what a reviewer reads. Use `Model.across_tenants` inside."""
    if not reason:
        raise ValueError("Say why all tenants are touched at once")
    with _entered(Tenant(across=reason)) as tenant:
        yield tenant


@contextmanager
def imagined(tenant: Tenant) -> Iterator[None]:
    """Have this tenant in context without telling the database: for queries that are written down and not asked."""
    token = _current.set(tenant)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def _entered(tenant: Tenant) -> Iterator[Tenant]:
    before = _current.get()
    token = _current.set(tenant)
    try:
        if connection.vendor != "postgresql":
            yield tenant
            return
        is_inside = connection.in_atomic_block
        with transaction.atomic():
            _tell_database(before if is_inside else NOBODY, tenant)
            yield tenant
            # The end of a transaction restores these by itself, and so does a rollback; whoever is inside of one gets
            # their own back.
            if is_inside:
                _tell_database(tenant, before)
    finally:
        _current.reset(token)


def _tell_database(before: Tenant, tenant: Tenant) -> None:
    said = (_text(tenant.organization_id), _workspaces_text(tenant), _text(tenant.user_id))
    takes_role = bool(tenant.across and not before.across)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('postroom.organization_id', %s, true), set_config('postroom.workspace_ids', %s, true),"
            f" set_config('postroom.user_id', %s, true){', ' + TAKE_ROLE if takes_role else ''}",
            said,
        )
        if before.across and not tenant.across:
            # The role that the connection was opened with.
            cursor.execute("SET LOCAL role TO DEFAULT")


def _text(value: UUID | None) -> str:
    return str(value) if value else ""


def _workspaces_text(tenant: Tenant) -> str:
    if isinstance(tenant.workspace_ids, Everywhere):
        return tenant.workspace_ids.value
    return ",".join(sorted(str(workspace_id) for workspace_id in tenant.workspace_ids))
