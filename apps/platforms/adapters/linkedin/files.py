"""The files of a post as they are remembered in `Staged.data`, from one step of their upload to the next.

It is {"print", "started_at", "polls", "files": [...]}, where each file is {"kind", "urn", "ends_at", "token",
"uploads": [{"url", "first", "last", "etag"}], "thumbnail_url", "has_thumbnail", "sent_at", "is_ready"}.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from apps.platforms import http as wire
from apps.platforms.adapters.linkedin.capabilities import ASSET_LIFE
from apps.platforms.adapters.linkedin.line import Line, number_of, objects_of, text_of
from apps.platforms.contract import MediaFile, Staged

IMAGE, VIDEO, DOCUMENT = "image", "video", "document"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that a post needs at LinkedIn; `field` is its place in the draft, `cover` a video's own picture."""

    media: MediaFile
    field: str
    cover: MediaFile | None = None

    @property
    def kind(self) -> str:
        if self.media.is_image:
            return IMAGE
        return VIDEO if self.media.is_video else DOCUMENT


def print_of(wanted: list[Wanted], author: str) -> str:
    """What was uploaded for whom: a file belongs to its author, and others may not post it."""
    parts = [author, *(f"{one.media.sha256} {one.cover.sha256 if one.cover else ''}" for one in wanted)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def carried_over(line: Line, wanted: list[Wanted], before: Staged | None) -> dict[str, Any]:
    """What `before` achieved, as far as it still holds: the same files for the same author, not too long ago."""
    fresh: dict[str, Any] = {
        "print": print_of(wanted, line.author),
        "started_at": line.clock().isoformat(),
        "polls": 0,
        "files": [entry(one) for one in wanted],
    }
    if before is None or before.data.get("print") != fresh["print"]:
        return fresh
    started_at = wire.instant(before.data.get("started_at"))
    if started_at is None or line.clock() - started_at > ASSET_LIFE:
        return fresh
    kept = [{**entry, "uploads": [dict(one) for one in entry["uploads"]]} for entry in before.data["files"]]
    return {**before.data, "files": kept}


def entry(one: Wanted) -> dict[str, Any]:
    return {
        "kind": one.kind, "urn": "", "ends_at": "", "token": "", "uploads": [], "thumbnail_url": "",
        "has_thumbnail": one.cover is None, "sent_at": "", "is_ready": False,
    }  # fmt: skip


def instructions(value: dict[str, Any], size: int) -> list[dict[str, Any]]:
    """Where each part goes: the parts of a video as LinkedIn cut it, or the one of anything else. [] if that makes no
    sense."""
    if url := text_of(value, "uploadUrl"):
        return [{"url": url, "first": 0, "last": size - 1, "etag": ""}]
    parts: list[dict[str, Any]] = []
    for one in objects_of(value, "uploadInstructions") or []:
        first, last, url = number_of(one, "firstByte"), number_of(one, "lastByte"), text_of(one, "uploadUrl")
        begins = parts[-1]["last"] + 1 if parts else 0
        if not url or first != begins or not isinstance(last, int) or not begins <= last < size:
            return []
        parts.append({"url": url, "first": begins, "last": last, "etag": ""})
    return parts if parts and parts[-1]["last"] == size - 1 else []


def urns(staged: Staged) -> list[str]:
    """The uploaded files in the order of the draft."""
    return [str(entry["urn"]) for entry in staged.data.get("files", [])]
