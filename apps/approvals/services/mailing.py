"""That Postroom mails a link to its guest, for a member or a program: one mail for each press, however often it is
repeated."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from apps.approvals.link_errors import GuestWithoutAddress, LinkNotMailed, MailedTooOften, NotFromATestWorkspace
from apps.approvals.models import Guest, Letter, MailedToken, ReviewLink
from apps.approvals.services.guest_mail import INVITATION
from apps.approvals.sharing import LinkState
from apps.audit import services as audit
from apps.core import clock, ids
from apps.tenants.callers import Seat

DAY: Final = timedelta(days=1)
MOST_A_DAY: Final = 5


@transaction.atomic
def mail_link(*, link_id: UUID, seat: Seat, press: str = "") -> Letter:
    """Write the letter that takes the link to its guest, who gets five a day by however many links. The same `press` is
    the same letter, and so is one that has not left yet. Raises NotFromATestWorkspace, LinkNotMailed,
    GuestWithoutAddress and MailedTooOften."""
    guest = _held_guest(link_id)
    link: ReviewLink = ReviewLink.objects.locked(link_id)
    now = clock.now()
    if link.workspace.is_test:
        raise NotFromATestWorkspace
    if (state := link.state(now)) is not LinkState.OPEN:
        raise LinkNotMailed(state)
    if not guest.email:
        raise GuestWithoutAddress
    key = f"{INVITATION}:{link.pk}:{press[:40] or ids.new_id()}"
    written = Letter.objects.filter(guest=guest, rule=INVITATION)
    known: Letter | None = written.filter(link=link).filter(Q(key=key) | Q(handed_at=None, dropped_at=None)).first()
    if known is not None:
        return known
    if written.filter(created_at__gt=now - DAY).count() >= MOST_A_DAY:
        raise MailedTooOften
    letter: Letter = Letter.objects.create(
        organization_id=link.organization_id, guest=guest, link=link, asked_by=seat.user, key=key,
        rule=INVITATION, due_at=now,
    )  # fmt: skip
    audit.record("review_link.mailed", subject=link, actor=seat.actor, diff={"guest_id": guest.pk})
    return letter


def last_letters(links: Collection[ReviewLink]) -> dict[UUID, Letter]:
    """The letter that took, or is to take, each of the links to its guest last, by itself or among others."""
    keys = [link.pk for link in links]
    asked = [(row.link_id, row) for row in Letter.objects.filter(link__in=keys)]
    tokens = MailedToken.objects.filter(link__in=keys, letter__isnull=False).select_related("letter")
    named = [(token.link_id, token.letter) for token in tokens]
    return dict(sorted(asked + named, key=lambda one: one[1].pk))


def _held_guest(link_id: UUID) -> Guest:
    """Before the link, in the order in which forgetting a guest holds the two."""
    guest: Guest = Guest.objects.locked(ReviewLink.objects.values_list("guest", flat=True).get(pk=link_id))
    return guest
