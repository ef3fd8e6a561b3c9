"""Folders of a library: made, renamed, moved, and removed without what lies in them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.audit import services as audit
from apps.core.actors import Actor
from apps.media.errors import FolderRefused
from apps.media.models import Asset, Folder
from apps.media.services.describing import folder_in
from apps.media.services.texts import plain_text

DEEPEST = 5


def make_folder(*, workspace_id: UUID, name: str, parent_id: UUID | None, actor: Actor) -> Folder:
    """A new folder; raises FolderRefused in words, and NoSuchFolder for a parent that is not there."""
    parent = folder_in(workspace_id, parent_id)
    if parent is not None and len(path_of(parent)) >= DEEPEST:
        raise FolderRefused(f"Folders lie at most {DEEPEST} deep. Choose one further up.")
    folder = Folder(workspace_id=workspace_id, parent=parent, name=_name(name))
    _save(folder)
    audit.record("media.folder_made", subject=folder, actor=actor)
    return folder


def rename_folder(*, folder_id: UUID, name: str, actor: Actor) -> Folder:
    folder: Folder = Folder.objects.get(pk=folder_id)
    folder.name = _name(name)
    _save(folder)
    audit.record("media.folder_renamed", subject=folder, actor=actor)
    return folder


@transaction.atomic
def remove_folder(*, folder_id: UUID, actor: Actor) -> None:
    """Take a folder and those in it away; the files in them move to where the folder was."""
    folder: Folder = Folder.objects.locked(folder_id)
    inside = [folder.pk]
    layer = inside
    while layer := list(Folder.objects.filter(parent__in=layer).values_list("pk", flat=True)):
        inside += layer
    Asset.objects.filter(folder__in=inside).update(folder=folder.parent_id)
    audit.record("media.folder_removed", subject=folder, actor=actor)
    folder.delete()


def file_in(*, asset_ids: Iterable[UUID], folder_id: UUID | None, workspace_id: UUID, actor: Actor) -> int:
    """Lay files into a folder (None: the library's top); the number of those that were there to be laid."""
    folder = folder_in(workspace_id, folder_id)
    with transaction.atomic():
        assets = list(Asset.objects.filter(workspace_id=workspace_id, pk__in=list(asset_ids)))
        Asset.objects.filter(pk__in=[asset.pk for asset in assets]).update(folder=folder)
        for asset in assets:
            audit.record("media.filed", subject=asset, actor=actor)
    return len(assets)


def path_of(folder: Folder | None) -> list[Folder]:
    """The folders from the top down to this one."""
    path: list[Folder] = []
    while folder is not None and len(path) <= DEEPEST:
        path.insert(0, folder)
        folder = folder.parent
    return path


def _name(name: str) -> str:
    if not (cleaned := plain_text(name, 80)):
        raise FolderRefused("Give the folder a name.")
    return cleaned


def _save(folder: Folder) -> None:
    try:
        with transaction.atomic():
            folder.save()
    except IntegrityError as error:
        raise FolderRefused(f"There is a folder named “{folder.name}” here already.") from error
