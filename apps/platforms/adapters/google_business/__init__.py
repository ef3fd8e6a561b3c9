"""Google Business Profile, through its v4 API for posts and the v1 APIs around it."""

from apps.platforms.adapters.google_business.adapter import GoogleBusinessAdapter

__all__ = ["GoogleBusinessAdapter"]
