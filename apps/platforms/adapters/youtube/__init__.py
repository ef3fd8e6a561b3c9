"""YouTube, through its Data API v3 and Analytics API v2."""

from apps.platforms.adapters.youtube.adapter import YouTubeAdapter

__all__ = ["YouTubeAdapter"]
