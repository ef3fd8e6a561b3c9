"""What a guest sees by a link: the versions that have come before the client, where each stands, and what changed.

Of the inside of the agency nothing is here: steps before the client's, threads of the team, and versions that are still
with the team are left out, and only counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Prefetch, Q, QuerySet

from apps.approvals import frozen
from apps.approvals.models import Comment, Decision, Request, ReviewedPost, ReviewLink, StepState
from apps.approvals.states import APPROVING, CURRENT, OBJECTING, RequestState, StepStatus, Visibility
from apps.core.actors import ActorKind
from apps.core.calendar import Month, cell_of, reach
from apps.media import services as media
from apps.media.models import Asset
from apps.posts.manuscripts import Manuscript, Medium
from apps.posts.models import Post
from apps.posts.previews import Picture, Preview, preview

LONGEST_TITLE: Final = 70
SHOWN_IN_PREVIEW: Final = 4  # as templates/posts/_preview_media.html has it
_PIECES: Final = re.compile(r"\s+|[^\s\w]|\w+")


class Mark(StrEnum):
    """Where a post stands for this guest."""

    AWAITED = "awaited"
    APPROVED = "approved"
    CHANGES = "changes"
    REJECTED = "rejected"
    PASSED = "passed"  # without this guest: others of the client, or the clock


@dataclass(frozen=True, slots=True)
class Item:
    """A post by a link, in the version that is asked about. `mine` is what this guest last said of it."""

    request: Request
    title: str
    mark: Mark
    deadline_at: datetime | None
    mine: Decision | None
    manuscript: Manuscript
    platforms: list[str]
    comments: int = 0

    @property
    def is_todo(self) -> bool:
        return self.mark is Mark.AWAITED

    def previews(self) -> list[Preview]:
        """How it will look on each account, as the writers see it."""
        return previews_in(self.manuscript)

    def links(self) -> list[str]:
        """What is linked to beside the words, which previews do not show."""
        return [passage.link for passage in self.manuscript.passages if passage.link]

    def more_pictures(self) -> list[Picture]:
        """The files that previews have no room for: those after the fourth, and those of comments and replies."""
        main, *after = self.manuscript.passages
        rest = [*main.media[SHOWN_IN_PREVIEW:], *(one for passage in after for one in passage.media)]
        return [picture_of(one) for one in rest]


@dataclass(frozen=True, slots=True)
class Pile:
    """All of a link: what has come before the client, undone first and then by hour, and how many are still to come."""

    items: Sequence[Item]
    coming: int

    @property
    def todo(self) -> list[Item]:
        return [item for item in self.items if item.is_todo]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a text; `kind` is "" for what stayed, "out" for what went, "in" for what came."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What is another way than in an earlier version. `aspect` is text, link, media, accounts, options, language or
    time; `where` a platform for its own words, else ""."""

    aspect: str
    where: str = ""
    pieces: Sequence[Piece] = ()
    before: Any = None
    after: Any = None


def pile(link: ReviewLink) -> Pile:
    """The posts of a link, in a constant number of queries however many there are."""
    post_ids = list(ReviewedPost.objects.filter(link=link).values_list("post_id", flat=True))
    current = Request.objects.filter(post_id__in=post_ids, state__in=CURRENT, post__deleted_at=None)
    rows = list(current.select_related("post").prefetch_related(_steps()))
    shown = [row for row in rows if has_reached_guests(row)]
    said = _said(shown, {link.guest_id})
    texts = frozen.manuscripts(shown)
    talked = _talked(shown)
    items = [_item(row, said.get(row.post_id, ()), link.guest_id, texts[row.pk], talked) for row in shown]
    items.sort(
        key=lambda item: (not item.is_todo, item.request.due_at is None, item.request.due_at or 0, item.request.pk)
    )
    return Pile(items, len([row for row in rows if _is_coming(row)]))


def approved_by_link(link: ReviewLink) -> QuerySet[Request]:
    """The versions of the link's posts that are approved now, after they came before the client."""
    own = ReviewedPost.objects.filter(link=link).values("post_id")
    approved = Request.objects.filter(post_id__in=own, state=RequestState.APPROVED, post__deleted_at=None)
    shown = [row.pk for row in approved.prefetch_related(_steps()) if has_reached_guests(row)]
    rows: QuerySet[Request] = Request.objects.filter(pk__in=shown)
    return rows


