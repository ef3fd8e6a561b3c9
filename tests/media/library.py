"""Files of a workspace's library for tests, with what a probe would have found of them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage

from apps.core import tenancy
from apps.media.models import Asset, Rendition
from apps.media.probing import probe
from apps.media.recipes import Framing, PictureRecipe, VideoRecipe
from apps.tenants.models import Workspace
from tests.media.films import photo
from tests.support import factories

WHY = "a test looks at every row"
SMALL = PictureRecipe("image/jpeg", Framing((0, 0, 64, 48), 32, 24, (32, 24)))
BLUE = PictureRecipe("image/png", Framing((0, 0, 64, 48), 16, 12, (16, 12)))


class FarStorage(Storage):
    """A storage behind a network, as far as its users can tell: it opens and saves, and has no paths."""

    def __init__(self, location: str) -> None:
        self._near = FileSystemStorage(location=location)

    def _open(self, name: str, mode: str = "rb") -> File:
        return self._near.open(name, mode)

    def _save(self, name: str, content: File) -> str:
        return self._near.save(name, content)

    def size(self, name: str) -> int:
        return self._near.size(name)

    def exists(self, name: str) -> bool:
        return self._near.exists(name)

    def delete(self, name: str) -> None:
        self._near.delete(name)


def stored(of: Workspace, content: bytes, name: str, **fields: Any) -> Asset:
    sha256 = hashlib.sha256(content).hexdigest()
    values = {"original_name": name, "size": len(content), "sha256": sha256, **fields}
    with tenancy.across_tenants(WHY):
        made = Asset(organization_id=of.organization_id, workspace=of, **values)
        made.file.save(name, ContentFile(content), save=False)
        made.save()
    return made


def a_picture(of: Workspace, **fields: Any) -> Asset:
    return factories.asset(of, **fields)


def a_photo(of: Workspace) -> Asset:
    content = photo(640, 480)
    return stored(of, content, "photo.jpg", mime_type="image/jpeg", width=640, height=480)


def a_film(of: Workspace, path: Path) -> Asset:
    found = probe(path, name=path.name)
    names = ("kind", "mime_type", "width", "height", "seconds", "frame_rate", "video_codec", "audio_codec", "bit_rate")
    facts = {name: getattr(found, name) for name in names}
    return stored(of, path.read_bytes(), path.name, probe=found.to_json(), **facts)


def slow(width: int = 320, height: int = 180) -> VideoRecipe:
    """A conversion that takes long: many pictures, far larger than the source's."""
    return VideoRecipe(Framing((0, 0, width, height), 1920, 1080, (1920, 1080)), 60.0, 8_000_000)


def read(rendition: Rendition) -> Rendition:
    """The row as it stands now."""
    with tenancy.across_tenants(WHY):
        found: Rendition = Rendition.across_tenants.get(pk=rendition.pk)
        return found
