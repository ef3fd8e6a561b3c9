from __future__ import annotations

import inspect
from datetime import UTC, datetime
from pathlib import Path

import pytest

from apps.platforms import errors, registry
from apps.platforms.adapters.memory import MemoryAdapter
from apps.platforms.basis import Basis
from apps.platforms.calls import Feature
from apps.platforms.capabilities import ConnectBy
from apps.platforms.contract import Adapter
from tests.platforms.conformance.benches import SANDBOX_BENCHES

ROOT = Path(__file__).resolve().parents[2]
PROMISED = [name for name, value in vars(Adapter).items() if inspect.isfunction(value) and not name.startswith("_")]


USAGE_HEADERS = (
    "x-app-usage", "x-business-use-case-usage", "x-page-usage", "ratelimit-limit", "ratelimit-remaining",
    "ratelimit-reset", "ratelimit-policy", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset",
    "x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset", "x-app-limit-24hour-remaining",
    "x-user-limit-24hour-limit", "x-user-limit-24hour-remaining", "x-user-limit-24hour-reset", "retry-after",
)  # fmt: skip


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


@pytest.mark.parametrize("name", registry.names())
def test_a_platform_declares_what_it_calls_what_it_may_and_how_it_is_set_up(name):
    adapter = registry.adapter_class(name)
    assert adapter.calls, "without its permission registry nobody knows what a consent must cover"
    assert {call.feature for call in adapter.calls} >= {Feature.CONNECT, Feature.PUBLISH}
    assert len({limit.name for limit in adapter.limits}) == len(adapter.limits)
    named = {limit for call in adapter.calls for limit in call.counts_against}
    assert named <= {limit.name for limit in adapter.limits}
    assert adapter.setup.steps or adapter.setup.notes
    can = adapter.capabilities
    # Instagram deletes through one of its two logins only, which the channel's own limits say.
    assert adapter.delete is not Basis.delete or not can.deletes
    assert bool(can.edits) == (adapter.edit is not Basis.edit)
    assert bool(can.post_metrics) == (adapter.post_metrics is not Basis.post_metrics)
    assert bool(can.account_metrics) == (adapter.account_metrics is not Basis.account_metrics)


@pytest.mark.parametrize("name", registry.names())
def test_headers_that_say_nothing_or_nonsense_are_no_usage_and_no_error(name):
    adapter, now = registry.adapter_class(name), datetime(2026, 11, 22, tzinfo=UTC)
    assert adapter.usage({}, now=now) == ()
    for nonsense in ("", "x", "-1", "9" * 40, "{", "[]", '{"a": [1]}', "1,2", "NaN"):
        found = adapter.usage(dict.fromkeys(USAGE_HEADERS, nonsense), now=now)
        assert {usage.limit for usage in found} <= {limit.name for limit in adapter.limits}


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
