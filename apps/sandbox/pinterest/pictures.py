"""Pictures: fetched from their address while the caller waits, or taken out of base64, and judged by their bytes.

JPEG and PNG are certain; GIF, WebP, BMP and TIFF are taken by address unless `only_jpeg_and_png`. The least size is not
documented exactly (`min_image_side`).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import zlib
from typing import Any

from apps.sandbox.core import fetching
from apps.sandbox.core.images import Probe, probe
from apps.sandbox.core.rows import Medium
from apps.sandbox.core.uploads import MEBIBYTE
from apps.sandbox.pinterest import schema
from apps.sandbox.pinterest.errors import invalid, refused
from apps.sandbox.pinterest.gate import PINTEREST, Visit

USER_AGENT = "Pinterestbot/1.0"
INLINE = ("image/jpeg", "image/png")
OTHERS = ("image/gif", "image/webp", "image/bmp", "image/tiff")


async def fetched(visit: Visit, url: str) -> Medium:
    """The picture at this address."""
    limit = int(visit.setting("max_image_megabytes")) * MEBIBYTE
    if visit.setting("https_only") and not url.startswith("https://"):
        raise _unreachable()
    try:
        content = await fetching.get(url, limit=limit, user_agent=USER_AGENT)
    except fetching.NotFetched:
        raise _unreachable() from None
    except fetching.TooLarge:
        raise invalid("the image is too large") from None
    kinds = INLINE if visit.setting("only_jpeg_and_png") else INLINE + OTHERS
    return await _judged(visit, content, kinds)


def _unreachable() -> Exception:
    return refused(400, 400, "Unable to reach the URL. Please check the URL is correct and try again.")


async def decoded(visit: Visit, content_type: str, data: str) -> Medium:
    """The picture in this plain base64, which is of the type that is said."""
    try:
        content = base64.b64decode(data, validate=True)
    except binascii.Error:
        raise invalid("the data is not base64") from None
    if len(content) > int(visit.setting("max_image_megabytes")) * MEBIBYTE:
        raise invalid("the image is too large")
    return await _judged(visit, content, (content_type,))


async def _judged(visit: Visit, content: bytes, kinds: tuple[str, ...]) -> Medium:
    found = await asyncio.to_thread(probe, content) if len(content) > MEBIBYTE else probe(content)
    # A JPEG with a second picture inside is a JPEG to everybody else.
    mime = "image/jpeg" if found and found.mime == "image/mpo" else found.mime if found else ""
    if found is None or mime not in kinds:
        raise invalid("the image is of a type that is not supported")
    if min(found.width, found.height) < int(visit.setting("min_image_side")):
        raise invalid("the image is too small")
    return _kept(visit, content, found, mime)


def _kept(visit: Visit, content: bytes, found: Probe, mime: str) -> Medium:
    return Medium(
        platform=PINTEREST,
        id=str(visit.world.number()),
        account_id=visit.account.id,
        mime=mime,
        size=len(content),
        digest=visit.world.store.blobs.add(content),
        created_at=visit.world.now(),
        width=found.width,
        height=found.height,
        data={"crc32": zlib.crc32(content), "size": len(content), "received": len(content)},
    )


def inline(body: dict[str, Any], *, content_type: str, data: str) -> tuple[str, str]:
    """The two fields of a picture in base64."""
    kind = schema.required(schema.text(body, content_type, one_of=INLINE), content_type)
    return kind, schema.required(schema.text(body, data), data)
