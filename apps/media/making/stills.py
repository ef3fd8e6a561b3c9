"""A picture by its recipe, drawn by `apps.media.decoding.drawing`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from apps.media import room
from apps.media.decoding.refusals import Refused
from apps.media.errors import CannotMake
from apps.media.probing import Probe
from apps.media.recipes import PictureRecipe
from apps.media.room import FREELY, MB, Limits
from apps.media.states import Kind

# A picture of 50 million pixels unfolds to 200 MB, and is there more than once while its colours are turned.
DRAWING: Final = Limits(memory=1024 * MB, seconds=60, file=256 * MB)


def make(recipe: PictureRecipe, source: Path, *, to: Path, progress: Callable[[float], None]) -> Probe:
    order = {"recipe": recipe.to_json(), "path": str(source.absolute()), "to": str(to.absolute())}
    try:
        drawn = room.ask("drawing.draw", order, DRAWING, turns=FREELY)
        if unwritten := drawn.get("unwritten"):
            raise OSError(unwritten)
        size = to.stat().st_size
        made = Probe.checked(Kind.IMAGE, size, drawn)
    except Refused as refusal:
        raise CannotMake(f"This picture {refusal.words}") from refusal
    is_right = (made.mime_type, made.width, made.height) == (
        recipe.mime_type, recipe.framing.width, recipe.framing.height,
    )  # fmt: skip
    if not is_right or (recipe.max_bytes and size > recipe.max_bytes):
        raise CannotMake("This picture did not become what it should. Upload it again, or use another.")
    progress(1.0)
    return made
