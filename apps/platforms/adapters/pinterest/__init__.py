"""Pinterest: pictures and videos on boards, each made public by one call that nobody may repeat."""

from apps.platforms.adapters.pinterest.adapter import PinterestAdapter

__all__ = ["PinterestAdapter"]
