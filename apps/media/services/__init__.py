"""The verbs of this room: take a file in, say what it is, lay it somewhere, hand it to a platform, remove it.

Those of `uploads`, `receiving` and `cleaning`, and `self_check`, wait for a sender, a server or a bucket and are called
outside of any tenancy scope.
"""

from apps.media.services.addresses import (
    by_public_token,
    by_token,
    caption_file,
    guest_thumbnail_url,
    guest_url,
    media_file,
    member_address,
    member_url,
    public_url,
    self_check,
    thumbnail_url,
)
from apps.media.services.captioning import add_captions, remove_captions
from apps.media.services.cleaning import clean_up
from apps.media.services.describing import Description, describe, remove
from apps.media.services.destinations import Destination
from apps.media.services.fetching import check_address
from apps.media.services.folders import file_in, make_folder, path_of, remove_folder, rename_folder
from apps.media.services.frames import frame_of
from apps.media.services.parts import received as parts_received
from apps.media.services.parts import urls as part_urls
from apps.media.services.pieces import receive
from apps.media.services.quota import limit as most_storage
from apps.media.services.quota import used, used_by_shelf
from apps.media.services.receiving import take_in_now, take_in_waiting
from apps.media.services.releasing import release, release_after_commit
from apps.media.services.renditions import cancel as cancel_renditions
from apps.media.services.renditions import cancel_unneeded as cancel_unneeded_renditions
from apps.media.services.renditions import needed as renditions_needed
from apps.media.services.renditions import request as request_rendition
from apps.media.services.shelf import put_on_shelf, remove_from_shelf, take_from_shelf
from apps.media.services.taking_in import take_file, take_in, upload
from apps.media.services.trash import put_in_trash, take_from_trash
from apps.media.services.uploads import abort, begin, begin_fetch, complete, from_form, plan_of
from apps.media.services.versions import earlier_versions, replace_with

__all__ = [
    "Description",
    "Destination",
    "abort",
    "add_captions",
    "begin",
    "begin_fetch",
    "by_public_token",
    "by_token",
    "cancel_renditions",
    "cancel_unneeded_renditions",
    "caption_file",
    "check_address",
    "clean_up",
    "complete",
    "describe",
    "earlier_versions",
    "file_in",
    "frame_of",
    "from_form",
    "guest_thumbnail_url",
    "guest_url",
    "make_folder",
    "media_file",
    "member_address",
    "member_url",
    "most_storage",
    "part_urls",
    "parts_received",
    "path_of",
    "plan_of",
    "public_url",
    "put_in_trash",
    "put_on_shelf",
    "receive",
    "release",
    "release_after_commit",
    "remove",
    "remove_captions",
    "remove_folder",
    "remove_from_shelf",
    "rename_folder",
    "renditions_needed",
    "replace_with",
    "request_rendition",
    "self_check",
    "take_file",
    "take_from_shelf",
    "take_from_trash",
    "take_in",
    "take_in_now",
    "take_in_waiting",
    "thumbnail_url",
    "upload",
    "used",
    "used_by_shelf",
]
