from __future__ import annotations

import pytest
import redis

from apps.api import limits
from apps.tenants.models import Organization, Workspace
from tests.support.programs_with_keys import Program, program


@pytest.fixture(autouse=True)
def _nobody_has_asked_before(valkey: redis.Redis) -> None:
    """What one test counted is not held against the next, nor are the plans of its organizations."""
    limits.forget_plans()


@pytest.fixture
def api(organization: Organization) -> Program:
    """A program with a key of the whole organization that may do everything."""
    return program(organization)


@pytest.fixture
def workspace_api(workspace: Workspace) -> Program:
    """A program with a key of one workspace."""
    return program(workspace)
