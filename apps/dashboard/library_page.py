"""The library as its template shows it: folders, files, and what can be done with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef
from django.urls import reverse

from apps.core import clock
from apps.media import selectors
from apps.media import services as media
from apps.media.models import Asset, Folder, StoredFile, Upload
from apps.media.selectors import PAGE_SIZE, Wanted
from apps.media.services.quota import in_words as size_in_words
from apps.media.states import UPLOAD_OPEN, Kind, UploadState
from apps.posts.models import PartMedia
from apps.publishing.models import FollowUpMedia
from apps.tenants.members import Member
from apps.tenants.models import Workspace

RIGHTS_END_SOON: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    url: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class FolderTile:
    id: UUID
    name: str
    files: int
    url: str


@dataclass(frozen=True, slots=True)
class FileTile:
    """A file in a grid or a list. `fact` is its most telling number: pixels, or the length of a video."""

    id: UUID
    url: str
    thumb_url: str
    placeholder: str
    name: str
    alt: str
    kind: str
    kind_word: str
    fact: str
    size: str
    at: datetime
    used: int
    note: str


@dataclass(frozen=True, slots=True)
class Storage:
    """How much of a workspace's room is taken: "1.2 GB of 20 GB used"."""

    words: str
    percent: int


@dataclass(frozen=True, slots=True)
class Library:
    """What templates/dashboard/library.html shows."""

    chips: list[Chip]
    folders: list[FolderTile]
    path: list[tuple[str, str]]
    folder: Folder | None
    files: list[FileTile]
    wanted: Wanted
    is_list: bool
    grid_url: str
    list_url: str
    here: str
    newer_url: str
    older_url: str
    tags: list[Chip]
    all_folders: list[tuple[UUID, str]]
    zone: str
    may_upload: bool
    may_edit: bool
    may_shelve: bool
    storage: Storage

    @property
    def folder_id(self) -> str:
        """The id of the folder that is open, as forms send it; "" at the top."""
        return str(self.folder.pk) if self.folder else ""


def library(workspace: Workspace, member: Member, sent: dict[str, str]) -> Library:
    """One page of a workspace's files, in a constant number of queries."""
    wanted = Wanted.of(sent)
    folder = Folder.objects.filter(pk=wanted.folder_id, workspace=workspace).first() if wanted.folder_id else None
    rows = list(selectors.files_of(workspace.pk, wanted)[: PAGE_SIZE + 1])
    is_list = sent.get("view") == "list"
    kept = {name: value for name, value in sent.items() if name in ("kind", "q", "tag", "folder", "trash") and value}
    looks = {**kept, "view": "list"} if is_list else kept
    folders = [] if wanted.everywhere else selectors.folders_in(workspace.pk, wanted.folder_id)
    return Library(
        chips=_chips(wanted, folder, is_list=is_list),
        folders=[FolderTile(*one, _url(folder=one[0], is_list=is_list)) for one in folders],
        path=[(one.name, _url(folder=one.pk, is_list=is_list)) for one in media.path_of(folder)],
        folder=folder,
        files=_tiles(rows[:PAGE_SIZE], ZoneInfo(workspace.timezone)),
        wanted=wanted,
        is_list=is_list,
        grid_url=_to(kept),
        list_url=_to({**kept, "view": "list"}),
        here=_to({**looks, **({"before": str(wanted.before)} if wanted.before else {})}),
        newer_url=_to(looks) if wanted.before else "",
        older_url=_to({**looks, "before": str(rows[PAGE_SIZE - 1].pk)}) if len(rows) > PAGE_SIZE else "",
        tags=[Chip(name, _to({"tag": name}), name == wanted.tag) for name in selectors.tags_of(workspace.pk)],
        all_folders=selectors.all_folders(workspace.pk),
        zone=workspace.timezone,
        may_upload=member.may_in(workspace, "media.upload"),
        may_edit=member.may_in(workspace, "media.edit"),
        may_shelve=member.may_in(workspace, "media.shelve"),
        storage=_storage(workspace),
    )


