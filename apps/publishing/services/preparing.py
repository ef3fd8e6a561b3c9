"""The files of a planned post, made into what each platform takes long before its hour; and called off when the plan
changes and nobody needs them any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.media import services as media
from apps.media.models import Rendition
from apps.posts import selectors
from apps.posts.manuscripts import Manuscript
from apps.posts.models import PartMedia, Post
from apps.posts.outgoing import needs_of
from apps.publishing.models import Publication
from apps.publishing.remarks import keys_needed_by_comments
from apps.publishing.states import OPEN


def prepare_media(post: Post) -> None:
    """Have everything made that the post is going to need, in the transaction of its plan."""
    prepare_media_of(selectors.manuscript(post))


def prepare_media_of(manuscript: Manuscript) -> None:
    """The same for a post that was read."""
    for asset, recipe, purpose in needs_of(manuscript):
        media.request_rendition(asset=asset, recipe=recipe, purpose=purpose)


def assets_of(post: Post) -> set[UUID]:
    """The files that a post shows, covers among them."""
    rows = PartMedia.objects.filter(part__post=post).values_list("asset_id", "cover_id")
    return {asset_id for row in rows for asset_id in row if asset_id}


def call_off_media(asset_ids: Collection[UUID]) -> None:
    """End what is still being made of these files, unless a post or a comment that waits needs it."""
    unfinished = dict(Rendition.objects.filter(asset_id__in=asset_ids).unfinished().values_list("pk", "key"))
    if not unfinished:
        return
    waiting = [selectors.manuscript(post) for post in _waiting_with(asset_ids)]
    wanted = {recipe.key(asset.sha256) for written in waiting for asset, recipe, _ in needs_of(written)}
    wanted |= keys_needed_by_comments(asset_ids)
    media.cancel_renditions(rendition_ids=[pk for pk, key in unfinished.items() if key not in wanted])


def _waiting_with(asset_ids: Collection[UUID]) -> Iterable[Post]:
    waiting = Publication.objects.filter(state__in=OPEN).values("post")
    shows = PartMedia.objects.filter(asset_id__in=asset_ids).values("part__post")
    covers = PartMedia.objects.filter(cover_id__in=asset_ids).values("part__post")
    rows: QuerySet[Post] = Post.objects.filter(Q(pk__in=shows) | Q(pk__in=covers), pk__in=waiting, deleted_at=None)
    return rows
