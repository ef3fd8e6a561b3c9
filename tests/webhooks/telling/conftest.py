"""Two servers that listen, and somebody who may have them told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from apps.tenants.members import Member, member_of
from apps.tenants.permissions import Role
from tests.support import factories
from tests.webhooks.telling.receiving import Receiver


@pytest.fixture
def receivers(settings) -> Iterator[list[Receiver]]:
    made = [Receiver(), Receiver()]
    settings.OUTBOUND_TRUSTED_ORIGINS = tuple(one.url for one in made)
    yield made
    for one in made:
        one.holds.set()
        one.server.shutdown()
        one.server.server_close()


@pytest.fixture
def receiver(receivers) -> Receiver:
    return receivers[0]


@pytest.fixture
def admin(organization) -> Member:
    membership = factories.member(organization, Role.ADMIN)
    found = member_of(membership.user, organization.pk)
    assert found is not None
    return found
