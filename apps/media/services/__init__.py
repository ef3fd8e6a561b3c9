"""The verbs of this room: take a file in, describe it, hand it to a platform, remove it.

Those of `uploads`, `receiving` and `cleaning`, and `self_check`, wait for a sender, a server or a bucket and are called
outside of any tenancy scope.
"""

from apps.media.services.addresses import (
    by_public_token,
    by_token,
    media_file,
    member_address,
    member_url,
    public_url,
    self_check,
    thumbnail_url,
)
from apps.media.services.cleaning import clean_up
from apps.media.services.describing import describe, remove
from apps.media.services.destinations import Destination
from apps.media.services.fetching import check_address
from apps.media.services.parts import received as parts_received
from apps.media.services.parts import urls as part_urls
from apps.media.services.pieces import receive
from apps.media.services.quota import used, used_by_shelf
from apps.media.services.receiving import take_in_now, take_in_waiting
from apps.media.services.releasing import release, release_after_commit
from apps.media.services.taking_in import take_in, upload
from apps.media.services.uploads import abort, begin, begin_fetch, complete, from_form, plan_of

__all__ = [
    "Destination",
    "abort",
    "begin",
    "begin_fetch",
    "by_public_token",
    "by_token",
    "check_address",
    "clean_up",
    "complete",
    "describe",
    "from_form",
    "media_file",
    "member_address",
    "member_url",
    "part_urls",
    "parts_received",
    "plan_of",
    "public_url",
    "receive",
    "release",
    "release_after_commit",
    "remove",
    "self_check",
    "take_in",
    "take_in_now",
    "take_in_waiting",
    "thumbnail_url",
    "upload",
    "used",
    "used_by_shelf",
]
