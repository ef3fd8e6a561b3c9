"""Instagram through Instagram Login: professional accounts, without a Facebook Page."""

from apps.platforms.adapters.instagram.adapter import InstagramAdapter

__all__ = ["InstagramAdapter"]
