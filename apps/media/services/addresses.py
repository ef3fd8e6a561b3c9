"""How platforms get at a file."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.files.storage import default_storage
from django.urls import reverse

from apps.core import tenancy
from apps.media.models import Asset
from apps.platforms.contract import MediaFile

LINK_SALT = "media.public"


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
