"""The public keys with which platforms sign their signals, kept where every web process finds them.

Only a worker asks a platform for its keys: every hour, and when a signal names one that is not known. Whoever rings at
the door waits for nobody, and can have the keys read once in five minutes at most, whatever they send: until then a key
that is not among fresh ones does not exist, and a signal that came before its key is told to come again (503), which
Google does. When the cache was emptied, the first signal is told so too.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.cache import cache

from apps.core import clock
from apps.governor.lanes import Lane
from apps.platforms import registry
from apps.platforms.errors import PlatformError
from apps.platforms.signals import JSONKey
from apps.social_accounts import services as social_accounts
from apps.webhooks.errors import KeysNotKnown
from apps.webhooks.waking import wake_for_keys

logger = logging.getLogger(__name__)

FRESH: Final = timedelta(minutes=5)  # so long nobody asks again for a key that was not there
KEPT: Final = timedelta(days=2)  # while a platform does not answer, the keys that it had are believed for so long
NOTHING: Final[dict[str, Any]] = {"keys": {}, "read_at": ""}


def key_of(platform: str, key_id: str) -> JSONKey | None:
    """The platform's key of this id; None where there is none. Raises KeysNotKnown where that is not sure yet."""
    try:
        kept = cache.get(_name(platform)) or NOTHING
        is_fresh = bool(kept["read_at"]) and datetime.fromisoformat(kept["read_at"]) > clock.now() - FRESH
        is_wanted = key_id not in kept["keys"] and not is_fresh
        if is_wanted and cache.add(f"{_name(platform)}:wanted", 1, FRESH.total_seconds()):
            wake_for_keys()
    except Exception as error:  # Every cache has errors of its own.
        logger.warning("The keys of %s are not at hand: the cache does not answer (%s)", platform, type(error))
        raise KeysNotKnown(platform) from error
    if is_wanted:
        raise KeysNotKnown(platform)
    return kept["keys"].get(key_id)


def read_keys() -> None:
    """Ask each platform where anybody's app is for its keys. Called outside of any transaction."""
    for platform in registry.names():
        if registry.adapter_class(platform).signals is None or not social_accounts.is_anybodys_app_at(platform):
            continue
        try:
            keys = social_accounts.adapter_for(platform, is_test=False, lane=Lane.HEALTH).signing_keys()
        except PlatformError as error:
            logger.warning("The keys of %s could not be read: %s", platform, error.words)
            continue
        kept = {"keys": {key_id: dict(key) for key_id, key in keys.items()}, "read_at": clock.now().isoformat()}
        cache.set(_name(platform), kept, KEPT.total_seconds())


def _name(platform: str) -> str:
    return f"webhooks:keys:{platform}"
