"""Reads of the writing desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Prefetch

from apps.media.models import Asset
from apps.platforms.contract import Draft
from apps.posts.content import Content, MediaContent, PartContent, VariantContent
from apps.posts.errors import MediaNotAllowed, NotInWorkspace
from apps.posts.manuscripts import Edition, Manuscript, Medium, Passage
from apps.posts.models import Part, PartMedia, Post, Variant
from apps.posts.outgoing import parts_on, require_files
from apps.posts.policies import ended_rights
from apps.posts.states import PartRole
from apps.social_accounts.models import SocialAccount


def manuscript(post: Post) -> Manuscript:
    """The stored post, in a constant number of queries however long it is."""
    beside = ("asset__renditions", "asset__captions", "cover__renditions")
    shown = PartMedia.objects.select_related("asset", "cover").prefetch_related(*beside).order_by("position")
    parts = Part.objects.filter(post=post).order_by("position").prefetch_related(Prefetch("media", queryset=shown))
    variants = Variant.objects.filter(post=post).select_related("account").order_by("account__platform", "id")
    return Manuscript(
        passages=tuple(
            Passage(PartRole(part.role), part.text, tuple(_medium(one) for one in part.media.all()), part.link)
            for part in parts
        ),
        editions=tuple(Edition(variant.account, variant.text, variant.options) for variant in variants),
        language=post.language,
    )


def manuscript_of(content: Content, *, workspace_id: UUID) -> Manuscript:
    """A post that is still being written; raises NotInWorkspace for accounts and files that are not there."""
    content = content.tidy()
    accounts = accounts_by_id([variant.account_id for variant in content.variants], workspace_id=workspace_id)
    named = [asset_id for part in content.parts for asset_id in part.assets]
    assets = assets_by_id(named, workspace_id=workspace_id)
    return Manuscript(
        passages=tuple(
            Passage(part.role, part.text, tuple(_named(one, assets) for one in part.media), part.link.strip())
            for part in content.parts
        ),
        editions=tuple(Edition(accounts[one.account_id], one.text, one.options) for one in content.variants),
        language=content.language,
    )


def content_of(post: Post) -> Content:
    """The stored post as the plain values that services take, for a form to start from."""
    shown = PartMedia.objects.order_by("position")
    parts = Part.objects.filter(post=post).order_by("position").prefetch_related(Prefetch("media", queryset=shown))
    return Content(
        parts=tuple(
            PartContent(
                part.text,
                tuple(MediaContent(one.asset_id, one.alt, one.cut, one.cover_id) for one in part.media.all()),
                PartRole(part.role),
                part.link,
            )
            for part in parts
        ),
        variants=tuple(
            VariantContent(variant.account_id, variant.text, variant.options)
            for variant in Variant.objects.filter(post=post).order_by("id")
        ),
        title=post.title,
        language=post.language,
    )


def drafts_for(post: Post, account: SocialAccount, *, on: date | None = None) -> list[Draft]:
    """What goes out to `account`, part by part; raises Variant.DoesNotExist where the post is not meant for it.

    With `on`, the day on which it goes out, raises MediaNotAllowed for a file whose right of use has ended by then or
    that cannot be made into what the platform takes, and MediaNotReady while that is still being made.
    """
    variant = Variant.objects.get(post=post, account=account)
    written = manuscript(post)
    parts = parts_on(written, Edition(account, variant.text, variant.options))
    if on is not None:
        if ended := ended_rights(written, on):
            raise MediaNotAllowed(*ended)
        require_files(parts)
    return [part.draft for part in parts]


def accounts_by_id(ids: Sequence[UUID], *, workspace_id: UUID) -> dict[UUID, SocialAccount]:
    """The named accounts of one workspace; raises NotInWorkspace."""
    found = {row.pk: row for row in SocialAccount.objects.filter(workspace_id=workspace_id, pk__in=ids)}
    if missing := set(ids) - set(found):
        raise NotInWorkspace(f"{len(missing)} of the chosen accounts are not in this workspace")
    return found


def assets_by_id(ids: Sequence[UUID], *, workspace_id: UUID) -> dict[UUID, Asset]:
    """The named files of one workspace; raises NotInWorkspace."""
    rows = Asset.objects.filter(workspace_id=workspace_id, pk__in=ids).prefetch_related("renditions", "captions")
    found = {row.pk: row for row in rows}
    if missing := set(ids) - set(found):
        raise NotInWorkspace(f"{len(missing)} of the chosen files are not in this workspace")
    return found


def _medium(row: PartMedia) -> Medium:
    return _shown(row.asset, row.cover, MediaContent(row.asset_id, row.alt, row.cut))


def _named(one: MediaContent, assets: Mapping[UUID, Asset]) -> Medium:
    return _shown(assets[one.asset_id], assets[one.cover_id] if one.cover_id else None, one)


def _shown(asset: Asset, cover: Asset | None, one: MediaContent) -> Medium:
    return Medium(
        asset,
        one.alt or asset.alt,
        one.cut,
        cover,
        renditions={row.key: row for row in asset.renditions.all()},
        cover_renditions={row.key: row for row in cover.renditions.all()} if cover else {},
        captions=tuple(asset.captions.all()),
    )
