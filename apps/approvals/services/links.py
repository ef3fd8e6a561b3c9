"""Links by which one person decides one step of one version of a post, once, without signing in.

A token is random and signed, so that what was never ours is refused before anything is looked up; of the random part
only a hash is kept. To open a link changes nothing, for mail scanners open them too.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.approvals.deciders import Bench, Decider, votes_on
from apps.approvals.errors import OUT
from apps.approvals.models import Decision, MailLink, Request, StepState
from apps.approvals.services.clockwork import OVERTAKEN, catch_up, catching_up
from apps.approvals.services.deciding import CLOSED, decide
from apps.approvals.services.following import is_out
from apps.approvals.services.rounds import bench_of
from apps.approvals.sheets import sheet
from apps.approvals.states import LinkState, RequestState, StepStatus, Verdict, WhenLate
from apps.core import clock, tenancy
from apps.core.actors import Actor, ActorKind

LIFETIME: Final = timedelta(days=7)
KEPT: Final = timedelta(days=60)
SALT: Final = "approvals.mail"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link is good for now; `words` say why it is not, and what to do instead. `bench` is there while it is, and
    `stands_in_for` has those for whom the person would decide beside themselves."""

    link: MailLink
    state: LinkState
    words: str = ""
    bench: Bench | None = None
    stands_in_for: frozenset[UUID] = frozenset()

    @property
    def is_good(self) -> bool:
        return self.state is LinkState.GOOD


class LinkUnknown(Exception):
    """No link of ours, or one that was forgotten."""


class LinkRefused(Exception):
    """Nothing was decided; `opened` says why."""

    def __init__(self, opened: Opened) -> None:
        super().__init__(opened.words)
        self.opened = opened


def make_link(*, request: Request, row: StepState, user_id: UUID, now: datetime) -> str:
    """The address of a new link; nobody can make it again from what is kept."""
    token = secrets.token_urlsafe(24)
    MailLink.objects.create(
        organization_id=request.organization_id, workspace_id=request.workspace_id, request=request, step=row,
        user_id=user_id, content_hash=request.content_hash, token_hash=_hash(token), expires_at=now + LIFETIME,
    )  # fmt: skip
    return str(settings.PUBLIC_URL) + reverse("approvals:mailed", args=[_signer().sign(token)])


def find(token: str) -> MailLink:
    """The link of a token; raises LinkUnknown."""
    try:
        known = _signer().unsign(token)
    except signing.BadSignature as error:
        raise LinkUnknown from error
    with tenancy.across_tenants("read the link that a mailed token names"):
        link: MailLink | None = MailLink.across_tenants.filter(token_hash=_hash(known)).first()
    if link is None:
        raise LinkUnknown
    return link


def look(link: MailLink, *, signed_in: UUID | None) -> Opened:
    """What the link is good for now, inside its workspace. Nothing is changed by looking."""
    link = MailLink.objects.select_related("user", "step", "request__post__workspace", "request__policy").get(
        pk=link.pk
    )
    request, row, now = link.request, link.step, clock.now()
    if signed_in not in (None, link.user_id):
        return Opened(link, LinkState.SOMEBODY_ELSE, _("Sign out to use it as them, or decide from your own queue."))
    if link.used_at:
        said = Verdict(link.used_for).label if link.used_for else ""
        return Opened(link, LinkState.USED, _("It works once. What you said: %(said)s.") % {"said": said})
    if is_out(request.post_id):
        return Opened(link, LinkState.CLOSED, _(OUT))
    if request.post.workspace.archived_at is not None:
        return Opened(link, LinkState.REMOVED, _("This client is out of use: nothing of it is approved any more."))
    is_changed = request.state == RequestState.SUPERSEDED or sheet(request.post).hash != link.content_hash
    if is_changed or _runs_out(row, WhenLate.MOVE, now):
        words = _("You read another version. Where the new one waits for you, another mail says so.")
        return Opened(link, LinkState.CHANGED, words)
    if request.state != RequestState.PENDING:
        return Opened(link, LinkState.CLOSED, _(CLOSED[RequestState(request.state)]))
    if row.status != StepStatus.OPEN or _runs_out(row, WhenLate.PUBLISH, now):
        return Opened(link, LinkState.CLOSED, _("This step is behind it. Nothing is wanted of you here any more."))
    votes = votes_on(request.post_id, row.step, row.seal, row.due_at)
    return _by_bench(link, bench_of(request, row, votes), votes, now)


def _by_bench(link: MailLink, bench: Bench, votes: Sequence[Decision], now: datetime) -> Opened:
    if bench.bars(ActorKind.USER, link.user_id):
        words = _("You wrote, changed or submitted this version since, so somebody else approves it.")
        return Opened(link, LinkState.REMOVED, words)
    if not bench.seats(ActorKind.USER, link.user_id):
        words = _("You are not among those who decide this step any more. Ask whoever sent you the post.")
        return Opened(link, LinkState.REMOVED, words)
    if any(one.decider_kind == ActorKind.USER and one.decider_id == link.user_id for one in votes):
        return Opened(link, LinkState.CLOSED, _("You have decided about this version already."))
    if link.expires_at <= now:
        words = _("It was good for seven days. Sign in to decide, or wait for the next mail.")
        return Opened(link, LinkState.EXPIRED, words)
    whom = bench.spoken_for(Decider.of(Actor.user(link.user_id)), [one.decider_id for one in votes if one.decider_id])
    return Opened(link, LinkState.GOOD, bench=bench, stands_in_for=whom)


def use(
    link: MailLink, *, verdict: Verdict, note: str, signed_in: UUID | None, address: str = "", request_id: str = ""
) -> Request:
    """Decide as the person that the link names, and use it up with that. Raises LinkRefused, and what `decide` raises,
    which leaves the link good."""
    post_id = Request.objects.values_list("post_id", flat=True).get(pk=link.request_id)
    with catching_up(post_id, (LinkRefused, *OVERTAKEN)):
        held = MailLink.objects.locked(link.pk)
        catch_up(post_id=post_id)
        opened = look(held, signed_in=signed_in)
        if not opened.is_good:
            raise LinkRefused(opened)
        decider = Decider.of(Actor.user(held.user_id, address=address, request_id=request_id))
        made = decide(request_id=held.request_id, verdict=verdict, decider=decider, note=note)
        MailLink.objects.filter(pk=held.pk).update(used_at=clock.now(), used_for=verdict)
    return made


def forget_links(*, now: datetime) -> int:
    """Links that ended long ago are unknown from then on."""
    with tenancy.across_tenants("forget old links of mails to reviewers"):
        return int(MailLink.across_tenants.filter(expires_at__lt=now - KEPT).delete()[0])


def _runs_out(row: StepState, how: WhenLate, now: datetime) -> bool:
    """The policy goes on without this step, or moves the post, whether or not the clock has noticed."""
    is_late = row.overdue_at is None and row.deadline_at is not None and row.deadline_at <= now
    return is_late and row.step.when_late == how


def _signer() -> signing.Signer:
    return signing.Signer(salt=SALT, sep=".")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
