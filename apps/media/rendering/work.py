"""One claim from the stored file to the stored rendition."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from apps.media import storage
from apps.media.errors import CannotMake, LostRendition
from apps.media.making import Stopped, make
from apps.media.models import Asset, Rendition, storage_path
from apps.media.probing import Probe
from apps.media.recipes import Recipe, recipe_from_json
from apps.media.rendering import outcomes, workplace
from apps.media.rendering.claims import Claim
from apps.media.rendering.holding import Hold

logger = logging.getLogger(__name__)

STORING: Final = timedelta(minutes=15)  # the longest that handing a finished file to the storage takes
EXTENSIONS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "video/mp4": "mp4"}


@dataclass(frozen=True, slots=True)
class _Job:
    recipe: Recipe
    source_name: str
    found: Probe
    to_name: str


def work(claim: Claim) -> None:
    """Make the claimed rendition. Never raises: what is not written down here, the end of the lease settles."""
    try:
        _work(claim)
    except (Stopped, LostRendition):
        logger.info("%s is in other hands, or not needed any more", claim)
    except CannotMake as error:
        outcomes.fail(claim, error.words)
    except Exception:  # Of our own making, and perhaps gone with the next try.
        logger.exception("The work on %s broke off", claim)
        outcomes.postpone(claim)


def _work(claim: Claim) -> None:
    job, hold = _load(claim), Hold(claim)
    with workplace.folder() as folder:
        source, to = _fetched(job, folder, hold), folder / "made"
        made = make(job.recipe, source, job.found, to=to, progress=hold.progress, should_stop=hold.is_lost)
        hold.stretch(STORING)
        _store(claim, job, made, to)


def _load(claim: Claim) -> _Job:
    with claim.scope():
        row = Rendition.objects.held(claim.rendition_id, claim.fence).select_related("asset").first()
        if row is None:
            raise LostRendition(str(claim))
        recipe = recipe_from_json(row.recipe)
        to_name = storage_path(row, storage.random_name(EXTENSIONS[recipe.mime_type]))
        return _Job(recipe, str(row.asset.file.name), probe_of(row.asset), to_name)


def probe_of(asset: Asset) -> Probe:
    """What is known of a stored file: its columns, and what else was found."""
    names = ("kind", "mime_type", "size", "width", "height", "frames", "seconds", "frame_rate", "video_codec")
    columns: dict[str, Any] = {name: getattr(asset, name) for name in (*names, "audio_codec", "bit_rate")}
    return Probe.from_json({**asset.probe, **columns})


def _fetched(job: _Job, folder: Path, hold: Hold) -> Path:
    """The source where FFmpeg can move about in it: as it lies on this machine, or a copy from afar."""
    if near := storage.local_path(job.source_name):
        near.stat()  # a file that is gone is trouble of ours, and not the file's fault
        return near
    to = folder / "source"
    with to.open("wb") as copy:
        for piece in storage.chunks(job.source_name):
            copy.write(piece)
            if hold.is_lost():
                raise Stopped
    return to


def _store(claim: Claim, job: _Job, made: Probe, to: Path) -> None:
    """First the file, then the row; where the row does not take it, the file goes again."""
    with to.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    name = storage.put(to, job.to_name)
    try:
        outcomes.finish(claim, made, name=name, sha256=sha256)
    except BaseException:
        storage.delete(name)
        raise