def awaited_links(links: Collection[ReviewLink]) -> set[UUID]:
    """Those whose guest has something to decide by them now, by id; in four queries."""
    own = ReviewedPost.objects.filter(link__in=[link.pk for link in links])
    posts: dict[UUID, set[UUID]] = {}
    for link_id, post_id in own.values_list("link_id", "post_id"):
        posts.setdefault(link_id, set()).add(post_id)
    named = set().union(*posts.values())
    pending = Request.objects.filter(post_id__in=named, state=RequestState.PENDING, post__deleted_at=None)
    rows = [row for row in pending.prefetch_related(_steps()) if has_reached_guests(row)]
    said = _said(rows, {link.guest_id for link in links})

    def awaits(row: Request, guest_id: UUID) -> bool:
        about = said.get(row.post_id, ())
        return _mark(row, _open_step(row), about, _of_guest(about, guest_id)) is Mark.AWAITED

    return {
        link.pk
        for link in links
        if any(row.post_id in posts.get(link.pk, ()) and awaits(row, link.guest_id) for row in rows)
    }


def month_of(link: ReviewLink) -> date | None:
    """The first day of the month that the link is for, if it is for one."""
    return date.fromisoformat(f"{link.month}-01") if link.month else None


def posts_for_guests(workspace_id: UUID, post_ids: Collection[UUID]) -> list[UUID]:
    """Those of the posts that wait for the client's guests, or will, the next to go out first."""
    rows = Request.objects.filter(workspace_id=workspace_id, post_id__in=post_ids, post__deleted_at=None)
    waiting = rows.filter(state=RequestState.PENDING).prefetch_related(_steps()).order_by("due_at", "id")
    return [row.post_id for row in waiting if wants_guests(row)]


def posts_of_month(workspace_id: UUID, month: Month, zone: str) -> list[UUID]:
    """The posts that stand in a month of the workspace's calendar."""
    begin, end = reach(month.first, month.last, zone)
    due = Post.objects.filter(workspace_id=workspace_id, deleted_at=None, due_at__gte=begin, due_at__lt=end)
    return [pk for pk, due_at in due.values_list("pk", "due_at") if cell_of(due_at, zone) in month]


def wants_guests(request: Request) -> bool:
    """Whether guests are asked now, or will be once the steps before are passed."""
    return any(row.step.guests and row.status in (StepStatus.OPEN, StepStatus.WAITING) for row in request.steps.all())


def has_reached_guests(request: Request) -> bool:
    """Whether this version has come before the client: a step that asks guests has been opened, or is behind it."""
    return any(row.step.guests and row.status != StepStatus.WAITING for row in request.steps.all())


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What a guest is shown of the way from one version to another, in words of nobody's language."""
    return list(_changes(before, after))


def version_seen(request: Request, guest_id: UUID, *, since: UUID | None = None) -> Request | None:
    """The version to compare with: the one that the guest had before them a moment ago, or last said something of."""
    earlier = Request.objects.filter(post_id=request.post_id, number__lt=request.number).prefetch_related(_steps())
    if since is not None:
        found: Request | None = earlier.filter(pk=since).first()
        return found if found is not None and has_reached_guests(found) else None
    mine = earlier.filter(decisions__decider_kind=ActorKind.GUEST, decisions__decider_id=guest_id)
    last: Request | None = mine.order_by("-number").first()
    return last


def previews_in(written: Manuscript) -> list[Preview]:
    """How a version looks on each account: for members the same as for guests."""
    pictures = [picture_of(one) for one in written.passages[0].media]
    return [
        preview(written, edition, pictures=pictures, is_open=number == 0, is_whole=True)
        for number, edition in enumerate(written.editions)
    ]


def picture_of(medium: Medium) -> Picture:
    """What stands for a file in a preview: a video's cover, or its frame."""
    shown = medium.cover or medium.asset
    return Picture(_address(shown), medium.alt, medium.asset.kind)


def _address(asset: Asset) -> str:
    return media.guest_thumbnail_url(asset) if asset.thumbnail or asset.kind == "image" else ""


def _steps() -> Prefetch:
    return Prefetch("steps", queryset=StepState.objects.order_by("position"))


def _is_coming(request: Request) -> bool:
    return request.state == RequestState.PENDING and wants_guests(request) and not has_reached_guests(request)


def _said(rows: Iterable[Request], guest_ids: Collection[UUID]) -> dict[UUID, list[Decision]]:
    """What these guests said of the posts, and who objected to them, the first first; by post."""
    mine = Q(decider_kind=ActorKind.GUEST, decider_id__in=guest_ids)
    wanted = Decision.objects.filter(
        mine | Q(verdict__in=OBJECTING), request__post_id__in=[row.post_id for row in rows]
    )
    found: dict[UUID, list[Decision]] = {}
    for one in wanted.annotate(post_id=F("request__post_id")).order_by("decided_at", "id"):
        found.setdefault(one.post_id, []).append(one)
    return found


