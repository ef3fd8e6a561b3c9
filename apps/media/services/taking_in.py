"""From a file that somebody put in to an asset of the library.

`take_in` is the one door: whatever way a file has come, it passes here, is looked at, and only its clean copy is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import UUID

from django.conf import settings
from django.db import transaction

from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import Actor
from apps.events import services as events
from apps.media import probing, storage
from apps.media.errors import FileRefused
from apps.media.models import Asset, storage_path
from apps.media.services import quota
from apps.media.services.destinations import Destination
from apps.media.services.texts import MAX_ALT, plain_text
from apps.media.states import Kind

Finish = Callable[[Asset], None]
# What the library tells of a file by itself; the rest of what was found is beside it.
COLUMNS: Final = (
    "kind", "mime_type", "size", "width", "height", "frames", "seconds", "frame_rate", "video_codec", "audio_codec",
    "bit_rate",
)  # fmt: skip


def _nothing_more(asset: Asset) -> None:
    pass


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Clean:
    """The copy that is stored, its small picture (None for documents), and what the library tells of it."""

    path: Path
    small: Path | None
    extension: str
    facts: dict[str, Any]


def upload(*, file: Readable, name: str, workspace_id: UUID, actor: Actor, alt: str = "") -> Asset:
    """Store a clean copy of a file; raises FileRefused in words. The same bytes twice are one asset."""
    return take_file(
        file=file, name=name, to=Destination(tenancy.required_organization(), workspace_id, actor, alt=alt)
    )


def take_file(*, file: Readable, name: str, to: Destination, finish: Finish = _nothing_more) -> Asset:
    """The same for a place that was named; called outside of any transaction, for looking takes its time."""
    with storage.workshop() as folder:
        return take_in(_on_disk(file, folder, name=name or "The file"), name=name, to=to, finish=finish)


def _on_disk(file: Readable, folder: Path, *, name: str) -> Path:
    """The file of a form lies on the disk already if it is large; anything else is written there."""
    if hasattr(file, "temporary_file_path"):
        return Path(file.temporary_file_path())
    path = folder / "arrived"
    most = settings.MEDIA_MAX_UPLOAD_BYTES
    with path.open("wb") as copy:
        try:
            storage.copy(iter(lambda: file.read(storage.CHUNK), b""), copy, most=most)
        except storage.TooLarge as error:
            raise FileRefused(f"{name} is larger than {most // 1024 // 1024} MB. Choose a smaller file.") from error
    return path


def take_in(
    path: Path, *, name: str, to: Destination, is_reserved: bool = False, finish: Finish = _nothing_more
) -> Asset:
    """Make an asset of a file on this machine's disk; raises FileRefused in words.

    The same bytes with the same words twice are one asset. Looking and cleaning take their time and happen outside of
    any transaction of ours; `finish` is called in the one that writes the asset down, and what it raises takes
    everything back. Unless `is_reserved`, the workspace must have room for the clean copy.
    """
    source = storage.digest(path)
    if known := _known(to, finish, source_sha256=source):
        return known
    with storage.workshop() as folder:
        clean = _clean(path, folder, name=name or "The file")
        if known := _known(to, finish, sha256=clean.facts["sha256"]):
            return known
        asset = Asset(
            organization_id=to.organization_id,
            workspace_id=to.workspace_id,
            folder_id=to.folder_id,
            uploaded_by_id=to.actor.user_id,
            original_name=plain_text(name, 255),
            alt=plain_text(to.alt, MAX_ALT),
            source_sha256=source,
            **clean.facts,
        )
        asset.file.name = storage.put(clean.path, storage_path(asset, storage.random_name(clean.extension)))
        if clean.small:
            asset.thumbnail.name = storage.put(clean.small, storage_path(asset, storage.random_name("webp")))
    try:
        _write_down(asset, to, is_reserved=is_reserved, finish=finish)
    except BaseException:
        # Where the caller's transaction fails later still, the file stays behind unnamed until the clean-up.
        for stored in filter(None, (asset.file.name, asset.thumbnail.name)):
            storage.delete(stored)
        raise
    return asset


def _known(to: Destination, finish: Finish, **digest: str) -> Asset | None:
    """The asset that these bytes are already, with these words; held, and marked as put in once more. `finish` gets it
    as it was before."""
    same = {"workspace_id": to.workspace_id, "alt": plain_text(to.alt, MAX_ALT), **digest}
    with to.scope(), transaction.atomic():
        rows = Asset.objects.filter(**same).in_library().select_for_update(of=("self",))
        found: Asset | None = rows.first()
        if found:
            Asset.objects.filter(pk=found.pk).update(updated_at=clock.now())
            finish(found)
    return found


def _clean(path: Path, folder: Path, *, name: str) -> _Clean:
    """Look at the file and write its clean copy into the folder; raises FileRefused."""
    copy, small = folder / "clean", folder / "small"
    found = probing.clean(path, probing.probe(path, name=name), to=copy, name=name)
    facts = {
        **{column: getattr(found, column) for column in COLUMNS},
        "probe": found.to_json(),
        "sha256": storage.digest(copy),
    }
    if found.kind == Kind.DOCUMENT:
        return _Clean(copy, None, probing.EXTENSIONS[found.mime_type], facts)
    probing.thumbnail(copy, found, to=small)
    facts["placeholder"] = probing.placeholder(small)
    return _Clean(copy, small, probing.EXTENSIONS[found.mime_type], facts)


def _write_down(asset: Asset, to: Destination, *, is_reserved: bool, finish: Finish) -> None:
    with to.scope(), transaction.atomic():
        if not is_reserved:
            quota.reserve(to.workspace_id, asset.size)
        asset.save()
        audit.record("media.uploaded", subject=asset, actor=to.actor)
        events.emit("media.uploaded", subject=asset, data={"mime_type": asset.mime_type, "size": asset.size})
        finish(asset)
