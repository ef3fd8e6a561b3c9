"""The list of posts, one post, and one of its publications as it moves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.defaultfilters import truncatechars
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from apps.core import clock
from apps.media import services as media
from apps.posts.manuscripts import Manuscript
from apps.posts.models import Campaign, Label, Post
from apps.posts.selectors import manuscript
from apps.posts.states import PartRole
from apps.publishing import gates, history, selectors
from apps.publishing.abilities import can_take_down
from apps.publishing.comment_forms import CommentForm, commenting_of
from apps.publishing.gates import Obstacle
from apps.publishing.media_work import media_work
from apps.publishing.models import Publication
from apps.publishing.presenting import PictureView, PublicationView, Refused, present, version_of
from apps.publishing.queueing import queueing_of
from apps.publishing.selectors import Chosen, Line
from apps.publishing.sorting_view import named_choices, sorting_of
from apps.publishing.states import OPEN, PostState, State, may_change_as_a_whole, post_state
from apps.social_accounts.models import SocialAccount
from apps.tenants.access import MemberRequest, page
from apps.tenants.members import Member

ASKED = ("state", "account", "label", "campaign", "q", "day", "newer", "older")
FILTERS = (
    (Chosen.ALL, "All"),
    (Chosen.DRAFTS, "Drafts"),
    (Chosen.PLANNED, "Scheduled"),
    (Chosen.OUT, "Published"),
    (Chosen.ATTENTION, "Needs attention"),
)


@dataclass(frozen=True, slots=True)
class PostRow:
    url: str
    title: str
    excerpt: str
    state: str
    due_at: datetime | None
    platforms: tuple[str, ...]
    thumb_url: str
    note: str


@dataclass(frozen=True, slots=True)
class Filter:
    label: str
    state: str
    url: str
    is_on: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class AccountOption:
    id: UUID
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class PartView:
    role: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class PostPage:
    id: UUID
    title: str
    state: PostState
    due_at: datetime | None
    zone: str
    author: str
    revision: int
    parts: tuple[PartView, ...]
    media: tuple[PictureView, ...]
    platforms: tuple[str, ...]
    is_test: bool = False


@require_safe
@page("post.view")
def posts(request: MemberRequest) -> HttpResponse:
    """The posts of the workspace, by state, account, day and words."""
    workspace = request.member.workspace
    assert workspace is not None  # noqa: S101 - `page` sends members without one elsewhere
    asked = {
        name: request.GET.get(name, "")
        for name in ("state", "account", "label", "campaign", "q", "day", "newer", "older")
    }
    chosen = Chosen(asked["state"]) if asked["state"] in set(Chosen) else Chosen.ALL
    day, account_id = _day(asked["day"]), _id(asked["account"])
    label_id, campaign_id = _id(asked["label"]), _id(asked["campaign"])
    found = selectors.posts_page(
        workspace_id=workspace.pk,
        chosen=chosen,
        account_id=account_id,
        label_id=label_id,
        campaign_id=campaign_id,
        query=asked["q"].strip()[:100],
        day=day,
        zone=workspace.timezone,
        newer_than=asked["newer"],
        older_than=asked["older"],
    )
    url = reverse("publishing:list")
    kept = {
        "state": chosen.value,
        "account": str(account_id or ""),
        "label": str(label_id or ""),
        "campaign": str(campaign_id or ""),
        "q": asked["q"],
        "day": day.isoformat() if day else "",
    }
    context = {
        "posts": [_row(line) for line in found.lines],
        "zone": workspace.timezone,
        "now": clock.now(),
        "filters": [Filter(label, one.value, _url(url, kept, state=one), one is chosen) for one, label in FILTERS],
        "accounts": _accounts(workspace.pk, account_id),
        "labels": named_choices(Label, workspace.pk, label_id),
        "campaigns": named_choices(Campaign, workspace.pk, campaign_id),
        "query": asked["q"],
        "day": day,
        "list_url": url,
        "newer_url": _url(url, kept, newer=found.newer) if found.newer else "",
        "older_url": _url(url, kept, older=found.older) if found.older else "",
        "compose_url": reverse("dashboard:compose") if request.member.may("post.edit") else "",
    }
    return render(request, "publishing/list.html", context)


@require_safe
@page("post.view")
def post(request: MemberRequest, post_id: UUID) -> HttpResponse:
    """One post and what becomes of it on each account."""
    shown = get_object_or_404(Post.objects.select_related("author", "workspace"), pk=post_id, deleted_at=None)
    return render(request, "publishing/post.html", post_context(shown, request.member))


@require_safe
@page("post.view")
def publication(request: MemberRequest, publication_id: UUID) -> HttpResponse:
    """The fragment that a page asks for while something moves; 204 while it has not."""
    row: Publication = get_object_or_404(Publication.objects.select_related("post__workspace"), pk=publication_id)
    return publication_fragment(request, row, seen=request.GET.get("seen", ""))


@require_safe
@page("post.view")
def media_work_of(request: MemberRequest, post_id: UUID) -> HttpResponse:
    """What is being made of the post's files, for a page that asks while something is."""
    shown: Post = get_object_or_404(Post.objects, pk=post_id, deleted_at=None)
    may_repeat = request.member.may_in(shown.workspace_id, "post.schedule")
    work = media_work(shown, manuscript(shown), may_repeat=may_repeat)
    return render(request, "publishing/_media_work.html", {"work": work})


