"""The parts of a video on their way in: each exactly as long as it was asked for, each answered with an ETag.

The addresses are signed, and a token sent along is refused. Some ETags stand in quotes, others are opaque paths.
"""

from __future__ import annotations

import base64
import zlib
from functools import lru_cache

from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from apps.sandbox.core import images
from apps.sandbox.core.calls import Call
from apps.sandbox.core.uploads import HEAD, Intake, TooMuch
from apps.sandbox.core.world import World
from apps.sandbox.linkedin import assets
from apps.sandbox.linkedin.assets import Asset
from apps.sandbox.linkedin.errors import denied, illegal, refused

LINKEDIN = "linkedin"


def ranges(asset: Asset) -> list[tuple[int, int]]:
    """First and last byte of each part."""
    starts = range(0, asset.announced_size, asset.part_bytes)
    return [(start, min(start + asset.part_bytes, asset.announced_size) - 1) for start in starts]


async def put(call: Call) -> Response:
    """PUT /dms-uploads/{id}/uploadedVideo?part=0&sau=..: one part, which may be sent again."""
    asset = _signed(call)
    if call.request.headers.get("content-type", "") != "application/octet-stream":
        raise illegal("A part is sent as application/octet-stream")
    place = call.fields.text("part")
    if not place.isdigit() or int(place) >= len(ranges(asset)):
        raise illegal("There is no such part")
    first, last = ranges(asset)[int(place)]
    intake, size = Intake(), last - first + 1
    try:
        await intake.take(call.request.stream(), limit=size)
    except (TooMuch, ClientDisconnect):
        intake.size = -1
    # Other parts may have arrived while this one did.
    asset = assets.load(call.world, asset.urn) or asset
    asset.received += intake.received
    if intake.size == size:
        etag = _etag(asset, int(place), intake.crc32)
        asset.parts[place] = {"etag": etag.strip('"'), "crc32": intake.crc32, "size": size}
        if first < HEAD:
            kept = base64.b64encode(intake.head).decode()
            call.world.box(LINKEDIN, "head").put(f"{asset.id} {place}", {"head": kept})
    assets.save(call.world, asset)
    if intake.size != size:
        raise illegal(f"Part {place} has {size} bytes: {first} to {last}")
    return Response(status_code=200, headers={"ETag": etag})


def _etag(asset: Asset, place: int, crc32: int) -> str:
    if place % 2:
        return f"/ambry-videoei/signedId/{asset.signature}{place}-{crc32:08x}.bin"
    return f'"{crc32:08x}-{place}"'


def join(world: World, asset: Asset) -> None:
    """Size and CRC-32 of the whole, from those of its parts."""
    for place in range(len(ranges(asset))):
        part = asset.parts[str(place)]
        asset.crc32 = joined_crc32(asset.crc32, part["crc32"], part["size"])
        asset.size += part["size"]


def joined_crc32(before: int, after: int, size: int) -> int:
    """The CRC-32 of two pieces in a row, of which the second has `size` bytes."""
    joined = after
    for bit in range(before.bit_length()):
        if before >> bit & 1:
            joined ^= _moved_bits(size)[bit]
    return joined


@lru_cache(maxsize=16)
def _moved_bits(size: int) -> list[int]:
    """What each bit of a sum becomes when `size` zeros follow. The sum is linear, so these make up any other."""
    zeros = bytes(size)
    return [zlib.crc32(zeros, 1 << bit) ^ zlib.crc32(zeros) for bit in range(32)]


def head(world: World, asset: Asset) -> bytes:
    """The first bytes of the whole."""
    box, found = world.box(LINKEDIN, "head"), b""
    for place, (first, _) in enumerate(ranges(asset)):
        if first >= HEAD:
            break
        kept = box.get(f"{asset.id} {place}")
        found += base64.b64decode(kept["head"]) if kept else b""
    return found


async def put_thumbnail(call: Call) -> Response:
    """PUT /dms-uploads/{id}/thumbnail?sau=..: an image, announced as one by a header."""
    asset = _signed(call)
    if call.request.headers.get("media-type-family") != "STILLIMAGE":
        raise illegal("The header media-type-family has to be STILLIMAGE")
    if images.probe(call.body) is None:
        raise illegal("The thumbnail is no image")
    return _extra(call, asset, "thumbnail", call.body)


async def put_captions(call: Call) -> Response:
    """PUT or POST /dms-uploads/{id}/captions?sau=..: a file in SRT, in a form."""
    asset = _signed(call)
    if not call.request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise illegal("Captions are sent as multipart/form-data")
    files = [value for value in (await call.request.form()).values() if isinstance(value, UploadFile)]
    content = await files[0].read() if files else b""
    if b"-->" not in content:
        raise illegal("The captions are not in SRT")
    asset.words = content.decode("utf-8", "replace")
    return _extra(call, asset, "captions", content)


def _extra(call: Call, asset: Asset, name: str, content: bytes) -> Response:
    words, asset = asset.words, assets.load(call.world, asset.urn) or asset
    asset.words = words
    asset.extras[name] = {"size": len(content), "crc32": zlib.crc32(content)}
    assets.save(call.world, asset)
    return Response(status_code=201)


def _signed(call: Call) -> Asset:
    asset = assets.at_address(call, "video")
    if call.fields.text("sau") != asset.signature:
        raise denied("The signature of the upload URL does not match")
    if "authorization" in call.request.headers:
        raise illegal("The upload URL is signed: no Authorization is sent along")
    if asset.ready_at is not None:
        raise refused(400, "UPDATING_ASSET_FAILED", "The upload has been finalized already")
    return asset
