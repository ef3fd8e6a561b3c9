"""A frame of a video as a picture of its own, to stand for it."""

from __future__ import annotations

from pathlib import Path

from apps.media import probing, storage
from apps.media.errors import FileRefused
from apps.media.models import Asset
from apps.media.services.destinations import Destination
from apps.media.services.taking_in import take_in
from apps.media.states import Kind


def frame_of(*, video: Asset, at: float, to: Destination) -> Asset:
    """The picture at `at` seconds, in full size, in the library; raises FileRefused in words.

    Called outside of any tenancy scope: it waits for the storage and for a process that looks into the video.
    """
    if video.kind != Kind.VIDEO:
        raise FileRefused(f"{video} is no video, so no frame can be taken from it.")
    at = min(max(at, 0.0), max(video.seconds - 0.05, 0.0))
    minutes, seconds = divmod(int(at), 60)
    with storage.workshop() as folder:
        found = probing.Probe.from_json(video.probe)
        frame = folder / "frame"
        probing.poster(_source(video, folder), found, to=frame, at=at)
        stem = Path(video.original_name or "Video").stem
        return take_in(frame, name=f"{stem} at {minutes}.{seconds:02}.jpg", to=to)


def _source(video: Asset, folder: Path) -> Path:
    """The video where a program can move about in it: as it lies here, or a copy from afar."""
    name = video.file.name or ""
    if near := storage.local_path(name):
        return near
    to = folder / "video"
    with to.open("wb") as copy:
        storage.copy(storage.chunks(name), copy, most=video.size)
    return to
