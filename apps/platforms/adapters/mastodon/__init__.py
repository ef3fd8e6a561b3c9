"""Mastodon, and the servers that speak its API: any server a person names, each with its own limits."""

from apps.platforms.adapters.mastodon.adapter import MastodonAdapter

__all__ = ["MastodonAdapter"]
