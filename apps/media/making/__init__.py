"""Making a file by a recipe. The dangerous work (decoding, encoding) is done in the locked room (`apps.media.room`):
by Pillow for pictures (`apps.media.decoding.drawing`), by FFmpeg for videos. How many work at a time is for the lane to
say, so none of them waits for the turns of files that arrive.

No models, no database: whoever calls says where the files are, hears of the progress and may stop it at any time.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from apps.media.making import films, stills
from apps.media.probing import Probe
from apps.media.recipes import PictureRecipe, Recipe
from apps.media.room import Stopped

__all__ = ["Stopped", "make"]


def _never() -> bool:
    return False


def make(
    recipe: Recipe,
    source: Path,
    found: Probe,
    *,
    to: Path,
    progress: Callable[[float], None] = lambda share: None,
    should_stop: Callable[[], bool] = _never,
) -> Probe:
    """Make the file `to` of `source`, which was `found` to be so, and tell what it has become.

    `progress` hears shares from 0 to 1; `should_stop` is asked several times a second while a video is made (a picture
    is quick). Raises CannotMake where no further try would help, Stopped where that was asked for, Killed or
    OSError where something else came between; what stands at `to` then is of no use."""
    if isinstance(recipe, PictureRecipe):
        return stills.make(recipe, source, to=to, progress=progress)
    return films.make(recipe, source, found, to=to, progress=progress, should_stop=should_stop)
