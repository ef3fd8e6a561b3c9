"""A program with an API key, as services see it: what `Member` is for a person."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied

from apps.core import tenancy
from apps.core.actors import Actor
from apps.tenants.keys import Mode
from apps.tenants.members import Member
from apps.tenants.models import ApiKey, Organization
from apps.tenants.permissions import EVERY_MEMBER, ORGANIZATION_WIDE, WHEN_ARCHIVED
from apps.tenants.scopes import NOT_FOR_TEST_KEYS, permissions_of
from apps.tenants.selectors import workspace_with


class OnlyTesting(PermissionDenied):
    """A test key was asked to do something that is taken seriously outside of test workspaces."""


class WorkspaceArchived(PermissionDenied):
    """The workspace is out of use: what it has can be read, and nothing can be written."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Everything is asked for a workspace; `may` is about what needs none. Rows are read and written inside `scope`.

    A test key sees the organization's `test_workspaces` and no other, by both walls; a live key sees none of them."""

    key: ApiKey
    organization: Organization
    actor: Actor
    test_workspaces: frozenset[UUID] = frozenset()

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def user(self) -> None:
        """No person."""
        return

    @property
    def workspace_ids(self) -> frozenset[UUID] | tenancy.Everywhere:
        own = frozenset({self.key.workspace_id}) if self.key.workspace_id else None
        if self.is_test:
            return self.test_workspaces if own is None else own & self.test_workspaces
        return tenancy.ALL if own is None else own - self.test_workspaces

    @property
    def is_test(self) -> bool:
        return self.key.mode == Mode.TEST

    @property
    def permissions(self) -> frozenset[str]:
        return EVERY_MEMBER | permissions_of(self.key.scopes, whole_organization=self.key.workspace_id is None)

    def may(self, permission: str) -> bool:
        return permission in self.permissions and not self._is_only_testing(permission)

    def require(self, permission: str, workspace_id: UUID | None = None) -> None:
        """Raise PermissionDenied unless it may be done there. Asked inside of `scope`."""
        if permission not in self.permissions:
            raise PermissionDenied(f"This key's scopes do not include {permission}.")
        if self._is_only_testing(permission):
            raise OnlyTesting("This is a test key: what is real outside of test workspaces it leaves alone.")
        if workspace_id is None or permission in WHEN_ARCHIVED | ORGANIZATION_WIDE:
            return
        workspace = workspace_with(workspace_id)
        if workspace is not None and workspace.archived_at is not None:
            raise WorkspaceArchived("The workspace is archived. Restore it before you change anything in it.")

    def scope(self) -> AbstractContextManager[tenancy.Tenant]:
        apart_from = frozenset() if self.is_test else self.test_workspaces
        return tenancy.scope(
            organization_id=self.organization.pk, workspace_ids=self.workspace_ids, apart_from=apart_from
        )

    def _is_only_testing(self, permission: str) -> bool:
        return self.is_test and permission in NOT_FOR_TEST_KEYS


Seat = Member | Caller
