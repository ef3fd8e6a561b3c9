"""A video as what a pin shows: an upload that has succeeded, and exactly one kind of cover.

One upload may be shown by any number of pins; each has a medium of its own.
"""

from __future__ import annotations

from typing import Any

from apps.sandbox.core.rows import Medium
from apps.sandbox.pinterest import pictures, schema, uploads
from apps.sandbox.pinterest.errors import invalid
from apps.sandbox.pinterest.gate import PINTEREST, Visit

INLINE_COVER = ("cover_image_content_type", "cover_image_data")
COVER = ("cover_image_url", *INLINE_COVER, "cover_image_key_frame_time")


async def read(visit: Visit, source: dict[str, Any]) -> tuple[Medium, Medium | None, int | None]:
    """The video, its cover, and the second that is its cover otherwise."""
    schema.only(visit, source, {"source_type", "media_id", "is_standard", *COVER})
    media_id = schema.required(schema.digits(source, "media_id"), "media_id")
    medium = _medium(visit, media_id)
    return medium, await _cover(visit, source), schema.whole(source, "cover_image_key_frame_time")


async def _cover(visit: Visit, source: dict[str, Any]) -> Medium | None:
    given = {name for name in COVER if source.get(name) is not None}
    kinds = [bool(given & set(kind)) for kind in (COVER[:1], INLINE_COVER, COVER[3:])]
    if sum(kinds) != 1:
        raise invalid(
            "exactly one of cover_image_url or cover_image_content_type and cover_image_data or "
            "cover_image_key_frame_time is required"
        )
    cover = None
    if url := schema.text(source, "cover_image_url"):
        cover = await pictures.fetched(visit, url)
    elif kinds[1]:
        kind, data = pictures.inline(source, content_type=INLINE_COVER[0], data=INLINE_COVER[1])
        cover = await pictures.decoded(visit, kind, data)
    # It hangs on no pin of its own accord: the video is what the pin shows.
    return visit.world.store.media.save(cover) if cover else None


def _medium(visit: Visit, media_id: str) -> Medium:
    upload = uploads.load(visit.world, media_id)
    if upload is None or upload.account_id != visit.account.id or upload.environment != visit.environment:
        raise invalid(f"the media {media_id} was not found")
    status = upload.status(visit.world.now())
    if status != "succeeded":
        raise invalid(f"the media {media_id} is not ready, its status is {status}")
    told = {"media_id": media_id, "seconds": upload.seconds}
    return Medium(
        platform=PINTEREST,
        id=str(visit.world.number()),
        account_id=visit.account.id,
        mime=upload.mime,
        size=upload.size,
        digest="",
        created_at=visit.world.now(),
        width=upload.width,
        height=upload.height,
        data={"crc32": upload.crc32, "size": upload.size, "received": upload.received, **told},
    )
