"""On PostgreSQL the database itself lets tenants read the operator's stops and write none."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.publishing import services
from apps.publishing.models import OperatorStop, Stop
from apps.publishing.restraints import Scope
from apps.tenants.models import Workspace

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


@pytest.fixture
def stopped(workspace: Workspace) -> OperatorStop:
    with tenancy.across_tenants("the operator stops everything"):
        return services.stop_all(reason="A platform misbehaves", actor=SYSTEM)


def test_a_tenant_reads_the_operators_stop(workspace: Workspace, stopped: OperatorStop) -> None:
    with tenancy.scope(organization_id=workspace.organization_id):
        assert OperatorStop.objects.get().reason == "A platform misbehaves"


def test_a_tenant_changes_and_deletes_none(workspace: Workspace, stopped: OperatorStop) -> None:
    with tenancy.scope(organization_id=workspace.organization_id):
        assert OperatorStop.objects.update(lifted_at=stopped.since) == 0
        assert OperatorStop.objects.all()._raw_delete("default") == 0
    assert OperatorStop.objects.get().lifted_at is None


def test_a_tenant_adds_none(workspace: Workspace) -> None:
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
        tenancy.scope(organization_id=workspace.organization_id),
    ):
        OperatorStop.objects.bulk_create([OperatorStop(reason="Forged")])


def test_another_organization_reads_and_writes_no_stop_of_ours(
    workspace: Workspace, stranger_workspace: Workspace
) -> None:
    with tenancy.scope(organization_id=workspace.organization_id):
        made = Stop.objects.create(scope=Scope.ORGANIZATION, reason="A recall")
    with tenancy.scope(organization_id=stranger_workspace.organization_id), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM publishing_stop")
        assert cursor.fetchone() == (0,)
        assert Stop.plain.filter(pk=made.pk).update(lifted_at=made.since) == 0
