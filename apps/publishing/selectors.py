"""Reads shaped for pages: posts with what has become of them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, UUIDField
from django.db.models.functions import Coalesce

from apps.media.states import Kind
from apps.posts.models import Part, PartMedia, Post
from apps.publishing.models import BY_HAND, FORGOTTEN, Attempt, FollowUp, FollowUpMedia, Publication
from apps.publishing.states import BY_A_PERSON, FAILED_AFTERWARDS, WAITING, Deed, Outcome, PostState, State, post_state

PAGE: int = 30
MOST_ATTEMPTS: int = 20
WANTS_A_PERSON = (State.NEEDS_ATTENTION, State.HELD, State.FAILED)
# The kinds of trouble that a reconnect mends.
BROKEN_ACCOUNT = ("disconnected", "missing_permission")
ON_ITS_WAY = (*sorted(WAITING), State.PUBLISHING, State.UNCERTAIN)


class Chosen(StrEnum):
    """The filters of the list of posts."""

    ALL = ""
    DRAFTS = "draft"
    PLANNED = "scheduled"
    OUT = "published"
    ATTENTION = "needs_attention"


@dataclass(frozen=True, slots=True)
class Line:
    """A post in a list."""

    post: Post
    state: PostState
    text: str
    platforms: tuple[str, ...]
    picture_id: UUID | None
    words: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, and the keys of the pages before and after ("" at the ends)."""

    lines: tuple[Line, ...]
    newer: str = ""
    older: str = ""


def posts_page(
    *,
    workspace_id: UUID,
    chosen: Chosen = Chosen.ALL,
    account_id: UUID | None = None,
    label_id: UUID | None = None,
    campaign_id: UUID | None = None,
    query: str = "",
    day: date | None = None,
    zone: str = "UTC",
    newer_than: str = "",
    older_than: str = "",
) -> Page:
    """Posts of a workspace, the latest appointment first; by key, so that the last page is as quick as the first."""
    posts = _kept(Post.objects.filter(workspace_id=workspace_id, deleted_at=None), chosen)
    if account_id:
        posts = posts.filter(Exists(_published_to(account_id)) | Q(variants__account_id=account_id)).distinct()
    if label_id:
        posts = posts.filter(labelled__label=label_id)
    if campaign_id:
        posts = posts.filter(campaign=campaign_id)
    if query:
        found = Part.objects.filter(post=OuterRef("pk"), text__icontains=query)
        posts = posts.filter(Q(title__icontains=query) | Exists(found))
    if day:
        begins = datetime.combine(day, time(), ZoneInfo(zone))
        ends = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
        posts = posts.filter(due_at__gte=begins, due_at__lt=ends)
    return _page(posts.annotate(at=Coalesce("due_at", "created_at")), newer_than=newer_than, older_than=older_than)


def states_of_posts(post_ids: Iterable[UUID]) -> dict[UUID, PostState]:
    """The state of each post, in two queries; a post without publications is a draft."""
    ids = list(post_ids)
    reviews = dict(Post.objects.filter(pk__in=ids).values_list("pk", "review"))
    states: dict[UUID, list[str]] = {post_id: [] for post_id in ids}
    for post_id, state in Publication.objects.filter(post_id__in=ids).values_list("post_id", "state"):
        states[post_id].append(state)
    return {post_id: post_state(found, reviews.get(post_id, "")) for post_id, found in states.items()}


def publications_of(post: Post) -> list[Publication]:
    """The publications of a post with accounts, follow-ups with their files, and attempts, in five queries."""
    attempts = Attempt.objects.order_by("-number")
    files = FollowUpMedia.objects.select_related("asset").order_by("position")
    follow_ups = FollowUp.objects.order_by("position").prefetch_related(Prefetch("media", queryset=files))
    return list(
        Publication.objects.filter(post=post)
        .select_related("account", "post", "workspace")
        .order_by("account__platform", "account__handle", "id")
        .prefetch_related(
            Prefetch("follow_ups", queryset=follow_ups),
            Prefetch("attempts", queryset=attempts),
        )
    )


def unanswered_change(publication: Publication) -> Mapping[str, Any] | None:
    """The text and options of the last change, where nobody knows whether the platform has taken it."""
    lines = Attempt.objects.filter(publication=publication, follow_up=None).filter(deed__in=BY_A_PERSON)
    last = lines.order_by("-number").first()
    is_lost = last is not None and last.deed == Deed.CHANGE and last.outcome in (Outcome.UNCERTAIN, Outcome.OPEN)
    return last.evidence.get("wanted") if last is not None and is_lost else None


