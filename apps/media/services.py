"""The verbs of this room: take a file in, describe it, hand it to a platform, remove it."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import ProtectedError
from django.urls import reverse

from apps.audit import services as audit
from apps.core import tenancy
from apps.core.actors import Actor
from apps.events import services as events
from apps.media import probe
from apps.media.errors import AssetInUse
from apps.media.models import Asset
from apps.platforms.contract import MediaFile

LINK_SALT = "media.public"
MAX_ALT = 2000


def upload(*, file: probe.Readable, name: str, workspace_id: UUID, actor: Actor, alt: str = "") -> Asset:
    """Store a clean copy of an image; raises FileRefused in words. The same bytes twice are one asset."""
    # Decoding takes its time, so it happens before the transaction.
    image = probe.clean(
        file, name=name or "The file", max_bytes=settings.MEDIA_MAX_BYTES, max_pixels=settings.MEDIA_MAX_PIXELS
    )
    alt = _text(alt, MAX_ALT)
    known = Asset.objects.filter(workspace_id=workspace_id, sha256=image.sha256, alt=alt).first()
    return known or _store(image, name=name, workspace_id=workspace_id, actor=actor, alt=alt)


def _store(image: probe.CleanImage, *, name: str, workspace_id: UUID, actor: Actor, alt: str) -> Asset:
    """File and row together. Where the caller's transaction fails later still, the file stays behind unnamed."""
    asset = Asset(
        organization_id=tenancy.required_organization(),
        workspace_id=workspace_id,
        original_name=_text(name, 255),
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
            name = asset.file.name or ""
            audit.record("media.deleted", subject=asset, actor=actor)
            events.emit("media.deleted", subject=asset)
            asset.delete()
            transaction.on_commit(lambda: default_storage.delete(name))
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
