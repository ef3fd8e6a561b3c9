"""An adapter, and servers that follow a script."""

from __future__ import annotations

import pytest

from apps.platforms.adapters.mastodon import MastodonAdapter
from tests.platforms.conftest import Script


@pytest.fixture
def adapter(http, clock):
    return MastodonAdapter(http=http, endpoints={}, clock=clock)


@pytest.fixture
def scripted(serve):
    """Start a server that follows a script: `scripted({"GET /path": [(200, {...})]})`."""
    return lambda answers: serve(Script(answers))
