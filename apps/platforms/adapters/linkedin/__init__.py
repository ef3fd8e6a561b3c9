"""LinkedIn: members' profiles and the pages that they administer."""

from apps.platforms.adapters.linkedin.adapter import LinkedInAdapter

__all__ = ["LinkedInAdapter"]
