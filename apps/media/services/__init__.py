"""The verbs of this room: take a file in, say what it is, lay it somewhere, hand it to a platform, remove it."""

from apps.media.services.addresses import by_public_token, media_file, public_url
from apps.media.services.describing import Description, describe, remove
from apps.media.services.folders import file_in, make_folder, path_of, remove_folder, rename_folder
from apps.media.services.shelf import put_on_shelf, remove_from_shelf, take_from_shelf
from apps.media.services.taking_in import upload
from apps.media.services.trash import put_in_trash, take_from_trash
from apps.media.services.versions import earlier_versions, replace_with

__all__ = [
    "Description",
    "by_public_token",
    "describe",
    "earlier_versions",
    "file_in",
    "make_folder",
    "media_file",
    "path_of",
    "public_url",
    "put_in_trash",
    "put_on_shelf",
    "remove",
    "remove_folder",
    "remove_from_shelf",
    "rename_folder",
    "replace_with",
    "take_from_shelf",
    "take_from_trash",
    "upload",
]
