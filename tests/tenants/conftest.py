from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import cache

from apps.tenants.members import Member, member_of
from apps.tenants.models import Membership


@pytest.fixture
def seat() -> Callable[[Membership], Member]:
    """A membership as services see it."""

    def take(membership: Membership) -> Member:
        member = member_of(membership.user, membership.organization_id)
        assert member is not None
        return member

    return take


@pytest.fixture(autouse=True)
def _uncounted() -> None:
    """What one test counted in the cache is not held against the next."""
    cache.clear()
