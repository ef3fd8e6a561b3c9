"""Posts and publications as the API shows them, many in a constant number of queries.

Of each row no more is read than is shown: a page has some eight hundred of them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from apps.core.prepared import Many, Prepared, among
from apps.core.together import is_pending, pending
from apps.posts.models import Label, Part, PartMedia, Place, Post, PostLabel, Variant
from apps.publishing import serializers
from apps.publishing.models import Publication, is_known_by_hand
from apps.publishing.states import post_state
from apps.tenants.rest.rendering import rendered

Row = dict[str, Any]


class PublicationLine(NamedTuple):
    """What is shown of a publication."""

    id: UUID
    post_id: UUID
    workspace_id: UUID
    account_id: UUID
    platform: str
    is_test: bool
    state: str
    due_at: datetime
    next_try_at: datetime
    revision: int
    attempts_made: int
    published_at: datetime | None
    removed_at: datetime | None
    remote_id: str
    remote_url: str
    problem: str
    problem_words: str
    problem_field: str

    @property
    def account(self) -> PublicationLine:
        """What is shown of it is all here."""
        return self

    @property
    def is_known_by_hand(self) -> bool:
        return is_known_by_hand(self.remote_id, self.remote_url)


OF_ACCOUNTS: Final = {"platform": "account__platform", "is_test": "account__is_test"}
COLUMNS: Final = tuple(OF_ACCOUNTS.get(name, name) for name in PublicationLine._fields)


def shown(posts: Sequence[Post]) -> list[Row]:
    """The posts with their parts, accounts and publications."""
    ids = [post.pk for post in posts if not is_pending(post)]
    parts, variants, publications, labels = _parts(ids), _variants(ids), _publications(ids), _labels(ids)
    for post in posts:
        if is_pending(post):
            parts[post.pk], variants[post.pk], publications[post.pk] = _fresh(post.pk)
            labels[post.pk] = _fresh_labels(post.pk)
    places = _places([post for post in posts if not is_pending(post)])
    places |= {place.post_id: place for post in posts if is_pending(post) for place in pending(Place, of=post.pk)}
    return [
        _one(post, parts[post.pk], variants[post.pk], publications[post.pk], labels[post.pk], places.get(post.pk))
        for post in posts
    ]


def one(post: Post) -> Row:
    return shown([post])[0]


def _fresh(post_id: UUID) -> tuple[list[Row], list[Row], list[PublicationLine]]:
    """Of a post that is not written yet: its rows are at hand."""
    media: dict[UUID, list[Row]] = defaultdict(list)
    for one in pending(PartMedia, of=post_id):
        media[one.part_id].append({"media": one.asset_id, "alt": one.alt, "cover": one.cover_id, "cut": one.cut})
    parts = [
        {"role": part.role, "text": part.text, "link": part.link, "media": media[part.pk]}
        for part in pending(Part, of=post_id)
    ]
    variants = [
        {"account": one.account_id, "text": one.text, "options": one.options} for one in pending(Variant, of=post_id)
    ]
    lines = [
        PublicationLine._make(getattr(row, name) for name in PublicationLine._fields)
        for row in pending(Publication, of=post_id)
    ]
    return parts, variants, lines


def _parts(post_ids: Collection[UUID]) -> defaultdict[UUID, list[Row]]:
    found: defaultdict[UUID, list[Row]] = defaultdict(list)
    if not post_ids:
        return found
    rows = _parts_of(post_ids=Many(post_ids))
    media = _media([row[0] for row in rows])
    for part_id, post_id, role, text, link in rows:
        found[post_id].append({"role": role, "text": text, "link": link, "media": media[part_id]})
    return found


PART: Final = ("id", "post_id", "role", "text", "link")
_parts_of: Any = Prepared(
    lambda post_ids: Part.objects.filter(among("post_id", post_ids)).order_by("position").values_list(*PART)
)


def _media(part_ids: Collection[UUID]) -> defaultdict[UUID, list[Row]]:
    found: defaultdict[UUID, list[Row]] = defaultdict(list)
    for part_id, asset_id, alt, cover_id, cut in _media_of(part_ids=Many(part_ids)):
        found[part_id].append({"media": asset_id, "alt": alt, "cover": cover_id, "cut": cut})
    return found


MEDIA: Final = ("part_id", "asset_id", "alt", "cover_id", "cut")
_media_of: Any = Prepared(
    lambda part_ids: PartMedia.objects.filter(among("part_id", part_ids)).order_by("position").values_list(*MEDIA)
)


def _variants(post_ids: Collection[UUID]) -> defaultdict[UUID, list[Row]]:
    found: defaultdict[UUID, list[Row]] = defaultdict(list)
    if not post_ids:
        return found
    for post_id, account_id, text, chosen in _variants_of(post_ids=Many(post_ids)):
        options = {} if chosen == NONE_CHOSEN else json.loads(chosen)
        found[post_id].append({"account": account_id, "text": text, "options": options})
    return found


NONE_CHOSEN: Final = "{}"  # as most have it, and then there is nothing to read
VARIANT: Final = ("post_id", "account_id", "text", Cast("options", TextField()))
_variants_of: Any = Prepared(
    lambda post_ids: Variant.objects.filter(among("post_id", post_ids)).order_by("id").values_list(*VARIANT)
)


def _publications(post_ids: Collection[UUID]) -> defaultdict[UUID, list[PublicationLine]]:
    found: defaultdict[UUID, list[PublicationLine]] = defaultdict(list)
    if not post_ids:
        return found
    for line in map(PublicationLine._make, _publications_of(post_ids=Many(post_ids))):
        found[line.post_id].append(line)
    return found


_publications_of: Any = Prepared(
    lambda post_ids: Publication.objects.filter(among("post_id", post_ids)).order_by("id").values_list(*COLUMNS)
)


def _labels(post_ids: Collection[UUID]) -> defaultdict[UUID, list[UUID]]:
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    if not post_ids:
        return found
    for post_id, label_id in _labels_of(post_ids=Many(post_ids)):
        found[post_id].append(label_id)
    return found


def _laid(post_ids: Many) -> QuerySet[PostLabel, tuple[UUID, UUID]]:
    rows = PostLabel.objects.filter(among("post_id", post_ids)).order_by("label__folded_name", "id")
    return rows.values_list("post_id", "label_id")


_labels_of = Prepared(_laid)


def _fresh_labels(post_id: UUID) -> list[UUID]:
    named = [one.label_id for one in pending(PostLabel, of=post_id)]
    if not named:
        return []
    return list(Label.objects.filter(pk__in=named).order_by("folded_name", "id").values_list("pk", flat=True))


def _one(
    post: Post,
    parts: Sequence[Row],
    variants: Sequence[Row],
    publications: Sequence[PublicationLine],
    labels: Sequence[UUID],
    place: Place | None,
) -> Row:
    facts = SimpleNamespace(
        post=post,
        status=post_state([publication.state for publication in publications], post.review),
        local_at=post.local_due_at.isoformat(timespec="seconds")[:19] if post.local_due_at else None,
        parts=parts,
        accounts=[variant["account"] for variant in variants],
        overrides=[one for one in variants if one["text"] is not None or one["options"]],
        publications=publications,
        place=place,
        labels=labels,
    )
    return rendered(serializers.PostShape, facts)


def _places(posts: Sequence[Post]) -> dict[UUID, Place]:
    """The slots that posts have; one without an appointment has none."""
    planned = Many(post.pk for post in posts if post.due_at)
    return {place.post_id: place for place in (_places_of(post_ids=planned) if planned else ())}


_places_of = Prepared(lambda post_ids: Place.objects.filter(among("post_id", post_ids)).select_related("slot"))
