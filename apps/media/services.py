"""The verbs of this room: take a file in, describe it, hand it to a platform, remove it."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import ProtectedError
from django.urls import reverse

from apps.audit import services as audit
from apps.core import tenancy
from apps.core.actors import Actor
from apps.events import services as events
from apps.media import probing
from apps.media.errors import AssetInUse, FileRefused
from apps.media.models import Asset
from apps.media.states import Kind
from apps.platforms.contract import MediaFile

LINK_SALT = "media.public"
MAX_ALT = 2000
PIECE: Final = 1024 * 1024


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was looked at, and what is stored of it; the paths lie in a folder that its maker removes."""

    copy: Path
    found: probing.Probe
    sha256: str
    source_sha256: str
    thumbnail: bytes
    placeholder: str


def upload(*, file: Readable, name: str, workspace_id: UUID, actor: Actor, alt: str = "") -> Asset:
    """Store a clean copy of a file; raises FileRefused in words. The same bytes twice are one asset."""
    # Decoding takes its time, so it happens before the transaction.
    with tempfile.TemporaryDirectory(prefix="postroom-upload-") as folder:
        taken = _take(file, name or "The file", Path(folder))
        alt = _text(alt, MAX_ALT)
        known = Asset.objects.filter(workspace_id=workspace_id, sha256=taken.sha256, alt=alt).first()
        return known or _store(taken, name=name, workspace_id=workspace_id, actor=actor, alt=alt)


def _take(file: Readable, name: str, folder: Path) -> Taken:
    source, copy, small = folder / "source", folder / "copy", folder / "small"
    source_sha256 = _spool(file, source, name)
    found = probing.clean(source, probing.probe(source, name=name), to=copy, name=name)
    thumbnail, placeholder = b"", ""
    if found.kind != Kind.DOCUMENT:
        probing.thumbnail(copy, found, to=small)
        thumbnail, placeholder = small.read_bytes(), probing.placeholder(small)
    with copy.open("rb") as stored:
        sha256 = hashlib.file_digest(stored, "sha256").hexdigest()
    return Taken(copy, found, sha256, source_sha256, thumbnail, placeholder)


def _spool(file: Readable, to: Path, name: str) -> str:
    """Write the upload to disk piece by piece and say its digest; no more of it than the largest file may have."""
    most = max(settings.MEDIA_MAX_BYTES, settings.MEDIA_MAX_VIDEO_BYTES, settings.MEDIA_MAX_DOCUMENT_BYTES)
    digest, size = hashlib.sha256(), 0
    with to.open("wb") as out:
        while piece := file.read(PIECE):
            size += len(piece)
            if size > most:
                raise FileRefused(f"{name} is larger than {most // 1024 // 1024} MB. Choose a smaller file.")
            digest.update(piece)
            out.write(piece)
    return digest.hexdigest()


def _store(taken: Taken, *, name: str, workspace_id: UUID, actor: Actor, alt: str) -> Asset:
    """Files and row together. Where the caller's transaction fails later still, the files stay behind unnamed."""
    asset = _described(taken, name=name, workspace_id=workspace_id, actor=actor, alt=alt)
    try:
        with taken.copy.open("rb") as copy:
            asset.file.save(f"{asset.pk}.{probing.EXTENSIONS[taken.found.mime_type]}", File(copy), save=False)
        if taken.thumbnail:
            asset.thumbnail.save(f"{asset.pk}.small.webp", ContentFile(taken.thumbnail), save=False)
        with transaction.atomic():
            asset.save()
            audit.record("media.uploaded", subject=asset, actor=actor)
            events.emit("media.uploaded", subject=asset, data={"mime_type": asset.mime_type, "size": asset.size})
    except BaseException:
        _delete_files(*_files(asset))
        raise
    return asset


def _described(taken: Taken, *, name: str, workspace_id: UUID, actor: Actor, alt: str) -> Asset:
    found = taken.found
    return Asset(
        organization_id=tenancy.required_organization(),
        workspace_id=workspace_id,
        original_name=_text(name, 255),
        kind=found.kind,
        mime_type=found.mime_type,
        size=found.size,
        width=found.width,
        height=found.height,
        frames=found.frames,
        seconds=found.seconds,
        frame_rate=found.frame_rate,
        video_codec=found.video_codec,
        audio_codec=found.audio_codec,
        bit_rate=found.bit_rate,
        probe=found.to_json(),
        sha256=taken.sha256,
        source_sha256=taken.source_sha256,
        placeholder=taken.placeholder,
        alt=alt,
        uploaded_by_id=actor.id,
    )


def _files(asset: Asset) -> tuple[str, ...]:
    return tuple(filter(None, (asset.file.name, asset.thumbnail.name)))


def _delete_files(*names: str) -> None:
    for name in names:
        default_storage.delete(name)


@transaction.atomic
def describe(*, asset_id: UUID, alt: str, actor: Actor) -> Asset:
    """Give the asset its alternative text, for people who cannot see it."""
    asset = Asset.objects.locked(asset_id)
    asset.alt = _text(alt, MAX_ALT)
    asset.save(update_fields=["alt"])
    audit.record("media.described", subject=asset, actor=actor)
    return asset


def remove(*, asset_id: UUID, actor: Actor) -> None:
    """Delete an asset that no post uses; raises AssetInUse otherwise."""
    try:
        with transaction.atomic():
            asset = Asset.objects.locked(asset_id)
            names = _files(asset)
            audit.record("media.deleted", subject=asset, actor=actor)
            events.emit("media.deleted", subject=asset)
            asset.delete()
            transaction.on_commit(lambda: _delete_files(*names))
    except ProtectedError as error:
        raise AssetInUse("A post uses this file. Take it out of the post first.") from error


def _text(words: str, longest: int) -> str:
    """As a column takes it: PostgreSQL has no place for a zero character."""
    return words.replace("\0", "").strip()[:longest]


def media_file(asset: Asset, alt: str = "") -> MediaFile:
    """The asset as adapters take it; an empty `alt` means the asset's own."""
    name = asset.file.name or ""
    return MediaFile(
        id=str(asset.pk),
        mime_type=asset.mime_type,
        size=asset.size,
        width=asset.width,
        height=asset.height,
        sha256=asset.sha256,
        open=lambda: default_storage.open(name, "rb"),
        alt=alt or asset.alt,
        public_url=public_url(asset),
        name=asset.original_name,
        seconds=asset.seconds,
        frame_rate=asset.frame_rate,
        video_codec=asset.video_codec,
        audio_codec=asset.audio_codec,
        bit_rate=asset.bit_rate,
        frames=asset.frames,
    )


def public_url(asset: Asset) -> str:
    """An address that a platform can fetch the file from: signed, and good for MEDIA_LINK_LIFETIME."""
    token = signing.dumps({"o": str(asset.organization_id), "a": str(asset.pk)}, salt=LINK_SALT)
    return f"{settings.PUBLIC_URL}{reverse('media:public', args=[token])}"


def by_public_token(token: str) -> Asset | None:
    """The asset behind a public address; None for one that was changed, is too old, or whose asset is gone."""
    try:
        named = signing.loads(token, salt=LINK_SALT, max_age=settings.MEDIA_LINK_LIFETIME)
    except signing.BadSignature:
        return None
    with tenancy.scope(organization_id=UUID(named["o"])):
        return Asset.objects.filter(pk=UUID(named["a"])).first()