def held_for_account(account_id: UUID) -> QuerySet[Publication]:
    """What was held because the account was broken, with post and workspace; the earliest first."""
    rows: QuerySet[Publication] = Publication.objects.filter(
        account_id=account_id, state=State.HELD, problem__in=BROKEN_ACCOUNT, post__deleted_at=None
    )
    return rows.select_related("post", "workspace", "account").order_by("due_at", "id")


def _published_to(account_id: UUID) -> QuerySet[Publication]:
    rows: QuerySet[Publication] = Publication.objects.filter(post=OuterRef("pk"), account_id=account_id)
    return rows


def _kept(posts: QuerySet[Post], chosen: Chosen) -> QuerySet[Post]:
    living = Publication.objects.filter(post=OuterRef("pk")).exclude(state=State.CANCELED)
    if chosen is Chosen.DRAFTS:
        return posts.filter(~Exists(living))
    if chosen is Chosen.PLANNED:
        return posts.filter(Exists(living.filter(state__in=ON_ITS_WAY)))
    if chosen is Chosen.OUT:
        return posts.filter(Exists(living.filter(state=State.PUBLISHED)))
    if chosen is Chosen.ATTENTION:
        return posts.filter(Exists(living.filter(state__in=WANTS_A_PERSON)))
    return posts


def _page(posts: QuerySet[Any], *, newer_than: str, older_than: str) -> Page:
    backwards = bool(newer_than)
    key = _read_key(newer_than or older_than)
    if key:
        at, pk = key
        beyond = Q(at__gt=at) | Q(at=at, pk__gt=pk) if backwards else Q(at__lt=at) | Q(at=at, pk__lt=pk)
        posts = posts.filter(beyond)
    order = ("at", "pk") if backwards else ("-at", "-pk")
    first_text = Part.objects.filter(post=OuterRef("pk"), position=0).values("text")[:1]
    of_main = PartMedia.objects.filter(part__post=OuterRef("pk"), part__position=0)
    shown = of_main.exclude(asset__kind=Kind.DOCUMENT).order_by("position").values("asset")[:1]
    # Without its type named, SQLite gives the key of a file as the text it stores.
    picture = Subquery(shown, output_field=UUIDField())
    found = list(posts.order_by(*order).annotate(text=Subquery(first_text), picture=picture)[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    if backwards:
        found.reverse()
    if not found:
        return Page(())
    has_newer, has_older = (more, True) if backwards else (bool(key), more)
    return Page(_lines(found), newer=_key(found[0]) if has_newer else "", older=_key(found[-1]) if has_older else "")


def _lines(posts: Sequence[Any]) -> tuple[Line, ...]:
    rows: dict[UUID, list[Any]] = {post.pk: [] for post in posts}
    publications = Publication.objects.filter(post_id__in=rows).order_by("account__platform")
    for row in publications.values("post_id", "state", "account__platform", "problem_words"):
        rows[row["post_id"]].append(row)
    return tuple(_line(post, rows[post.pk]) for post in posts)


def _line(post: Any, publications: list[Any]) -> Line:
    living = [row for row in publications if row["state"] != State.CANCELED]
    troubled = [row["problem_words"] for row in living if row["state"] in WANTS_A_PERSON]
    return Line(
        post=post,
        state=post_state([row["state"] for row in publications], post.review),
        text=post.text or "",
        platforms=tuple(dict.fromkeys(row["account__platform"] for row in living)),
        picture_id=post.picture,
        words=troubled[0] if troubled else "",
    )


def _key(post: Any) -> str:
    return base64.urlsafe_b64encode(f"{post.at.isoformat()} {post.pk}".encode()).decode()


def _read_key(key: str) -> tuple[datetime, UUID] | None:
    """The place a key stands for; a key that somebody made up stands for the beginning."""
    try:
        at, _, pk = base64.urlsafe_b64decode(key).decode().partition(" ")
        return datetime.fromisoformat(at), UUID(pk)
    except (ValueError, binascii.Error):
        return None


def live_on(*, account_id: UUID, since: datetime) -> dict[str, datetime]:
    """When each post that is live on the account since then was published, by the platform's id of it."""
    rows = Publication.objects.filter(account_id=account_id, state=State.PUBLISHED, published_at__gte=since)
    rows = rows.exclude(problem=FAILED_AFTERWARDS)
    rows = rows.exclude(remote_id__startswith=BY_HAND).exclude(remote_id__startswith=FORGOTTEN)
    return {remote_id: at for remote_id, at in rows.values_list("remote_id", "published_at") if at}
