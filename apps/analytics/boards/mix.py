"""What the posts of a span were made of, by format and by label, beside what was meant and how each did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from apps.analytics.boards.figures import PostRow
from apps.analytics.boards.usual import times_usual
from apps.analytics.models import MixShare, Reading
from apps.analytics.overview import Overview, readings_between
from apps.analytics.states import Format
from apps.media.states import Kind
from apps.posts.models import Label, Part
from apps.tenants.models import Workspace

OF_KIND: Final = {Kind.VIDEO: Format.VIDEO, Kind.DOCUMENT: Format.DOCUMENT}


@dataclass(frozen=True, slots=True)
class Line:
    """`key` is a format or the id of a label. `percent` is the plan, None: nothing was said of it. `ratio`: the mean of
    what its posts did against the usual of their accounts, of `compared` of them."""

    key: str
    label: str
    colour: str
    posts: int
    share: float | None
    percent: int | None
    ratio: float | None
    compared: int

    @property
    def off_by(self) -> float | None:
        """Points by which it is more than was meant."""
        if self.share is None or self.percent is None:
            return None
        return self.share * 100 - self.percent


@dataclass(frozen=True, slots=True)
class Mix:
    """Posts are counted once, on however many accounts they are. Formats part them, so their shares are the whole;
    a post has any number of labels, so those of labels need not be."""

    posts: int
    formats: tuple[Line, ...]
    labels: tuple[Line, ...]
    without_label: int


def mix_of(workspace: Workspace, found: Overview) -> Mix:
    """From the posts of a board; four queries, however many there are."""
    now = [post for post in found.posts if found.is_now(post.day)]
    went_out = readings_between(workspace, found.first, found.last)
    post_of, labels_of = posts_of(went_out, {row.publication_id for row in now})
    posts = set(post_of.values())
    formats = _formats(went_out)
    plan = {(row.format or str(row.label_id)): row.percent for row in MixShare.objects.filter(workspace=workspace)}
    did = _did(now, post_of, found)
    by_format: dict[str, set[UUID]] = defaultdict(set)
    by_label: dict[str, set[UUID]] = defaultdict(set)
    for post in posts:
        by_format[formats.get(post, Format.TEXT)].add(post)
        for label in labels_of[post]:
            by_label[str(label)].add(post)
    known = Label.objects.filter(workspace=workspace).order_by("folded_name")
    return Mix(
        posts=len(posts),
        formats=tuple(
            _line(one.value, str(one.label), "", by_format[one], len(posts), plan, did)
            for one in Format
            if by_format[one] or one.value in plan
        ),
        labels=tuple(
            _line(str(one.pk), one.name, one.colour, by_label[str(one.pk)], len(posts), plan, did)
            for one in known
            if by_label[str(one.pk)] or str(one.pk) in plan
        ),
        without_label=sum(not labels_of[post] for post in posts),
    )


def _line(
    key: str, label: str, colour: str, own: set[UUID], of: int, plan: Mapping[str, int], did: Mapping[UUID, list[float]]
) -> Line:
    ratios = [ratio for post in own for ratio in did.get(post, ())]
    return Line(
        key, label, colour, len(own), len(own) / of if of else None, plan.get(key), fmean(ratios) if ratios else None,
        sum(1 for post in own if did.get(post)),
    )  # fmt: skip


def _did(posts: Iterable[PostRow], post_of: Mapping[UUID, UUID], found: Overview) -> dict[UUID, list[float]]:
    """By post, what it did against the usual of each account; whose figures stand apart are in no mean."""
    did: dict[UUID, list[float]] = defaultdict(list)
    for row in posts:
        ratio = times_usual(row, found.usual) if row.account_id in found.summed else None
        if ratio is not None and row.publication_id in post_of:
            did[post_of[row.publication_id]].append(ratio)
    return did


def _formats(went_out: QuerySet[Reading]) -> dict[UUID, Format]:
    """By post, what its main part is."""
    links: dict[UUID, str] = {}
    kinds: dict[UUID, list[str]] = defaultdict(list)
    rows = Part.objects.filter(post__in=went_out.values("publication__post"), position=0)
    for post, link, kind in rows.order_by("media__position").values_list("post_id", "link", "media__asset__kind"):
        links[post] = link
        if kind:
            kinds[post].append(kind)
    return {post: _format(link, kinds[post]) for post, link in links.items()}


def _format(link: str, kinds: Sequence[str]) -> Format:
    for kind, one in OF_KIND.items():
        if kind in kinds:
            return one
    if kinds:
        return Format.ALBUM if len(kinds) > 1 else Format.PICTURE
    return Format.LINK if link else Format.TEXT


def posts_of(
    went_out: QuerySet[Reading], publications: Collection[UUID]
) -> tuple[dict[UUID, UUID], dict[UUID, set[UUID]]]:
    """Of these publications each one's post, and the labels of each post; one query."""
    post_of: dict[UUID, UUID] = {}
    labels_of: dict[UUID, set[UUID]] = defaultdict(set)
    columns = ("publication_id", "publication__post_id", "publication__post__labelled__label_id")
    for publication, post, label in went_out.values_list(*columns):
        if publication in publications:
            post_of[publication] = post
            if label:
                labels_of[post].add(label)
    return post_of, labels_of
