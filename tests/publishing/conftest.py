"""What more than one module here starts from."""

from __future__ import annotations

import pytest

from apps.publishing.models import Publication
from tests.publishing.afterwards import published
from tests.support.publishing import Agency


@pytest.fixture
def out(agency: Agency) -> Publication:
    """A post that is live on one account."""
    return published(agency)
