"""Mail that this room sends, as a consumer of its own events: outside of any transaction."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from apps.core import clock, tenancy
from apps.events.models import Event
from apps.tenants.models import Invitation


def send_invitation(event: Event) -> None:
    """Mail the link of an invitation that is still open and unsent. After a crash the same link may go out twice."""
    with tenancy.scope(organization_id=event.organization_id):
        unsent = Invitation.objects.open(clock.now()).filter(pk=event.subject_id, sent_at=None)
        invitation = unsent.select_related("organization", "invited_by").first()
    if invitation is None or not invitation.unsent_token:
        return
    token = invitation.unsent_token.reveal()
    _message(invitation, link=settings.PUBLIC_URL + reverse("tenants:invitation", args=[token])).send()
    with tenancy.scope(organization_id=event.organization_id):
        # Only this token is done: a newer one may have been asked for while the mail server was busy.
        same = Invitation.objects.filter(pk=invitation.pk, token_hash=invitation.token_hash)
        same.update(sent_at=clock.now(), unsent_token="")


def _message(invitation: Invitation, *, link: str) -> EmailMessage:
    facts = {"invitation": invitation, "organization": invitation.organization, "link": link}
    return EmailMessage(
        subject=" ".join(render_to_string("tenants/mail/invitation_subject.txt", facts).split()),
        body=render_to_string("tenants/mail/invitation.txt", facts),
        to=[invitation.email],
    )
