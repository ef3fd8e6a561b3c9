"""The shelf of an organization: files that every client's workspace may take from. Taking one makes a file of the
workspace that shares what is stored; a row of a workspace never points outside of it."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from apps.audit import services as audit
from apps.core.actors import Actor
from apps.events import services as events
from apps.media.models import Asset, ShelfItem, StoredFile
from apps.media.services.releasing import release_after_commit

SHARED = (
    "file", "mime_type", "size", "width", "height", "frames", "seconds", "frame_rate", "video_codec", "audio_codec",
    "bit_rate", "sha256", "kind", "original_name", "source_sha256", "probe", "thumbnail", "placeholder", "alt",
    "rights_note", "rights_until",
)  # fmt: skip


@transaction.atomic
def put_on_shelf(*, asset_id: UUID, actor: Actor) -> ShelfItem:
    """Offer a file of one workspace to all of the organization. The same content is on the shelf once."""
    asset: Asset = Asset.objects.locked(asset_id)
    known: ShelfItem | None = ShelfItem.objects.filter(sha256=asset.sha256, trashed_at=None).first()
    if known is not None:
        return known
    item = ShelfItem(uploaded_by_id=actor.user_id, **_shared(asset))
    item.save()
    audit.record("media.shelved", subject=item, actor=actor)
    events.emit("media.shelved", subject=item)
    return item


@transaction.atomic
def take_from_shelf(*, item_id: UUID, workspace_id: UUID, actor: Actor) -> Asset:
    """The file of the shelf as one of the workspace; taken twice, it is the same."""
    # Held until the asset is there: whoever takes it off the shelf meanwhile must find that its file is still named.
    item: ShelfItem = ShelfItem.objects.locked(item_id)
    known: Asset | None = Asset.objects.filter(workspace_id=workspace_id, sha256=item.sha256).in_library().first()
    if known is not None:
        return known
    asset = Asset(workspace_id=workspace_id, uploaded_by_id=actor.user_id, **_shared(item))
    asset.save()
    audit.record("media.taken_from_shelf", subject=asset, actor=actor)
    events.emit("media.uploaded", subject=asset, data={"mime_type": asset.mime_type, "size": asset.size})
    return asset


@transaction.atomic
def remove_from_shelf(*, item_id: UUID, actor: Actor) -> None:
    """Take a file off the shelf. Workspaces that took it keep theirs."""
    item: ShelfItem = ShelfItem.objects.locked(item_id)
    release_after_commit({str(name) for name in (item.file.name, item.thumbnail.name) if name})
    audit.record("media.unshelved", subject=item, actor=actor)
    item.delete()


def _shared(row: StoredFile) -> dict[str, object]:
    return {name: getattr(row, name) for name in SHARED}
