"""One file of the library: what it is, where it may go, which posts show it, and the versions before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from apps.dashboard.composer_media import Verdict, verdicts_on
from apps.dashboard.library_page import fact_of, thumb_url
from apps.dashboard.post_rows import PostRow
from apps.dashboard.post_rows import rows as post_rows
from apps.media import selectors
from apps.media import services as media
from apps.media.models import Asset, CaptionTrack
from apps.media.services.quota import in_words as size_in_words
from apps.media.states import Kind
from apps.posts.manuscripts import Edition
from apps.posts.models import Post
from apps.publishing.models import FollowUpMedia
from apps.social_accounts.selectors import accounts_of
from apps.tenants.members import Member
from apps.tenants.models import Workspace

USES_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Version:
    url: str
    name: str
    fact: str
    size: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Track:
    id: UUID
    language: str
    label: str
    size: str


@dataclass(frozen=True, slots=True)
class AssetPage:
    """What templates/dashboard/asset.html shows."""

    id: UUID
    name: str
    kind: str
    kind_word: str
    url: str
    thumb_url: str
    mime_type: str
    alt: str
    tags: str
    rights_note: str
    rights_until: str
    folder_id: UUID | None
    folders: list[tuple[UUID, str]]
    facts: list[tuple[str, str]]
    at: datetime
    zone: str
    is_in_trash: bool
    newest_url: str
    uses: list[PostRow]
    more_uses: int
    versions: list[Version]
    captions: list[Track]
    verdicts: tuple[Verdict, ...]
    compose_url: str
    seconds: float
    back_url: str
    here: str
    may_edit: bool
    may_upload: bool
    may_shelve: bool


def asset_page(asset: Asset, workspace: Workspace, member: Member) -> AssetPage:
    posts = posts_with(asset)
    folder = f"?folder={asset.folder_id}" if asset.folder_id else ""
    newest = asset.replaced_by
    while newest is not None and newest.replaced_by is not None:
        newest = newest.replaced_by
    return AssetPage(
        id=asset.pk,
        name=asset.original_name or "Unnamed",
        kind=asset.kind,
        kind_word=asset.get_kind_display(),
        url=media.member_url(asset),
        thumb_url=thumb_url(asset),
        mime_type=asset.mime_type,
        alt=asset.alt,
        tags=", ".join(asset.tags.values_list("name", flat=True)),
        rights_note=asset.rights_note,
        rights_until=f"{asset.rights_until:%Y-%m-%d}" if asset.rights_until else "",
        folder_id=asset.folder_id,
        folders=selectors.all_folders(workspace.pk),
        facts=facts_of(asset),
        at=asset.created_at,
        zone=workspace.timezone,
        is_in_trash=asset.trashed_at is not None,
        newest_url=reverse("dashboard:asset", args=[newest.pk]) if newest else "",
        uses=post_rows(posts[:USES_SHOWN]),
        more_uses=max(0, len(posts) - USES_SHOWN),
        versions=[_version(row) for row in media.earlier_versions(asset)],
        captions=[_track(row) for row in CaptionTrack.objects.filter(asset=asset)],
        verdicts=verdicts_on(asset, [Edition(one, None, {}) for one in accounts_of(workspace.pk)]),
        compose_url=_compose_url(asset, workspace, member),
        seconds=asset.seconds,
        back_url=f"{reverse('dashboard:library')}{folder}",
        here=reverse("dashboard:asset", args=[asset.pk]),
        may_edit=member.may_in(workspace, "media.edit"),
        may_upload=member.may_in(workspace, "media.upload"),
        may_shelve=member.may_in(workspace, "media.shelve"),
    )


def _compose_url(asset: Asset, workspace: Workspace, member: Member) -> str:
    """Where a post with the file is begun; "" where that makes no sense."""
    is_here = member.workspace is not None and member.workspace.pk == workspace.pk
    usable = asset.trashed_at is None and asset.replaced_by_id is None
    return f"{reverse('dashboard:compose')}?media={asset.pk}" if is_here and usable and member.may("post.edit") else ""


def facts_of(asset: Asset) -> list[tuple[str, str]]:
    """What the file is, in words: only what is known."""
    found = asset.probe or {}
    sound = asset.audio_codec.upper() if asset.audio_codec else "None"
    lines = [
        ("Type", asset.mime_type.partition("/")[2].upper()),
        ("Size", size_in_words(asset.size)),
        ("Dimensions", f"{asset.width} × {asset.height}" if asset.width else ""),
        ("Frames", str(asset.frames) if asset.frames > 1 else ""),
        ("Length", fact_of(asset) if asset.kind == Kind.VIDEO else ""),
        ("Frame rate", _rate(asset, varies=bool(found.get("is_variable_rate")))),
        ("Picture", asset.video_codec.upper() + (", HDR" if found.get("is_hdr") else "")),
        ("Sound", sound if asset.kind == Kind.VIDEO else ""),
        ("Bit rate", f"{asset.bit_rate / 1e6:.1f} Mbit/s" if asset.bit_rate else ""),
    ]
    return [(label, value) for label, value in lines if value]


def _rate(asset: Asset, *, varies: bool) -> str:
    if not asset.frame_rate:
        return ""
    return f"{asset.frame_rate:.4g} a second{', varies' if varies else ''}"


def posts_with(asset: Asset) -> list[Post]:
    """The posts that show the file, in a comment below too, or have it for a cover; the newest appointment first."""
    commented = FollowUpMedia.objects.filter(asset=asset).values("follow_up__publication__post")
    shown = Q(parts__media__asset=asset) | Q(parts__media__cover=asset) | Q(pk__in=commented)
    return list(Post.objects.filter(shown, deleted_at=None).distinct().order_by("-due_at", "-pk")[:500])


def _version(row: Asset) -> Version:
    url = reverse("dashboard:asset", args=[row.pk])
    return Version(url, row.original_name or "Unnamed", fact_of(row), size_in_words(row.size), row.created_at)


def _track(row: CaptionTrack) -> Track:
    return Track(row.pk, row.language, row.label, size_in_words(row.size))
