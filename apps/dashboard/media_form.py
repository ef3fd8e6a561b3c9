"""The files of a post as the composer's form has them: alt text, what of each is shown, and a video's cover.

Fields carry the id of the file behind their name: "alt-<id>", "fit-<id>", "focus-<id>" (two percentages), "box-<id>"
(four percentages: left, top, width, height), "start-<id>" and "end-<id>" (seconds, or minutes and seconds), and
"cover-<id>".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import QueryDict

from apps.media.recipes import CROP, PAD, Cut
from apps.posts.content import MediaContent

LONGEST_ALT = 2000


def read_media(data: QueryDict) -> tuple[MediaContent, ...]:
    """The files in their order, each once; what is no id, no number or no choice falls away."""
    ids = dict.fromkeys(asset_id for one in data.getlist("media") if (asset_id := uuid_of(one)))
    return tuple(_read(data, asset_id) for asset_id in ids)


def _read(data: QueryDict, asset_id: UUID) -> MediaContent:
    cut = Cut.from_json(
        {
            "fit": data.get(f"fit-{asset_id}", ""),
            "focus": _shares(data.get(f"focus-{asset_id}", "")),
            "box": _shares(data.get(f"box-{asset_id}", "")),
            "start": seconds_of(data.get(f"start-{asset_id}", "")) or 0.0,
            "end": seconds_of(data.get(f"end-{asset_id}", "")),
        }
    )
    return MediaContent(
        asset_id,
        alt=data.get(f"alt-{asset_id}", "").strip()[:LONGEST_ALT],
        cut=cut.to_json(),
        cover_id=uuid_of(data.get(f"cover-{asset_id}", "")),
    )


def after_step(media: tuple[MediaContent, ...], verb: str, target: str) -> tuple[MediaContent, ...]:
    """The files after a button: "media-up", "media-down", "media-remove", "media-add" (ids with commas between),
    "fit-crop", "fit-pad", "fit-none", "cover-none"; an unknown one changes nothing."""
    if verb == "media-add":
        return with_files(media, (asset_id for one in target.split(",") if (asset_id := uuid_of(one))))
    asset_id = uuid_of(target)
    places = [one.asset_id for one in media]
    if asset_id not in places:
        return media
    here = places.index(asset_id)
    if verb in ("media-up", "media-down", "media-remove"):
        return _moved(media, here, verb)
    changed = _changed(media[here], verb)
    return (*media[:here], changed, *media[here + 1 :])


def with_files(media: tuple[MediaContent, ...], asset_ids: Iterable[UUID]) -> tuple[MediaContent, ...]:
    """With files added at the end; one that is there already stays where it is."""
    there = {one.asset_id for one in media}
    return (*media, *(MediaContent(one) for one in dict.fromkeys(asset_ids) if one not in there))


def with_cover(media: tuple[MediaContent, ...], asset_id: UUID, cover_id: UUID) -> tuple[MediaContent, ...]:
    return tuple(replace(one, cover_id=cover_id) if one.asset_id == asset_id else one for one in media)


def _changed(one: MediaContent, verb: str) -> MediaContent:
    if verb == "cover-none":
        return replace(one, cover_id=None)
    fits = {"fit-crop": CROP, "fit-pad": PAD, "fit-none": ""}
    if verb in fits:
        return replace(one, cut=replace(Cut.from_json(one.cut), fit=fits[verb]).to_json())
    return one


def _moved(media: tuple[MediaContent, ...], here: int, verb: str) -> tuple[MediaContent, ...]:
    kept = list(media)
    moved = kept.pop(here)
    if verb != "media-remove":
        kept.insert(max(here - 1, 0) if verb == "media-up" else here + 1, moved)
    return tuple(kept)


def seconds_of(text: str) -> float | None:
    """ "83.5" and "1:23.5" alike; None for what is neither."""
    minutes, _, seconds = text.strip().replace(",", ".").rpartition(":")
    try:
        found = float(seconds) + 60 * float(minutes or 0)
    except ValueError:
        return None
    return found if 0 <= found < 1e6 else None


def clock_of(seconds: float | None) -> str:
    """Seconds as a person types them: "1:23.5"; "" for none."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds, 2), 60)
    shown = f"{rest:05.2f}".rstrip("0").rstrip(".")
    return f"{int(minutes)}:{shown}"


def percents(shares: Iterable[float]) -> str:
    """Shares as the form has them: "12.5,50"."""
    return ",".join(f"{share * 100:.4g}" for share in shares)


def _shares(text: str) -> list[Any] | None:
    try:
        return [float(one) / 100 for one in text.split(",")] if text.strip() else None
    except ValueError:
        return None


def uuid_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
