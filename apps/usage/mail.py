"""Mail about limits that are nearly or wholly used up, to the owners and admins of the organization, as a consumer of
this room's event: outside of any transaction. After a crash it may go out twice."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse

from apps.core import tenancy
from apps.events.models import Event
from apps.tenants.models import Membership, Organization, Workspace
from apps.usage.meters import Meter


def send_alert(event: Event) -> None:
    """Tell those who answer for the whole organization."""
    said = event.payload
    with tenancy.scope(organization_id=event.organization_id):
        whole = Membership.objects.exclude(role="").select_related("user").filter(user__is_active=True)
        people = [membership.user.email for membership in whole]
        place = Workspace.objects.filter(pk=event.workspace_id).first() if event.workspace_id else None
        whose = str(place or Organization.objects.get(pk=event.organization_id))
    label = Meter(said["meter"]).label.lower()
    facts = {**said, "whose": whose, "label": label, "url": settings.PUBLIC_URL + reverse("usage:usage")}
    body = render_to_string("usage/mail/alert.txt", facts)
    subject = f"{said['percent']} % of the {label} of {' '.join(whose.split())} are used"
    get_connection().send_messages([EmailMessage(subject=subject, body=body, to=[address]) for address in people])
