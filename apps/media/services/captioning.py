"""What is said in a video, put beside it to be read along: WebVTT, whatever it came as."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction

from apps.audit import services as audit
from apps.core.actors import Actor
from apps.media import probing, storage
from apps.media.errors import FileRefused
from apps.media.models import Asset, CaptionTrack
from apps.media.services.releasing import release_after_commit
from apps.media.services.texts import plain_text
from apps.media.states import Kind

LARGEST: Final = 1024 * 1024
LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def add_captions(*, asset_id: UUID, file: Readable, name: str, language: str, label: str, actor: Actor) -> CaptionTrack:
    """Put captions beside a video, in the place of those in the same language; raises FileRefused in words."""
    asset: Asset = Asset.objects.get(pk=asset_id)
    if asset.kind != Kind.VIDEO:
        raise FileRefused("Captions belong to videos. Open a video to add them.")
    language = language.strip()
    if not LANGUAGE.fullmatch(language):
        raise FileRefused("Say the language as a code: en, de, pt-BR.")
    words = _read(file, name or "The captions").encode()
    with transaction.atomic():
        asset = Asset.objects.locked(asset_id)
        before = CaptionTrack.objects.filter(asset=asset, language=language)
        release_after_commit({str(row.file.name) for row in before})
        before.delete()
        track = CaptionTrack(
            organization_id=asset.organization_id,
            workspace_id=asset.workspace_id,
            asset=asset,
            language=language,
            label=plain_text(label, 80),
            size=len(words),
            sha256=hashlib.sha256(words).hexdigest(),
        )
        track.file.save(storage.random_name("vtt"), ContentFile(words), save=False)
        track.save()
        audit.record("media.captioned", subject=asset, actor=actor, diff={"language": language})
    return track


@transaction.atomic
def remove_captions(*, track_id: UUID, actor: Actor) -> Asset:
    """Take captions away; the video they belonged to."""
    track: CaptionTrack = CaptionTrack.objects.select_related("asset").get(pk=track_id)
    release_after_commit({str(track.file.name)})
    audit.record("media.captions_removed", subject=track.asset, actor=actor, diff={"language": track.language})
    track.delete()
    return track.asset


def _read(file: Readable, name: str) -> str:
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise FileRefused(f"{name} is larger than 1 MB, which captions are not. Choose a .vtt or .srt file.")
    with storage.workshop() as folder:
        path = Path(folder) / "captions"
        path.write_bytes(content)
        return probing.captions(path, name=name)
