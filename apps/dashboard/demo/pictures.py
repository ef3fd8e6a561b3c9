"""Pictures for the demo, painted on the spot so that none has to be shipped."""

from __future__ import annotations

import io
import random
from functools import lru_cache

from PIL import Image, ImageColor, ImageDraw, ImageFilter

SIZE = (1080, 1080)


@lru_cache(maxsize=32)
def paint(colours: tuple[str, str], *, seed: str) -> bytes:
    """A calm abstract JPEG in a client's two colours; the same seed gives the same picture."""
    chance = random.Random(seed)  # noqa: S311 - a picture, not a secret
    dark, light = (ImageColor.getrgb(colour) for colour in colours)
    image = Image.new("RGB", SIZE, _mix(dark, light, 0.75))
    draw = ImageDraw.Draw(image, "RGBA")
    for _ in range(7):
        radius = chance.randint(160, 520)
        x, y = chance.randint(0, SIZE[0]), chance.randint(0, SIZE[1])
        shade = _mix(dark, light, chance.random())
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(*shade, 150))
    image = image.filter(ImageFilter.GaussianBlur(6))
    horizon = chance.randint(620, 860)
    ImageDraw.Draw(image, "RGBA").rectangle((0, horizon, *SIZE), fill=(*dark, 205))
    out = io.BytesIO()
    image.save(out, format="JPEG", quality=88)
    return out.getvalue()


def _mix(one: tuple[int, ...], other: tuple[int, ...], share: float) -> tuple[int, int, int]:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one[:3], other[:3], strict=True))
    return red, green, blue
