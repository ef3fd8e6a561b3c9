"""A network of atproto servers in memory, and adapters that live on it."""

from __future__ import annotations

import pytest

from apps.platforms.adapters import bluesky
from tests.platforms.bluesky_world import ENDPOINTS, Atproto


@pytest.fixture
def network(clock):
    return Atproto(clock)


@pytest.fixture
def connector(network, clock):
    """Make an adapter; `endpoints` come on top of the network's own."""

    def make(**endpoints):
        return bluesky.BlueskyAdapter(http=network.client(), endpoints={**ENDPOINTS, **endpoints}, clock=clock)

    return make


@pytest.fixture
def adapter(connector):
    return connector()
