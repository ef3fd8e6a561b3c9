"""Files that people put in, and what is made of them. Each is hostile until probed; only then it becomes an asset."""

from apps.media.models.assets import Asset, AssetTag, CaptionTrack, Folder, Tag
from apps.media.models.files import MadeFile, StoredFile, storage_path
from apps.media.models.renditions import Rendition
from apps.media.models.shelf import ShelfItem
from apps.media.models.uploads import Upload

__all__ = [
    "Asset",
    "AssetTag",
    "CaptionTrack",
    "Folder",
    "MadeFile",
    "Rendition",
    "ShelfItem",
    "StoredFile",
    "Tag",
    "Upload",
    "storage_path",
]
