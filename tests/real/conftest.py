"""Real servers take minutes to install, so these tests run only when asked for: `pytest tests/real -m real`."""

import pytest


def pytest_collection_modifyitems(config, items):
    if "real" in config.option.markexpr:
        return
    kept = [item for item in items if item.get_closest_marker("real") is None]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.fixture(scope="session")
def bluesky_network():
    from tests.real import servers

    with servers.bluesky_network() as network:
        yield network
