from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from apps.platforms import errors, registry
from apps.platforms.adapters.memory import MemoryAdapter
from apps.platforms.contract import Adapter, ConnectBy
from tests.platforms.conformance.benches import SANDBOX_BENCHES

ROOT = Path(__file__).resolve().parents[2]
PROMISED = [name for name, value in vars(Adapter).items() if inspect.isfunction(value) and not name.startswith("_")]


def test_each_platform_is_held_to_the_conformance_suite():
    assert {bench.name for bench in SANDBOX_BENCHES.values()} == set(registry.names())


@pytest.mark.parametrize("name", registry.names())
def test_an_adapter_goes_by_the_name_it_is_listed_under(name):
    adapter = registry.adapter_class(name)
    assert adapter.name == name
    assert registry.label(name) == adapter.label
    assert registry.capabilities(name) is adapter.capabilities


@pytest.mark.parametrize("adapter", [*registry.ADAPTERS.values(), MemoryAdapter], ids=lambda adapter: adapter.name)
def test_an_adapter_has_every_call_of_the_contract_with_its_parameters(adapter):
    for name in PROMISED:
        promised = inspect.signature(getattr(Adapter, name)).parameters
        assert list(inspect.signature(getattr(adapter, name)).parameters) == list(promised), name


@pytest.mark.parametrize("name", registry.names())
def test_what_a_platform_can_do_makes_sense(name):
    can = registry.capabilities(name)
    assert can.max_text > 0
    assert can.findable or can.idempotent_commit, "a lost answer could never be settled"
    assert 0 <= can.min_media <= can.max_media
    assert bool(can.max_media) == bool(can.media_types)
    assert can.connect_by
    assert set(can.connect_by) <= set(ConnectBy)
    for option in can.options:
        assert not option.choices or option.default in {value for value, _ in option.choices}


def test_a_platform_nobody_knows_is_named_in_the_refusal(http, clock):
    with pytest.raises(registry.UnknownPlatform, match=r"'myspace'.*mastodon"):
        registry.build("myspace", http=http, endpoints={}, clock=clock)


def test_an_adapter_is_built_with_all_it_needs(http, clock):
    assert registry.build("mastodon", http=http, endpoints={}, clock=clock).label == "Mastodon"


def test_the_guide_names_every_call_every_error_and_every_part_of_the_suite():
    guide = (ROOT / "docs" / "guides" / "adding-a-platform.md").read_text()
    parts = [path.name for path in (ROOT / "tests/platforms/conformance").glob("test_*.py")]
    named = [error.__name__ for error in errors.PlatformError.__subclasses__()]
    assert [name for name in (*PROMISED, *parts, *named) if name not in guide] == []
