"""A picture for each account: its initials on a colour of its own."""

from __future__ import annotations

import io
import zlib
from functools import cache

SIZE = 128


@cache
def draw(handle: str, initials: str) -> bytes:
    from PIL import Image, ImageDraw, ImageFont  # here, because it would double the time of a start

    hue = zlib.crc32(handle.encode()) % 360
    image = Image.new("RGB", (SIZE, SIZE), f"hsl({hue}, 45%, 38%)")
    font = ImageFont.load_default(size=56)
    ImageDraw.Draw(image).text((SIZE / 2, SIZE / 2), initials, fill="white", font=font, anchor="mm")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