def publication_fragment(
    request: HttpRequest, row: Publication, *, seen: str = "", status: int = 200, refused: Refused | None = None
) -> HttpResponse:
    """The publication as it is now, and the state of its post to be swapped along."""
    publications = selectors.publications_of(row.post)
    current = next(one for one in publications if one.pk == row.pk)
    ahead = gates.foretold([current], clock.now()).get(current.pk)
    if seen and seen == version_of(current, ahead):
        return HttpResponse(status=204)
    member: Member = request.member  # type: ignore[attr-defined]
    text = manuscript(row.post)
    zone = row.post.workspace.timezone
    states = [one.state for one in publications]
    shown = _present(current, member, zone, text, may_change_as_a_whole(states), refused, ahead)
    context, state = {"publication": shown, "zone": zone}, {"state": post_state(states, row.post.review), "oob": True}
    body = render_to_string("publishing/_publication.html", context, request)
    return HttpResponse(body + render_to_string("publishing/_post_state.html", state, request), status=status)


def post_context(
    shown: Post, member: Member, refused: Refused | None = None, comment_form: CommentForm | None = None
) -> dict[str, object]:
    """Everything templates/publishing/post.html asks for; with an address or a comment that was refused, to be
    mended."""
    text, publications = manuscript(shown), selectors.publications_of(shown)
    zone = shown.workspace.timezone
    states = [one.state for one in publications]
    whole, ahead = may_change_as_a_whole(states), gates.foretold(publications, clock.now())
    return {
        "post": _post_page(shown, text, post_state(states, shown.review), zone),
        "publications": [_present(one, member, zone, text, whole, refused, ahead.get(one.pk)) for one in publications],
        "media_work": media_work(shown, text, may_repeat=member.may_in(shown.workspace_id, "post.schedule")),
        "history": history.of_post(shown, publications),
        "sorting": sorting_of(shown, member),
        **_back(shown, zone),
        **_post_urls(shown, publications, member),
        "queueing": queueing_of(shown, publications, text, member),
        "commenting": commenting_of(shown, publications, text, member, typed=comment_form),
    }


def _present(
    row: Publication, member: Member, zone: str, text: Manuscript, whole: bool, refused: Refused | None,
    obstacle: Obstacle | None,
) -> PublicationView:  # fmt: skip
    edition = text.edition_on(row.account_id)
    words = text.text_on(edition) if edition else text.passages[0].text
    return present(
        row, member=member, zone=zone, text=words, may_change_as_a_whole=whole, refused=refused, obstacle=obstacle
    )


