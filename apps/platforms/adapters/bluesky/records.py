"""The post record: the JSON that is signed into the account's repository, complete before the first attempt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from apps.platforms.adapters.bluesky import richtext
from apps.platforms.contract import Draft, MediaFile, RemotePost
from apps.platforms.errors import Rejected

POST: Final = "app.bsky.feed.post"
MAX_IMAGES: Final = 4


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, the form all clients write."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def post_record(
    draft: Draft, *, blobs: Sequence[Mapping[str, Any]], dids: Mapping[str, str], created_at: datetime
) -> dict[str, Any]:
    """The record of one part. `blobs` are the server's own answers for `draft.media`, in the same order, unchanged."""
    record: dict[str, Any] = {"$type": POST, "text": draft.text, "createdAt": timestamp(created_at)}
    if facets := richtext.facets(draft.text, dids):
        record["facets"] = facets
    if draft.language:
        record["langs"] = [draft.language]
    if draft.media:
        record["embed"] = _images(draft.media, blobs)
    if draft.parent is not None:
        record["reply"] = {"root": _reference(draft.root or draft.parent), "parent": _reference(draft.parent)}
    return record


def _images(media: Sequence[MediaFile], blobs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    images = [_image(file, blob) for file, blob in zip(media, blobs, strict=True)]
    return {"$type": "app.bsky.embed.images", "images": images}


def _image(file: MediaFile, blob: Mapping[str, Any]) -> dict[str, Any]:
    image: dict[str, Any] = {"image": blob, "alt": file.alt}
    if file.width > 0 and file.height > 0:
        image["aspectRatio"] = {"width": file.width, "height": file.height}
    return image


def _reference(post: RemotePost) -> dict[str, str]:
    """A strong reference: address and content hash, without which the server takes no reply."""
    cid = post.facts.get("cid", "")
    if not cid:
        raise Rejected(
            "Bluesky needs the content hash of the post this one answers, and it is not known here; "
            "publish this part by hand.",
            field="parent",
        )
    return {"uri": post.remote_id, "cid": str(cid)}
