"""What a person does when something did not go by itself: try again, decide, resume."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from django.db import IntegrityError, transaction

from apps.audit import services as audit
from apps.core import clock
from apps.core.actors import Actor
from apps.events import services as events
from apps.posts import services as posts
from apps.posts.models import Post
from apps.publishing import rollups
from apps.publishing.counting import count
from apps.publishing.engine import follow_ups
from apps.publishing.errors import DecisionIncomplete, PostBusy
from apps.publishing.models import BY_HAND, FollowUp, Publication
from apps.publishing.services.holding import hold
from apps.publishing.services.planning import AFRESH
from apps.publishing.services.preparing import prepare_media
from apps.publishing.services.turns import refuse_another
from apps.publishing.services.windowing import waive
from apps.publishing.states import QUEUE_PAUSED, State
from apps.publishing.stops import words_against
from apps.publishing.waking import wake_after_commit
from apps.publishing.windows import WAIVABLE
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.web_addresses import host_of, web_hosts

MOVED_ON = "This has changed meanwhile. Look at it again."
LONGEST: Final = 500


class Verdict(StrEnum):
    """What a person found out about a post whose answer was lost."""

    OUT = "out"  # it is live, perhaps at this address
    NOT_OUT = "not_out"  # it is not: send it again
    LEAVE = "leave"  # neither: take it off the plan


@transaction.atomic
def retry(*, publication: Publication, actor: Actor) -> Publication:
    """Send a failed publication once more, now. Raises PostBusy if it is not a failed one."""
    return _send_now(publication, only=State.FAILED, actor=actor, verb="publication.retried")


@transaction.atomic
def resume(*, publication: Publication, actor: Actor) -> Publication:
    """Send a held publication now, late as it is, with the post's present words. Raises PostBusy.

    What the workspace's windows have held, or a pause of its queue, goes out all the same: a person says so, who has
    read why.
    """
    held = Publication.objects.filter(pk=publication.pk).values_list("problem", flat=True).first()
    publication = _send_now(publication, only=State.HELD, actor=actor, verb="publication.resumed")
    if held in WAIVABLE:
        waive(publication.post, due_at=publication.due_at, actor=actor)
    if held == QUEUE_PAUSED:
        posts.leave_queue(post=publication.post)
    events.emit("publication.resumed", subject=publication)
    return publication


@transaction.atomic
def decide(*, publication: Publication, verdict: Verdict, actor: Actor, link: str = "") -> Publication:
    """Settle what Postroom could not find out. OUT takes the `link` of the live post, or none; one that is not on the
    account's platform is refused (DecisionIncomplete).

    NOT_OUT sends it again, on the person's word. Raises PostBusy if it has been settled meanwhile.
    """
    if verdict is Verdict.OUT:
        return _take_for_live(publication, _checked(link, publication.account), actor)
    if verdict is Verdict.NOT_OUT:
        return _send_now(publication, only=State.NEEDS_ATTENTION, actor=actor, verb="publication.decided_not_out")
    _steer(publication, State.CANCELED, only=State.NEEDS_ATTENTION)
    publication = _read(publication)
    audit.record("publication.decided_leave", subject=publication, actor=actor)
    events.emit("publication.canceled", subject=publication)
    rollups.tell(publication.post_id)
    count([publication.post_id])
    return publication


@transaction.atomic
def retry_follow_up(*, follow_up: FollowUp, actor: Actor) -> FollowUp:
    """Send a comment or reply again that failed, was held, or by this person's word is not there. Raises PostBusy, also
    while somebody changes its post or takes it down."""
    stuck = [State.FAILED, State.HELD, State.NEEDS_ATTENTION]
    publication = Publication.objects.select_related("post").get(pk=follow_up.publication_id)
    hold(publication.post)
    refuse_another(publication)
    now = clock.now()
    again: Mapping[str, Any] = {"due_at": now, "next_try_at": now, "staged": None, **AFRESH}
    if not FollowUp.objects.filter(pk=follow_up.pk).steer(State.SCHEDULED, only=stuck, **again):
        raise PostBusy(MOVED_ON)
    follow_up = FollowUp.objects.select_related("publication").get(pk=follow_up.pk)
    audit.record("follow_up.retried", subject=follow_up, actor=actor, diff={"position": follow_up.position})
    wake_after_commit()
    return follow_up


def _send_now(publication: Publication, *, only: State, actor: Actor, verb: str) -> Publication:
    post, _ = hold(Post.objects.get(pk=publication.post_id))
    if post.deleted_at is not None:
        raise PostBusy("This post was deleted.")
    if words := words_against([Publication.objects.select_related("account", "workspace").get(pk=publication.pk)]):
        raise PostBusy(words)
    now = clock.now()
    Publication.objects.filter(pk=publication.pk).forget_staged()
    again: Mapping[str, Any] = {"due_at": now, "next_try_at": now, "revision": post.revision, **AFRESH}
    _steer(publication, State.SCHEDULED, only=only, **again)
    publication = _read(publication)
    prepare_media(post)
    rollups.begin(post)
    audit.record(verb, subject=publication, actor=actor)
    wake_after_commit()
    count([post.pk])
    return publication


def _take_for_live(publication: Publication, link: str, actor: Actor) -> Publication:
    remote_id = link or f"{BY_HAND}{publication.pk}"
    live = {"remote_id": remote_id, "remote_url": link, "published_at": clock.now(), **AFRESH}
    try:
        with transaction.atomic():
            _steer(publication, State.PUBLISHED, only=State.NEEDS_ATTENTION, **live)
    except IntegrityError as error:
        words = "Another post of this account already has this address. Look for the right one."
        raise DecisionIncomplete(words, field="remote_url") from error
    publication = _read(publication)
    follow_ups.give_up(publication)
    audit.record("publication.decided_out", subject=publication, actor=actor, diff={"has_link": bool(link)})
    events.emit("publication.published", subject=publication, data={"remote_url": link, "decided_by_a_person": True})
    rollups.tell(publication.post_id)
    return publication


def _checked(link: str, account: SocialAccount) -> str:
    """The address as it is kept: it becomes a link on a page, so only the platform's own are taken."""
    link = link.strip()
    hosts = web_hosts(account)
    if link and (host_of(link) not in hosts or len(link) > LONGEST):
        where = " or ".join(hosts)
        wanted = f"Paste the address of the post on {where}, beginning with https://, or leave this empty."
        unknown = "Leave this empty: Postroom does not know where posts of this account can be looked at."
        raise DecisionIncomplete(wanted if hosts else unknown, field="remote_url")
    return link


def _steer(publication: Publication, to: State, *, only: State, **changes: Any) -> None:
    if not Publication.objects.filter(pk=publication.pk).steer(to, only=[only], **changes):
        raise PostBusy(MOVED_ON)


def _read(publication: Publication) -> Publication:
    return Publication.objects.select_related("account", "post").get(pk=publication.pk)
