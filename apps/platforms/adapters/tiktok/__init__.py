"""TikTok: videos in chunks, pictures that TikTok fetches, drafts for its app, and one answer that tells how it went."""

from apps.platforms.adapters.tiktok.adapter import TikTokAdapter

__all__ = ["TikTokAdapter"]