def _storage(workspace: Workspace) -> Storage:
    used, most = media.used(workspace.pk), media.most_storage()
    words = f"{size_in_words(used)} of {size_in_words(most)} used"
    return Storage(words, min(100, used * 100 // most) if most else 100)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file on its way in; `percent` None where nobody knows how much there is."""

    name: str
    words: str
    percent: int | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Arrivals:
    """`open_count` is what is still on its way: once it falls, there is something new to be seen."""

    files: list[Arrival]

    @property
    def open_count(self) -> int:
        return sum(file.is_open for file in self.files)


def arrivals(workspace_id: UUID, user_id: UUID) -> Arrivals:
    """What is on its way into the library, and what of this person's was refused within the last hour."""
    rows = selectors.on_their_way(workspace_id, user_id=user_id, since=clock.now() - timedelta(hours=1))
    return Arrivals([_arrival(row) for row in rows])


def _arrival(row: Upload) -> Arrival:
    is_open = row.state in UPLOAD_OPEN
    known = row.declared_size and row.state == UploadState.RECEIVING
    return Arrival(
        name=row.name or row.source_url or "A file",
        words=row.words or row.get_state_display(),
        percent=min(100, row.received * 100 // row.declared_size) if known else None,
        is_open=is_open,
    )


def thumb_url(asset: Asset) -> str:
    """The small picture of a file; "" where there is none to show."""
    return media.thumbnail_url(asset) if asset.thumbnail or asset.kind == Kind.IMAGE else ""


def fact_of(row: StoredFile) -> str:
    """The number that tells most of a file."""
    if row.kind == Kind.VIDEO:
        minutes, seconds = divmod(round(row.seconds), 60)
        return f"{minutes}:{seconds:02}"
    if row.width and row.height:
        return f"{row.width} × {row.height}"
    return row.mime_type.rpartition("/")[2].rpartition(".")[2].upper()[:8]


def used_in(asset_ids: Iterable[UUID]) -> dict[UUID, int]:
    """In how many posts each of the files is shown, or in a comment below."""
    wanted = list(asset_ids)
    rows = PartMedia.objects.filter(asset_id__in=wanted, part__post__deleted_at=None)
    counted: Any = rows.values_list("asset_id").annotate(posts=Count("part__post", distinct=True)).order_by()
    post = "follow_up__publication__post"
    inside = PartMedia.objects.filter(asset=OuterRef("asset"), part__post=OuterRef(post))
    below = FollowUpMedia.objects.filter(~Exists(inside), asset_id__in=wanted, **{f"{post}__deleted_at": None})
    besides: Any = below.values_list("asset_id").annotate(posts=Count(post, distinct=True)).order_by()
    return dict(Counter(dict(counted)) + Counter(dict(besides)))


def _tiles(rows: Sequence[Asset], zone: ZoneInfo) -> list[FileTile]:
    used = used_in(row.pk for row in rows)
    return [
        FileTile(
            id=row.pk,
            url=reverse("dashboard:asset", args=[row.pk]),
            thumb_url=thumb_url(row),
            placeholder=row.placeholder,
            name=row.original_name or "Unnamed",
            alt=row.alt,
            kind=row.kind,
            kind_word=row.get_kind_display(),
            fact=fact_of(row),
            size=size_in_words(row.size),
            at=row.created_at,
            used=used.get(row.pk, 0),
            note=_note(row, zone),
        )
        for row in rows
    ]


def _note(row: Asset, zone: ZoneInfo) -> str:
    """What deserves a look before the file is used."""
    if row.trashed_at:
        return f"Deleted for good on {row.trashed_at.astimezone(zone) + timedelta(days=30):%-d %b}"
    today = clock.now().astimezone(zone).date()
    if row.rights_until and row.rights_until < today:
        return f"Right to use it ended {row.rights_until:%-d %b}"
    if row.rights_until and row.rights_until - today <= RIGHTS_END_SOON:
        return f"Right to use it ends {row.rights_until:%-d %b}"
    return ""


def _chips(wanted: Wanted, folder: Folder | None, *, is_list: bool) -> list[Chip]:
    plain = not (wanted.kind or wanted.in_trash or wanted.words or wanted.tag)
    kinds = [(Kind.IMAGE, "Pictures"), (Kind.VIDEO, "Videos"), (Kind.DOCUMENT, "Documents")]
    look = {"view": "list"} if is_list else {}
    return [
        Chip("All files", _to(look), plain and folder is None),
        *(
            Chip(label, _to({**look, "kind": kind.value}), wanted.kind == kind and not wanted.in_trash)
            for kind, label in kinds
        ),
        Chip("Trash", _to({**look, "trash": "1"}), wanted.in_trash),
        Chip("Shelf for all clients", reverse("dashboard:shelf"), False),
    ]


def _url(*, folder: UUID, is_list: bool) -> str:
    return _to({"folder": str(folder), **({"view": "list"} if is_list else {})})


def _to(query: dict[str, str]) -> str:
    base = reverse("dashboard:library")
    return f"{base}?{urlencode(query)}" if query else base
