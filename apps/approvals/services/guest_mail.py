"""Letters of ours to the client's guests: in the agency's name, with an answer to the member who shared the posts, and
with a token that this one mail carries. A passcode goes another way, and is in none of them."""

from __future__ import annotations

from datetime import datetime
from email.utils import formataddr, parseaddr
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from apps.approvals.guest_letters import GuestLetter, invitation, reminder
from apps.approvals.models import Letter, ReviewLink
from apps.approvals.people.guests import SEES, guests_asked
from apps.approvals.services.linking import mailed_address
from apps.approvals.sharing import LinkState
from apps.tenants.members import member_of
from apps.tenants.models import User, Workspace

INVITATION: Final = "invitation"


def message_to_guest(letter: Letter, now: datetime, headers: dict[str, str]) -> EmailMessage | None:
    """The mail, with a token of the letter's for each link that it names; None where the link is over, the address
    forgotten, nothing waits for the guest any more, or their workspace mails nobody."""
    links = _links_of(letter, now)
    if not links or not links[0].guest.email or why_nobody_is_mailed(links[0].workspace):
        return None
    letter.tokens.update(letter=None)  # Those of an earlier try still work, should it have arrived after all.
    link, addresses = links[0], [mailed_address(one, letter) for one in links]
    written = invitation(link, *addresses) if letter.rule == INVITATION else reminder(link, *addresses)
    return _message(written, link, letter, headers)


def why_nobody_is_mailed(workspace: Workspace) -> str:
    """Why no guest of this workspace is mailed, "" where they are: what is tried out reaches nobody, and what is out of
    use asks nobody for anything."""
    if workspace.is_test:
        return _("Nobody is mailed from a test workspace, so hand each link over yourself when it is made.")
    if workspace.archived_at is not None:
        return _("Nobody is mailed from an archived workspace, so restore it before you send a link.")
    return ""


def _links_of(letter: Letter, now: datetime) -> list[ReviewLink]:
    """The one that is to be mailed; of a reminder those by which something waits, the first to end first."""
    if letter.rule == INVITATION:
        rows = ReviewLink.objects.select_related("guest", "workspace", "organization", "made_by")
        link: ReviewLink = rows.get(pk=letter.link_id)
        return [link] if link.state(now) is LinkState.OPEN else []
    waiting = guests_asked(step_ids=[UUID(pk) for pk in letter.about], now=now)
    found = {one.pk: one for step in waiting for one in step.links if one.guest_id == letter.guest_id}
    return sorted(found.values(), key=lambda one: (one.expires_at, one.pk))


def _message(written: GuestLetter, link: ReviewLink, letter: Letter, headers: dict[str, str]) -> EmailMessage:
    agency = " ".join(link.organization.name.split())
    return EmailMessage(
        subject=" ".join(written.subject.split())[:200],
        body=written.body,
        from_email=formataddr((agency, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
        to=[written.to],
        reply_to=_answered_by(letter, link),
        headers=headers,
    )


def _answered_by(letter: Letter, link: ReviewLink) -> list[str]:
    """Who had it sent, else who shared the posts; whoever does not see the client any more gets no answers."""
    return [user.email for user in (letter.asked_by, link.made_by) if user is not None and _sees(user, link)][:1]


def _sees(user: User, link: ReviewLink) -> bool:
    member = member_of(user, link.organization_id) if user.is_active else None
    return member is not None and member.may_in(link.workspace_id, SEES)
