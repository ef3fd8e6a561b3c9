"""The verbs of this room: take a file in, describe it, hand it to a platform, remove it."""

from apps.media.services.addresses import by_public_token, media_file, public_url
from apps.media.services.describing import describe, remove
from apps.media.services.taking_in import upload

__all__ = [
    "by_public_token",
    "describe",
    "media_file",
    "public_url",
    "remove",
    "upload",
]
