"""HDR pictures as they look on an ordinary screen.

What HDR video stores is light on one of two curves (PQ, HLG) in the wide colours of BT.2020. A table over all colours
is computed from the curves of BT.2100 and applied to the picture: linear light, brightness rolled off towards white,
BT.709 colours, the curve of sRGB.
"""

from __future__ import annotations

import math
from typing import Final

from PIL import Image, ImageFilter

PQ, HLG = 16, 18  # as H.273 numbers the transfers
STEPS: Final = 25
PAPER_WHITE: Final = 203.0  # cd/m2 at which BT.2408 shows a sheet of paper
PEAK: Final = 1000.0 / PAPER_WHITE
KNEE: Final = 0.5
# BT.2020 to BT.709, for linear light.
NARROWER: Final = ((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187))


def toned(image: Image.Image, transfer: int) -> Image.Image:
    """The picture for a screen of today; unchanged where it is no HDR."""
    curve = {PQ: _pq, HLG: _hlg}.get(transfer)
    if curve is None:
        return image

    def shown(red: float, green: float, blue: float) -> tuple[float, float, float]:
        light = (curve(red), curve(green), curve(blue))
        brightest = max(*light, 1e-6)
        scale = _rolled_off(brightest) / brightest
        first, second, third = (
            _srgb(sum(weight * part * scale for weight, part in zip(row, light, strict=True))) for row in NARROWER
        )
        return first, second, third

    return image.filter(ImageFilter.Color3DLUT.generate(STEPS, shown))


def _pq(value: float) -> float:
    """Linear light, 1.0 being paper white."""
    root = value ** (1 / 78.84375)
    return 10000.0 * (max(root - 0.8359375, 0.0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125) / PAPER_WHITE


def _hlg(value: float) -> float:
    """The scene's light, with 75 % of the signal as paper white."""
    scene = value * value / 3 if value <= 0.5 else (math.exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return float(scene**1.2 * PEAK)


def _rolled_off(light: float) -> float:
    """Shadows and middle tones stay as they are; what is brighter nears 1 and never reaches it."""
    return light if light <= KNEE else KNEE + (1 - KNEE) * (1 - math.exp((KNEE - light) / (1 - KNEE)))


def _srgb(light: float) -> float:
    light = min(max(light, 0.0), 1.0)
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
