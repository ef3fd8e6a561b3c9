"""Reads shaped for the library's pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from apps.media.models import Asset, Folder, ShelfItem, Tag, Upload
from apps.media.states import UPLOAD_OPEN, Kind, UploadState

PAGE_SIZE = 48


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a library is looked at. Words search every folder."""

    kind: str = ""
    words: str = ""
    tag: str = ""
    folder_id: UUID | None = None
    in_trash: bool = False
    before: UUID | None = None
    is_anywhere: bool = False

    @classmethod
    def of(cls, sent: Mapping[str, str]) -> Wanted:
        kind = sent.get("kind", "")
        return cls(
            kind=kind if kind in Kind.values else "",
            words=sent.get("q", "").strip()[:200],
            tag=sent.get("tag", "").strip()[:40],
            folder_id=_uuid(sent.get("folder", "")),
            in_trash=sent.get("trash") == "1",
            before=_uuid(sent.get("before", "")),
        )

    @property
    def everywhere(self) -> bool:
        """Whether folders do not matter: a search, a tag and the trash look into all of them."""
        return bool(self.is_anywhere or self.words or self.tag or self.in_trash or self.kind)


ANYWHERE: Final = Wanted(is_anywhere=True)


def files_of(workspace_id: UUID, wanted: Wanted) -> QuerySet[Asset]:
    """The files that are wanted, newest first."""
    rows = Asset.objects.filter(workspace_id=workspace_id)
    rows = rows.in_trash() if wanted.in_trash else rows.in_library()
    if not wanted.everywhere:
        rows = rows.filter(folder_id=wanted.folder_id)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.tag:
        rows = rows.filter(tags__name=wanted.tag)
    if wanted.words:
        rows = rows.matching(wanted.words)
    if wanted.before:
        rows = rows.filter(pk__lt=wanted.before)
    found: QuerySet[Asset] = rows.order_by("-pk")
    return found


def folders_in(workspace_id: UUID, parent_id: UUID | None) -> list[tuple[UUID, str, int]]:
    """The folders that lie in one place: id, name, and how many files the library shows in each."""
    rows: QuerySet[Folder] = Folder.objects.filter(workspace_id=workspace_id, parent_id=parent_id)
    shown = Q(assets__trashed_at=None, assets__replaced_by=None)
    return list(rows.annotate(files=Count("assets", filter=shown)).values_list("pk", "name", "files"))


def all_folders(workspace_id: UUID) -> list[tuple[UUID, str]]:
    """Every folder with its path, "Summer / Menu", in order."""
    rows = {row.pk: row for row in Folder.objects.filter(workspace_id=workspace_id)}

    def path(row: Folder) -> str:
        above = rows.get(row.parent_id) if row.parent_id else None
        return f"{path(above)} / {row.name}" if above else row.name

    return sorted(((row.pk, path(row)) for row in rows.values()), key=lambda pair: pair[1].casefold())


def tags_of(workspace_id: UUID) -> list[str]:
    return list(Tag.objects.filter(workspace_id=workspace_id).values_list("name", flat=True))


def on_their_way(workspace_id: UUID, *, user_id: UUID, since: datetime) -> list[Upload]:
    """Files that are still arriving or being looked at, and those of this person that were refused since then."""
    rows = Upload.objects.filter(workspace_id=workspace_id)
    is_open = Q(state__in=UPLOAD_OPEN)
    was_refused = Q(state=UploadState.REFUSED, uploaded_by_id=user_id, updated_at__gte=since)
    return list(rows.filter(is_open | was_refused).order_by("-pk")[:20])


def shelf(words: str, *, before: UUID | None) -> QuerySet[ShelfItem]:
    """The organization's shelf, newest first."""
    rows: QuerySet[ShelfItem] = ShelfItem.objects.filter(trashed_at=None).order_by("-pk")
    for word in words.split():
        rows = rows.filter(original_name__icontains=word)
    return rows.filter(pk__lt=before) if before else rows


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
