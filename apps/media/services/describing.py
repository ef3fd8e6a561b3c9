"""What people say of a file: its name, the words for those who cannot see it, the right to use it, where it lies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError

from apps.audit import services as audit
from apps.core.actors import Actor
from apps.events import services as events
from apps.media.errors import AssetInUse, NoSuchFolder
from apps.media.models import Asset, AssetTag, Folder, Tag
from apps.media.services.releasing import names_of, release_after_commit
from apps.media.services.texts import MAX_ALT, plain_text

MAX_TAGS = 30
LONGEST_TAG = 40


@dataclass(frozen=True, slots=True)
class Description:
    """What is written on a file. None leaves a thing as it is; for `folder_id` and `rights_until`, which may be taken
    away, `is_filed` and `has_rights` say whether they are meant."""

    name: str | None = None
    alt: str | None = None
    tags: tuple[str, ...] | None = None
    rights_note: str | None = None
    rights_until: date | None = None
    has_rights: bool = False
    folder_id: UUID | None = None
    is_filed: bool = False


@transaction.atomic
def describe(*, asset_id: UUID, said: Description, actor: Actor) -> Asset:
    """Write on the asset what is said of it; raises NoSuchFolder for a folder that is not in its workspace."""
    asset: Asset = Asset.objects.locked(asset_id)
    if said.name is not None:
        asset.original_name = plain_text(said.name, 255) or asset.original_name
    if said.alt is not None:
        asset.alt = plain_text(said.alt, MAX_ALT)
    if said.rights_note is not None:
        asset.rights_note = plain_text(said.rights_note, 500)
    if said.has_rights:
        asset.rights_until = said.rights_until
    if said.is_filed:
        asset.folder = folder_in(asset.workspace_id, said.folder_id)
    asset.save()
    if said.tags is not None:
        set_tags(asset, said.tags)
    audit.record("media.described", subject=asset, actor=actor)
    return asset


def set_tags(asset: Asset, names: Iterable[str]) -> None:
    """Let the asset bear these tags and no others; tags that nobody bears any more are forgotten."""
    wanted = list(dict.fromkeys(name for one in names if (name := clean_tag(one))))[:MAX_TAGS]
    own = {"organization_id": asset.organization_id, "workspace_id": asset.workspace_id}
    Tag.objects.bulk_create((Tag(name=name, **own) for name in wanted), ignore_conflicts=True)
    tags = list(Tag.objects.filter(workspace_id=asset.workspace_id, name__in=wanted))
    AssetTag.objects.filter(asset=asset).exclude(tag__in=tags).delete()
    AssetTag.objects.bulk_create((AssetTag(asset=asset, tag=tag, **own) for tag in tags), ignore_conflicts=True)
    Tag.objects.filter(workspace_id=asset.workspace_id).exclude(
        pk__in=AssetTag.objects.filter(workspace_id=asset.workspace_id).values("tag")
    ).delete()


def folder_in(workspace_id: UUID, folder_id: UUID | None) -> Folder | None:
    """The folder of this workspace; None for the library's top. Raises NoSuchFolder."""
    if folder_id is None:
        return None
    folder: Folder | None = Folder.objects.filter(pk=folder_id, workspace_id=workspace_id).first()
    if folder is None:
        raise NoSuchFolder
    return folder


def clean_tag(name: str) -> str:
    """A tag as it is kept: "#Summer  Menu" is "summer menu"."""
    return " ".join(name.replace("\0", "").lstrip("#").casefold().split())[:LONGEST_TAG]


def remove(*, asset_id: UUID, actor: Actor) -> None:
    """Delete an asset that no post uses, at once; raises AssetInUse otherwise."""
    try:
        with transaction.atomic():
            asset = Asset.objects.locked(asset_id)
            release_after_commit(names_of(asset))
            audit.record("media.deleted", subject=asset, actor=actor)
            events.emit("media.deleted", subject=asset)
            asset.delete()
    except ProtectedError as error:
        raise AssetInUse("A post uses this file. Take it out of the post first.") from error
