from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from apps.core import tenancy
from apps.tenants.models import Organization
from apps.usage.models import Assignment, Plan, Total
from tests.support.clock import Clock

Give = Callable[..., Plan]


def give_plan(organization: Organization, **limits: Any) -> Plan:
    """A plan of its own for the organization, or other limits for the one that it has."""
    with tenancy.across_tenants("a test is the operator"):
        plan, _ = Plan.objects.update_or_create(name=f"Plan of {organization}", defaults=limits)
        Assignment.across_tenants.update_or_create(organization=organization, defaults={"plan": plan})
    return plan


def total(scope_id: UUID, period: str) -> int:
    with tenancy.across_tenants("a test looks"):
        row = Total.across_tenants.filter(scope_id=scope_id, period=period).first()
    return row.amount if row else 0


@pytest.fixture
def november(clock: Clock) -> Clock:
    """Late on the last day but one of a month."""
    clock.set(datetime(2026, 11, 29, 12, tzinfo=UTC))
    return clock
