"""From a record to its signed PDF. Called outside of the tenant: the storage may be a bucket across the network."""

from __future__ import annotations

import io
import logging
from typing import Final

from django.template.loader import render_to_string
from PIL import Image, UnidentifiedImageError

from apps.approvals.errors import NoPrinter, RecordNotMade
from apps.approvals.records.gathering import Figure, Record
from apps.approvals.records.signing import key_in_force, require_usable, signed
from apps.core.printing import PrinterMissing, print_pages
from apps.media import storage

logger = logging.getLogger(__name__)
LOGO: Final = "logo.png"
LONGEST_SIDE: Final = 640


def printed(record: Record) -> bytes:
    """The signed PDF. Raises NoPrinter and SigningKeyUnusable; the operator finds either in the log, for nobody who
    asks for a record can do anything about it."""
    try:
        return _printed(record)
    except PrinterMissing as missing:
        logger.error("A record of approval could not be made. %s", missing)
        raise NoPrinter from missing
    except RecordNotMade as error:
        logger.error("A record of approval could not be made: %s. See: %s", error.__cause__ or error, error.remedy)
        raise


def _printed(record: Record) -> bytes:
    key = key_in_force()
    require_usable(key, at=record.made_at)
    pictures: dict[str, bytes] = {LOGO: record.logo} if record.logo else {}
    for figure in (one for leaf in record.leaves for one in leaf.figures):
        if figure.stored and figure.picture not in pictures and (body := _drawn(figure)):
            pictures[figure.picture] = body
    context = {"record": record, "pictures": pictures, "key": key, "logo": LOGO if record.logo else ""}
    html = render_to_string("print/approval_record.html", context)
    return signed(print_pages(html, pictures=pictures), key=key, reason=_reason(record), at=record.made_at)


def _reason(record: Record) -> str:
    many = len(record.leaves)
    return f"Record of approval: {many} post{'s' if many != 1 else ''} of {record.client}"


def _drawn(figure: Figure) -> bytes:
    """The small picture that Postroom drew of the file, with what the post shows of it; b"" where it is lost."""
    try:
        with Image.open(io.BytesIO(b"".join(storage.chunks(figure.stored)))) as drawn:
            picture = drawn.convert("RGBA")
    except (OSError, UnidentifiedImageError):
        logger.warning("The picture %s is not in the storage, so a record goes without it", figure.stored)
        return b""
    if figure.cut.box:
        left, top, width, height = figure.cut.box
        right, bottom = left + width, top + height
        picture = picture.crop((
            round(left * picture.width), round(top * picture.height),
            round(right * picture.width), round(bottom * picture.height),
        ))  # fmt: skip
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    out = io.BytesIO()
    paper.save(out, "JPEG", quality=86)
    return out.getvalue()
