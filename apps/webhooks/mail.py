"""Mail to whoever may mend an endpoint that is told nothing any more; a consumer of its event, outside of any
transaction."""

from __future__ import annotations

from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string

from apps.core import tenancy
from apps.events.models import Event
from apps.tenants.selectors import people_who_may


def send_disabled(event: Event) -> None:
    places = [event.workspace_id] if event.workspace_id else []
    with tenancy.scope(organization_id=event.organization_id):
        people = people_who_may("webhook.edit", places)
    body = render_to_string("webhooks/mail/disabled.txt", event.payload)
    subject = "A webhook endpoint was disabled"
    get_connection().send_messages(
        [EmailMessage(subject=subject, body=body, to=[person.email]) for person in people.values()]
    )
