"""From a file that somebody put in to an asset of the library."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from apps.audit import services as audit
from apps.core import tenancy
from apps.core.actors import Actor
from apps.events import services as events
from apps.media import probe
from apps.media.models import Asset
from apps.media.services.texts import MAX_ALT, plain_text


def upload(*, file: probe.Readable, name: str, workspace_id: UUID, actor: Actor, alt: str = "") -> Asset:
    """Store a clean copy of an image; raises FileRefused in words. The same bytes twice are one asset."""
    # Decoding takes its time, so it happens before the transaction.
    image = probe.clean(
        file, name=name or "The file", max_bytes=settings.MEDIA_MAX_BYTES, max_pixels=settings.MEDIA_MAX_PIXELS
    )
    alt = plain_text(alt, MAX_ALT)
    known = Asset.objects.filter(workspace_id=workspace_id, sha256=image.sha256, alt=alt).first()
    return known or _store(image, name=name, workspace_id=workspace_id, actor=actor, alt=alt)


def _store(image: probe.CleanImage, *, name: str, workspace_id: UUID, actor: Actor, alt: str) -> Asset:
    """File and row together. Where the caller's transaction fails later still, the file stays behind unnamed."""
    asset = Asset(
        organization_id=tenancy.required_organization(),
        workspace_id=workspace_id,
        original_name=plain_text(name, 255),
        mime_type=image.mime_type,
        size=len(image.content),
        width=image.width,
        height=image.height,
        frames=image.frames,
        sha256=image.sha256,
        alt=alt,
        uploaded_by_id=actor.id,
    )
    asset.file.save(f"{asset.pk}.{probe.EXTENSIONS[image.mime_type]}", ContentFile(image.content), save=False)
    try:
        with transaction.atomic():
            asset.save()
            audit.record("media.uploaded", subject=asset, actor=actor)
            events.emit("media.uploaded", subject=asset, data={"mime_type": asset.mime_type, "size": asset.size})
    except BaseException:
        default_storage.delete(asset.file.name or "")
        raise
    return asset
