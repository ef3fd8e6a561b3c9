"""What `manage.py check` says of the platforms: an API version that ends soon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Warning, register

from apps.core import clock
from apps.platforms import registry


@register()
def versions_live_on(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """A warning from 90 days before a platform stops understanding the version we speak."""
    today = clock.now().date()
    found: list[CheckMessage] = []
    for name in registry.names():
        version = registry.adapter_class(name).version
        if version is not None and version.ends is not None and version.is_ending(today):
            verb = "ends" if version.ends >= today else "ended"
            words = f"{registry.label(name)} API version {version.name} {verb} on {version.ends:%-d %B %Y}."
            hint = f"Upgrade Postroom, or set {name.upper()}_VERSION to a later one. {version.rhythm}"
            found.append(Warning(words, hint=hint, id="social_accounts.W001"))
    return found
