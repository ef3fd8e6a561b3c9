"""Where a file is to be had: for platforms that fetch it, and for the browsers of members.

An address holds all that is needed to answer it (whose file, until when) and a signature over that. Its end is rounded
up to a full hour, so that the same file has the same address for a while: what a platform is told in the morning of a
fetch it finds under the same name when it comes back for the next part. With a bucket the address is one of the
bucket's, presigned, or of the CDN that stands before it.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import httpx
from django.conf import settings
from django.core import signing
from django.urls import reverse

from apps.core import clock, tenancy
from apps.core.numbers import whole
from apps.media import serving, storage
from apps.media.models import Asset, CaptionTrack, Rendition, ShelfItem, StoredFile
from apps.media.serving import Stored
from apps.media.states import RenditionState
from apps.platforms.contract import MediaFile

LINK_SALT: Final = "media.public"  # of the addresses before there were renditions
FILE_SALT: Final = "media.file"
WINDOW: Final = timedelta(hours=1)
# Browsers keep what they have seen under an address, so members' addresses change once a day.
MEMBERS_WINDOW: Final = timedelta(days=1)
_SHAPE: Final = struct.Struct(">c16s16sI")


@dataclass(frozen=True, slots=True)
class Kind:
    """What an address may lead to."""

    letter: bytes
    find: Callable[[UUID], Any]
    stored: Callable[[Any], Stored | None]


def _ready_rendition(pk: UUID) -> Any:
    return Rendition.objects.filter(pk=pk, state=RenditionState.READY).first()


def _asset(pk: UUID) -> Any:
    return Asset.objects.filter(pk=pk).first()


def _shelf_item(pk: UUID) -> Any:
    return ShelfItem.objects.filter(pk=pk).first()


ASSET: Final = Kind(b"a", _asset, serving.of_file)
RENDITION: Final = Kind(b"r", _ready_rendition, serving.of_file)
THUMBNAIL: Final = Kind(b"t", _asset, serving.of_thumbnail)
SHELF: Final = Kind(b"s", _shelf_item, serving.of_file)
_KINDS: Final = {kind.letter: kind for kind in (ASSET, RENDITION, THUMBNAIL, SHELF)}


def media_file(row: Asset | Rendition) -> MediaFile:
    """A stored file as adapters take it; the alt text of an asset is its own."""
    name = row.file.name or ""
    return MediaFile(
        id=str(row.pk),
        mime_type=row.mime_type,
        size=row.size,
        width=row.width,
        height=row.height,
        sha256=row.sha256,
        open=lambda: storage.open_file(name),
        alt=getattr(row, "alt", ""),
        public_url=public_url(row),
        name=getattr(row, "original_name", ""),
        seconds=row.seconds,
        frame_rate=row.frame_rate,
        video_codec=row.video_codec,
        audio_codec=row.audio_codec,
        bit_rate=row.bit_rate,
        frames=row.frames,
        pixel_aspect=getattr(row, "probe", {}).get("pixel_aspect", 1.0),  # no rendition has others
    )


def caption_file(track: CaptionTrack) -> MediaFile:
    """Captions as adapters take them; platforms are sent them and fetch none."""
    name = track.file.name or ""
    return MediaFile(
        id=str(track.pk),
        mime_type="text/vtt",
        size=track.size,
        width=0,
        height=0,
        sha256=track.sha256,
        open=lambda: storage.open_file(name),
        name=f"{track.language}.vtt",
    )


def public_url(row: Asset | Rendition) -> str:
    """An address that a platform can fetch the file from, without a redirect: nobody guesses it, and it is good for
    MEDIA_LINK_LIFETIME at least. Its last part ends as the type of the file does."""
    kind = RENDITION if isinstance(row, Rendition) else ASSET
    stored = serving.of_file(row)
    there = storage.bucket() if settings.MEDIA_S3_DIRECT else None
    if there is None:
        return f"{settings.PUBLIC_URL}{signed_path(kind, row, lifetime=settings.MEDIA_LINK_LIFETIME)}"
    began = _window(clock.now(), WINDOW)
    lifetime = WINDOW + settings.MEDIA_LINK_LIFETIME
    return there.public_address(stored.name, mime_type=stored.mime_type, at=began, lifetime=lifetime)


def member_url(asset: Asset) -> str:
    """Where a member's browser finds the file."""
    return _for_members(ASSET, asset, reverse("media:show", args=[asset.pk]))


def thumbnail_url(asset: Asset) -> str:
    """Where a member's browser finds the small picture; it may be kept for long, for its address changes with it."""
    plain = reverse("media:thumbnail", args=[asset.pk])
    return _for_members(THUMBNAIL, asset, f"{plain}?of={asset.sha256[:12]}")


def guest_url(asset: Asset) -> str:
    """Where the browser of somebody without a seat finds the file, for a day: whoever may show it hands this out."""
    return _for_guests(ASSET, asset)


def guest_thumbnail_url(asset: Asset) -> str:
    """The same for the small picture, or where none was made for the picture itself."""
    return _for_guests(THUMBNAIL if asset.thumbnail else ASSET, asset)


