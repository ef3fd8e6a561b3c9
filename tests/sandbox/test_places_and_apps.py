from __future__ import annotations

import pytest

from apps.platforms import registry
from apps.sandbox.registry import places, platforms
from config.platforms import SANDBOX_APPS, SANDBOX_PORTS


def test_each_simulated_platform_has_a_port_of_its_own_that_the_settings_know():
    assert places() == SANDBOX_PORTS
    assert sorted(SANDBOX_PORTS.values()) == list(range(1, len(SANDBOX_PORTS) + 1))


def test_each_platform_is_simulated():
    assert set(SANDBOX_PORTS) == set(registry.names())


@pytest.mark.parametrize("platform", [one for one, _ in platforms()], ids=lambda one: one.name)
def test_the_settings_know_the_app_of_each_simulated_platform(platform):
    told = platform.settings
    known = (told["client_id"], told["client_secret"]) if "client_id" in told else None
    assert SANDBOX_APPS.get(platform.name) == known
