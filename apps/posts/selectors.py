"""Reads of the writing desk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch

from apps.core.prepared import Prepared
from apps.core.querysets import within_reach
from apps.core.together import is_pending, pending, recalled
from apps.media.models import Asset, CaptionTrack, Rendition
from apps.platforms.contract import Draft
from apps.posts.content import Content, MediaContent, PartContent, VariantContent
from apps.posts.errors import MediaNotAllowed, NotInWorkspace
from apps.posts.linking import Links, foreseen, settled, settled_here
from apps.posts.manuscripts import Edition, Manuscript, Medium, Passage
from apps.posts.models import Part, PartMedia, Post, Variant
from apps.posts.outgoing import parts_on, require_files
from apps.posts.policies import ended_rights
from apps.posts.states import PartRole
from apps.social_accounts.models import SocialAccount


def manuscript(post: Post) -> Manuscript:
    """The stored post, in a constant number of queries however long it is."""
    return manuscripts([post])[post.pk]


def manuscripts(posts: Collection[Post]) -> dict[UUID, Manuscript]:
    """Posts by id, in a constant number of queries however many there are."""
    fresh = {post.pk: _fresh(post) for post in posts if is_pending(post)}
    posts = [post for post in posts if post.pk not in fresh]
    if not posts:
        return fresh
    parts: dict[UUID, list[Part]] = defaultdict(list)
    for part in within_reach(Part).filter(post__in=posts).order_by("position").prefetch_related(_shown_media()):
        parts[part.post_id].append(part)
    variants: dict[UUID, list[Variant]] = defaultdict(list)
    for variant in within_reach(Variant).filter(post__in=posts).select_related("account"):
        variants[variant.post_id].append(variant)
    links = settled((post.pk, _texts(parts[post.pk], variants[post.pk])) for post in posts)
    return fresh | {
        post.pk: _manuscript(post, parts[post.pk], variants[post.pk], links.get(post.pk, {})) for post in posts
    }


def _texts(parts: Iterable[Part], variants: Iterable[Variant]) -> list[str]:
    """All that may have an address in it."""
    own = (variant.text or "" for variant in variants)
    return [*own, *(text for part in parts for text in (part.text, part.link))]


def _fresh(post: Post) -> Manuscript:
    """Of a post that is not written yet: its rows are at hand, with their accounts and files."""
    media: dict[UUID, list[PartMedia]] = defaultdict(list)
    for row in pending(PartMedia, of=post.pk):
        media[row.part_id].append(row)
    passages = (
        Passage(PartRole(part.role), part.text, tuple(map(_medium, media[part.pk])), part.link)
        for part in pending(Part, of=post.pk)
    )
    return Manuscript(tuple(passages), _editions(pending(Variant, of=post.pk)), post.language, settled_here(post))


def _manuscript(post: Post, parts: Iterable[Part], variants: Iterable[Variant], links: Links) -> Manuscript:
    return Manuscript(
        passages=tuple(
            Passage(PartRole(part.role), part.text, tuple(_medium(one) for one in part.media.all()), part.link)
            for part in parts
        ),
        editions=_editions(variants),
        language=post.language,
        links=links,
    )


def _editions(variants: Iterable[Variant]) -> tuple[Edition, ...]:
    ordered = sorted(variants, key=lambda variant: (variant.account.platform, variant.pk))
    return tuple(Edition(variant.account, variant.text, variant.options) for variant in ordered)


def _shown_media() -> Prefetch:
    """The files of parts, with all that is needed to say what is sent of each."""
    shown = within_reach(PartMedia).select_related("asset", "cover").order_by("position")
    return Prefetch(
        "media",
        queryset=shown.prefetch_related(
            Prefetch("asset__renditions", queryset=within_reach(Rendition)),
            Prefetch("asset__captions", queryset=within_reach(CaptionTrack)),
            Prefetch("cover__renditions", queryset=within_reach(Rendition)),
        ),
    )


def manuscript_of(content: Content, *, workspace_id: UUID, campaign_id: UUID | None = None) -> Manuscript:
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
        links=foreseen(
            content.parts,
            [(accounts[one.account_id], one.text) for one in content.variants],
            workspace_id=workspace_id,
            campaign_id=campaign_id,
        ),
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
    return drafts_in(manuscript(post), account, on=on)


def drafts_in(written: Manuscript, account: SocialAccount, *, on: date | None = None) -> list[Draft]:
    """`drafts_for` of a post that was read."""
    edition = next((one for one in written.editions if one.account.pk == account.pk), None)
    if edition is None:
        raise Variant.DoesNotExist("The post is not meant for this account")
    parts = parts_on(written, Edition(account, edition.text, edition.options))
    if on is not None:
        if ended := ended_rights(written, on):
            raise MediaNotAllowed(*ended)
        require_files(parts)
    return [part.draft for part in parts]


def accounts_by_id(ids: Sequence[UUID], *, workspace_id: UUID) -> dict[UUID, SocialAccount]:
    """The named accounts of one workspace; raises NotInWorkspace."""
    found = known_accounts(ids, workspace_id=workspace_id)
    if missing := set(ids) - set(found):
        raise NotInWorkspace(f"{len(missing)} of the chosen accounts are not in this workspace")
    return found


def known_accounts(ids: Collection[UUID], *, workspace_id: UUID) -> dict[UUID, SocialAccount]:
    """Those of these accounts that the workspace has; together with others, each is read once."""
    return _known(
        ("accounts", workspace_id),
        ids,
        lambda wanted: _accounts(workspace_id=workspace_id, pks=list(wanted)),
    )


_accounts = Prepared(lambda workspace_id, pks: SocialAccount.objects.filter(workspace_id=workspace_id, pk__in=pks))


def known_assets(ids: Collection[UUID], *, workspace_id: UUID) -> dict[UUID, Asset]:
    """The same of files, with all that is needed to say what is sent of each."""

    def read(wanted: Collection[UUID]) -> Iterable[Asset]:
        rows = Asset.objects.filter(workspace_id=workspace_id, pk__in=wanted)
        found: Iterable[Asset] = rows.prefetch_related("renditions", "captions")
        return found

    return _known(("assets", workspace_id), ids, read)


def _known(name: Hashable, ids: Collection[UUID], read: Callable[[Collection[UUID]], Iterable[Any]]) -> dict[UUID, Any]:
    known: dict[UUID, Any] = recalled(name, dict)
    if unread := {pk for pk in ids if pk not in known}:
        known.update(dict.fromkeys(unread) | {row.pk: row for row in read(unread)})
    return {pk: row for pk in ids if (row := known[pk]) is not None}


def assets_by_id(ids: Sequence[UUID], *, workspace_id: UUID) -> dict[UUID, Asset]:
    """The named files of one workspace; raises NotInWorkspace."""
    found = known_assets(ids, workspace_id=workspace_id)
    if missing := set(ids) - set(found):
        raise NotInWorkspace(f"{len(missing)} of the chosen files are not in this workspace")
    return found


def media_in(wanted: Sequence[MediaContent], *, workspace_id: UUID) -> tuple[Medium, ...]:
    """Files as something shows them that is no part of a post; raises NotInWorkspace."""
    assets = assets_by_id([one.asset_id for one in wanted], workspace_id=workspace_id)
    return tuple(_named(replace(one, cover_id=None), assets) for one in wanted)


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
