"""X, through its API v2."""

from apps.platforms.adapters.x.adapter import XAdapter

__all__ = ["XAdapter"]