def _for_guests(kind: Kind, asset: Asset) -> str:
    there = member_address(kind, asset)
    return there or signed_path(kind, asset, lifetime=MEMBERS_WINDOW, window=MEMBERS_WINDOW)


def _for_members(kind: Kind, asset: Asset, plain: str) -> str:
    """By the session, or where files have an origin of their own, which no session reaches, by signature."""
    return member_address(kind, asset) if settings.MEDIA_ORIGIN else plain


def member_address(kind: Kind, row: StoredFile) -> str:
    """A signed address on the origin of files; with a bucket one of the bucket's. "" where there is neither, and the
    pages' own origin serves the file."""
    stored = kind.stored(row)
    there = storage.bucket() if settings.MEDIA_S3_DIRECT else None
    if there and stored:
        told = {"response-content-type": stored.mime_type}
        if stored.disposition:
            told["response-content-disposition"] = stored.disposition
        began = _window(clock.now(), MEMBERS_WINDOW)
        return there.member_address(stored.name, at=began, lifetime=2 * MEMBERS_WINDOW, told=told)
    if not settings.MEDIA_ORIGIN:
        return ""
    path = signed_path(kind, row, lifetime=MEMBERS_WINDOW, window=MEMBERS_WINDOW)
    return f"{settings.MEDIA_ORIGIN}{path}"


def signed_path(kind: Kind, row: Any, *, lifetime: timedelta, window: timedelta = WINDOW) -> str:
    """The path that is good for `lifetime` and at most a `window` more."""
    ends = _window(clock.now(), window) + window + lifetime
    packed = _SHAPE.pack(kind.letter, row.organization_id.bytes, row.pk.bytes, int(ends.timestamp()))
    text = base64.urlsafe_b64encode(packed).rstrip(b"=").decode()
    stored = kind.stored(row)
    return reverse("media:file", args=[_signer().sign(text), f"file.{stored.extension if stored else 'bin'}"])


def by_token(token: str) -> Stored | None:
    """The file behind a signed path; None for one that was changed, has ended, or whose file is gone."""
    try:
        text = _signer().unsign(token)
        letter, organization, pk, ends = _SHAPE.unpack(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (signing.BadSignature, binascii.Error, struct.error, ValueError):
        return None
    kind = _KINDS.get(letter)
    if kind is None or clock.now().timestamp() >= ends:
        return None
    with tenancy.scope(organization_id=UUID(bytes=organization)):
        row = kind.find(UUID(bytes=pk))
    return kind.stored(row) if row else None


def by_public_token(token: str) -> Stored | None:
    """The same for addresses as they were once given out."""
    try:
        named = signing.loads(token, salt=LINK_SALT, max_age=settings.MEDIA_LINK_LIFETIME)
    except signing.BadSignature:
        return None
    with tenancy.scope(organization_id=UUID(named["o"])):
        row = _asset(UUID(named["a"]))
    return serving.of_file(row) if row else None


def self_check(url: str, *, mime_type: str = "", size: int = 0) -> str:
    """Fetch the first and the last byte as a platform would, and say in words what is wrong; "" if all is well.

    Called outside of any tenancy scope. The address is one that we have made, so it may lead to ourselves.
    """
    try:
        with httpx.Client(timeout=10, follow_redirects=False, trust_env=False) as client:
            first = _byte(client, url, "0-0")
            if words := _complaint(first, mime_type=mime_type, size=size):
                return words
            total = int(first.headers["Content-Range"].rpartition("/")[2])
            last = _byte(client, url, f"{total - 1}-{total - 1}")
    except httpx.TransportError as error:
        return f"Platforms cannot fetch files: {httpx.URL(url).host} does not answer ({type(error).__name__})."
    return _complaint(last, mime_type=mime_type, size=size)


def _byte(client: httpx.Client, url: str, which: str) -> httpx.Response:
    with client.stream("GET", url, headers={"Range": f"bytes={which}"}) as response:
        if response.headers.get("Content-Length") == "1":
            response.read()
        return response


def _complaint(response: httpx.Response, *, mime_type: str, size: int) -> str:
    host, status = response.url.host, response.status_code
    if response.is_redirect:
        return f"Platforms cannot fetch files: {host} sends them elsewhere ({status}), which most do not follow."
    if status not in (200, 206):
        return f"Platforms cannot fetch files: {host} answers {status}."
    if "Content-Range" not in response.headers:
        return f"Platforms cannot fetch files in parts: {host} ignores ranges. Does a proxy take them away?"
    told = response.headers.get("Content-Type", "").partition(";")[0]
    if mime_type and told != mime_type:
        return f"Platforms would take the file for another kind: {host} calls it {told}, and it is {mime_type}."
    total = whole(response.headers.get("Content-Range", "").rpartition("/")[2])
    if total is None or (size and total != size) or response.headers.get("Content-Length") != "1":
        return f"Platforms would not get the whole file: {host} gives another number of bytes."
    return ""


def _window(now: datetime, length: timedelta) -> datetime:
    """When the window began that `now` lies in."""
    seconds = int(length.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


def _signer() -> signing.Signer:
    return signing.Signer(salt=FILE_SALT, sep=".")
