"""A picture by its recipe, made by the Python child."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from apps.media.errors import CannotMake
from apps.media.making.helper import ask
from apps.media.making.looking import Probe
from apps.media.recipes import PictureRecipe


def make(
    recipe: PictureRecipe,
    source: Path,
    *,
    to: Path,
    progress: Callable[[float], None],
    should_stop: Callable[[], bool],
) -> Probe:
    order = {"recipe": recipe.to_json(), "source": str(source), "to": str(to)}
    made = Probe.from_json(ask("picture", order, should_stop=should_stop))
    size = to.stat().st_size
    is_right = (made.width, made.height, made.size) == (recipe.framing.width, recipe.framing.height, size)
    if not is_right or (recipe.max_bytes and size > recipe.max_bytes):
        raise CannotMake("This picture did not become what it should. Upload it again, or use another.")
    progress(1.0)
    return made
