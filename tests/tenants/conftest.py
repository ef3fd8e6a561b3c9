from __future__ import annotations

from collections.abc import Callable

import pytest

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
