"""Whether a platform that fetches files from us will find them. Asked before it is sent the addresses: then a failure
has our words and not the platform's."""

from __future__ import annotations

from django.conf import settings

from apps.media import services as media
from apps.platforms.contract import Adapter, Draft
from apps.platforms.errors import NotSent
from apps.platforms.formats import limits_of


def require_reachable(draft: Draft, adapter: Adapter) -> None:
    """Fetch a byte of each file as the platform would; raises NotSent in words. Outside of any transaction. Where the
    platform is sent the files, as films on TikTok, nothing is asked."""
    if not settings.MEDIA_SELF_CHECK or not limits_of(draft, adapter.capabilities).pulls_media:
        return
    for file in draft.media:
        if words := media.self_check(file.public_url, mime_type=file.mime_type, size=file.size):
            raise NotSent(words)