def _talked(rows: Collection[Request]) -> Mapping[UUID, int]:
    shared = Comment.objects.filter(
        thread__post_id__in=[row.post_id for row in rows], thread__visibility=Visibility.SHARED
    )
    counts = shared.order_by().values("thread__post_id").annotate(count=Count("pk"))
    return Counter({one["thread__post_id"]: one["count"] for one in counts})


def _item(row: Request, said: Sequence[Decision], guest_id: UUID, text: Manuscript, talked: Mapping[UUID, int]) -> Item:
    mine, step = _of_guest(said, guest_id), _open_step(row)
    return Item(
        request=row,
        title=title_of(row),
        mark=_mark(row, step, said, mine),
        deadline_at=step.deadline_at if step is not None and step.step.guests else None,
        mine=mine[-1] if mine else None,
        manuscript=text,
        platforms=sorted({one["platform"] for one in row.snapshot["accounts"]}),
        comments=talked[row.post_id],
    )


def _of_guest(said: Iterable[Decision], guest_id: UUID) -> list[Decision]:
    return [one for one in said if (one.decider_kind, one.decider_id) == (ActorKind.GUEST, guest_id)]


def _open_step(row: Request) -> StepState | None:
    return next((one for one in row.steps.all() if one.status == StepStatus.OPEN), None)


def _mark(row: Request, step: StepState | None, said: Sequence[Decision], mine: Sequence[Decision]) -> Mark:
    if row.state == RequestState.CHANGES_REQUESTED:
        return Mark.CHANGES
    if row.state == RequestState.REJECTED:
        return Mark.REJECTED
    if row.state == RequestState.PENDING and step is not None and step.step.guests:
        return Mark.APPROVED if _has_approved(step, said, mine) else Mark.AWAITED
    return Mark.APPROVED if mine and mine[-1].verdict in APPROVING else Mark.PASSED


def _has_approved(step: StepState, said: Sequence[Decision], mine: Sequence[Decision]) -> bool:
    """As `deciders.votes_on` counts: this seal, for this hour, since somebody last objected."""
    objections = [one.decided_at for one in said if one.verdict in OBJECTING]
    return any(
        one.verdict in APPROVING
        and one.seal == step.seal
        and step.step.fits(one.due_at, step.due_at)
        and (not objections or one.decided_at > objections[-1])
        for one in mine
    )


def title_of(request: Request) -> str:
    if request.post.title:
        return str(request.post.title)
    line = " ".join(str(request.snapshot["parts"][0]["text"]).split())
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1].rstrip()}…"


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for number in range(max(len(before["parts"]), len(after["parts"]))):
        old, new = _at(before["parts"], number), _at(after["parts"], number)
        if old.get("text", "") != new.get("text", ""):
            yield Change("text", pieces=pieces(old.get("text", ""), new.get("text", "")))
        if old.get("link", "") != new.get("link", ""):
            yield Change("link", before=old.get("link", ""), after=new.get("link", ""))
        if old.get("media", []) != new.get("media", []):
            yield Change("media")
    olds, news = ({one["id"]: one for one in side["accounts"]} for side in (before, after))
    gone, come = (
        [side[pk]["platform"] for pk in side if pk not in other] for side, other in ((olds, news), (news, olds))
    )
    if gone or come:
        yield Change("accounts", before=gone, after=come)
    for pk in (pk for pk in news if pk in olds):
        was, is_now = olds[pk]["text"] or "", news[pk]["text"] or ""
        if was != is_now:
            yield Change("text", str(news[pk]["platform"]), pieces(was, is_now))
        if olds[pk]["options"] != news[pk]["options"]:
            yield Change("options", str(news[pk]["platform"]))
    if before["language"] != after["language"]:
        yield Change("language", before=before["language"], after=after["language"])
    if before["due_at"] != after["due_at"]:
        yield Change("time", before=_hour(before), after=_hour(after))


def pieces(before: str, after: str) -> list[Piece]:
    """Two texts in one, word by word: what stayed, what went and what came."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    found: list[Piece] = []
    for verb, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if verb == "equal":
            found.append(Piece("".join(old[start:end])))
            continue
        found += [
            Piece(text, kind)
            for text, kind in (("".join(old[start:end]), "out"), ("".join(new[first:last]), "in"))
            if text
        ]
    return found


def _at(parts: Sequence[Mapping[str, Any]], number: int) -> Mapping[str, Any]:
    return parts[number] if number < len(parts) else {}


def _hour(snapshot: Mapping[str, Any]) -> datetime | None:
    if not snapshot["due_at"]:
        return None
    return datetime.fromisoformat(snapshot["due_at"]).astimezone(ZoneInfo(snapshot["timezone"] or "UTC"))
