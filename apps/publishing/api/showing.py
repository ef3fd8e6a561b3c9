"""Posts and publications as the API shows them, many in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from apps.posts.models import Part, Place, Post, PostLabel, Variant
from apps.publishing import serializers
from apps.publishing.models import Publication
from apps.publishing.states import post_state


def shown(posts: Sequence[Post]) -> list[dict[str, Any]]:
    """The posts with their parts, accounts and publications."""
    parts: dict[UUID, list[Part]] = defaultdict(list)
    for part in Part.objects.filter(post__in=posts).order_by("position").prefetch_related("media"):
        parts[part.post_id].append(part)
    variants: dict[UUID, list[Variant]] = defaultdict(list)
    for variant in Variant.objects.filter(post__in=posts).order_by("id"):
        variants[variant.post_id].append(variant)
    publications: dict[UUID, list[Publication]] = defaultdict(list)
    for publication in Publication.objects.filter(post__in=posts).select_related("account").order_by("id"):
        publications[publication.post_id].append(publication)
    labels: dict[UUID, list[UUID]] = defaultdict(list)
    laid = PostLabel.objects.filter(post__in=posts).order_by("label__folded_name", "id")
    for post_id, label_id in laid.values_list("post_id", "label_id"):
        labels[post_id].append(label_id)
    places = _places(posts)
    return [
        _one(post, parts[post.pk], variants[post.pk], publications[post.pk], labels[post.pk], places.get(post.pk))
        for post in posts
    ]


def one(post: Post) -> dict[str, Any]:
    return shown([post])[0]


def _one(
    post: Post,
    parts: Sequence[Part],
    variants: Sequence[Variant],
    publications: Sequence[Publication],
    labels: Sequence[UUID],
    place: Place | None,
) -> dict[str, Any]:
    facts = {
        "post": post,
        "status": post_state([publication.state for publication in publications]),
        "local_at": post.local_due_at.strftime("%Y-%m-%dT%H:%M:%S") if post.local_due_at else None,
        "parts": [_part(part) for part in parts],
        "accounts": [variant.account_id for variant in variants],
        "overrides": [
            {"account": one.account_id, "text": one.text, "options": one.options}
            for one in variants
            if one.text is not None or one.options
        ],
        "publications": publications,
        "place": place,
        "labels": labels,
    }
    data: dict[str, Any] = serializers.PostShape(facts).data
    return data


def _places(posts: Sequence[Post]) -> dict[UUID, Place]:
    """The slots that posts have; one without an appointment has none."""
    planned = [post for post in posts if post.due_at]
    rows = Place.objects.filter(post__in=planned).select_related("slot") if planned else ()
    return {place.post_id: place for place in rows}


def _part(part: Part) -> dict[str, Any]:
    media = [{"media": one.asset_id, "alt": one.alt, "cover": one.cover_id, "cut": one.cut} for one in part.media.all()]
    return {"role": part.role, "text": part.text, "link": part.link, "media": media}
