"""Putting a post on the plan, moving it there, and taking it off again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from apps.audit import services as audit
from apps.core import clock
from apps.core.actors import Actor
from apps.core.together import is_pending, whole
from apps.events import services as events
from apps.posts import selectors
from apps.posts import services as posts
from apps.posts.appointments import Appointment, appointment, at_instant
from apps.posts.errors import PostNotReady
from apps.posts.manuscripts import Manuscript
from apps.posts.models import Post
from apps.posts.problem import ReadinessProblem
from apps.posts.readiness import due_problems, duplicate_warnings, problems_in
from apps.publishing import rollups
from apps.publishing.counting import count, count_new, not_ready
from apps.publishing.errors import PostBusy
from apps.publishing.models import Publication
from apps.publishing.services.holding import BUSY, hold, refuse_in_flight
from apps.publishing.services.planning import AFRESH, is_behind_us, plan_new, put_on_plan
from apps.publishing.services.preparing import assets_of, call_off_media, prepare_media_of
from apps.publishing.services.windowing import waive
from apps.publishing.states import IN_FLIGHT, OPEN, WAITING, State
from apps.publishing.stops import words_against
from apps.publishing.waking import wake_for
from apps.publishing.windows import window_problems
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Workspace
from apps.tenants.selectors import workspace_with

NOTHING_WAITS = "Nothing of this post is waiting to go out."


@dataclass(frozen=True, slots=True)
class Schedule:
    """What was planned. `note` tells of a gap or fold in the clocks; `warnings` keep nothing from going out."""

    publications: tuple[Publication, ...]
    appointment: Appointment
    warnings: tuple[ReadinessProblem, ...] = ()

    @property
    def note(self) -> str:
        return self.appointment.note


@whole
def schedule(
    *, post: Post, local: datetime, zone: str, actor: Actor, all_the_same: bool = False, is_warned: bool = True
) -> Schedule:
    """Promise that `post` goes out at wall time `local` in `zone`, once on each account.

    Raises PostNotReady with every problem, or with the limit of the plan that leaves no room, and PostBusy when some of
    it is on its way or all of it is out. A time that the workspace's windows close is a problem, unless the person says
    `all_the_same`. Who does not want to be warned (`is_warned`) is not told of the same words in other posts.
    """
    return _plan(post, appointment(local, zone), actor, all_the_same=all_the_same, is_warned=is_warned)


@whole
def schedule_at(*, post: Post, when: Appointment, actor: Actor, is_warned: bool = True) -> Schedule:
    """`schedule` for an appointment that a queue gives: an instant, even where its wall time comes twice."""
    return _plan(post, when, actor, all_the_same=False, is_warned=is_warned)


@whole
def publish_now(*, post: Post, actor: Actor, all_the_same: bool = False, is_warned: bool = True) -> Schedule:
    """Promise that `post` goes out within seconds on every account that still waits; errors as `schedule`, and PostBusy
    while publishing is stopped there."""
    workspace = _workspace_of(post)
    when = at_instant(clock.now(), post.timezone or workspace.timezone)
    planned = _plan(post, when, actor, all_the_same=all_the_same, is_warned=is_warned)
    for row in planned.publications:
        row.workspace = workspace
    if words := words_against(planned.publications):
        raise PostBusy(words)
    return planned


@transaction.atomic
def reschedule(*, post: Post, local: datetime, zone: str, actor: Actor) -> Schedule:
    """Move what waits to another time, its words unchanged. Raises PostNotReady (a time that has passed, or that the
    workspace's windows close), PostBusy."""
    when = appointment(local, zone)
    post, publications = hold(post)
    refuse_in_flight(publications)
    moved = [row for row in publications if row.state in WAITING | {State.HELD}]
    if not moved:
        raise PostBusy(NOTHING_WAITS)
    told = _window_problems(post, [row.account for row in moved], when)
    if problems := [*due_problems(when.due_at), *(problem for problem in told if not problem.is_warning)]:
        raise PostNotReady(problems)
    rows = Publication.objects.filter(pk__in=[row.pk for row in moved])
    changes = {"due_at": when.due_at, "next_try_at": when.due_at, "revision": post.revision, **AFRESH}
    rows.filter(state=State.SCHEDULED).update(**changes, stage_at=None)
    # What was prepared is kept: near the new hour it is looked at again, and made anew if it did not last.
    rows.steer(State.SCHEDULED, only=[State.HELD, State.STAGING, State.READY], **changes)
    post = posts.set_appointment(post=post, appointment=when)
    rollups.begin(post)
    _tell_scheduled(post, when, actor, verb="post.rescheduled")
    count([post.pk], refused=not_ready)
    return Schedule(_read(moved), when, tuple(told))


@transaction.atomic
def cancel(*, post: Post, actor: Actor) -> tuple[Publication, ...]:
    """Take off the plan all that has not gone out; the canceled publications. Raises PostBusy if there are none."""
    post, publications = hold(post)
    canceled = [row for row in publications if row.state in OPEN]
    if not canceled:
        raise PostBusy(BUSY if any(row.state in IN_FLIGHT for row in publications) else NOTHING_WAITS)
    Publication.objects.filter(pk__in=[row.pk for row in canceled]).steer(State.CANCELED)
    call_off_media(assets_of(post))
    if all(row.state in OPEN | {State.CANCELED} for row in publications):
        post = posts.set_appointment(post=post, appointment=None)
    accounts = [row.account_id for row in canceled]
    audit.record("post.canceled", subject=post, actor=actor, diff={"accounts": accounts})
    for row in canceled:
        events.emit("publication.canceled", subject=row)
    events.emit("post.unscheduled", subject=post, data={"accounts": accounts})
    rollups.tell(post.pk)
    count([post.pk])
    return _read(canceled)


@transaction.atomic
def cancel_publication(*, publication: Publication, actor: Actor) -> Publication:
    """Take one account off the plan. Raises PostBusy once it is out or on its way."""
    if not Publication.objects.filter(pk=publication.pk).steer(State.CANCELED):
        raise PostBusy("It is too late: the post is out on this account, or on its way.")
    (publication,) = _read([publication])
    call_off_media(assets_of(publication.post))
    if not Publication.objects.filter(post=publication.post_id).exclude(state=State.CANCELED).exists():
        posts.leave_queue(post=publication.post)
    audit.record("publication.canceled", subject=publication, actor=actor)
    events.emit("publication.canceled", subject=publication)
    rollups.tell(publication.post_id)
    count([publication.post_id])
    return publication


def _plan(post: Post, when: Appointment, actor: Actor, *, all_the_same: bool, is_warned: bool) -> Schedule:
    post, publications = hold(post)
    refuse_in_flight(publications)
    written = selectors.manuscript(post)
    manuscript = _for_waiting_accounts(written, publications)
    accounts = [edition.account for edition in manuscript.editions]
    told = _window_problems(post, accounts, when, all_the_same=all_the_same)
    closed = [problem for problem in told if not problem.is_warning]
    if problems := [*problems_in(manuscript, due_at=when.due_at), *closed]:
        raise PostNotReady(problems)
    warnings = _duplicates(post, manuscript, when) if is_warned else []
    post = posts.set_appointment(post=post, appointment=when)
    if all_the_same:
        waive(post, due_at=when.due_at, actor=actor)
    planned = _put(post, accounts, when)
    prepare_media_of(written)
    _tell_scheduled(post, when, actor, verb="post.scheduled")
    if planned is not None:
        count_new(planned, refused=not_ready)
        return Schedule(tuple(planned), when, (*warnings, *told))
    count([post.pk], refused=not_ready)
    waiting = Publication.objects.filter(post=post, state__in=WAITING)
    return Schedule(_read(waiting), when, (*warnings, *told))


def _put(post: Post, accounts: Sequence[SocialAccount], when: Appointment) -> list[Publication] | None:
    """Let it wait on these accounts; its publications, where the post is just being written."""
    if is_pending(post):
        return plan_new(post, accounts, due_at=when.due_at)
    put_on_plan(post, account_ids=[account.pk for account in accounts], due_at=when.due_at)
    return None


def _duplicates(post: Post, manuscript: Manuscript, when: Appointment) -> list[ReadinessProblem]:
    return duplicate_warnings(manuscript, workspace_id=post.workspace_id, around=when.due_at, but=post.pk)


def _workspace_of(post: Post) -> Workspace:
    workspace = workspace_with(post.workspace_id)
    if workspace is None:
        raise Workspace.DoesNotExist("There is no such workspace")
    return workspace


def _window_problems(
    post: Post, accounts: Sequence[SocialAccount], when: Appointment, *, all_the_same: bool = False
) -> list[ReadinessProblem]:
    return window_problems(_workspace_of(post), accounts, due_at=when.due_at, but=post.pk, all_the_same=all_the_same)


def _for_waiting_accounts(manuscript: Manuscript, publications: Sequence[Publication]) -> Manuscript:
    """The post for the accounts it has not reached yet; on the others nothing has to be ready again."""
    behind_us = {row.account_id for row in publications if is_behind_us(row)}
    editions = tuple(edition for edition in manuscript.editions if edition.account.pk not in behind_us)
    if behind_us and not editions:
        raise PostBusy("This post has already gone out to every account. To say it again, write a new post.")
    return replace(manuscript, editions=editions)


def _read(publications: Iterable[Publication]) -> tuple[Publication, ...]:
    rows = Publication.objects.filter(pk__in=[row.pk for row in publications])
    return tuple(rows.select_related("account", "post").order_by("id"))


def _tell_scheduled(post: Post, when: Appointment, actor: Actor, *, verb: str) -> None:
    said = {"due_at": when.due_at, "local_due_at": when.local.isoformat(), "timezone": when.zone}
    audit.record(verb, subject=post, actor=actor, diff=said)
    events.emit("post.scheduled", subject=post, data={**said, "revision": post.revision})
    wake_for([when.due_at])
