from __future__ import annotations

import pytest

from apps.sandbox.registry import PLATFORMS, platforms
from config.platforms import SANDBOX_APPS, SANDBOX_PORTS, WITHOUT_APPS


def test_the_settings_know_the_port_of_each_simulated_platform():
    assert {module.rpartition(".")[2]: above for module, above in PLATFORMS.items()}.items() <= SANDBOX_PORTS.items()
    assert len(set(SANDBOX_PORTS.values())) == len(SANDBOX_PORTS)


@pytest.mark.parametrize("platform", [one for one, _ in platforms()], ids=lambda one: one.name)
def test_the_settings_know_the_app_of_each_simulated_platform(platform):
    if platform.name in WITHOUT_APPS:
        assert platform.name not in SANDBOX_APPS
        return
    told = platform.settings
    assert SANDBOX_APPS[platform.name] == (told["client_id"], told["client_secret"])
