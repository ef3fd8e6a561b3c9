"""What can still be done, at its platform, with something that is out."""

from __future__ import annotations

from typing import Final

from apps.platforms import registry
from apps.platforms.capabilities import Capabilities
from apps.platforms.formats import with_limits
from apps.publishing.models import Publication
from apps.social_accounts.models import SocialAccount

OPTION: Final = "options."


def capabilities_of(account: SocialAccount) -> Capabilities:
    """The platform's, with what is said of this account alone: Instagram deletes for some, and not for others."""
    return with_limits(registry.capabilities(account.platform), account.limits)


def changeable(publication: Publication) -> frozenset[str]:
    """The fields that can be changed where it is out: "text", "options.title"; () where the platform has no such thing,
    or nobody knows what it calls this post."""
    if publication.is_known_by_hand:
        return frozenset()
    return capabilities_of(publication.account).changeable


def can_take_down(publication: Publication) -> bool:
    """Whether Postroom can delete it there."""
    return capabilities_of(publication.account).deletes and not publication.is_known_by_hand


def can_take_down_below(publication: Publication) -> bool:
    """Whether Postroom can delete a comment below it."""
    return can_take_down(publication) and capabilities_of(publication.account).deletes_comments


def replies_stand_alone(account: SocialAccount) -> bool:
    """Whether a reply is a post of its own, which stays when the post above it goes. Where platforms have threads it
    is; elsewhere a comment hangs on its post and goes with it."""
    return capabilities_of(account).threads
