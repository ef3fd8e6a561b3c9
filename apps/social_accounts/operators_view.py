"""What the operator sees of each platform: is it set up, which version of its API is spoken, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from apps.core import clock
from apps.platforms import registry
from apps.platforms.capabilities import ConnectBy
from apps.platforms.contract import Adapter
from apps.social_accounts.models import OAuthApp
from apps.social_accounts.selectors import configured_app


@dataclass(frozen=True, slots=True)
class PlatformRow:
    label: str
    app: str
    version: str
    ends: date | None
    is_ending: bool
    rhythm: str
    guide: str


def platform_rows() -> list[PlatformRow]:
    """One line for each platform, in the order of their names."""
    entered = set(OAuthApp.objects.real().values_list("platform", flat=True))
    found = [_row(registry.adapter_class(name), is_entered=name in entered) for name in registry.names()]
    return sorted(found, key=lambda row: row.label)


def _row(adapter: type[Adapter], *, is_entered: bool) -> PlatformRow:
    version = adapter.version
    return PlatformRow(
        label=adapter.label,
        app=_app_words(adapter, is_entered=is_entered),
        version=version.name if version else "the API has no versions",
        ends=version.ends if version else None,
        is_ending=version is not None and version.is_ending(clock.now().date()),
        rhythm=version.rhythm if version else "",
        guide=f"docs/platforms/{adapter.name}.md",
    )


def _app_words(adapter: type[Adapter], *, is_entered: bool) -> str:
    if {ConnectBy.INSTANCE_OAUTH, ConnectBy.APP_PASSWORD} & set(adapter.capabilities.connect_by):
        return "registers itself"
    if configured_app(adapter.name)[0]:
        return "set in the environment"
    return "entered below" if is_entered else "not set up"
