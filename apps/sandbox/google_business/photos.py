"""The photo of a local post: Google comes and gets it while the request waits.

The limits of size are those of profile photos; for posts none are published, so `min_photo_bytes` is off.
"""

from __future__ import annotations

import zlib
from typing import Any

from apps.sandbox.core import fetching, images
from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Medium
from apps.sandbox.google_business.errors import FETCHING_FAILED, invalid, refused
from apps.sandbox.google_business.fields import check_fields
from apps.sandbox.google_business.names import NAME

FIELDS = ("mediaFormat", "sourceUrl", "name", "googleUrl", "thumbnailUrl", "createTime", "dimensions")


def check(call: Call, told: Any) -> list[str]:
    """The addresses of the photos. A video is not refused: it is an internal error, each time."""
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise invalid(call, "INVALID_VALUE", "media")
    for one in told:
        if "dataRef" in one:
            raise invalid(call, "UNSUPPORTED_VALUE", "media.dataRef")
        check_fields(call, one, FIELDS, within="media")
        if one.get("mediaFormat") == "VIDEO":
            raise refused("INTERNAL")
        if one.get("mediaFormat") != "PHOTO":
            raise invalid(call, "INVALID_VALUE" if "mediaFormat" in one else "MISSING_VALUE", "media.mediaFormat")
        if not isinstance(one.get("sourceUrl"), str) or not one["sourceUrl"]:
            raise invalid(call, "MISSING_VALUE", "media.sourceUrl")
    if len(told) > int(call.world.setting(NAME, "max_photos")):
        raise invalid(call, "TOO_MANY_ITEMS", "media")
    return [one["sourceUrl"] for one in told]


async def fetch(call: Call, account: Account, url: str) -> Medium:
    setting = call.world.setting
    if setting(NAME, "photo_failure") == "fetch":
        raise _not_fetched(call)
    try:
        content = await fetching.get(url, limit=int(setting(NAME, "max_photo_bytes")), user_agent="Google-Photos")
    except fetching.NotFetched:
        raise _not_fetched(call) from None
    except fetching.TooLarge:
        raise _not_taken(call, "is too large") from None
    seen = images.probe(content)
    if seen is None:
        raise _not_fetched(call)
    if seen.mime not in {"image/jpeg", "image/png"}:
        raise _not_taken(call, "is neither JPEG nor PNG")
    if len(content) < int(setting(NAME, "min_photo_bytes")):
        raise _not_taken(call, "is too small a file")
    if min(seen.width, seen.height) < int(setting(NAME, "min_photo_side")):
        raise _not_taken(call, "has too few pixels")
    if setting(NAME, "photo_failure") == "upload":
        raise _not_taken(call, "could not be stored")
    return Medium(
        platform=NAME,
        id=f"AF1Q{call.world.number()}",
        account_id=account.id,
        mime=seen.mime,
        size=len(content),
        digest=call.world.store.blobs.add(content),
        created_at=call.world.now(),
        width=seen.width,
        height=seen.height,
        data={"crc32": zlib.crc32(content), "received": len(content), "source": url},
    )


def _not_fetched(call: Call) -> Exception:
    return invalid(call, "PHOTO_FETCH_FAILED", message=FETCHING_FAILED)


def _not_taken(call: Call, why: str) -> Exception:
    return invalid(call, "PHOTO_UPLOAD_FAILED", message=f"PHOTO_UPLOAD_FAILED: the photo {why}.")
