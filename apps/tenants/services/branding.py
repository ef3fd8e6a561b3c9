"""How the pages look that an organization's clients see."""

from __future__ import annotations

import io
from typing import Final
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from PIL import Image, UnidentifiedImageError

from apps.audit import services as audit
from apps.core.actors import Actor
from apps.tenants import limits
from apps.tenants.errors import NotALogo
from apps.tenants.models import Branding

LARGEST_FILE: Final = 2 * 1024 * 1024
MOST_PIXELS: Final = 20_000_000
SHOWN_AT: Final = (480, 160)  # twice the size on the page, for sharp screens
FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF")


def branding_of(organization_id: UUID) -> Branding:
    """The organization's branding; one that is not stored where nothing was chosen yet."""
    found: Branding | None = Branding.objects.filter(organization_id=organization_id).first()
    branding = found or Branding(organization_id=organization_id)
    branding.plan_allows = limits.white_label()
    return branding


@transaction.atomic
def update_branding(
    *,
    organization_id: UUID,
    actor: Actor,
    colour: str,
    back_label: str,
    back_url: str,
    hides_product: bool,
    logo: UploadedFile | None = None,
    removes_logo: bool = False,
) -> Branding:
    """Change it; without a logo the one that is there stays. Raises NotALogo for a file that is no picture."""
    branding = branding_of(organization_id)
    branding.colour, branding.back_label, branding.back_url = colour, back_label, back_url
    branding.hides_product = hides_product and branding.allows_hiding
    if removes_logo:
        branding.logo = b""
    if logo is not None:
        branding.logo = _drawn_anew(logo)
    branding.save()
    audit.record("branding.updated", subject=branding, actor=actor, diff={"colour": colour})
    return branding


def _drawn_anew(upload: UploadedFile) -> bytes:
    """The picture and nothing else that was in the file: what it says of itself is not believed."""
    if not upload.size or upload.size > LARGEST_FILE:
        raise NotALogo("The logo may have up to 2 MB.")
    try:
        with Image.open(upload, formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise NotALogo("The logo has too many pixels.")
            drawn = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotALogo("This is no picture that can be read: take a PNG or a JPEG.") from error
    drawn.thumbnail(SHOWN_AT)
    made = io.BytesIO()
    drawn.save(made, "PNG", optimize=True)
    return made.getvalue()