def _post_page(shown: Post, text: Manuscript, state: PostState, zone: str) -> PostPage:
    main = text.passages[0]
    return PostPage(
        id=shown.pk,
        title=title_of(shown, main.text),
        state=state,
        due_at=shown.due_at,
        zone=zone,
        author=str(shown.author) if shown.author else "somebody who has left",
        revision=shown.revision,
        parts=tuple(
            PartView(part.role, "" if part.role == PartRole.MAIN else part.role.label, part.text)
            for part in text.passages
        ),
        media=tuple(PictureView(media.thumbnail_url(one.asset), one.alt) for one in main.media if one.asset.thumbnail),
        platforms=tuple(dict.fromkeys(edition.account.platform for edition in text.editions)),
        is_test=shown.workspace.is_test,
    )


def _post_urls(shown: Post, publications: Iterable[Publication], member: Member) -> dict[str, str]:
    states = {one.state for one in publications}
    waits = bool(states & OPEN)
    untouched = may_change_as_a_whole(states)
    failed = sum(one.state == State.FAILED for one in publications)
    out = sum(_can_be_taken_down(one) for one in publications)

    def url(name: str, permission: str, *, when: bool) -> str:
        allowed = when and member.may_in(shown.workspace_id, permission)
        return reverse(name, args=[shown.pk]) if allowed else ""

    return {
        "edit_url": url("dashboard:edit", "post.edit", when=untouched),
        "cancel_url": url("publishing:cancel", "post.cancel", when=waits),
        "publish_now_url": url("publishing:publish_now", "post.publish", when=waits and untouched),
        # Of one account its own buttons are enough.
        "retry_all_url": url("publishing:retry_all", "publication.retry", when=failed > 1),
        "take_down_all_url": url("publishing:take_down_all", "publication.remove", when=out > 1),
        "template_url": _template_url(shown, member),
        "delete_url": url("publishing:delete", "post.edit", when=untouched and not waits),
    }


def _template_url(shown: Post, member: Member) -> str:
    """Where a template is made of it: in the workspace that the member is in."""
    is_here = member.workspace is not None and member.workspace.pk == shown.workspace_id
    return f"{reverse('posts:template_new')}?post={shown.pk}" if is_here and member.may("post.edit") else ""


def _can_be_taken_down(publication: Publication) -> bool:
    return publication.state == State.PUBLISHED and can_take_down(publication)


def _back(shown: Post, zone: str) -> dict[str, str]:
    if shown.due_at is None:
        return {"back_url": reverse("publishing:list"), "back_label": "Posts"}
    local = shown.due_at.astimezone(ZoneInfo(zone))
    return {
        "back_url": reverse("dashboard:month", args=[local.year, local.month]),
        "back_label": f"{local:%B %Y}",
    }


def _row(line: Line) -> PostRow:
    return PostRow(
        url=reverse("publishing:post", args=[line.post.pk]),
        title=title_of(line.post, line.text),
        excerpt=line.text[:140],
        state=line.state,
        due_at=line.post.due_at,
        platforms=line.platforms,
        thumb_url=reverse("media:thumbnail", args=[line.picture_id]) if line.picture_id else "",
        note=line.words,
    )


def title_of(shown: Post, text: str) -> str:
    first_line = next((part.strip() for part in text.splitlines() if part.strip()), "")
    return shown.title or truncatechars(first_line, 80) or "Untitled post"


def _accounts(workspace_id: UUID, chosen: UUID | None) -> list[AccountOption]:
    rows = SocialAccount.objects.filter(workspace_id=workspace_id).order_by("platform", "handle")
    return [AccountOption(row.pk, f"@{row.handle} ({row.platform})", row.pk == chosen) for row in rows]


def _url(url: str, kept: dict[str, str], **changes: str) -> str:
    asked = urlencode({name: value for name, value in {**kept, **changes}.items() if value})
    return f"{url}?{asked}" if asked else url


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
