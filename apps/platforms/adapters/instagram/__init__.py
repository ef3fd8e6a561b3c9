"""Instagram: containers that are filled from public addresses or uploads, then one call that publishes."""

from apps.platforms.adapters.instagram.adapter import InstagramAdapter

__all__ = ["InstagramAdapter"]
