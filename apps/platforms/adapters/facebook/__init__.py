"""Facebook: Pages only; profiles, groups and events take nothing from outside."""

from apps.platforms.adapters.facebook.adapter import FacebookAdapter

__all__ = ["FacebookAdapter"]
