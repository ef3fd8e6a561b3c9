"""The people and places that most stories need: an agency with two clients, and an agency it must never meet."""

from __future__ import annotations

import pytest

from apps.tenants.models import Membership, Organization, Workspace
from tests.support import factories


@pytest.fixture
def organization(db: None) -> Organization:
    return factories.organization(name="Northlight Agency")


@pytest.fixture
def workspace(organization: Organization) -> Workspace:
    return factories.workspace(organization, name="Café Luna", timezone="Europe/Berlin")


@pytest.fixture
def other_workspace(organization: Organization) -> Workspace:
    """Another client of the same organization."""
    return factories.workspace(organization, name="Delta Outdoor", timezone="America/New_York")


@pytest.fixture
def stranger_workspace(db: None) -> Workspace:
    """A client of an organization that has nothing to do with ours."""
    return factories.workspace(factories.organization(name="Someone Else"), name="Their client")


@pytest.fixture
def owner(organization: Organization) -> Membership:
    return factories.member(organization)
