"""Posts as lists show them. Four queries, however many posts there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from apps.media.states import Kind
from apps.posts.models import Part, PartMedia, Post, Variant
from apps.publishing.models import Publication
from apps.publishing.states import PostState, State, post_state

EXCERPT = 140
UNTITLED = 60
WANTS_A_PERSON = (State.NEEDS_ATTENTION, State.FAILED, State.HELD)


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post in a list; `note` takes the place of the excerpt where something has to be said."""

    id: UUID
    url: str
    title: str
    excerpt: str
    state: str
    due_at: datetime | None
    platforms: list[str]
    thumb_url: str = ""
    note: str = ""


@dataclass(slots=True)
class Progress:
    """What has become of a post so far, gathered from its publications."""

    states: set[str] = field(default_factory=set)
    words: str = ""
    review: str = ""

    @property
    def state(self) -> PostState:
        return post_state(self.states, self.review)


def rows(
    posts: Sequence[Post], *, with_problems: bool = False, notes: Mapping[UUID, str] | None = None
) -> list[PostRow]:
    """Rows in the order of `posts`; `with_problems` tells what went wrong in place of the excerpt."""
    ids = [post.pk for post in posts]
    texts = main_texts(ids)
    platforms = platforms_of(ids)
    thumbs = _thumbs(ids)
    progress = progress_of(posts)
    return [
        PostRow(
            id=post.pk,
            url=reverse("publishing:post", args=[post.pk]),
            title=title_of(post.title, texts.get(post.pk, "")),
            excerpt=one_line(texts.get(post.pk, ""), EXCERPT),
            state=progress[post.pk].state.value,
            due_at=post.due_at,
            platforms=platforms.get(post.pk, []),
            thumb_url=thumbs.get(post.pk, ""),
            note=progress[post.pk].words if with_problems else (notes or {}).get(post.pk, ""),
        )
        for post in posts
    ]


def progress_of(posts: Sequence[Post]) -> dict[UUID, Progress]:
    """The states of each post's publications, and the words of one that wants a person."""
    found = {post.pk: Progress(review=post.review) for post in posts}
    publications = Publication.objects.filter(post_id__in=found).values_list("post_id", "state", "problem_words")
    for post_id, state, words in publications:
        found[post_id].states.add(state)
        if state in WANTS_A_PERSON and words:
            found[post_id].words = words
    return found


def titles_of(ids: Iterable[UUID]) -> dict[UUID, str]:
    return dict(Post.objects.filter(pk__in=ids).values_list("id", "title"))


def main_texts(ids: Iterable[UUID]) -> dict[UUID, str]:
    return dict(Part.objects.filter(post_id__in=ids, position=0).values_list("post_id", "text"))


def platforms_of(ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """The networks that each post goes to, each once, in one order everywhere."""
    found: dict[UUID, list[str]] = {}
    pairs = Variant.objects.filter(post_id__in=ids).order_by("account__platform")
    for post_id, platform in pairs.values_list("post_id", "account__platform").distinct():
        found.setdefault(post_id, []).append(platform)
    return found


def title_of(title: str, text: str) -> str:
    """What a post is called: its title, else how it begins."""
    return title or one_line(text, UNTITLED) or "Untitled post"


def one_line(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


def _thumbs(ids: Iterable[UUID]) -> dict[UUID, str]:
    pictures = PartMedia.objects.filter(part__post_id__in=ids, part__position=0, position=0).exclude(
        asset__kind=Kind.DOCUMENT
    )
    return {
        post_id: reverse("media:thumbnail", args=[asset_id])
        for post_id, asset_id in pictures.values_list("part__post_id", "asset_id")
    }
